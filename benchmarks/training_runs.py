"""Train a small byte-level transformer on each set of `training_sets.py`, all in the same way.

    python benchmarks/training_runs.py FOLDER RUNS.json --workers 12

Needs PyTorch and numpy alone. For each set RUNS.json gets the mean training loss of every epoch
(nats a byte), and the bits a byte of the held-out records: after some epochs, and at the end by
source too. Models of one pool start from the same weights. Several are trained at a time, since a
small one leaves most of a GPU idle. Runs are written as they are made; `--seconds` lets those end
that were begun, and starts no more.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import sys
import time
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

VOCABULARY = 256
END = 0
"""The byte after each record."""


@dataclass(frozen=True)
class Recipe:
    """What all runs have in common."""

    layers: int = 4
    width: int = 256
    heads: int = 4
    context: int = 256
    batch: int = 64
    epochs: int = 16
    rate: float = 2e-3
    warmup: int = 100
    decay: float = 0.1
    dropout: float = 0.1


class Block(nn.Module):
    """Attention and a layer of neurons, each added to what comes in."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        width, self.heads, self.dropout = recipe.width, recipe.heads, recipe.dropout
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mixed, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.neurons = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        size, length, width = x.shape
        parts = self.mixed(self.before(x)).view(size, length, 3, self.heads, -1)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self._dropped(self.out(seen.transpose(1, 2).reshape(size, length, width)))
        return x + self._dropped(self.neurons(self.between(x)))

    def _dropped(self, x: Tensor) -> Tensor:
        return functional.dropout(x, self.dropout, self.training)


class Model(nn.Module):
    """A decoder of bytes."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.letters = nn.Embedding(VOCABULARY, recipe.width)
        self.places = nn.Embedding(recipe.context, recipe.width)
        self.blocks = nn.Sequential(*(Block(recipe) for _ in range(recipe.layers)))
        self.last = nn.LayerNorm(recipe.width)
        for name, weights in self.named_parameters():
            if weights.dim() > 1:
                deep = name.endswith(("out.weight", "neurons.2.weight"))
                spread = 0.02 / math.sqrt(2 * recipe.layers) if deep else 0.02
                nn.init.normal_(weights, std=spread)

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.letters(x) + self.places(torch.arange(x.shape[1], device=x.device))
        return functional.linear(self.last(self.blocks(hidden)), self.letters.weight)


def losses(model: nn.Module, windows: Tensor) -> Tensor:
    """Return the nats of each byte but the first of each window."""
    with torch.autocast("cuda", torch.bfloat16, enabled=windows.is_cuda):
        scores = model(windows[:, :-1])
    wanted = windows[:, 1:]
    return functional.cross_entropy(scores.float().transpose(1, 2), wanted, reduction="none")


@dataclass(frozen=True)
class Texts:
    """The records of `training_sets.py`."""

    buffer: npt.NDArray[np.uint8]
    offsets: npt.NDArray[np.int64]

    def joined(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        parts = [self.buffer[self.offsets[row] : self.offsets[row + 1]] for row in rows.tolist()]
        return np.concatenate([np.append(part, np.uint8(END)) for part in parts])


def windows_of(stream: npt.NDArray[np.uint8], context: int, device: str) -> Tensor:
    """Cut a text into windows that share their ends; what is left over is dropped."""
    count = (len(stream) - 1) // context
    starts = np.arange(count)[:, None] * context + np.arange(context + 1)
    return torch.from_numpy(stream[starts]).to(device).long()


@dataclass(frozen=True)
class Bench:
    """What a worker trains with: the records, those held out, and their sources."""

    texts: Texts
    held_out: npt.NDArray[np.int64]
    sources: npt.NDArray[np.str_]
    recipe: Recipe
    device: str

    @classmethod
    def read(cls, folder: Path, recipe: Recipe) -> Bench:
        texts = Texts(np.fromfile(folder / "texts.bin", np.uint8), np.load(folder / "offsets.npy"))
        sources = np.array(json.loads((folder / "sources.json").read_text()))
        device = "cuda" if torch.cuda.is_available() else "cpu"
        return cls(texts, np.load(folder / "held_out.npy"), sources, recipe, device)

    def covered(self, model: nn.Module, source: str | None = None) -> float:
        """Return the bits that each byte of the held-out records costs, or of those of a source."""
        rows = self.held_out
        if source is not None:
            rows = rows[self.sources[rows] == source]
        windows = windows_of(self.texts.joined(rows), self.recipe.context, self.device)
        return bits_per_byte(model, windows)

    def run(self, one: dict[str, Any], seed: int) -> dict[str, Any]:
        """Train on one set, and return what came of it."""
        model, losses_of_epochs, on_the_way = self._train(np.array(one["rows"]), seed)
        sources = np.unique(self.sources).tolist()
        return {key: value for key, value in one.items() if key != "rows"} | {
            "seed": seed,
            "parameters": sum(weights.numel() for weights in model.parameters()),
            "epoch_losses": losses_of_epochs,
            "bits_per_byte_after_epochs": on_the_way,
            "bits_per_byte": {"all": self.covered(model)}
            | {source: self.covered(model, source) for source in sources},
        }

    def _train(self, rows: npt.NDArray[np.int64], seed: int) -> tuple[Model, list[float], Any]:
        """Return a trained model, the mean loss of each epoch, and the bits a byte after some."""
        torch.manual_seed(seed)
        recipe, rng = self.recipe, np.random.default_rng(seed)
        model = Model(recipe).to(self.device)
        steps_of_epoch = len(self.texts.joined(rows)) // recipe.context // recipe.batch
        steps = recipe.epochs * steps_of_epoch
        optimizer = torch.optim.AdamW(
            model.parameters(), recipe.rate, betas=(0.9, 0.95), weight_decay=recipe.decay
        )
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimizer,
            lambda step: (
                min(1.0, (step + 1) / recipe.warmup)
                * (0.55 + 0.45 * math.cos(math.pi * step / steps))
            ),
        )
        means, on_the_way = [], {}
        for epoch in range(1, recipe.epochs + 1):
            stream = self.texts.joined(rng.permutation(rows))
            windows = windows_of(stream, recipe.context, self.device)
            windows = windows[torch.from_numpy(rng.permutation(len(windows)))]
            sums = torch.zeros((), device=self.device)
            for step in range(steps_of_epoch):
                loss = losses(model, windows[step * recipe.batch :][: recipe.batch]).mean()
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                sums += loss.detach()
            means.append(float(sums) / steps_of_epoch)
            if epoch.bit_count() == 1 and epoch < recipe.epochs:
                on_the_way[epoch] = self.covered(model)
        return model, means, on_the_way


@torch.no_grad()
def bits_per_byte(model: nn.Module, windows: Tensor) -> float:
    """Return what each byte costs but the first of each window, in bits."""
    model.eval()
    total = sum(float(losses(model, some).sum()) for some in windows.split(256))
    model.train()
    return total / (len(windows) * (windows.shape[1] - 1)) / math.log(2)


_bench: Bench


def begin(folder: Path, recipe: Recipe) -> None:
    """Make ready a worker."""
    global _bench  # noqa: PLW0603 - one for each process
    torch.set_num_threads(1)
    _bench = Bench.read(folder, recipe)


def work(one: dict[str, Any], seed: int) -> dict[str, Any]:
    """Train on one set, in a worker."""
    return _bench.run(one, seed)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--seconds", type=float, default=math.inf)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=Recipe.epochs)
    parser.add_argument("--layers", type=int, default=Recipe.layers)
    parser.add_argument("--width", type=int, default=Recipe.width)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--leave-out", nargs="*", default=[], help="ways of choosing")
    options = parser.parse_args()
    recipe = Recipe(layers=options.layers, width=options.width, epochs=options.epochs)
    sets = json.loads((options.folder / "sets.json").read_text())
    left = [one for one in sets if one["way"] not in options.leave_out]
    start, runs = time.monotonic(), []
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        options.workers, spawn, initializer=begin, initargs=(options.folder, recipe)
    ) as pool:
        pending: set[Future[dict[str, Any]]] = set()
        while left or pending:
            while left and len(pending) < options.workers:
                if time.monotonic() - start > options.seconds:
                    left = []
                    break
                one = left.pop(0)
                pending.add(pool.submit(work, one, 1_000 * options.seed + one["pool"]))
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            runs += [future.result() for future in done]
            for future in done:
                run = future.result()
                print(
                    f"{time.monotonic() - start:.0f} s: pool {run['pool']}, {run['way']}:",
                    f"{run['epoch_losses'][0]:.3f} {run['bits_per_byte']['all']:.3f}",
                    {
                        key: round(value, 3)
                        for key, value in run["bits_per_byte_after_epochs"].items()
                    },
                    file=sys.stderr,
                    flush=True,
                )
            write(options.runs, recipe, runs)


def write(path: Path, recipe: Recipe, runs: list[dict[str, Any]]) -> None:
    """Write what was made so far."""
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"
    ordered = sorted(runs, key=lambda run: run["pool"])
    content = {"device": device, "torch": torch.__version__, "recipe": asdict(recipe)}
    path.write_text(json.dumps(content | {"runs": ordered}, indent=1))


if __name__ == "__main__":
    main()

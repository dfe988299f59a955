"""How often `assess_versions` cries wolf, and how much spoilt data it takes to be heard.

    python benchmarks/risk_calibration.py gsm8k_train.jsonl.gz

Three parts: drawn numbers, whose noise is as assumed; the noise of a compression ratio against
its scatter over disjoint samples; and small byte models really trained for one epoch on versions
of the given records, with R from zlib. Takes about four minutes on one core.
"""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Sequence
from itertools import combinations, product
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch

from common import cost_of, measured, read_records, significant, write_result
from entropylaw.compressors import get_compressor
from entropylaw.law.loss import first_epoch_loss
from entropylaw.law.noise import measure_ratio_noise
from entropylaw.law.risk import assess_versions
from entropylaw.law.risk_report import RiskReport, VersionRisk

CONTEXT = 12  # bytes of context that the model sees
BATCH = 2048  # bytes predicted in one step
SHARES = (0.02, 0.05, 0.1, 0.2, 0.4)
KINDS = ("corrupted", "contradictory", "duplicated")
INITS = {"fresh": 0.01, "shared": 0.003}  # initial weights -> loss_noise assumed
Record = tuple[bytes, bytes]  # the prompt and the answer


def records_of(path: Path) -> list[Record]:
    """Return each record as its first string and the rest."""
    found = []
    for record in read_records([path]):
        parts = [value for value in record.values() if isinstance(value, str)]
        found.append((parts[0].encode() + b"\n", "\n".join(parts[1:]).encode() + b"\n\n"))
    return found


def spoil(records: list[Record], kind: str, share: float, rng: np.random.Generator) -> list[Record]:
    """Replace a share of the records by spoilt ones of the same kind and about the same size."""
    spoilt = list(records)
    chosen = rng.permutation(len(records))
    count = round(share * len(records))
    for row, other in zip(chosen[:count], rng.choice(chosen[count:], count), strict=True):
        prompt, answer = records[row]
        if kind == "corrupted":  # the same bytes in random order
            spoilt[row] = (prompt, bytes(rng.permutation(np.frombuffer(answer, np.uint8))))
        elif kind == "contradictory":  # a prompt that is kept too, with an answer not its own
            spoilt[row] = (records[other][0], answer)
        else:
            spoilt[row] = records[other]
    return spoilt


def train(records: Sequence[bytes], *, init: int) -> list[dict[str, float]]:
    """Train a small byte model for one epoch; return its log."""
    torch.manual_seed(init)
    model = torch.nn.Sequential(
        torch.nn.Embedding(256, 16),
        torch.nn.Flatten(),
        torch.nn.Linear(16 * CONTEXT, 160),
        torch.nn.GELU(),
        torch.nn.Linear(160, 256),
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    text = bytearray(bytes(CONTEXT) + b"".join(records))
    windows = torch.frombuffer(text, dtype=torch.uint8).long().unfold(0, CONTEXT + 1, 1)
    log = []
    for step, batch in enumerate(windows.split(BATCH), start=1):
        loss = torch.nn.functional.cross_entropy(model(batch[:, :CONTEXT]), batch[:, CONTEXT])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        log.append({"step": step, "epoch": 1, "loss": loss.item(), "tokens": len(batch)})
    return log


def measure(records: list[Record], *, seed: int, init: int) -> dict[str, object]:
    """Return the row of one version: R by zlib and first-epoch loss, with their errors."""
    order = np.random.default_rng(seed).permutation(len(records))
    texts = [b"".join(records[row]) for row in order]
    log = train(texts, init=init)
    return {
        "version": f"{seed}",
        "compression_ratio": measure_ratio_noise(texts, get_compressor("zlib")),
        "first_epoch_loss": first_epoch_loss(log),
    }


def compare(before: dict[str, object], after: dict[str, object], noise: float) -> VersionRisk:
    """Assess one version against another."""
    return assess_versions([before, after], loss_noise=noise)[1]


def rates(risks: Sequence[VersionRisk]) -> dict[str, float]:
    """Return the share of comparisons in which each thing was said."""
    said = {
        "change": [r.verdict != "within noise" for r in risks],
        "likely_worse": [r.verdict == "likely worse" for r in risks],
        "likely_better": [r.verdict == "likely better" for r in risks],
        "consistency_fell": [r.consistency == "fell" for r in risks],
        "joint_rise": [r.joint_rise for r in risks],
    }
    return {name: round(float(np.mean(values)), 3) for name, values in said.items()}


def simulated(trials: int) -> list[dict[str, object]]:
    """Draw versions that differ by chance alone, with noise as assumed and otherwise."""
    rng = np.random.default_rng(0)
    rows = []
    for name, scale, heavy in (
        ("as assumed", 1.0, False),
        ("twice as large as assumed", 2.0, False),
        ("half as large as assumed", 0.5, False),
        ("heavy tails (Student t, 3 degrees), same variance", 1.0, True),
    ):
        shape = (trials, 2, 2)
        noise = rng.standard_t(3, shape) / math.sqrt(3) if heavy else rng.normal(size=shape)
        values = np.exp(scale * noise * [0.005, 0.01])
        reports: list[RiskReport] = [
            assess_versions({"compression_ratio": 3 * v[:, 0], "first_epoch_loss": 2 * v[:, 1]})
            for v in values
        ]
        rows.append({"noise": name, "trials": trials} | rates([r[1] for r in reports]))
    return rows


def simulated_power(trials: int) -> list[dict[str, object]]:
    """Draw versions whose loss and ratio both truly rise, with noise as assumed."""
    rng = np.random.default_rng(3)
    rows = []
    for rise in (0.01, 0.02, 0.03, 0.05):
        values = np.exp(rng.normal(size=(trials, 2, 2)) * [0.005, 0.01])
        values[:, 1] *= 1 + rise
        reports = [
            assess_versions({"compression_ratio": 3 * v[:, 0], "first_epoch_loss": 2 * v[:, 1]})
            for v in values
        ]
        rows.append({"joint_rise_of": rise, "trials": trials} | rates([r[1] for r in reports]))
    return rows


def ratio_noise_study(records: list[Record], size: int) -> dict[str, object]:
    """Compare the standard error of R with the scatter of R over disjoint samples."""
    rng = np.random.default_rng(1)
    texts = [b"".join(record) for record in records]
    order = rng.permutation(len(texts))
    samples = [order[i : i + size] for i in range(0, len(order) - size + 1, size)]
    noises = [measure_ratio_noise([texts[i] for i in s], get_compressor("zlib")) for s in samples]
    ratios = [noise.compression_ratio for noise in noises]
    return {
        "records_a_sample": size,
        "samples": len(samples),
        "mean_ratio": significant(float(np.mean(ratios))),
        "relative_scatter": significant(float(np.std(ratios, ddof=1) / np.mean(ratios)), 3),
        "relative_std_err": significant(
            float(np.mean([n.std_err for n in noises]) / np.mean(ratios)), 3
        ),
    }


def trained(records: list[Record], *, size: int, chance: int, repeats: int) -> dict[str, object]:
    """Train on versions that differ by chance, then on versions that are partly spoilt."""
    rng = np.random.default_rng(2)

    def sample() -> list[Record]:
        return [records[row] for row in rng.choice(len(records), size, replace=False)]

    seeds = iter(range(1, 10_000))

    def version(kept: list[Record], init: str) -> dict[str, object]:
        seed = next(seeds)
        return measure(kept, seed=seed, init=0 if init == "shared" else seed)

    result: dict[str, object] = {"records_a_version": size}
    for init, noise in INITS.items():
        clean = [version(sample(), init) for _ in range(chance)]
        loss = np.array([row["first_epoch_loss"].mean for row in clean])
        ratio = np.array([row["compression_ratio"].compression_ratio for row in clean])
        pairs = [compare(a, b, noise) for a, b in combinations(clean, 2)]
        cells = []
        for kind, share in product(KINDS, SHARES):
            rows = [version(spoil(sample(), kind, share, rng), init) for _ in range(repeats)]
            risks = [compare(a, b, noise) for b in rows for a in clean]
            cells.append(
                {
                    "kind": kind,
                    "share": share,
                    "ratio_change": round(float(np.mean([r.ratio_change for r in risks])), 4),
                    "loss_change": round(float(np.mean([r.loss_change for r in risks])), 4),
                }
                | rates(risks)
            )
        result[f"{init}_initial_weights"] = {
            "loss_noise_assumed": noise,
            "versions_by_chance": chance,
            "pairs": len(pairs),
            "mean_loss_nats_a_byte": significant(float(loss.mean())),
            "relative_scatter_of_loss": significant(float(loss.std(ddof=1) / loss.mean()), 3),
            "relative_std_err_of_loss": significant(
                float(np.mean([row["first_epoch_loss"].std_err for row in clean]) / loss.mean()), 3
            ),
            "relative_scatter_of_ratio": significant(float(ratio.std(ddof=1) / ratio.mean()), 3),
            "false_alarms": rates(pairs),
            "spoilt_versions_a_cell": repeats,
            "spoilt": cells,
        }
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", type=Path, help="a JSONL file; its first string is the prompt")
    parser.add_argument("--trials", type=int, default=10_000, help="drawn pairs for each noise")
    parser.add_argument("--size", type=int, default=450, help="records in a version")
    parser.add_argument("--chance", type=int, default=20, help="versions that differ by chance")
    parser.add_argument("--repeats", type=int, default=3, help="versions for each spoilt share")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    with measured() as cost:
        records = records_of(asked.records)
        content = {
            "simulated": simulated(asked.trials),
            "simulated_joint_rise": simulated_power(asked.trials // 5),
            "ratio_noise": ratio_noise_study(records, asked.size),
            "trained": trained(
                records, size=asked.size, chance=asked.chance, repeats=asked.repeats
            ),
        }
    write_result(
        "risk_calibration", {"records": asked.records.name} | content | {"cost": cost_of(cost)}
    )


if __name__ == "__main__":
    main()

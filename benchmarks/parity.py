"""Does ZipSelector choose what the published script chooses? Record by record, in order.

The user's own copy of the script runs beside ``variant="reference", render="zip-reference"``,
once ranked as the script ranks (float32 ratios, torch.topk), where the ordered picks must be
the same, and once ranked as we rank (float64, ties to the lower row), where the first decision
that differs is looked up.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from entropylaw.scoring import Scorer, available_cores
from entropylaw.selection.ledger import Limits
from entropylaw.selection.plan import Plan
from entropylaw.selection.rounds import zip_rounds

from common import (
    cost_of,
    draw_pool,
    load_script,
    measured,
    significant,
    wait_for_children,
    write_result,
)
from entropylaw.compressors import Zlib
from entropylaw.io.load import as_corpus
from entropylaw.selection.stages import Ranking, lowest
from entropylaw.types import FloatArray, IntArray


def script_ranking(values: FloatArray, k: int) -> IntArray:
    """Rank as the published script does: ratios in float32, ties as torch.topk has them."""
    ratios = torch.from_numpy(values.astype(np.float32))
    return torch.topk(ratios, k, largest=False).indices.numpy()


def script_picks(script: Path, pool: list[dict[str, Any]], options: argparse.Namespace) -> IntArray:
    """Return the rows that the user's copy of the script selects, in order."""
    module = load_script(script)
    with tempfile.TemporaryDirectory() as folder, Path(os.devnull).open("w") as nowhere:
        saved = Path(folder) / "selected.json"
        with redirect_stdout(nowhere):
            module.ZIP_select(
                pool,
                str(saved),
                options.budget,
                k1=options.k1,
                k2=options.k2,
                k3=options.k3,
                n_jobs=available_cores(),
            )
        wait_for_children()
        selected = json.loads(saved.read_text(encoding="utf-8"))
    row_of = {repr(record): row for row, record in enumerate(pool)}
    return np.array([row_of[repr(record)] for record in selected], np.int64)


@dataclass(slots=True)
class Decision:
    """Which rows a stage let through, and the ratios that it saw, by row."""

    stage: str
    chosen: list[int]
    ratios: dict[int, float]


@dataclass(slots=True)
class Witness:
    """A ranking that remembers each decision, in rows of the pool."""

    ranking: Ranking
    k3: int
    decisions: list[Decision] = field(default_factory=list)
    _step: int = 0
    _screened: list[int] = field(default_factory=list)
    _shortlisted: list[int] = field(default_factory=list)

    def __call__(self, values: FloatArray, k: int) -> IntArray:
        """Rank, and remember."""
        positions = self.ranking(values, k)
        stage = ("screen", "shortlist", "pack")[min(self._step, 2)]
        rows = {
            "screen": range(len(values)),
            "shortlist": self._screened,
            "pack": self._shortlisted,
        }[stage]
        chosen = [rows[position] for position in positions]
        ratios = {row: float(value) for row, value in zip(rows, values, strict=True)}
        self.decisions.append(Decision(stage, chosen, ratios))
        if stage == "screen":
            self._screened = chosen
        elif stage == "shortlist":
            self._shortlisted = chosen
        self._step = 0 if self._step == self.k3 + 1 else self._step + 1
        return positions


def our_picks(
    pool: list[dict[str, Any]], options: argparse.Namespace, ranking: Ranking
) -> tuple[IntArray, list[Decision]]:
    """Return the rows that we select, in order, and the decisions on the way."""
    corpus = as_corpus(pool, render="zip-reference")
    plan = Plan(
        limits=Limits(options.budget),
        k1=options.k1,
        k2=options.k2,
        k3=options.k3,
        variant="reference",
        selectable=np.ones(len(corpus), np.bool_),
    )
    witness = Witness(ranking, options.k3)
    with Scorer(corpus, Zlib(9), n_jobs=available_cores()) as scorer:
        rounds = list(zip_rounds(scorer, plan, rank=witness))
    return np.concatenate([one.rows for one in rounds]), witness.decisions


def first_difference(ours: list[Decision], theirs: list[Decision]) -> dict[str, Any] | None:
    """Describe the first decision in which other rows went on, and whether it was a tie."""
    for number, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
        swapped = sorted(set(mine.chosen) ^ set(other.chosen))
        if swapped:
            ratios = np.array([mine.ratios[row] for row in swapped])
            return {
                "decision": number,
                "stage": mine.stage,
                "rows_swapped": len(swapped),
                "tie_in_float32": len(np.unique(ratios.astype(np.float32))) == 1,
                "tie_in_float64": len(np.unique(ratios)) == 1,
                "relative_spread": significant(float(np.ptp(ratios) / ratios.min())),
            }
    return None


def compare(path: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Run the script and ours on one pool."""
    pool = draw_pool(path, options.pool)
    screened_last = len(pool) - (options.budget // options.k3 - 1) * options.k2
    if screened_last <= options.k1:
        raise SystemExit(
            f"{path.name}: the script retires k2 rows a round; with {len(pool)} rows fewer than "
            "k1 are left in the last. Use a larger --pool or a smaller --k1."
        )
    with measured() as script_cost:
        reference = script_picks(options.reference, pool, options)
    with measured() as our_cost:
        as_script, script_decisions = our_picks(pool, options, script_ranking)
    own, own_decisions = our_picks(pool, options, lowest)
    return {
        "data": path.name,
        "pool": len(pool),
        "budget": options.budget,
        "k1": options.k1,
        "k2": options.k2,
        "k3": options.k3,
        "script_ranking": {
            "identical_ordered_picks": bool(np.array_equal(reference, as_script)),
            "same_prefix": same_prefix(reference, as_script),
        },
        "own_ranking": {
            "shared_fraction": len(np.intersect1d(own, reference)) / len(reference),
            "shared_by_chance": significant(options.budget / len(pool)),
            "same_prefix": same_prefix(reference, own),
            "first_difference": first_difference(own_decisions, script_decisions),
        },
        "script": cost_of(script_cost),
        "ours": cost_of(our_cost),
    }


def same_prefix(one: IntArray, other: IntArray) -> int:
    """Return how many picks are the same before the first that differs."""
    differs = np.flatnonzero(one != other)
    return int(differs[0]) if len(differs) else len(one)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="+", type=Path, help="pools: JSONL, may be packed")
    parser.add_argument("--reference", required=True, type=Path, help="your copy of ZIP.py")
    parser.add_argument("--budget", type=int, default=300, help="a multiple of k3")
    parser.add_argument("--pool", type=int, default=3000, help="records drawn from each file")
    parser.add_argument("--k1", type=int, default=1000)
    parser.add_argument("--k2", type=int, default=200)
    parser.add_argument("--k3", type=int, default=100)
    parser.add_argument("--name", default="parity", help="of the result file")
    options = parser.parse_args()
    if options.budget % options.k3:
        parser.error("the script overshoots unless the budget is a multiple of k3")
    torch.set_num_threads(1)

    runs = []
    for path in options.data:
        runs.append(compare(path, options))
        print(json.dumps(runs[-1], indent=2), file=sys.stderr)
    write_result(options.name, {"runs": runs})
    if not all(run["script_ranking"]["identical_ordered_picks"] for run in runs):
        raise SystemExit("picks differ from the script's although ranked as it ranks")


if __name__ == "__main__":
    main()

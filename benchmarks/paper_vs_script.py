"""What the published script would take for a run of the paper's size, beside ours.

Our run (``variant="reference", render="zip-reference"``, zlib level 9: the script's work, see
parity.py) is timed in full. The script would need days, so the cost of its evaluations is
measured on prefixes of what our run chose, drawn as straight lines between, and summed over all
that it would evaluate: in each round K1 unions with the chosen set, and K3 times K2 with the pack.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from common import (
    Cost,
    cost_of,
    in_fresh_process,
    load_script,
    measured,
    read_records,
    significant,
    write_result,
)
from entropylaw import ZipSelector
from entropylaw.errors import ShortMemoryWarning
from entropylaw.io.load import as_corpus
from entropylaw.io.stdlib_pool import stdlib_records
from entropylaw.types import FloatArray, IntArray

SET_BYTES = [500, 2_000, 10_000, 40_000, 150_000, 600_000, 2_000_000, 5_000_000, 10_000_000]
SECONDS_EACH = 3.0
"""About how long the script may take at each size."""


@dataclass(frozen=True)
class OurRun:
    """What our selection took and chose."""

    cost: Cost
    rows: IntArray
    evaluations: int
    screened: list[int]
    load_before: float


def read_pool(paths: Sequence[Path]) -> list[dict[str, Any]]:
    """Return all records with the `source` key that the script requires."""
    pool = [
        {"source": path.name.partition(".")[0]} | record
        for path in paths
        for record in read_records([path])
    ]
    return pool + [{"source": "stdlib"} | record for record in stdlib_records()]


def run_ours(paths: Sequence[Path], budget: int, jobs: int) -> OurRun:
    """Select, rendering included."""
    pool = read_pool(paths)
    load = os.getloadavg()[0]
    selector = ZipSelector(
        budget, variant="reference", render="zip-reference", n_jobs=jobs, progress=False
    )
    chosen, screened, evaluations = [], [], 0
    with measured() as cost, warnings.catch_warnings():
        warnings.simplefilter("ignore", ShortMemoryWarning)
        for one in selector.rounds(pool):
            chosen.append(one.rows)
            screened.append(one.screened)
            evaluations += one.evaluations
    return OurRun(cost, np.concatenate(chosen), evaluations, screened, round(load, 1))


def script_costs(paths: Sequence[Path], script: Path, rows: IntArray) -> list[dict[str, Any]]:
    """Return the CPU seconds of one evaluation of the script by size of the set."""
    ratio = load_script(script).get_compression_ratio
    pool = read_pool(paths)
    chosen = [pool[row] for row in rows]
    candidates = [pool[row] for row in np.random.default_rng(0).permutation(len(pool))[:500]]
    reached = np.cumsum(as_corpus(chosen, render="zip-reference").lengths + 2)
    costs = []
    for size in [*(size for size in SET_BYTES if size < reached[-1]), int(reached[-1])]:
        count = int(np.searchsorted(reached, size)) + 1
        seconds: list[float] = []
        while len(seconds) < 3 or (len(seconds) < len(candidates) and sum(seconds) < SECONDS_EACH):
            with measured() as cost:
                ratio([*chosen[:count], candidates[len(seconds)]])
            seconds.append(cost.cpu)
        costs.append(
            {
                "set_bytes": int(reached[min(count, len(reached)) - 1]),
                "evaluations_timed": len(seconds),
                "cpu_microseconds": significant(1e6 * statistics.median(seconds)),
            }
        )
        print(costs[-1], file=sys.stderr, flush=True)
    return costs


def summed(costs: Sequence[dict[str, Any]], ours: OurRun, lengths: IntArray, k2: int) -> FloatArray:
    """Return the script's CPU seconds: records alone, unions with the set, unions with the pack."""
    known = np.array([[one["set_bytes"], one["cpu_microseconds"] / 1e6] for one in costs])
    known = np.vstack([[0, known[0, 1]], known])

    def cost(size: int) -> float:
        return float(np.interp(size, known[:, 0], known[:, 1]))

    alone = len(lengths) * cost(int(lengths.mean()))
    with_set = with_pack = 0.0
    chosen_lengths = lengths[ours.rows]
    reached, start = np.concatenate([[0], np.cumsum(chosen_lengths)]), 0
    picks = np.diff(np.append(np.arange(0, len(ours.rows), K3), len(ours.rows)))
    for count, screened in zip(picks.tolist(), ours.screened, strict=True):
        with_set += screened * cost(int(reached[start]))
        for step in range(count):
            with_pack += k2 * cost(int(reached[start + step] - reached[start]))
        start += count
    return np.array([alone, with_set, with_pack])


K2, K3 = 200, 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="+", type=Path, help="the pool: JSONL, may be packed")
    parser.add_argument("--reference", required=True, type=Path, help="your copy of ZIP.py")
    parser.add_argument("--budget", type=int, default=10_000, help="a multiple of 100")
    parser.add_argument("--jobs", type=int, default=2, help="threads of ours")
    options = parser.parse_args()

    ours = in_fresh_process(run_ours, options.data, options.budget, options.jobs)
    print(f"ours: {ours.cost}", file=sys.stderr, flush=True)
    costs = in_fresh_process(script_costs, options.data, options.reference, ours.rows)
    lengths = as_corpus(read_pool(options.data), render="zip-reference").lengths + 2
    parts = summed(costs, ours, lengths, K2)
    write_result(
        "paper_vs_script",
        {
            "data": [path.name for path in options.data]
            + ["the documentation of Python's standard library"],
            "pool_records": len(lengths),
            "chosen_records": len(ours.rows),
            "chosen_bytes": int(lengths[ours.rows].sum()),
            "k1": max(ours.screened),
            "k2": K2,
            "k3": K3,
            "load_before": ours.load_before,
            "our_threads": options.jobs,
            "our_evaluations": ours.evaluations,
            "ours": cost_of(ours.cost),
            "script_evaluation_by_set_size": costs,
            "script_cpu_seconds": {
                "records_alone": significant(parts[0]),
                "unions_with_the_set": significant(parts[1]),
                "unions_with_the_pack": significant(parts[2]),
                "all": significant(parts.sum()),
            },
            "script_cpu_hours": significant(parts.sum() / 3600, 3),
            "times_less_cpu": significant(parts.sum() / ours.cost.cpu, 3),
        },
    )


if __name__ == "__main__":
    main()

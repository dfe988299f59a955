"""How much faster than the published script: whole runs, and one evaluation by size of the set.

Both do the same work on the same pool, zlib level 9 of the same bytes: the user's own copy of
the script, and ``variant="reference", render="zip-reference"``.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch

import parity
from common import (
    Cost,
    cost_of,
    draw_pool,
    in_fresh_process,
    load_script,
    measured,
    microseconds,
    significant,
    write_result,
)
from entropylaw import ZipSelector
from entropylaw.compressors import Zlib, prime
from entropylaw.errors import ShortMemoryWarning
from entropylaw.io.load import as_corpus
from entropylaw.sizing import available_cores
from entropylaw.types import IntArray

SET_BYTES = [100_000, 400_000, 2_000_000, 15_000_000]
OUR_CANDIDATES = 200
SCRIPT_SECONDS = 3.0
"""About how long the script may take for the evaluations of one repeat."""


def whole_run(data: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Run the script once and ours `repeats` times, each in a fresh process."""
    script_rows, script_cost = in_fresh_process(run_script, data, options)
    ours = [in_fresh_process(run_ours, data, options) for _ in range(options.repeats)]
    as_script = in_fresh_process(run_ours_as_script, data, options)
    cpu = statistics.median(cost.cpu for cost, *_ in ours)
    wall = statistics.median(cost.wall for cost, *_ in ours)
    return {
        "pool": ours[0][2],
        "budget": options.budget,
        "k1": options.k1,
        "k2": options.k2,
        "k3": options.k3,
        "workers_of_each": available_cores(),
        "evaluations": ours[0][1],
        "identical_picks_under_the_scripts_ranking": bool(np.array_equal(script_rows, as_script)),
        "script": cost_of(script_cost) | {"runs": 1},
        "ours": {
            "cpu_seconds": significant(cpu),
            "wall_seconds": significant(wall),
            "runs": len(ours),
            "each_cpu_seconds": [significant(cost.cpu) for cost, *_ in ours],
        },
        "times_less_cpu": significant(script_cost.cpu / cpu, 3),
        "times_less_wall": significant(script_cost.wall / wall, 3),
    }


def run_script(data: Path, options: argparse.Namespace) -> tuple[IntArray, Cost]:
    """Return the script's picks and what they took."""
    torch.set_num_threads(1)
    pool = draw_pool(data, options.pool)
    with measured() as cost:
        rows = parity.script_picks(options.reference, pool, options)
    return rows, cost


def run_ours(data: Path, options: argparse.Namespace) -> tuple[Cost, int, int]:
    """Return what our selection took, rendering included; unions sized; records in the pool."""
    pool = draw_pool(data, options.pool)
    selector = ZipSelector(
        options.budget,
        k1=options.k1,
        k2=options.k2,
        k3=options.k3,
        variant="reference",
        render="zip-reference",
        progress=False,
    )
    with measured() as cost, warnings.catch_warnings():
        warnings.simplefilter("ignore", ShortMemoryWarning)
        result = selector.select(pool)
    return cost, result.evaluations, len(pool)


def run_ours_as_script(data: Path, options: argparse.Namespace) -> IntArray:
    """Return our picks under the script's ranking."""
    torch.set_num_threads(1)
    pool = draw_pool(data, options.pool)
    return parity.our_picks(pool, options, parity.script_ranking)[0]


def evaluations(data: Path, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Return the CPU time of one evaluation, the script's and ours, by size of the chosen set."""
    script_ratio = load_script(options.reference).get_compression_ratio
    records = draw_pool(data, None)
    corpus = as_corpus(records, render="zip-reference")
    candidates, chosen = records[:OUR_CANDIDATES], records[OUR_CANDIDATES:]
    framing = corpus.framing
    rows = corpus.records(np.arange(len(records)))
    items = [framing.joiner + row + framing.closing for row in rows[:OUR_CANDIDATES]]
    reached = np.cumsum([len(row) + len(framing.joiner) for row in rows[OUR_CANDIDATES:]])
    return [
        compare_evaluation(
            script_ratio,
            chosen[: (count := int(np.searchsorted(reached, size)) + 1)],
            candidates,
            framing.opening + framing.joiner.join(rows[OUR_CANDIDATES : OUR_CANDIDATES + count]),
            items,
            options.repeats,
        )
        for size in SET_BYTES
        if size <= reached[-1]
    ]


def compare_evaluation(
    script_ratio: Any,
    chosen: list[Any],
    candidates: list[Any],
    prefix: bytes,
    items: list[bytes],
    repeats: int,
) -> dict[str, Any]:
    """Time both on one chosen set, turn by turn."""
    with measured() as reading:
        primed = prime(Zlib(9), prefix)
    with measured() as once:
        script_ratio([*chosen, candidates[0]])
    count = max(1, min(len(candidates), int(SCRIPT_SECONDS / once.cpu)))
    script, ours, same = [], [], True
    for _ in range(repeats):
        with measured() as cost:
            ratios = [script_ratio([*chosen, one]) for one in candidates[:count]]
        script.append(cost.cpu / count)
        with measured() as cost:
            sizes = primed.sizes(items)
        ours.append(cost.cpu / len(items))
        raw = np.array([len(prefix) + len(item) for item in items[:count]])
        same &= bool(np.array_equal(ratios, raw / sizes[:count]))
    return {
        "set_bytes": len(prefix),
        "set_records": len(chosen),
        "script_microseconds": microseconds(script) | {"evaluations_each": count},
        "our_microseconds": microseconds(ours) | {"evaluations_each": len(items)},
        "our_reading_of_the_set_once_microseconds": significant(1e6 * reading.cpu),
        "identical_ratios": same,
        "times_less_cpu": significant(statistics.median(script) / statistics.median(ours), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="+", type=Path, help="pools: JSONL, may be packed")
    parser.add_argument("--reference", required=True, type=Path, help="your copy of ZIP.py")
    parser.add_argument("--budget", type=int, default=500, help="a multiple of k3")
    parser.add_argument("--pool", type=int, default=20_000, help="records drawn from the file")
    parser.add_argument("--k1", type=int, default=5_000)
    parser.add_argument("--k2", type=int, default=200)
    parser.add_argument("--k3", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()

    runs = []
    for data in options.data:
        runs.append(
            {
                "data": data.name,
                "evaluation_by_set_size": evaluations(data, options),
                "whole_run": whole_run(data, options),
            }
        )
        print(json.dumps(runs[-1], indent=2), file=sys.stderr)
        write_result("vs_script", {"runs": runs})


if __name__ == "__main__":
    main()

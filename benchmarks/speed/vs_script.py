"""Speed next to the published script: whole runs, and one evaluation by size of the set.

Both do the same work on the same pool, zlib level 9 of the same bytes: the copy of the script, and
``variant="reference", render="zip-reference"``. `parity` compares the picks.
"""

from __future__ import annotations

import json
import statistics
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from benchmarks.common.inputs import Inputs
from benchmarks.common.internals import as_corpus
from benchmarks.common.measure import (
    CORES,
    Cost,
    in_fresh_process,
    measured,
    median,
    microseconds,
    report,
    significant,
)
from benchmarks.common.page import stem, table, yes
from benchmarks.common.record import Record
from benchmarks.quality.parity import ranking_of, script_picks

from entropylaw import ZipSelector
from entropylaw.compressors import Zlib, prime
from entropylaw.errors import ShortMemoryWarning


@dataclass(frozen=True)
class Settings:
    """The budget must be a multiple of K3; `pool` records are drawn from each set."""

    budget: int = 500
    pool: int = 20_000
    k1: int = 5_000
    k2: int = 200
    k3: int = 100
    set_bytes: tuple[int, ...] = (100_000, 400_000, 2_000_000, 15_000_000)
    candidates: int = 200
    script_seconds: float = 3.0
    repeats: int = 5
    sets: tuple[str, ...] = ("alpaca_en_52k", "sgd_multiturn_17k_sharegpt", "gpteacher_14k")

    @property
    def search(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in ("budget", "k1", "k2", "k3")}


QUICK = Settings(
    budget=60,
    pool=400,
    k1=100,
    k2=40,
    k3=20,
    set_bytes=(20_000, 80_000),
    candidates=50,
    script_seconds=0.2,
    repeats=1,
    sets=("alpaca_en_52k",),
)


def run(settings: Settings, inputs: Inputs) -> Iterator[dict[str, Any]]:
    runs = []
    for name in settings.sets:
        runs.append(
            {
                "data": name,
                "evaluation_by_set_size": evaluations(name, settings, inputs),
                "whole_run": whole_run(name, settings, inputs),
            }
        )
        report(json.dumps(runs[-1], indent=2))
        yield {"runs": runs}


def whole_run(name: str, settings: Settings, inputs: Inputs) -> dict[str, Any]:
    """Run the script once and ours `repeats` times, each in a fresh process."""
    script_cost = in_fresh_process(run_script, name, settings, inputs)
    ours = [in_fresh_process(run_ours, name, settings, inputs) for _ in range(settings.repeats)]
    cpu = statistics.median(cost.cpu for cost, *_ in ours)
    wall = statistics.median(cost.wall for cost, *_ in ours)
    return {
        "pool": ours[0][2],
        **settings.search,
        "workers_of_each": CORES,
        "evaluations": ours[0][1],
        "script": script_cost.seconds() | {"runs": 1},
        "ours": {
            "cpu_seconds": significant(cpu),
            "wall_seconds": significant(wall),
            "runs": len(ours),
            "each_cpu_seconds": [significant(cost.cpu) for cost, *_ in ours],
        },
        "times_less_cpu": significant(script_cost.cpu / cpu, 3),
        "times_less_wall": significant(script_cost.wall / wall, 3),
    }


def run_script(name: str, settings: Settings, inputs: Inputs) -> Cost:
    """Return the cost of the script's selection."""
    script, pool = inputs.script(), inputs.drawn(name, settings.pool)
    ranking_of(script)  # one thread of torch, as for ours
    with measured() as cost:
        script_picks(script, pool, settings.search)
    return cost


def run_ours(name: str, settings: Settings, inputs: Inputs) -> tuple[Cost, int, int]:
    """Return the cost of our selection, rendering included; unions sized; records in the pool."""
    pool = inputs.drawn(name, settings.pool)
    selector = ZipSelector(
        **settings.search, variant="reference", render="zip-reference", progress=False
    )
    with measured() as cost, warnings.catch_warnings():
        warnings.simplefilter("ignore", ShortMemoryWarning)
        result = selector.select(pool)
    return cost, result.evaluations, len(pool)


def evaluations(name: str, settings: Settings, inputs: Inputs) -> list[dict[str, Any]]:
    """Return the CPU time of one evaluation, the script's and ours, by size of the chosen set."""
    script_ratio, records = inputs.script().get_compression_ratio, inputs.drawn(name, None)
    corpus = as_corpus(records, render="zip-reference")
    framing, rows = corpus.framing, corpus.rows(np.arange(len(records)))
    split = settings.candidates
    items = [framing.joiner + row + framing.closing for row in rows[:split]]
    reached = np.cumsum([len(row) + len(framing.joiner) for row in rows[split:]])
    found = []
    for size in settings.set_bytes:
        if size <= reached[-1]:
            end = split + int(np.searchsorted(reached, size)) + 1
            prefix = framing.opening + framing.joiner.join(rows[split:end])
            found.append(
                compare_evaluation(
                    script_ratio, records[split:end], records[:split], prefix, items, settings
                )
            )
    return found


def compare_evaluation(
    script_ratio: Any,
    chosen: list[Any],
    candidates: list[Any],
    prefix: bytes,
    items: list[bytes],
    settings: Settings,
) -> dict[str, Any]:
    """Time both on one chosen set, turn by turn."""
    with measured() as reading:
        primed = prime(Zlib(9), prefix)
    with measured() as once:
        script_ratio([*chosen, candidates[0]])
    count = max(1, min(len(candidates), int(settings.script_seconds / once.cpu)))
    script, ours, same = [], [], True
    for _ in range(settings.repeats):
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
        "times_less_cpu": significant(median(script) / median(ours), 3),
    }


def tables(record: Record) -> dict[str, str]:
    runs = record.results["runs"]
    whole = table(
        [
            "whole run",
            "picks of pool",
            "K",
            "CPU s, script",
            "CPU s, ours",
            "times less CPU",
            "times less wall",
            "same picks under the script's ranking",
        ],
        [
            [
                stem(run["data"]),
                f"{one['budget']} of {one['pool']:,}",
                f"{one['k1']:,} / {one['k2']} / {one['k3']}",
                f"{one['script']['cpu_seconds']:.1f}",
                f"{one['ours']['cpu_seconds']:.2f}",
                f"{one['times_less_cpu']:.0f}×",
                f"{one['times_less_wall']:.0f}×",
                yes(one.get("identical_picks_under_the_scripts_ranking")),
            ]
            for run in runs
            for one in [run["whole_run"]]
        ],
    )
    head = ["one evaluation", "bytes in the set", "CPU µs, script", "CPU µs, ours"]
    each = table(
        [*head, "times less", "same ratios"],
        [
            [
                stem(run["data"]),
                f"{one['set_bytes']:,}",
                f"{one['script_microseconds']['median']:,.0f}",
                f"{one['our_microseconds']['median']:,.0f}",
                f"{one['times_less_cpu']:,.0f}×",
                yes(one["identical_ratios"]),
            ]
            for run in runs
            for one in run["evaluation_by_set_size"]
        ],
    )
    return {"vs_script": f"{whole}\n\n{each}"}

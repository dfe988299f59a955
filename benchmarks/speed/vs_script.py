"""CPU time of one evaluation, the published script's and ours, by bytes in the set.

Both size the same union, zlib level 9 of the same bytes. `parity` compares the picks and the time
of whole runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from benchmarks.common.inputs import Inputs
from benchmarks.common.internals import as_corpus
from benchmarks.common.measure import (
    in_fresh_process,
    measured,
    median,
    microseconds,
    report,
    significant,
)
from benchmarks.common.page import stem, table, yes
from benchmarks.common.record import Record

from entropylaw.compressors import Zlib, prime


@dataclass(frozen=True)
class Settings:
    """The script gets about `script_seconds` of CPU time for each repeat."""

    set_bytes: tuple[int, ...] = (100_000, 400_000, 2_000_000, 15_000_000)
    candidates: int = 200
    script_seconds: float = 3.0
    repeats: int = 5
    sets: tuple[str, ...] = ("alpaca_en_52k", "sgd_multiturn_17k_sharegpt", "gpteacher_14k")


QUICK = Settings(
    set_bytes=(20_000, 80_000),
    candidates=50,
    script_seconds=0.2,
    repeats=1,
    sets=("alpaca_en_52k",),
)


def run(settings: Settings, inputs: Inputs) -> Iterator[dict[str, Any]]:
    runs = []
    for name in settings.sets:
        found = in_fresh_process(evaluations, name, settings, inputs)
        runs.append({"data": name, "evaluation_by_set_size": found})
        report(json.dumps(runs[-1], indent=2))
        yield {"runs": runs}


def evaluations(name: str, settings: Settings, inputs: Inputs) -> list[dict[str, Any]]:
    """Return the CPU time of one evaluation, the script's and ours, by size of the chosen set."""
    script_ratio, records = inputs.script().get_compression_ratio, inputs.drawn(name, None)
    corpus = as_corpus(records, render="zip-reference")
    framing, rows = corpus.framing, corpus.records(np.arange(len(records)))
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
    return {"vs_script": each}

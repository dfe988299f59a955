"""Cost of sizing one candidate, by the bytes chosen before it.

A primed compressor should cost the same whatever the length of the prefix. The floor is the
candidate with no prefix, by one call for each or by the codec's batch call, whichever costs less.
Compressors that cannot be primed recompress the prefix each time, so their prefixes end at 1 MB.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.common.inputs import SETS, Inputs
from benchmarks.common.measure import measured, microseconds, report, significant
from benchmarks.common.page import Target, table
from benchmarks.common.record import Record

from entropylaw.compressors import Compressor, describe, get_compressor, prime

RECOMPRESSED_UP_TO = 1_000_000
SLOW_CANDIDATES = 10
JITTER = 11_000
"""Bytes by which each repeat shifts the end of the prefix: the place where it ends in the open
block of the compressor decides part of the cost."""
FLAT = 1.25
"""A cost is flat if that of the longest prefix is at most this multiple of the shortest's."""
LIMITS = {
    "zlib:9": 6.0,
    "zlib:9:conditional": 2.5,
    "zstd:1": 1.6,
    "zstd:3": 1.6,
    "zstd:6:long": 3.0,
}


@dataclass(frozen=True)
class Settings:
    compressors: tuple[str, ...] = (
        "lz4", "zstd:1", "zstd:3", "zstd:6", "zstd:9", "zstd:6:long", "zlib:1", "zlib:6", "zlib:9",
        "zlib:9:conditional", "zlib-ng:8", "isal:2", "brotli:5:tail", "brotli:5", "bz2",
    )  # fmt: skip
    prefixes: tuple[int, ...] = (0, 100_000, 400_000, 1_000_000, 4_000_000, 10_000_000, 20_000_000)
    candidates: int = 500
    record_bytes: int = 1_200
    repeats: int = 9
    sets: tuple[str, ...] = SETS


QUICK = Settings(
    compressors=("lz4", "zstd:3", "zstd:6:long", "zlib:9", "zlib:9:conditional"),
    prefixes=(0, 100_000, 400_000, 1_000_000),
    candidates=100,
    repeats=3,
)


def run(settings: Settings, inputs: Inputs) -> Iterator[dict[str, Any]]:
    texts, about = inputs.all_texts(settings.sets), settings.record_bytes
    near = [text for text in dict.fromkeys(texts) if 0.75 * about < len(text) < 1.25 * about]
    candidates = near[: settings.candidates]
    taken = set(candidates)
    chosen = b"\n".join(text for text in texts if text not in taken)
    if len(chosen) < settings.prefixes[-1] + settings.repeats * JITTER:
        raise SystemExit(f"{settings.prefixes[-1]:,} bytes of prefix: only {len(chosen):,} found")
    runs = []
    for spec in settings.compressors:
        runs.append(costs(get_compressor(spec), candidates, chosen, settings))
        report(spec)
        yield {
            "data": list(settings.sets),
            "mean_candidate_bytes": round(statistics.mean(map(len, candidates))),
            "clock": "CPU microseconds per candidate, one thread",
            "runs": runs,
        }


def costs(
    compressor: Compressor, candidates: Sequence[bytes], chosen: bytes, settings: Settings
) -> dict[str, Any]:
    """Return the cost per candidate of one compressor after each prefix."""
    info = describe(compressor)
    lengths = list(settings.prefixes)
    if info.priming == "recompress":
        lengths = [length for length in lengths if length <= RECOMPRESSED_UP_TO]
        candidates = candidates[:SLOW_CANDIDATES]
    alone: list[float] = []
    after: dict[int, list[float]] = {length: [] for length in lengths}
    load = os.getloadavg()[0]
    for repeat in range(settings.repeats):
        alone.append(floor(compressor, candidates))
        for length in lengths:
            primed = prime(compressor, chosen[: length + repeat * JITTER] if length else b"")
            primed.size(candidates[0])  # tables are built at first use
            with measured() as cost:
                primed.sizes(candidates)
            after[length].append(cost.cpu)

    def over(seconds: float) -> float:
        return significant(seconds / statistics.median(alone), 3)

    primed_costs = [one for length, seconds in after.items() if length for one in seconds]
    return {
        "compressor": info.name,
        "priming": info.priming,
        "candidates": len(candidates),
        "load_before": round(load, 1),
        "floor": microseconds(alone, len(candidates)),
        "over_floor_all_prefixes": {
            "median": over(statistics.median(primed_costs)),
            "mean": over(statistics.mean(primed_costs)),
        },
        "after_prefix": [
            {"prefix_bytes": length}
            | microseconds(seconds, len(candidates))
            | {"over_floor": over(statistics.median(seconds))}
            for length, seconds in after.items()
        ],
    }


def floor(compressor: Compressor, candidates: Sequence[bytes]) -> float:
    """Return the CPU seconds of compressing all candidates with no prefix."""
    with measured() as each:
        for candidate in candidates:
            compressor.compressed_size(candidate)
    empty = prime(compressor, b"")
    with measured() as batch:
        empty.sizes(candidates)
    return min(each.cpu, batch.cpu)


def tables(record: Record) -> dict[str, str]:
    runs = record.results["runs"]
    lengths = [one["prefix_bytes"] for one in runs[0]["after_prefix"] if one["prefix_bytes"]]
    rows = []
    for run in runs:
        costs = {one["prefix_bytes"]: one for one in run["after_prefix"]}
        cells = [
            f"{costs[length]['median']:,.0f} ({costs[length]['over_floor']:,.1f})"
            if length in costs
            else ""
            for length in lengths
        ]
        name = f"`{run['compressor']}` ({run['priming']})"
        rows.append([name, f"{run['floor']['median']:.1f}", *cells])
    head = ["compressor", "floor", *(f"{length / 1e6:g} MB" for length in lengths)]
    about = (
        f"{runs[0]['candidates']} candidates of {record.results['mean_candidate_bytes']} bytes on "
        "average; median, and in brackets how many times the floor."
    )
    return {"cost_by_prefix": f"{about}\n\n{table(head, rows)}"}


def targets(results: dict[str, Any]) -> Iterator[Target]:
    runs = {run["compressor"]: run for run in results["runs"]}
    for spec, most in LIMITS.items():
        own = [one["over_floor"] for one in runs[spec]["after_prefix"] if one["prefix_bytes"]]
        mean = runs[spec]["over_floor_all_prefixes"]["mean"]
        yield Target(
            f"a candidate costs at most {most:g} times itself alone: `{spec}`",
            f"{mean:.2f} (by set size {min(own):.2f} to {max(own):.2f})",
            mean <= most,
        )
    for spec in LIMITS:
        own = [one["median"] for one in runs[spec]["after_prefix"] if one["prefix_bytes"]]
        yield Target(
            f"its cost is flat from 100 KB to 20 MB: `{spec}`",
            f"{own[0]:.0f} to {own[-1]:.0f} µs",
            own[-1] <= FLAT * own[0],
        )

"""What one candidate costs, by how much text has been chosen before it.

A primed compressor should cost the same whatever the length of the prefix. Beside it stands the
floor: the candidate alone, with no prefix at all, in the cheaper of two ways, one call a candidate
or the codec's own batch call. Compressors that cannot be primed recompress the prefix each time
and are measured up to 1 MB only.

Usage: python benchmarks/cost_by_prefix.py DATA...
       python benchmarks/cost_by_prefix.py --quick    a minute, on Python's own documentation
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common import measured, microseconds, read_records, significant, write_result
from entropylaw.compressors import Compressor, describe, get_compressor, prime
from entropylaw.io.load import as_corpus
from entropylaw.io.stdlib_pool import stdlib_records

COMPRESSORS = [
    "lz4",
    "zstd:1",
    "zstd:3",
    "zstd:6",
    "zstd:9",
    "zstd:6:long",
    "zlib:1",
    "zlib:6",
    "zlib:9",
    "zlib:9:conditional",
    "zlib-ng:8",
    "isal:2",
    "brotli:5:tail",
    "brotli:5",
    "bz2",
]
PREFIXES = [0, 100_000, 400_000, 1_000_000, 4_000_000, 10_000_000, 20_000_000]
RECOMPRESSED_UP_TO = 1_000_000
SLOW_CANDIDATES = 10
JITTER = 11_000
"""Bytes by which each repeat shifts the end of the prefix: where the open block of the
compressor stands at that point decides part of the cost."""

QUICK_COMPRESSORS = ["lz4", "zstd:3", "zstd:6:long", "zlib:9", "zlib:9:conditional"]
QUICK_PREFIXES = [0, 100_000, 400_000, 1_000_000]


@dataclass(frozen=True)
class Text:
    """Records to be sized, and what is chosen before them."""

    candidates: Sequence[bytes]
    chosen: bytes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="*", type=Path, help="real text: JSONL, may be packed")
    parser.add_argument("--compressors", nargs="+", default=COMPRESSORS)
    parser.add_argument("--candidates", type=int, default=500)
    parser.add_argument("--record-bytes", type=int, default=1_200, help="of a candidate, about")
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--quick", action="store_true", help="no data, no result file")
    options = parser.parse_args()

    if options.quick:
        text = split(list(as_corpus(stdlib_records())), 200, options.record_bytes)
        for spec in QUICK_COMPRESSORS:
            print(json.dumps(costs(get_compressor(spec), text, QUICK_PREFIXES, 3), indent=2))
        return
    if not options.data:
        parser.error("name files of records, or say --quick")
    texts = list(as_corpus(read_records(options.data)))
    text = split(texts, options.candidates, options.record_bytes)
    if len(text.chosen) < PREFIXES[-1] + options.repeats * JITTER:
        parser.error(f"{PREFIXES[-1]:,} bytes of prefix: there are only {len(text.chosen):,}")
    runs = []
    for compressor in map(get_compressor, options.compressors):
        runs.append(costs(compressor, text, PREFIXES, options.repeats))
        print(runs[-1], file=sys.stderr)
        write_result(
            "cost_by_prefix",
            {
                "data": [path.name for path in options.data],
                "mean_candidate_bytes": round(statistics.mean(map(len, text.candidates))),
                "clock": "CPU microseconds per candidate, one thread",
                "runs": runs,
            },
        )


def split(texts: list[bytes], count: int, about: int) -> Text:
    """Return `count` records near a length, and all others in random order."""
    random.Random(0).shuffle(texts)
    near = [text for text in dict.fromkeys(texts) if 0.75 * about < len(text) < 1.25 * about]
    candidates = near[:count]
    taken = set(candidates)
    return Text(candidates, b"\n".join(text for text in texts if text not in taken))


def costs(
    compressor: Compressor, text: Text, prefixes: Sequence[int], repeats: int
) -> dict[str, Any]:
    """Return the cost per candidate of one compressor after each prefix."""
    info = describe(compressor)
    candidates, lengths = text.candidates, list(prefixes)
    if info.priming == "recompress":
        lengths = [length for length in prefixes if length <= RECOMPRESSED_UP_TO]
        candidates = candidates[:SLOW_CANDIDATES]
    alone: list[float] = []
    after: dict[int, list[float]] = {length: [] for length in lengths}
    load = os.getloadavg()[0]
    for repeat in range(repeats):
        alone.append(floor(compressor, candidates))
        for length in lengths:
            primed = prime(compressor, text.chosen[: length + repeat * JITTER] if length else b"")
            primed.size(candidates[0])  # tables are built at first use
            with measured() as cost:
                primed.sizes(candidates)
            after[length].append(cost.cpu)
    primed_costs = [one for length, seconds in after.items() if length for one in seconds]
    return {
        "compressor": info.name,
        "priming": info.priming,
        "candidates": len(candidates),
        "load_before": round(load, 1),
        "floor": microseconds(alone, len(candidates)),
        "over_floor_all_prefixes": {
            "median": over(statistics.median(primed_costs), alone),
            "mean": over(statistics.mean(primed_costs), alone),
        },
        "after_prefix": [
            {"prefix_bytes": length}
            | microseconds(seconds, len(candidates))
            | {"over_floor": over(statistics.median(seconds), alone)}
            for length, seconds in after.items()
        ],
    }


def over(seconds: float, alone: Sequence[float]) -> float:
    """Return how many times the floor that is."""
    return significant(seconds / statistics.median(alone), 3)


def floor(compressor: Compressor, candidates: Sequence[bytes]) -> float:
    """Return the CPU seconds of compressing all candidates with no prefix."""
    with measured() as each:
        for candidate in candidates:
            compressor.compressed_size(candidate)
    context = getattr(compressor, "_one_shot_context", None)
    if context is None:
        return each.cpu
    with measured() as batch:
        context().multi_compress_to_buffer(list(candidates), threads=1)
    return min(each.cpu, batch.cpu)


if __name__ == "__main__":
    main()

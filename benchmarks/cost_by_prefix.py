"""What one candidate costs, by how much text has been chosen before it.

A primed compressor should cost the same whatever the length of the prefix; beside it stands
the floor, the cost of compressing the candidate with no prefix at all. Compressors that cannot
be primed recompress the prefix each time and are measured up to 1 MB only.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from common import measured, microseconds, read_records, significant, write_result
from entropylaw.compressors import Compressor, describe, get_compressor, prime
from entropylaw.io.load import as_corpus

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
    "brotli:5",
    "bz2",
]
PREFIXES = [0, 100_000, 400_000, 1_000_000, 4_000_000, 10_000_000, 20_000_000]
RECOMPRESSED_UP_TO = 1_000_000
JITTER = 11_000
"""Bytes by which each repeat shifts the end of the prefix: where the open block of the
compressor stands at that point decides part of the cost."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="+", type=Path, help="real text: JSONL, may be packed")
    parser.add_argument("--compressors", nargs="+", default=COMPRESSORS)
    parser.add_argument("--candidates", type=int, default=500)
    parser.add_argument("--repeats", type=int, default=9)
    options = parser.parse_args()

    texts = list(as_corpus(read_records(options.data)))
    random.Random(0).shuffle(texts)
    candidates, text = texts[: options.candidates], b"\n".join(texts[options.candidates :])
    if len(text) < PREFIXES[-1] + options.repeats * JITTER:
        parser.error(f"{PREFIXES[-1]:,} bytes of prefix need more data than {len(text):,} bytes")
    runs = []
    for compressor in map(get_compressor, options.compressors):
        runs.append(costs(compressor, text, candidates, options.repeats))
        print(runs[-1], file=sys.stderr)
        write_result(
            "cost_by_prefix",
            {
                "data": [path.name for path in options.data],
                "mean_candidate_bytes": round(statistics.mean(map(len, candidates))),
                "clock": "CPU microseconds per candidate, one thread",
                "runs": runs,
            },
        )


def costs(
    compressor: Compressor, text: bytes, candidates: Sequence[bytes], repeats: int
) -> dict[str, Any]:
    """Return the cost per candidate of one compressor after each prefix."""
    info = describe(compressor)
    lengths = PREFIXES
    if info.priming == "recompress":
        lengths = [length for length in PREFIXES if length <= RECOMPRESSED_UP_TO]
        candidates = candidates[:10]
    floor: list[float] = []
    after: dict[int, list[float]] = {length: [] for length in lengths}
    for repeat in range(repeats):
        with measured() as cost:
            for candidate in candidates:
                compressor.compressed_size(candidate)
        floor.append(cost.cpu)
        for length in lengths:
            primed = prime(compressor, text[: length + repeat * JITTER] if length else b"")
            primed.size(candidates[0])  # tables are built at first use
            with measured() as cost:
                primed.sizes(candidates)
            after[length].append(cost.cpu)
    return {
        "compressor": info.name,
        "priming": info.priming,
        "candidates": len(candidates),
        "floor": microseconds(floor, len(candidates)),
        "after_prefix": [
            {"prefix_bytes": length}
            | microseconds(seconds, len(candidates))
            | {"over_floor": significant(statistics.median(seconds) / statistics.median(floor), 3)}
            for length, seconds in after.items()
        ],
    }


if __name__ == "__main__":
    main()

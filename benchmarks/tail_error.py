"""What `brotli:Q:tail` loses and gains against compressing every candidate with the whole set.

A set grows record by record, as a selection does it; then candidates are sized by the tail
form and by recompression. Each repeat shuffles the records anew.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from common import measured, microseconds, read_records, significant, write_result
from entropylaw.compressors import Brotli
from entropylaw.io.load import as_corpus


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="+", type=Path, help="real text: JSONL, may be packed")
    parser.add_argument("--qualities", nargs="+", type=int, default=[2, 5])
    parser.add_argument("--set-bytes", type=int, default=1_000_000)
    parser.add_argument("--candidates", type=int, default=60)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()

    runs = []
    for path in options.data:
        texts = [b"\n" + text for text in as_corpus(read_records([path])) if text]
        for quality in options.qualities:
            trials = [
                trial(quality, shuffled(texts, seed), options.set_bytes, options.candidates)
                for seed in range(options.repeats)
            ]
            runs.append({"data": path.name, "quality": quality} | summary(trials))
            print(runs[-1], file=sys.stderr)
            write_result(
                "tail_error",
                {
                    "set_bytes": options.set_bytes,
                    "candidates": options.candidates,
                    "repeats": options.repeats,
                    "clock": "CPU microseconds per candidate, one thread",
                    "runs": runs,
                },
            )


def shuffled(texts: Sequence[bytes], seed: int) -> list[bytes]:
    return random.Random(seed).sample(texts, len(texts))


def trial(quality: int, texts: Sequence[bytes], set_bytes: int, candidates: int) -> dict[str, Any]:
    """Size candidates after one growing set by both means."""
    items, chosen = texts[:candidates], b""
    tail = Brotli(quality, tail=True).prime(b"")
    for text in texts[candidates:]:
        if len(chosen) >= set_bytes:
            break
        tail.extend(text)
        chosen += text
    whole = Brotli(quality).prime(chosen)
    with measured() as tail_cost:
        seen = tail.sizes(items)
    with measured() as whole_cost:
        exact = whole.sizes(items)
    raw = len(chosen) + np.array([len(item) for item in items])
    return {
        "rank_correlation": float(spearmanr(raw / seen, raw / exact).statistic),
        "excess_added": float((seen - tail.base).sum() / (exact - whole.base).sum() - 1),
        "excess_base": tail.base / whole.base - 1,
        "tail": tail_cost.cpu / candidates,
        "recompress": whole_cost.cpu / candidates,
    }


def summary(trials: Sequence[dict[str, float]]) -> dict[str, Any]:
    def of(key: str) -> list[float]:
        return [one[key] for one in trials]

    shares = {
        "union_ratio_rank_correlation": of("rank_correlation"),
        "excess_of_added_bytes": of("excess_added"),
        "excess_of_set_bytes": of("excess_base"),
    }
    return {
        name: {
            "median": significant(statistics.median(values), 3),
            "lowest": significant(min(values), 3),
            "highest": significant(max(values), 3),
        }
        for name, values in shares.items()
    } | {"tail": microseconds(of("tail")), "recompress": microseconds(of("recompress"))}


if __name__ == "__main__":
    main()

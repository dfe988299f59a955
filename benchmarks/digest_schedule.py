"""What it changes that a large set is not digested anew each round.

A set grows round by round, as a selection does it. Every few rounds candidates are sized twice:
after the set as it stands, which is digested on the schedule of compressors/dictionary.py, and
after the same bytes digested whole.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from common import read_records, significant, write_result
from entropylaw.compressors import Zstd
from entropylaw.compressors.dictionary import WHOLE
from entropylaw.io.load import as_corpus

ROUND = 100
CODEC = Zstd(6, long=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="+", type=Path, help="real text: JSONL, may be packed")
    parser.add_argument("--candidates", type=int, default=1_000)
    parser.add_argument("--set-bytes", type=int, default=32_000_000)
    parser.add_argument("--every", type=int, default=7, help="rounds from one trial to the next")
    options = parser.parse_args()

    texts = [b"\n" + text for text in as_corpus(read_records(options.data)) if text]
    random.Random(0).shuffle(texts)
    items, pool = texts[: options.candidates], texts[options.candidates :]
    trials = list(trials_of(items, pool, options.set_bytes, options.every))
    write_result(
        "digest_schedule",
        {
            "data": [path.name for path in options.data],
            "compressor": CODEC.name,
            "candidates": len(items),
            "records_a_round": ROUND,
            "from_set_bytes": WHOLE,
            "to_set_bytes": options.set_bytes,
            "trials": len(trials),
        }
        | {
            name: {
                "median": significant(statistics.median(values)),
                "lowest": significant(min(values)),
                "highest": significant(max(values)),
            }
            for name in trials[0]
            if (values := [trial[name] for trial in trials])
        },
    )


def trials_of(
    items: Sequence[bytes], pool: Sequence[bytes], set_bytes: int, every: int
) -> Iterator[dict[str, Any]]:
    """Yield what the schedule changes, every few rounds, once the set is a large one."""
    raw = np.array([len(item) for item in items])
    primed, chosen = CODEC.prime(b""), b""
    for place, start in enumerate(range(0, len(pool), ROUND)):
        more = b"".join(pool[start : start + ROUND])
        primed.extend(more)
        chosen += more
        if len(chosen) > set_bytes:
            return
        if len(chosen) <= WHOLE or place % every:
            continue
        whole = CODEC.prime(chosen)
        scheduled, at_once = (one.sizes(items) - one.base for one in (primed, whole))
        trial = {
            "rank_correlation_of_ratios": correlation(raw / scheduled, raw / at_once),
            "rank_correlation_of_union_ratios": correlation(
                (len(chosen) + raw) / (primed.base + scheduled),
                (len(chosen) + raw) / (primed.base + at_once),
            ),
            "excess_of_added_bytes": float(scheduled.sum() / at_once.sum() - 1),
        }
        print(len(chosen), trial, file=sys.stderr)
        yield trial


def correlation(ours: np.ndarray, theirs: np.ndarray) -> float:
    return float(spearmanr(ours, theirs).statistic)


if __name__ == "__main__":
    main()

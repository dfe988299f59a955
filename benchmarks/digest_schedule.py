"""How far sizes move because a large set is not digested anew each round.

A set grows round by round, as a selection does it. Every few rounds candidates are sized twice:
after the set as it stands, digested on the schedule of compressors/dictionary.py, and after the
same bytes digested whole. quality_by_schedule.py asks what that does to a choice.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from common import read_records, significant, write_result
from entropylaw.compressors import Zstd
from entropylaw.compressors.priming.dictionary import WHOLE
from entropylaw.io.load import as_corpus

CODEC = Zstd(6, long=True)
SHORTEST = (1, 1_000)
"""Records shorter than that, in bytes, are left out; one run each."""

ROUND = 100
EVERY = 29
"""Rounds from one trial to the next."""

CANDIDATES = 1_000
LARGEST_SET = 32_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="+", type=Path, help="real text: JSONL, may be packed")
    options = parser.parse_args()

    texts = [b"\n" + text for text in as_corpus(read_records(options.data)) if text]
    random.Random(0).shuffle(texts)
    runs = []
    for shortest in SHORTEST:
        trials = list(trials_of([text for text in texts if len(text) >= shortest]))
        runs.append({"records_from_bytes": shortest, "trials": len(trials)} | summary(trials))
        print(runs[-1], file=sys.stderr)
    write_result(
        "digest_schedule",
        {
            "data": [path.name for path in options.data],
            "compressor": CODEC.name,
            "candidates": CANDIDATES,
            "records_a_round": ROUND,
            "set_bytes": [WHOLE, LARGEST_SET],
            "runs": runs,
        },
    )


def trials_of(texts: Sequence[bytes]) -> Iterator[dict[str, float]]:
    """Yield what the schedule changes, every few rounds, once the set is a large one."""
    items, pool = texts[:CANDIDATES], texts[CANDIDATES:]
    raw = np.array([len(item) for item in items])
    primed, chosen = CODEC.prime(b""), bytearray()
    for place, start in enumerate(range(0, len(pool), ROUND)):
        more = b"".join(pool[start : start + ROUND])
        primed.extend(more)
        chosen += more
        if len(chosen) > LARGEST_SET:
            return
        if len(chosen) <= WHOLE or place % EVERY:
            continue
        whole = CODEC.prime(bytes(chosen))
        scheduled, at_once = (one.sizes(items) - one.base for one in (primed, whole))
        yield {
            "rank_correlation": float(spearmanr(raw / scheduled, raw / at_once).statistic),
            "excess_of_added_bytes": float(scheduled.sum() / at_once.sum() - 1),
            "mean_added_bytes": float(at_once.mean()),
        }


def summary(trials: Sequence[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Return median, lowest and highest of each measure."""
    return {
        name: {
            "median": significant(statistics.median(values)),
            "lowest": significant(min(values)),
            "highest": significant(max(values)),
        }
        for name in trials[0]
        if (values := [trial[name] for trial in trials])
    }


if __name__ == "__main__":
    main()

"""Does alignment find the records of a pool that are like a target, and what does mixing cost?

A pool of seven sources, and a target of records of one of them that are not in the pool. How many
of the records closest to the target are of its source, by method and compressor, and in how much
time? Then, for a selection that mixes alignment with density by a weight: how many of the chosen
are of that source, how redundant are they (lzma, whose window holds all), and how many bits per
byte does lzma then need for other records of that source?

Usage: python benchmarks/alignment.py DATA...

DATA are the files that SOURCES names.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from common import in_fresh_process, measured, read_records, significant, write_result
from entropylaw import Corpus, ZipSelector, alignment_scores, alignment_weights
from entropylaw.compressors.stdlib import Lzma
from entropylaw.io.load import as_corpus
from entropylaw.types import AlignmentMethod, AnyArray, FloatArray, IntArray

SOURCES = {
    "alpaca_en_52k": 3_000,
    "gpteacher_14k": 2_000,
    "sgd_multiturn_17k_sharegpt": 1_500,
    "gsm8k_train": 1_000,
    "oasst1_fi_8k_text": 1_000,
    "smilechat_zh_6k_sharegpt": 700,
    "mgsm_11lang": 800,
}
"""Records of each in the pool."""
TARGETS = ("alpaca_en_52k", "sgd_multiturn_17k_sharegpt", "gsm8k_train", "oasst1_fi_8k_text")
"""Sources that a target is drawn from, one at a time."""
TARGET_RECORDS = 50
UNSEEN_RECORDS = 350
METHODS: list[tuple[AlignmentMethod, str]] = [
    ("conditional", "zstd:6:long"),
    ("conditional", "zstd:3"),
    ("conditional", "lz4"),
    ("conditional", "zlib:9"),
    ("zip-fit", "zlib:9"),
]
MIXES = (0.0, 0.1, 0.3, 1.0)
CHOSEN = 1_000
JUDGED_BYTES = 150_000
JUDGE = Lzma(preset=9)


@dataclass(frozen=True)
class Case:
    """A pool, where its records are from, and records of one source that are not in it."""

    corpus: Corpus
    sources: AnyArray
    source: str
    target: Corpus
    unseen: bytes

    def share(self, rows: IntArray) -> float:
        """Return the share of these rows that is of the target's source."""
        return significant(float((self.sources[rows] == self.source).mean()), 3)


def read_case(paths: Mapping[str, Path], source: str) -> Case:
    """Draw the pool with a fixed seed, and a target."""
    rng = random.Random(0)
    rows: list[tuple[bytes, str]] = []
    others: list[bytes] = []
    for name, count in SOURCES.items():
        texts = [text for text in as_corpus(read_records([paths[name]])) if text]
        rng.shuffle(texts)
        rows += [(text, name) for text in texts[:count]]
        if name == source:
            others = texts[count : count + TARGET_RECORDS + UNSEEN_RECORDS]
    rng.shuffle(rows)
    return Case(
        corpus=Corpus.from_rows([text for text, _ in rows]),
        sources=np.array([name for _, name in rows]),
        source=source,
        target=Corpus.from_rows(others[:TARGET_RECORDS]),
        unseen=b"\n".join(others[TARGET_RECORDS:]),
    )


def run_source(paths: Mapping[str, Path], source: str) -> dict[str, Any]:
    """Return what each method finds for a target of this source, and what mixing does."""
    case = read_case(paths, source)
    wanted = min(len(case.corpus) // 10, SOURCES[source] // 2)
    methods = []
    for method, spec in METHODS:
        with measured() as cost:
            scores = alignment_scores(
                case.corpus, case.target, method=method, compressor=spec, n_jobs=1
            )
        closest = closest_rows(scores)[:wanted]
        methods.append(
            {
                "method": method,
                "compressor": spec,
                "share_of_closest": case.share(closest),
                "mean_bytes_of_closest": significant(case.corpus.lengths[closest].mean(), 3),
                "cpu_seconds": significant(cost.cpu, 3),
            }
        )
    scores = alignment_scores(case.corpus, case.target, n_jobs=1)
    mixes = [{"weight": mix} | judged(case, mixed_rows(case, scores, mix)) for mix in MIXES]
    mixes.append({"weight": "alignment alone"} | judged(case, closest_rows(scores)[:CHOSEN]))
    return {
        "source": source,
        "pool_records": len(case.corpus),
        "target_records": len(case.target),
        "target_bytes": case.target.total_bytes,
        "share_in_pool": case.share(np.arange(len(case.corpus))),
        "closest": wanted,
        "methods": methods,
        "mixes": mixes,
    }


def closest_rows(scores: FloatArray) -> IntArray:
    """Return all rows, the closest to the target first."""
    return np.argsort(-scores, kind="stable")


def mixed_rows(case: Case, scores: FloatArray, mix: float) -> IntArray:
    """Return what is chosen if alignment is mixed with density by a weight."""
    selector = ZipSelector(CHOSEN, compressor="zstd:6:long", n_jobs=1, progress=False)
    return selector.select(case.corpus, weights=alignment_weights(scores, mix)).indices


def judged(case: Case, rows: IntArray) -> dict[str, float]:
    """Return how much is of the target's source, and what lzma says of the first of it."""
    text = b"\n".join(case.corpus.records(rows))[:JUDGED_BYTES]
    size = JUDGE.compressed_size(text)
    more = JUDGE.compressed_size(text + b"\n" + case.unseen) - size
    return {
        "share_of_chosen": case.share(rows),
        "ratio": significant(len(text) / size),
        "unseen_bits_per_byte": significant(8 * more / len(case.unseen)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="+", type=Path, help="the files that SOURCES names")
    options = parser.parse_args()
    paths = {path.name.partition(".")[0]: path for path in options.data}
    if missing := sorted(SOURCES.keys() - paths.keys()):
        parser.error(f"these files are wanted as well: {', '.join(missing)}")
    runs = []
    for source in TARGETS:
        runs.append(in_fresh_process(run_source, paths, source))
        print(runs[-1], file=sys.stderr)
        write_result(
            "alignment",
            {
                "judge": f"{JUDGE.name}, on the first {JUDGED_BYTES:,} bytes chosen",
                "clock": "CPU seconds, one thread, records in memory",
                "chosen": CHOSEN,
                "runs": runs,
            },
        )


if __name__ == "__main__":
    main()

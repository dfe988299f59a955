"""Training sets of equal bytes, chosen in several ways from the same pools, for `training_runs.py`.

    python benchmarks/training_sets.py FOLDER alpaca.jsonl.gz gpteacher.jsonl.gz sgd.jsonl.gz \
        gsm8k_train.jsonl.gz oasst1_en.jsonl.gz oasst1_fi.jsonl.gz smilechat.jsonl.gz

From all records, 1,500 are held out. A pool is six in ten of the others, drawn anew several times;
from each, sets of the same number of bytes are chosen. FOLDER gets texts.bin and offsets.npy (all
records), sources.json, held_out.npy, and sets.json (rows of each set, how it was chosen, ratios).
"""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from entropylaw import (
    Bytes,
    DedupSelector,
    Guards,
    OwnRatioSelector,
    Quotas,
    RandomSelector,
    ZipSelector,
    compression_ratio,
)
from entropylaw.corpus import Corpus
from entropylaw.errors import EntropyLawWarning
from entropylaw.io.load import as_corpus
from entropylaw.types import IntArray

HELD_OUT = 1_500
POOL_SHARE = 0.6
MOST_OF_A_SOURCE = 5_000_000
"""Bytes taken of one file, so that none outweighs the others."""

JUDGES = ("zlib:9", "zstd:6:long", "lzma:6")
"""What the ratio of each set is measured by."""

Choose = Callable[[Corpus, list[str], int, int], IntArray]
"""From a pool, its sources, bytes and a seed to rows of the pool."""


def drawn(pool: Corpus, sources: list[str], total: int, seed: int) -> IntArray:
    return RandomSelector(Bytes(total), random_state=seed).select(pool).indices


def repeated(times: int) -> Choose:
    """Return a way to draw a smaller set and have each record of it several times."""

    def choose(pool: Corpus, sources: list[str], total: int, seed: int) -> IntArray:
        return np.tile(drawn(pool, sources, total // times, seed), times)

    return choose


def densest(pool: Corpus, sources: list[str], total: int, seed: int) -> IntArray:
    return OwnRatioSelector(Bytes(total), compressor="zstd:3").select(pool).indices


def distinct(pool: Corpus, sources: list[str], total: int, seed: int) -> IntArray:
    return DedupSelector(Bytes(total), random_state=seed).select(pool).indices


def plain(compressor: str) -> Choose:
    def choose(pool: Corpus, sources: list[str], total: int, seed: int) -> IntArray:
        selector = ZipSelector(
            Bytes(total), compressor=compressor, packing="lazy", screening="adaptive"
        )
        return selector.select(pool).indices

    return choose


def guarded(typicality: float) -> Choose:
    """Return whole-set selection with guards, each source having its share of the pool."""

    def choose(pool: Corpus, sources: list[str], total: int, seed: int) -> IntArray:
        selector = ZipSelector(
            Bytes(total),
            compressor="zstd:6:long",
            packing="lazy",
            quotas=Quotas("pool"),
            guards=Guards.all("drop"),
            typicality=typicality,
        )
        return selector.select(pool, groups=sources).indices

    return choose


WAYS: dict[str, Choose] = {
    "random": drawn,
    "random, again": lambda pool, sources, total, seed: drawn(pool, sources, total, 1000 + seed),
    "random, each twice": repeated(2),
    "random, each four times": repeated(4),
    "distinct": distinct,
    "densest alone": densest,
    "zip, zlib:9": plain("zlib:9"),
    "zip, zstd:6:long": plain("zstd:6:long"),
    "guarded": guarded(0.0),
    "guarded, typicality 0.1": guarded(0.1),
    "guarded, typicality 0.5": guarded(0.5),
}


def read(paths: Sequence[Path]) -> tuple[Corpus, list[str]]:
    """Return the records of all files, of each no more than so many bytes, and their sources."""
    texts: list[bytes] = []
    sources: list[str] = []
    for number, path in enumerate(paths):
        corpus = as_corpus(path)
        rows = np.random.default_rng(number).permutation(len(corpus))
        rows = rows[np.cumsum(corpus.lengths[rows]) <= MOST_OF_A_SOURCE]
        texts += [text for text in corpus.records(rows) if text]
        sources += [path.name.partition(".")[0]] * (len(texts) - len(sources))
    return Corpus.from_rows(texts), sources


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("data", nargs="+", type=Path)
    parser.add_argument("--pools", type=int, default=6)
    parser.add_argument("--bytes", type=int, default=2_000_000, help="of each set")
    options = parser.parse_args()

    everything, sources = read(options.data)
    order = np.random.default_rng(0).permutation(len(everything))
    held_out, others = order[:HELD_OUT], order[HELD_OUT:]
    sets = []
    for number in range(options.pools):
        rng = np.random.default_rng(number + 1)
        rows = np.sort(rng.permutation(others)[: int(POOL_SHARE * len(others))])
        pool, of = everything.take(rows), [sources[row] for row in rows.tolist()]
        for way, choose in WAYS.items():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", EntropyLawWarning)
                chosen = rows[choose(pool, of, options.bytes, number)]
            made = everything.take(chosen)
            ratios = {judge: compression_ratio(made, judge) for judge in JUDGES}
            shares = {
                source: float(made.lengths[[sources[row] == source for row in chosen]].sum())
                / made.total_bytes
                for source in sorted(set(sources))
            }
            sets.append(
                {
                    "pool": number,
                    "way": way,
                    "bytes": made.total_bytes,
                    "records": len(chosen),
                    "ratios": ratios,
                    "shares": shares,
                    "rows": chosen.tolist(),
                }
            )
            print(number, way, len(chosen), made.total_bytes, ratios, file=sys.stderr)
    options.folder.mkdir(parents=True, exist_ok=True)
    (options.folder / "texts.bin").write_bytes(b"".join(everything))
    np.save(options.folder / "offsets.npy", everything.offsets)
    np.save(options.folder / "held_out.npy", held_out)
    (options.folder / "sources.json").write_text(json.dumps(sources))
    (options.folder / "sets.json").write_text(json.dumps(sets))


if __name__ == "__main__":
    main()

"""What a candidate costs beside its codec: the path from a row of the pool to a size.

The codec's own call is taken out of the path and an answer that is ready put in its place; all
else runs as it does in a selection: rows are read from the pool, joined to the set, handed to the
codec and their sizes gathered. The stand-ins are called as the codecs are, so that cost is in.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import zstandard

from common import measured, microseconds, read_records, significant, write_result
from entropylaw import Corpus, get_compressor
from entropylaw.compressors import Compressor, Primed
from entropylaw.compressors.priming import BatchSizer, DictionaryPrimed, StateCopyPrimed
from entropylaw.compressors.zstd import _batch_sizes
from entropylaw.io.load import as_corpus
from entropylaw.sizing import Sizer

RECORD_BYTES = 1_200
CANDIDATES = 4_000
CHOSEN_BYTES = 1_000_000


class ReadyState:
    """Stands in for a deflate state."""

    def copy(self) -> ReadyState:
        return self

    def compress(self, data: bytes) -> bytes:
        return b""

    def flush(self) -> bytes:
        return b""


class ReadyFrames:
    """Stands in for a zstd context: its frames were made before."""

    def __init__(self, count: int) -> None:
        context = zstandard.ZstdCompressor(level=1)
        self._frames = context.multi_compress_to_buffer([b"abc"] * count, threads=1)

    def multi_compress_to_buffer(self, items: Sequence[bytes], threads: int) -> Any:
        return self._frames


class Ready:
    """A compressor whose primed prefixes are those of a real one, its codec left out."""

    name: ClassVar[str] = "ready"
    window: ClassVar[None] = None

    def __init__(self, prime: Callable[[bytes], Primed]) -> None:
        self._prime = prime

    def compressed_size(self, data: bytes, /) -> int:
        return 0

    def prime(self, prefix: bytes, /) -> Primed:
        return self._prime(prefix)


def by_dictionary(encode: BatchSizer) -> Ready:
    """Return a compressor primed as those are that read the prefix as a dictionary."""
    return Ready(
        lambda prefix: DictionaryPrimed(
            prefix, one_shot=len, digest=bytes, encoder=lambda _: encode, window=1 << 20
        )
    )


def paths() -> dict[str, Ready]:
    """Return the path of each codec, without the codec."""
    block = partial(ReadyState.compress, ReadyState())
    return {
        "zlib:9": Ready(lambda prefix: StateCopyPrimed(ReadyState())),
        "zstd:3": by_dictionary(partial(_batch_sizes, ReadyFrames(CANDIDATES))),
        "lz4": by_dictionary(lambda items: (len(block(item)) for item in items)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="+", type=Path, help="real text: JSONL, may be packed")
    parser.add_argument("--repeats", type=int, default=15)
    options = parser.parse_args()

    texts = list(as_corpus(read_records(options.data)))
    random.Random(0).shuffle(texts)
    near = [text for text in texts if 0.6 * RECORD_BYTES < len(text) < 1.6 * RECORD_BYTES]
    pool = Corpus.from_rows(near[:CANDIDATES])
    chosen = near[CANDIDATES:]
    reached = np.cumsum([len(text) for text in chosen])
    chosen = chosen[: int(np.searchsorted(reached, CHOSEN_BYTES))]
    runs = []
    for spec, bare in paths().items():
        both = {"whole": get_compressor(spec), "beside_the_codec": bare}
        seconds = timed(both, pool, chosen, options.repeats)
        runs.append(
            {"compressor": spec}
            | {name: microseconds(times, len(pool)) for name, times in seconds.items()}
            | {
                "share": significant(
                    statistics.median(seconds["beside_the_codec"])
                    / statistics.median(seconds["whole"]),
                    3,
                )
            }
        )
        print(runs[-1], file=sys.stderr)
    write_result(
        "overhead",
        {
            "data": [path.name for path in options.data],
            "candidates": len(pool),
            "mean_candidate_bytes": round(float(pool.lengths.mean())),
            "chosen_bytes": CHOSEN_BYTES,
            "clock": "CPU microseconds per candidate, one thread",
            "runs": runs,
        },
    )


def timed(
    compressors: dict[str, Compressor], pool: Corpus, chosen: Sequence[bytes], repeats: int
) -> dict[str, list[float]]:
    """Return the CPU seconds that sizing the whole pool takes, turn by turn."""
    rows = np.arange(len(pool))
    sets = {}
    for name, compressor in compressors.items():
        sets[name] = Sizer(pool, compressor, workers="serial").empty_set()
        sets[name].extend_bytes(chosen)
        sets[name].union_sizes(rows)  # what is made at first use
    seconds: dict[str, list[float]] = {name: [] for name in sets}
    for _ in range(repeats):
        for name, grown in sets.items():
            with measured() as cost:
                grown.union_sizes(rows)
            seconds[name].append(cost.cpu)
    return seconds


if __name__ == "__main__":
    main()

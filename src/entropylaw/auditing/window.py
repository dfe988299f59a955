"""How much of a pool's redundancy a compressor sees, as a function of its window."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

import zstandard

from entropylaw.compressors import Lzma, available_compressors, describe, get_compressor
from entropylaw.errors import CompressorSpecError

SEEN = 0.9
"""Share of the redundancy that a window must see to count as enough."""

SMALLEST, LARGEST = zstandard.WINDOWLOG_MIN, 27
"""Logarithms of the windows that are tried: 1 KiB to 128 MiB."""

SPECS = ("zlib", "lz4", "bz2", "brotli", "zstd:3", "zstd:6", "lzma", "lzma:9", "zstd:6:long")
"""Forms of the built-in compressors that differ in memory, beside the default of each name."""

_TABLES, _SEARCHES = 25, 6


@dataclass(frozen=True, slots=True)
class WindowCurve:
    """The size of a sample of the pool, in random order, by compressors that see so far back.

    One codec is used throughout, zstd; nothing but its window changes. In ordinary text each
    doubling of the window saves about as much as the one before. A jump, or a curve that still
    rises at its end, is repetition from afar.

    Attributes
    ----------
    windows : tuple of int
        Bytes of history, ascending; powers of 2.
    sizes : tuple of int
        Compressed bytes at each window.
    raw : int
        Bytes of the sample.
    records : int
        Records of the sample.
    whole : bool
        Whether the sample is the whole pool.
    judge : str
        An independent compressor.
    judge_size : int
        Compressed bytes by it.
    """

    windows: tuple[int, ...]
    sizes: tuple[int, ...]
    raw: int
    records: int
    whole: bool
    judge: str
    judge_size: int

    @property
    def ratios(self) -> tuple[float, ...]:
        """Compression ratio at each window."""
        return tuple(self.raw / size for size in self.sizes)

    @property
    def seen(self) -> tuple[float, ...]:
        """Share of the redundancy between the smallest and the largest window seen at each."""
        most = max(0, self.sizes[0] - min(self.sizes))
        return tuple((self.sizes[0] - size) / most if most else 1.0 for size in self.sizes)

    @property
    def needed(self) -> int:
        """The smallest window, in bytes, that sees 90 % of that redundancy."""
        return next(w for w, seen in zip(self.windows, self.seen, strict=True) if seen >= SEEN)

    def seen_by(self, window: int | None) -> float:
        """Return the share of the redundancy that a window sees: on the line between two points."""
        if window is None or window >= self.windows[-1]:
            return self.seen[-1]
        if window <= self.windows[0]:
            return self.seen[0]
        place = next(i for i, known in enumerate(self.windows) if known >= window)
        low, high = (math.log2(self.windows[i]) for i in (place - 1, place))
        part = (math.log2(window) - low) / (high - low)
        return (1 - part) * self.seen[place - 1] + part * self.seen[place]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self) | {
            "ratios": self.ratios,
            "seen": self.seen,
            "needed": self.needed,
            "enough": compressors_with(self.needed),
        }


def window_curve(data: bytes, *, records: int, whole: bool, n_jobs: int) -> WindowCurve:
    """Measure these bytes, in their order, with windows from 1 KiB to all of them.

    Parameters
    ----------
    data : bytes
        Records in random order.
    records : int
        How many they are.
    whole : bool
        Whether they are the whole pool.
    n_jobs : int
        Threads, one window each.

    Examples
    --------
    >>> import random
    >>> block = random.Random(0).randbytes(50_000)
    >>> curve = window_curve(block + block, records=2, whole=True, n_jobs=1)
    >>> curve.needed
    65536
    """
    last = min(max((max(len(data), 1) - 1).bit_length(), SMALLEST), LARGEST)
    logs = range(SMALLEST, last + 1)
    judge = Lzma()
    with ThreadPoolExecutor(n_jobs) as pool:
        judged = pool.submit(judge.compressed_size, data)
        sizes = list(pool.map(lambda log: size_with_window(data, log), logs))
        judge_size = judged.result()
    windows = tuple(1 << log for log in logs)
    return WindowCurve(windows, tuple(sizes), len(data), records, whole, judge.name, judge_size)


def size_with_window(data: bytes, window_log: int) -> int:
    """Return the compressed size of bytes for a codec that sees 2 ** `window_log` bytes back."""
    tables = min(window_log + 1, _TABLES)  # as many places as the window has, and some more
    parameters = zstandard.ZstdCompressionParameters(
        window_log=window_log,
        hash_log=tables,
        chain_log=tables,
        search_log=_SEARCHES,
        strategy=zstandard.STRATEGY_LAZY2,
        write_content_size=0,
        write_checksum=0,
        write_dict_id=0,
    )
    return len(zstandard.ZstdCompressor(compression_params=parameters).compress(data))


def ratio_of_whole(data: bytes) -> float:
    """Return the compression ratio of bytes for the same codec with all of them in view."""
    log = min(max(len(data).bit_length(), SMALLEST), LARGEST)
    return len(data) / size_with_window(data, log)


def compressors_with(window: int) -> tuple[str, ...]:
    """Return the compressors here that see so many bytes back.

    Examples
    --------
    >>> "zstd:6:long" in compressors_with(1 << 23), "zlib:9" in compressors_with(1 << 23)
    (True, False)
    """
    return tuple(name for name, sees in _windows() if sees is None or sees >= window)


def _windows() -> Iterator[tuple[str, int | None]]:
    told = set()
    for spec in (*available_compressors(), *SPECS):
        try:
            info = describe(get_compressor(spec))
        except CompressorSpecError:
            continue  # a third party's, which has no default form
        if info.name not in told:
            told.add(info.name)
            yield info.name, info.window

"""Share of a pool's redundancy that a compressor captures, as a function of its window."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import zstandard

from entropylaw.compressors import Lzma, available_compressors, describe, get_compressor
from entropylaw.errors import CompressorSpecError
from entropylaw.render.result import TableResult
from entropylaw.render.tables import Table, human_bytes
from entropylaw.sizing import in_threads

SEEN = 0.9
"""Share of the redundancy that a sufficient window captures."""

SMALLEST, LARGEST = zstandard.WINDOWLOG_MIN, 27
"""Logarithms of the smallest and largest window: 1 KiB and 128 MiB."""

SPECS = ("zlib", "lz4", "bz2", "brotli", "zstd:3", "zstd:6", "lzma", "lzma:9", "zstd:6:long")
"""Built-in compressors with different windows, in addition to the default of each name."""

_TABLES, _SEARCHES = 25, 6


@dataclass(frozen=True, slots=True, repr=False)
class WindowCurve(TableResult):
    """Compressed size of a sample of the pool, in random order, by window of the compressor.

    The codec is zstd throughout; only its window varies. In ordinary text each doubling of the
    window saves about as much as the one before. A jump, or a curve that still rises at its end,
    indicates repetition at a distance.

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
        """Share captured at each window of what the largest saves over the smallest."""
        most = max(0, self.sizes[0] - min(self.sizes))
        return tuple((self.sizes[0] - size) / most if most else 1.0 for size in self.sizes)

    @property
    def needed(self) -> int:
        """The smallest window, in bytes, that captures 90 % of that redundancy."""
        return next(w for w, seen in zip(self.windows, self.seen, strict=True) if seen >= SEEN)

    def seen_by(self, window: int | None) -> float:
        """Return the share of the redundancy that a window captures, interpolated."""
        if window is None or window >= self.windows[-1]:
            return self.seen[-1]
        if window <= self.windows[0]:
            return self.seen[0]
        place = next(i for i, known in enumerate(self.windows) if known >= window)
        low, high = (math.log2(self.windows[i]) for i in (place - 1, place))
        part = (math.log2(window) - low) / (high - low)
        return (1 - part) * self.seen[place - 1] + part * self.seen[place]

    def to_dict(self) -> dict[str, Any]:
        """Return the curve as plain values that JSON can hold."""
        return asdict(self) | {
            "ratios": self.ratios,
            "seen": self.seen,
            "needed": self.needed,
            "enough": compressors_with(self.needed),
        }

    def _headline(self) -> str:
        return f"{len(self.windows)} windows, needed={human_bytes(self.needed)}"

    def _table(self) -> Table:
        steps = range(len(self.windows) % 2 == 0, len(self.windows), 2)
        rows = [
            (human_bytes(self.windows[i]), f"{self.ratios[i]:.2f}", f"{100 * self.seen[i]:.0f} %")
            for i in steps
        ]
        of = "all" if self.whole else f"a sample of {self.records:,}"
        note = (
            f"Compression ratio of {of} records in random order ({human_bytes(self.raw)}), by zstd "
            f"with this window.\nFor comparison, {self.judge}: {self.raw / self.judge_size:.2f}."
        )
        return Table.of(("window", "ratio", "captured"), rows, title="Window", note=note)

    def _columns(self) -> Mapping[str, Any]:
        return {
            "window": self.windows,
            "size": self.sizes,
            "ratio": self.ratios,
            "seen": self.seen,
        }


def window_curve(data: bytes, *, records: int, whole: bool, n_jobs: int) -> WindowCurve:
    """Measure these bytes, in their order, with windows from 1 KiB to all of them.

    Parameters
    ----------
    data : bytes
        Records in random order.
    records : int
        Number of records.
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
    measures = [partial(judge.compressed_size, data)]  # the slowest first
    measures += [partial(size_with_window, data, log) for log in logs]
    judge_size, *sizes = in_threads(lambda measure: measure(), measures, n_jobs=n_jobs)
    windows = tuple(1 << log for log in logs)
    return WindowCurve(windows, tuple(sizes), len(data), records, whole, judge.name, judge_size)


def size_with_window(data: bytes, window_log: int) -> int:
    """Return the compressed size of bytes with a window of 2 ** `window_log` bytes."""
    tables = min(window_log + 1, _TABLES)  # entries for every position in the window, and more
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
    """Return the compression ratio of bytes with a window that spans all of them."""
    log = min(max(len(data).bit_length(), SMALLEST), LARGEST)
    return len(data) / size_with_window(data, log)


def compressors_with(window: int) -> tuple[str, ...]:
    """Return the available compressors with at least this window, in bytes.

    Examples
    --------
    >>> "zstd:6:long" in compressors_with(1 << 23), "zlib:9" in compressors_with(1 << 23)
    (True, False)
    """
    return tuple(name for name, sees in _windows() if sees is None or sees >= window)


def window_needed(curve: WindowCurve) -> str:
    """Return in a sentence the window that is needed, and the compressors that have it."""
    least = "" if curve.whole else "at least "
    enough = ", ".join(compressors_with(curve.needed)) or "none here"
    return (
        f"A window of {least}{human_bytes(curve.needed)} captures 90 % of the redundancy; "
        f"compressors with at least that: {enough}."
    )


def _windows() -> Iterator[tuple[str, int | None]]:
    listed = set()
    for spec in (*available_compressors(), *SPECS):
        try:
            info = describe(get_compressor(spec))
        except CompressorSpecError:
            continue  # a third party's, without a default form
        if info.name not in listed:
            listed.add(info.name)
            yield info.name, info.window

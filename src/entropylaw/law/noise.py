"""Standard error of a compression ratio over records."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from entropylaw.compressors import Compressor, describe, get_compressor, prime
from entropylaw.compressors.base import measured_size
from entropylaw.corpus import Corpus
from entropylaw.errors import InputError
from entropylaw.io.load import Render, Text, as_corpus
from entropylaw.progress import with_bar
from entropylaw.render.result import Result
from entropylaw.render.tables import Table, number
from entropylaw.sizing import in_threads, resolve_jobs, uses_threads
from entropylaw.types import FloatArray, IntArray
from entropylaw.validation import flag, integer, optional

MIN_BLOCKS = 5
"""Least number of blocks; fewer leave fewer than three second differences."""


@dataclass(frozen=True, repr=False)
class RatioNoise(Result):
    """Compression ratio of a set, with its standard error over records.

    Attributes
    ----------
    compression_ratio : float
        Raw bytes / compressed bytes; dimensionless.
    std_err : float
        Standard error of `compression_ratio`: its spread over samples of as many records from
        the same source.
    blocks : int
        Blocks of consecutive records that the standard error was computed from.
    records : int
        Records, or entries of the arrays given.
    """

    compression_ratio: float
    std_err: float
    blocks: int
    records: int

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return asdict(self)

    def _headline(self) -> str:
        ratio, error = number(self.compression_ratio), number(self.std_err, 2)
        return f"{ratio} ± {error}, {self.records:,} records in {self.blocks:,} blocks"

    def _table(self) -> Table:
        facts = {
            "compression ratio": number(self.compression_ratio),
            "standard error": number(self.std_err, 2),
            "records": f"{self.records:,} in {self.blocks:,} blocks",
        }
        return Table.of_facts("Compression ratio with its noise", facts)

    def _columns(self) -> Mapping[str, Any]:
        return {name: [value] for name, value in self.to_dict().items()}


def ratio_noise(raw: npt.ArrayLike, compressed: npt.ArrayLike, *, blocks: int = 40) -> RatioNoise:
    """Return the compression ratio of a set and its standard error over records.

    The records are cut into blocks of consecutive records. With r and c the raw and compressed
    bytes that a block adds, R = sum(r) / sum(c), and u = r - R c is the departure of a block from
    R. The variance of sum(u) comes from second differences of u, which cancel a smooth drift:
    later blocks add fewer bytes because the compressor has seen more, and an ordinary jackknife
    counts that drift as noise. The bootstrap over records is not usable, because copies of a
    record compress to almost nothing and inflate R itself.

    Parameters
    ----------
    raw : array_like of shape (n,)
        Raw bytes of each record, in the order they were compressed.
    compressed : array_like of shape (n,)
        Bytes that each record added to the compressed size of the set, same order.
    blocks : int, default 40
        Blocks to form, 5 or more; with fewer records, each record is a block.

    Returns
    -------
    RatioNoise
        The ratio, its standard error, and the numbers of blocks and records.

    Raises
    ------
    ConfigError
        If `blocks` is not an integer of at least 5.
    InputError
        If the arrays differ in length, have fewer than 5 entries or a negative or non-finite one.

    Examples
    --------
    >>> noise = ratio_noise([300, 320, 310, 290, 305, 315], [100, 110, 102, 97, 103, 104])
    >>> noise
    RatioNoise(2.987 ± 0.026, 6 records in 6 blocks)
    """
    r, c = _sizes("raw", raw), _sizes("compressed", compressed)
    if len(r) != len(c):
        raise InputError(
            f"raw and compressed: expected arrays of one length; saw {len(r)} and {len(c)}. "
            "Give both for the same records, in the same order."
        )
    used = _block_count(len(r), blocks)
    if not c.sum() > 0 or not r.sum() > 0:
        raise InputError("raw and compressed: expected totals above 0 bytes; saw a total of 0.")
    starts = np.arange(used) * len(r) // used
    ratio, std_err = ratio_of_sums(np.add.reduceat(r, starts), np.add.reduceat(c, starts))
    return RatioNoise(ratio, std_err, used, len(r))


def measure_ratio_noise(
    data: object,
    compressor: str | Compressor = "zlib",
    *,
    render: Render = None,
    text: Text = None,
    blocks: int = 20,
    n_jobs: int | None = 1,
    progress: bool | None = None,
) -> RatioNoise:
    """Measure the compression ratio of a set and its standard error over records.

    Compressors with exact priming read each block once. The others compress the growing set
    again after each block, which costs about `blocks` / 2 compressions of the whole set. Where
    conditional sizes have been computed already, `ratio_noise` takes them.

    Parameters
    ----------
    data : records in any container, a path, or a Corpus
        The records of the set, in order; 5 or more.
    compressor, render, text
        As in `compression_ratio`.
    blocks : int, default 20
        Blocks to form, 5 or more; with fewer records, each record is a block.
    n_jobs : int or None, default 1
        Threads in which a compressor without exact priming compresses the growing set, if it has
        ``releases_gil``; None for all cores. Each holds a copy of the set. The result does not
        depend on it.
    progress : bool or None, default None
        Whether to show a progress bar on stderr; None: only on a terminal or in a notebook.

    Returns
    -------
    RatioNoise
        Its ratio is that of `compression_ratio`.

    Raises
    ------
    ConfigError
        If `blocks` is not an integer of at least 5.
    InputError
        If there are fewer than 5 records, or they cannot be read.

    Examples
    --------
    >>> noise = measure_ratio_noise([f"{i} squared is {i * i}." for i in range(99)])
    >>> noise.blocks, noise.std_err > 0
    (20, True)
    """
    progress = optional(flag)("progress", progress)
    jobs, codec = resolve_jobs(n_jobs), get_compressor(compressor)
    corpus = as_corpus(data, render=render, text=text)
    used = _block_count(len(corpus), blocks)
    ends = np.arange(used + 1) * len(corpus) // used
    if describe(codec).priming == "exact":
        grown = _primed_sizes(codec, corpus, ends)
    else:
        jobs = jobs if uses_threads(codec) else 1
        grown = in_threads(partial(_whole_sizes, codec, corpus), ends[1:].tolist(), n_jobs=jobs)
    sizes = with_bar(
        grown,
        label="measure",
        total=used,
        unit="block",
        size=lambda _: 1,
        progress=progress,
    )
    raw, compressed = np.diff([(0, 0), *sizes], axis=0).T.astype(np.float64)
    ratio, std_err = ratio_of_sums(raw, compressed)
    return RatioNoise(ratio, std_err, used, len(corpus))


def ratio_of_sums(numerator: FloatArray, denominator: FloatArray) -> tuple[float, float]:
    """Return sum(numerator) / sum(denominator) and its standard error, robust to drift.

    Both arrays have shape (n,); the standard error is NaN for n < 5.
    """
    total = float(denominator.sum())
    ratio = float(numerator.sum()) / total
    if len(numerator) < MIN_BLOCKS:
        return ratio, math.nan
    residual = numerator - ratio * denominator
    bend = residual[2:] - 2 * residual[1:-1] + residual[:-2]
    # A second difference of independent values has 1 + 4 + 1 times their variance.
    variance = len(residual) * float(np.mean(bend**2)) / 6
    return ratio, math.sqrt(variance) / total


def _primed_sizes(codec: Compressor, corpus: Corpus, ends: IntArray) -> Iterator[tuple[int, int]]:
    """Yield raw and compressed bytes of the set after each block, reading each block once."""
    framing = corpus.framing
    primed = prime(codec, framing.opening)
    raw = len(framing.opening)
    for start, end in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        joined = framing.joiner.join(corpus.records(np.arange(start, end)))
        block = joined if start == 0 else framing.joiner + joined
        primed.extend(block)
        raw += len(block)
        yield raw + len(framing.closing), primed.size(framing.closing)


def _whole_sizes(codec: Compressor, corpus: Corpus, end: int) -> tuple[int, int]:
    """Return raw and compressed bytes of the records before `end`, compressed as a whole."""
    grown = corpus.framing.whole(corpus.records(np.arange(end)))
    return len(grown), measured_size(codec, grown)


def _block_count(records: int, blocks: object) -> int:
    """Return the number of blocks to form; raise if there are too few blocks or records."""
    wanted = integer("blocks", blocks, at_least=MIN_BLOCKS, hint="Try blocks=40.")
    if records < MIN_BLOCKS:
        raise InputError(
            f"expected {MIN_BLOCKS} records or more; saw {records}. "
            "The noise over records cannot be estimated from fewer."
        )
    return min(wanted, records)


def _sizes(name: str, values: npt.ArrayLike) -> FloatArray:
    """Return sizes in bytes as floats; raise InputError unless all are finite and 0 or more."""
    sizes = np.asarray(values, dtype=np.float64)
    if sizes.ndim != 1:
        raise InputError(f"{name}: expected one number per record; saw shape {sizes.shape}.")
    wrong = np.flatnonzero(~(np.isfinite(sizes) & (sizes >= 0)))
    if wrong.size:
        row = int(wrong[0])
        raise InputError(
            f"{name}, row {row}: expected a size in bytes of at least 0; saw {sizes[row]}."
        )
    return sizes

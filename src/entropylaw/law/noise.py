"""How uncertain a compression ratio or a mean loss is: the noise of a ratio of two sums."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from entropylaw.compressors import Compressor, get_compressor
from entropylaw.compressors.base import measured_size
from entropylaw.errors import ConfigError, InputError
from entropylaw.io.load import Render, Text, as_corpus
from entropylaw.types import FloatArray

LEAST_BLOCKS = 5
"""Fewer blocks than this leave fewer than three second differences."""


@dataclass(frozen=True)
class RatioNoise:
    """A compression ratio and its noise over records.

    Attributes
    ----------
    compression_ratio : float
        Raw bytes / compressed bytes; dimensionless.
    std_err : float
        Standard error of `compression_ratio`: how much it would move with another sample of
        as many records from the same source.
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


def ratio_noise(raw: npt.ArrayLike, compressed: npt.ArrayLike, *, blocks: int = 40) -> RatioNoise:
    """Return the compression ratio of a set and its standard error over records.

    The records are cut into blocks of consecutive records. With r and c the raw and compressed
    bytes a block adds, R = sum(r) / sum(c), and u = r - R c says how much each block departs
    from R. The variance of sum(u) is taken from second differences of u, which a smooth drift
    leaves alone: later blocks add fewer bytes because the compressor has seen more, and an
    ordinary jackknife takes that drift for noise.
    Drawing records with replacement would be worse: a copy of a record compresses to nothing,
    so the bootstrap inflates R itself.

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
        The ratio, its standard error, and what they were computed from.

    Raises
    ------
    ConfigError
        If `blocks` is not a whole number of 5 or more.
    InputError
        If the arrays do not match, hold fewer than 5 entries or a value that is no size.

    Examples
    --------
    >>> noise = ratio_noise([300, 320, 310, 290, 305, 315], [100, 110, 102, 97, 103, 104])
    >>> round(noise.compression_ratio, 3), round(noise.std_err, 3)
    (2.987, 0.026)
    """
    r, c = _sizes("raw", raw), _sizes("compressed", compressed)
    if len(r) != len(c):
        raise InputError(
            f"raw and compressed: expected arrays of one length; saw {len(r)} and {len(c)}. "
            "Give both for the same records, in the same order."
        )
    _check_counts(len(r), blocks)
    if not c.sum() > 0 or not r.sum() > 0:
        raise InputError("raw and compressed: expected totals above 0 bytes; saw a total of 0.")
    used = min(blocks, len(r))
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
) -> RatioNoise:
    """Measure the compression ratio of a set and its standard error over records.

    Sizes the growing set after each block, so it costs about `blocks` / 2 compressions of the
    whole set. Where conditional sizes are at hand already, `ratio_noise` is free.

    Parameters
    ----------
    data : records in any container, a path, or a Corpus
        The records of the set, in order; 5 or more.
    compressor, render, text
        As in `compression_ratio`.
    blocks : int, default 20
        Blocks to form, 5 or more; with fewer records, each record is a block.

    Returns
    -------
    RatioNoise
        Its ratio is that of `compression_ratio`.

    Raises
    ------
    ConfigError
        If `blocks` is not a whole number of 5 or more.
    InputError
        If there are fewer than 5 records, or they cannot be read.

    Examples
    --------
    >>> noise = measure_ratio_noise([f"{i} squared is {i * i}." for i in range(99)])
    >>> noise.blocks, noise.std_err > 0
    (20, True)
    """
    codec = get_compressor(compressor)
    corpus = as_corpus(data, render=render, text=text)
    _check_counts(len(corpus), blocks)
    used = min(blocks, len(corpus))
    raw, sizes = [0], [0]
    for block in range(1, used + 1):
        grown = corpus.framing.whole(corpus.records(np.arange(block * len(corpus) // used)))
        raw.append(len(grown))
        sizes.append(measured_size(codec, grown))
    ratio, std_err = ratio_of_sums(np.diff(raw).astype(float), np.diff(sizes).astype(float))
    return RatioNoise(ratio, std_err, used, len(corpus))


def ratio_of_sums(numerator: FloatArray, denominator: FloatArray) -> tuple[float, float]:
    """Return sum(numerator) / sum(denominator) and its standard error, robust to drift.

    Both arrays have shape (n,); the standard error is NaN for n < 5.
    """
    total = float(denominator.sum())
    ratio = float(numerator.sum()) / total
    if len(numerator) < LEAST_BLOCKS:
        return ratio, math.nan
    residual = numerator - ratio * denominator
    bend = residual[2:] - 2 * residual[1:-1] + residual[:-2]
    # A second difference of independent values has 1 + 4 + 1 times their variance.
    variance = len(residual) * float(np.mean(bend**2)) / 6
    return ratio, math.sqrt(variance) / total


def _check_counts(records: int, blocks: int) -> None:
    """Refuse too few blocks, or too few records to form them."""
    if isinstance(blocks, bool) or not isinstance(blocks, int) or blocks < LEAST_BLOCKS:
        raise ConfigError(
            f"blocks: expected a whole number of {LEAST_BLOCKS} or more; saw {blocks!r}. "
            "Try blocks=40."
        )
    if records < LEAST_BLOCKS:
        raise InputError(
            f"expected {LEAST_BLOCKS} records or more; saw {records}. "
            "The noise over records cannot be known from so few."
        )


def _sizes(name: str, values: npt.ArrayLike) -> FloatArray:
    """Return sizes in bytes as floats; refuse what is no size."""
    sizes = np.asarray(values, dtype=np.float64)
    if sizes.ndim != 1:
        raise InputError(f"{name}: expected one number a record; saw shape {sizes.shape}.")
    wrong = np.flatnonzero(~(np.isfinite(sizes) & (sizes >= 0)))
    if wrong.size:
        row = int(wrong[0])
        raise InputError(
            f"{name}, row {row}: expected a size in bytes, 0 or more; saw {sizes[row]}."
        )
    return sizes

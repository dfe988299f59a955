"""Compression ratios of a set, of each record, of groups, and given what is known already.

Two directions are in use for the same thing, so both are named: *compression ratio* is raw
bytes over compressed bytes (low is dense, high is redundant); *compressed fraction* is its
inverse.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from entropylaw.compressors import Compressor, get_compressor, prime
from entropylaw.compressors.base import measured_size
from entropylaw.corpus import Corpus
from entropylaw.errors import InputError
from entropylaw.io.columns import column_of
from entropylaw.io.load import Render, Text, as_corpus
from entropylaw.types import FloatArray, IntArray

__all__ = [
    "compressed_fraction",
    "compression_ratio",
    "conditional_ratios",
    "conditional_sizes",
    "group_ratios",
    "sample_ratios",
]


def compression_ratio(
    data: object,
    compressor: str | Compressor = "zlib",
    *,
    render: Render = None,
    text: Text = None,
) -> float:
    """Return raw bytes over compressed bytes of the whole set; low is dense, high is redundant.

    Parameters
    ----------
    data : records in any container, a path, or a Corpus
        The records; joined by a newline in the order given.
    compressor : str or Compressor, default "zlib"
        A specification such as ``"zstd:6"``, or an object.
    render, text
        How a record becomes text; see `ZipSelector`.

    Returns
    -------
    float
        Dimensionless; about 1 or more, less for very short data.

    Raises
    ------
    EmptyPoolError
        If there is no record.

    Examples
    --------
    >>> compression_ratio(["the same words again"] * 50) > 10
    True
    """
    codec = get_compressor(compressor)
    whole = _whole(as_corpus(data, render=render, text=text))
    return len(whole) / max(measured_size(codec, whole), 1)


def compressed_fraction(
    data: object,
    compressor: str | Compressor = "zlib",
    *,
    render: Render = None,
    text: Text = None,
) -> float:
    """Return compressed bytes over raw bytes of the whole set: the inverse of the ratio.

    Parameters and errors are those of `compression_ratio`; a set of empty records has no
    fraction and raises InputError.

    Examples
    --------
    >>> compressed_fraction(["the same words again"] * 50) < 0.1
    True
    """
    ratio = compression_ratio(data, compressor, render=render, text=text)
    if ratio == 0:
        raise InputError("every record is empty, so there is no compressed fraction.")
    return 1 / ratio


def sample_ratios(
    data: object,
    compressor: str | Compressor = "zlib",
    *,
    render: Render = None,
    text: Text = None,
) -> FloatArray:
    """Return the compression ratio of each record on its own.

    Parameters are those of `compression_ratio`.

    Returns
    -------
    float array, shape (n,)
        Dimensionless. Short records can lie below 1; an empty record has ratio 0.

    Examples
    --------
    >>> short, repetitive = sample_ratios(["abc", "abc" * 100])
    >>> bool(short < 1 < repetitive)
    True
    """
    corpus = as_corpus(data, render=render, text=text)
    items = [corpus.framing.whole([row]) for row in corpus]
    sizes = prime(get_compressor(compressor), b"").sizes(items)
    lengths: IntArray = np.fromiter(map(len, items), np.int64, len(items))
    ratios: FloatArray = lengths / np.maximum(sizes, 1)
    return ratios


def group_ratios(
    data: object,
    groups: str | Sequence[object],
    compressor: str | Compressor = "zlib",
    *,
    render: Render = None,
    text: Text = None,
) -> dict[object, float]:
    """Return the compression ratio of each group's records as a set of their own.

    Parameters
    ----------
    data : records in any container, a path, or a Corpus
        The records.
    groups : str or sequence, length n
        The group of each record, or the column that names it: a source, a language.
    compressor, render, text
        As in `compression_ratio`.

    Raises
    ------
    ColumnError
        If there is no such column; names those seen.
    InputError
        If there is not one group for each record.

    Examples
    --------
    >>> ratios = group_ratios(["aaaa" * 99, "word " * 9, "aaaa" * 99], ["a", "b", "a"])
    >>> ratios["a"] > ratios["b"]
    True
    """
    corpus = as_corpus(data, render=render, text=text)
    codec = get_compressor(compressor)
    if isinstance(groups, str):
        groups = column_of(data, groups, len(corpus))
    if len(groups) != len(corpus):
        raise InputError(
            f"expected one group for each of the {len(corpus)} records, got {len(groups)}."
        )
    rows: dict[object, list[int]] = {}
    for row, group in enumerate(groups):
        rows.setdefault(group, []).append(row)
    ratios = {}
    for group, members in rows.items():
        whole = corpus.framing.whole(corpus.records(np.array(members, np.int64)))
        ratios[group] = len(whole) / max(measured_size(codec, whole), 1)
    return ratios


def conditional_sizes(
    data: object,
    given: object,
    compressor: str | Compressor = "zlib",
    *,
    render: Render = None,
    text: Text = None,
) -> IntArray:
    """Return the bytes that each record adds when the compressor already knows `given`.

    Parameters
    ----------
    data : records in any container, a path, or a Corpus
        The records that are measured, each on its own.
    given : records in any container, a path, or a Corpus
        What is known; only the end of it that lies within the compressor's window counts.
    compressor, render, text
        As in `compression_ratio`.

    Returns
    -------
    int64 array, shape (n,)
        Bytes.

    Examples
    --------
    >>> known = ["the quick brown fox jumps over the lazy dog"]
    >>> seen, unseen = conditional_sizes(["the quick brown fox", "quantum theory"], known)
    >>> bool(seen < unseen)
    True
    """
    pool = as_corpus(data, render=render, text=text)
    known = as_corpus(given, render=render, text=text)
    joiner = pool.framing.joiner
    primed = prime(get_compressor(compressor), known.framing.joiner.join(known))
    sizes: IntArray = primed.sizes([joiner + row for row in pool]) - primed.base
    return sizes


def conditional_ratios(
    data: object,
    given: object,
    compressor: str | Compressor = "zlib",
    *,
    render: Render = None,
    text: Text = None,
) -> FloatArray:
    """Return each record's bytes over the bytes it adds to what is known.

    Parameters are those of `conditional_sizes`. A record that adds nothing has ratio infinity.

    Returns
    -------
    float array, shape (n,)
        Dimensionless; low is new, high is known already.

    Examples
    --------
    >>> known = ["the quick brown fox jumps over the lazy dog"]
    >>> seen, unseen = conditional_ratios(["the quick brown fox", "quantum theory"], known)
    >>> bool(seen > unseen)
    True
    """
    pool = as_corpus(data, render=render, text=text)
    added = conditional_sizes(pool, given, compressor, render=render, text=text)
    lengths = pool.lengths + len(pool.framing.joiner)
    ratios: FloatArray = np.where(added > 0, lengths / np.maximum(added, 1), np.inf)
    return ratios


def _whole(corpus: Corpus) -> bytes:
    return corpus.framing.whole(corpus)

"""Compression ratios of a set, of each record, of groups, and of records given others.

Two directions are in use for the same quantity, so both are named: *compression ratio* is raw
bytes over compressed bytes (low is dense, high is redundant); *compressed fraction* is its
inverse.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np

from entropylaw.compressors import Compressor, get_compressor
from entropylaw.compressors.base import measured_size
from entropylaw.corpus import Corpus, Framing, batches
from entropylaw.errors import InputError
from entropylaw.io.load import Render, Text, as_corpus, read_pool
from entropylaw.progress import with_bar
from entropylaw.sizing import Sizer, in_steps, in_threads, resolve_jobs, uses_threads
from entropylaw.types import FloatArray, IntArray
from entropylaw.validation import flag, one_per_record, optional

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
    return _ratio(codec, _joined(as_corpus(data, render=render, text=text)))


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
        raise InputError(
            "data: expected records with text; saw only empty ones, which have no compressed "
            "fraction. Try compression_ratio, which is 0 for them."
        )
    return 1 / ratio


def sample_ratios(
    data: object,
    compressor: str | Compressor = "zlib",
    *,
    render: Render = None,
    text: Text = None,
    n_jobs: int | None = None,
    progress: bool | None = None,
) -> FloatArray:
    """Return the compression ratio of each record on its own.

    Records with the same bytes are compressed once.

    Parameters
    ----------
    data : records in any container, a path, or a Corpus
        The records.
    compressor, render, text
        As in `compression_ratio`.
    n_jobs : int or None, default None
        Threads; None for all cores. The ratios do not depend on it.
    progress : bool or None, default None
        Whether to show a progress bar on stderr; None: only on a terminal or in a notebook.

    Returns
    -------
    float array, shape (n,)
        Dimensionless. Short records can lie below 1; an empty record has ratio 0.

    Raises
    ------
    EmptyPoolError
        If there is no record.

    Examples
    --------
    >>> short, repetitive = sample_ratios(["abc", "abc" * 100])
    >>> bool(short < 1 < repetitive)
    True
    """
    progress = optional(flag)("progress", progress)
    jobs, codec = resolve_jobs(n_jobs), get_compressor(compressor)
    corpus = as_corpus(data, render=render, text=text)
    with Sizer(corpus, codec, n_jobs=jobs) as sizer:
        sizes = in_steps(sizer, sizer.sizes_alone, label="measure", progress=progress)
        ratios: FloatArray = sizer.own_raw / np.maximum(sizes, 1)
    return ratios


def group_ratios(
    data: object,
    groups: str | Sequence[object],
    compressor: str | Compressor = "zlib",
    *,
    render: Render = None,
    text: Text = None,
    n_jobs: int | None = 1,
    progress: bool | None = None,
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
    n_jobs : int or None, default 1
        Threads; None for all cores. Each holds a copy of one group, and a compressor without
        ``releases_gil`` gets one. The ratios do not depend on it.
    progress : bool or None, default None
        Whether to show a progress bar on stderr; None: only on a terminal or in a notebook.

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
    progress = optional(flag)("progress", progress)
    jobs, codec = resolve_jobs(n_jobs), get_compressor(compressor)
    columns = (groups,) if isinstance(groups, str) else ()
    pool = read_pool(data, render=render, text=text, columns=columns)
    corpus = pool.corpus
    values = pool.columns[groups] if isinstance(groups, str) else groups
    rows: dict[object, list[int]] = {}
    for row, group in enumerate(one_per_record("groups", values, len(corpus), noun="group")):
        rows.setdefault(group, []).append(row)

    def ratio(members: list[int]) -> tuple[int, float]:
        return len(members), _ratio(codec, _joined(corpus, np.array(members, np.int64)))

    ratios = with_bar(
        in_threads(ratio, rows.values(), n_jobs=jobs if uses_threads(codec) else 1),
        label="measure",
        total=len(corpus),
        unit="record",
        size=lambda found: found[0],
        progress=progress,
    )
    return {group: found for group, (_, found) in zip(rows, ratios, strict=True)}


def conditional_sizes(
    data: object,
    given: object,
    compressor: str | Compressor = "zlib",
    *,
    render: Render = None,
    text: Text = None,
    n_jobs: int | None = None,
    progress: bool | None = None,
) -> IntArray:
    """Return the bytes that each record adds for a compressor that has read `given`.

    Parameters
    ----------
    data : records in any container, a path, or a Corpus
        The records to measure, each on its own.
    given : records in any container, a path, or a Corpus
        The records that are known; only the end of them that lies within the compressor's window
        counts.
    compressor, render, text
        As in `compression_ratio`.
    n_jobs, progress
        As in `sample_ratios`.

    Returns
    -------
    int64 array, shape (n,)
        Bytes.

    Raises
    ------
    EmptyPoolError
        If `data` or `given` has no record.

    Examples
    --------
    >>> known = ["the quick brown fox jumps over the lazy dog"]
    >>> seen, unseen = conditional_sizes(["the quick brown fox", "quantum theory"], known)
    >>> bool(seen < unseen)
    True
    """
    progress = optional(flag)("progress", progress)
    jobs, codec = resolve_jobs(n_jobs), get_compressor(compressor)
    pool = as_corpus(data, render=render, text=text)
    known = as_corpus(given, render=render, text=text)
    content = _joined(known, framing=Framing(joiner=known.framing.joiner))
    with Sizer(pool, codec, n_jobs=jobs) as sizer:
        added = sizer.set_of_bytes(content).added
        return in_steps(sizer, added, label="measure", progress=progress)


def conditional_ratios(
    data: object,
    given: object,
    compressor: str | Compressor = "zlib",
    *,
    render: Render = None,
    text: Text = None,
    n_jobs: int | None = None,
    progress: bool | None = None,
) -> FloatArray:
    """Return each record's bytes over the bytes it adds for a compressor that has read `given`.

    Parameters and errors are those of `conditional_sizes`. A record that adds nothing has ratio
    infinity.

    Returns
    -------
    float array, shape (n,)
        Dimensionless; low for new records, high for known ones.

    Examples
    --------
    >>> known = ["the quick brown fox jumps over the lazy dog"]
    >>> seen, unseen = conditional_ratios(["the quick brown fox", "quantum theory"], known)
    >>> bool(seen > unseen)
    True
    """
    pool = as_corpus(data, render=render, text=text)
    added = conditional_sizes(
        pool, given, compressor, render=render, text=text, n_jobs=n_jobs, progress=progress
    )
    lengths = pool.lengths + len(pool.framing.joiner)
    ratios: FloatArray = np.where(added > 0, lengths / np.maximum(added, 1), np.inf)
    return ratios


def _ratio(codec: Compressor, content: bytes) -> float:
    return len(content) / max(measured_size(codec, content), 1)


def _joined(
    corpus: Corpus, rows: IntArray | None = None, *, framing: Framing | None = None
) -> bytes:
    """Return the bytes of the set of these records, each copied once."""
    framing = framing or corpus.framing
    if rows is None and (len(corpus) == 1 or not framing.joiner):
        start, end = int(corpus.offsets[0]), int(corpus.offsets[-1])
        return framing.whole([bytes(corpus.buffer[start:end])])
    content = io.BytesIO()
    content.write(framing.opening)
    for places in batches(corpus, rows):
        if places[0]:
            content.write(framing.joiner)
        content.write(framing.joiner.join(corpus.records(places if rows is None else rows[places])))
    content.write(framing.closing)
    return content.getvalue()

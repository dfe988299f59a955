"""How close each record of a pool is to a target set, by compression."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import get_args

import numpy as np

from entropylaw.compressors import Compressor, describe, get_compressor
from entropylaw.compressors.base import measured_size
from entropylaw.corpus import Corpus
from entropylaw.errors import (
    ConfigError,
    InputError,
    ScoreError,
    ShortMemoryWarning,
    SlowAlignmentWarning,
    SlowCompressorWarning,
)
from entropylaw.io.load import Render, Text, as_corpus
from entropylaw.scoring.options import check_kind, make_workers, resolve_jobs
from entropylaw.scoring.repeats import first_copies, sized_once
from entropylaw.scoring.shares import Around
from entropylaw.scoring.workers import Serial
from entropylaw.types import AlignmentMethod, AnyArray, FloatArray, IntArray, WorkerKind
from entropylaw.weights import check_weight, exponential_weights

__all__ = ["Target", "alignment_scores", "alignment_weights"]

DEFAULT_COMPRESSORS: dict[AlignmentMethod, str] = {
    "conditional": "zstd:6:long",
    "zip-fit": "zlib:9",
}
"""What measures where nothing is said: one that sees the whole target; gzip's algorithm."""

MANY_PAIRS = 1_000_000
"""Pairs of records above which comparing each deserves a warning: half a minute on one core."""

MANY_BYTES = 1_000_000_000
"""Bytes of target compressed anew above which a compressor without priming deserves one."""


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """What a selection is to be close to, and how much that counts beside density.

    Parameters
    ----------
    data : records in any container, a path, or a Corpus
        The target: examples of the task or domain, rendered as the pool is.
    weight : float, default 0.3
        How alignment is traded for density: the bytes that a record adds count
        ``exp(weight * z)`` times, z being its alignment in robust deviations above the median,
        at most 3 either way. At 0.1 it decides among about equals, at 1.0 nearly alone.
    method : {"conditional", "zip-fit"}, default "conditional"
        See `alignment_scores`.
    compressor : str or Compressor, optional
        What measures alignment; by default what suits the method.

    Raises
    ------
    ConfigError, CompressorSpecError, InputError
        If an option cannot work.

    Examples
    --------
    >>> Target(["What is 2 + 2?"], weight=0.5)
    Target(weight=0.5, method='conditional', compressor=None)
    """

    data: object = field(repr=False)
    weight: float = 0.3
    method: AlignmentMethod = "conditional"
    compressor: str | Compressor | None = None

    def __post_init__(self) -> None:
        if self.data is None or isinstance(self.data, str | bytes):
            raise InputError(
                f"the target must be records, got {type(self.data).__name__}. Put one text into a "
                "list; a file goes in as a pathlib.Path."
            )
        if self.weight == 0:
            raise ConfigError("the weight of a target must be above 0; at 0 leave target= out.")
        check_weight("the weight of a target", self.weight)
        _check_method(self.method)
        if self.compressor is not None:
            get_compressor(self.compressor)


def alignment_scores(
    pool: object,
    target: object,
    *,
    method: AlignmentMethod = "conditional",
    compressor: str | Compressor | None = None,
    render: Render = None,
    text: Text = None,
    n_jobs: int | None = None,
    workers: WorkerKind = "auto",
) -> FloatArray:
    """Return how close each record of a pool is to a target set; higher is closer.

    Write C(x) for the bytes that a record x adds to nothing, C(x | T) for those it adds when the
    compressor has read the whole target T.

    ``"conditional"`` is ``1 - C(x | T) / C(x)``: the share of the record that the target
    explains. It is 1 minus the normalized compression distance of [2]_, conditioned on the target
    in one direction only: the symmetric distance of a short record and a long target is near 1
    whatever they hold. T is read once, so the cost is that of compressing the pool twice.

    ``"zip-fit"`` is the score of [1]_: ``1 - mean over v in T of NCD(x, v)``, where
    ``NCD(x, v) = (C(xv) - min(C(x), C(v))) / max(C(x), C(v))`` and sizes are of whole files. Each
    record is compressed with each of the target, so the cost is pool times target.

    Parameters
    ----------
    pool, target : records in any container, a path, or a Corpus
        The records, and the set that they are to be close to. Empty records of the target are
        left out.
    method : {"conditional", "zip-fit"}, default "conditional"
        Which score.
    compressor : str or Compressor, optional
        What measures; by default ``"zstd:6:long"``, which sees the whole target, and for
        ``"zip-fit"`` ``"zlib:9"``, whose files are gzip's but for 12 bytes of header.
    render, text
        How a record of either becomes text; see `ZipSelector`.
    n_jobs : int or None
        Threads or processes; None for all cores. The scores do not depend on it.
    workers : {"auto", "threads", "processes", "serial"}, default "auto"
        What computes; see `ZipSelector`.

    Returns
    -------
    float array, shape (n,), read-only
        Dimensionless. About 0 to 1; slightly below 0 where the target is of no help. An empty
        record has 0 by ``"conditional"``.

    Raises
    ------
    ConfigError, CompressorSpecError
        If an option cannot work.
    InputError
        If the data cannot be read, or the target holds no text.

    Warns
    -----
    ShortMemoryWarning
        If the compressor cannot see the whole target.
    SlowAlignmentWarning
        If ``"zip-fit"`` has very many pairs to compress.
    SlowCompressorWarning
        If the compressor cannot be primed, and so reads a long target for each record.

    References
    ----------
    .. [1] E. Obbad et al., "ZIP-FIT: Embedding-Free Data Selection via Compression-Based
       Alignment", arXiv:2410.18194, 2024.
    .. [2] R. Cilibrasi and P. Vitányi, "Clustering by Compression", IEEE Transactions on
       Information Theory 51(4), 2005.

    Examples
    --------
    >>> pool = ["Tom has 3 apples and buys 2 more.", "A rose by any other name"]
    >>> sums, verse = alignment_scores(pool, ["Ann has 5 apples and buys 4 more."])
    >>> bool(sums > verse)
    True
    """
    _check_method(method)
    check_kind(workers)
    jobs = resolve_jobs(n_jobs)
    codec = get_compressor(DEFAULT_COMPRESSORS[method] if compressor is None else compressor)
    corpus = as_corpus(pool, render=render, text=text)
    known = _target_texts(target, render, text)
    crew = make_workers(corpus, codec, n_jobs=jobs, kind=workers)
    try:
        if method == "zip-fit":
            _warn_of_pairs(len(corpus) * len(known))
            scores = _zip_fit(_Sizer(crew, corpus), codec, known)
        else:
            prefix = corpus.framing.joiner.join(known)
            _warn_of_memory(codec, len(prefix), len(corpus))
            scores = _explained(_Sizer(crew, corpus), prefix)
    finally:
        crew.close()
    scores.setflags(write=False)
    return scores


def alignment_weights(scores: AnyArray, mix: float) -> FloatArray:
    """Return what alignment makes of each record's information: ``exp(mix * z)``.

    As ``weights`` of a selection they mix alignment with density: `mix` is the weight of
    `Target`.

    Parameters
    ----------
    scores : float array, shape (n,)
        As `alignment_scores` returned them; finite.
    mix : float
        From 0, which gives each record weight 1, to 10.

    Returns
    -------
    float array, shape (n,), read-only
        Positive.

    Raises
    ------
    ConfigError
        If `mix` cannot work.
    ScoreError
        If the scores are not finite numbers.

    Examples
    --------
    >>> alignment_weights(np.array([0.1, 0.2, 0.3]), 0.5).round(2).tolist()
    [0.71, 1.0, 1.4]
    """
    check_weight("the weight of alignment", mix)
    values = np.asarray(scores, np.float64)
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
        raise ScoreError(
            "alignment must be one finite number per record, as alignment_scores returns it; got "
            f"an array of shape {values.shape}, {np.isfinite(values).sum()} of it finite."
        )
    weights = exponential_weights(values, mix)
    weights.setflags(write=False)
    return weights


class _Sizer:
    """Sizes every record of a pool after a prefix, each text once."""

    def __init__(self, crew: Serial, corpus: Corpus) -> None:
        self._crew = crew
        self._rows = np.arange(len(corpus))
        self._firsts = first_copies(corpus)
        self.corpus = corpus

    def added(self, prefix: bytes) -> IntArray:
        """Return the bytes that each record, with its joiner, adds to a prefix."""
        read = self._crew.prime(prefix)
        around = Around(self.corpus.framing.joiner, b"")
        sizes = sized_once(
            self._rows, self._firsts, lambda rows: self._crew.sizes(read, rows, around)
        )
        return sizes - read.primed.base

    def followed_by(self, text: bytes) -> IntArray:
        """Return the size of each record and a text after it, compressed as one."""
        nothing, around = self._crew.prime(b""), Around(b"", text)
        return sized_once(
            self._rows, self._firsts, lambda rows: self._crew.sizes(nothing, rows, around)
        )


def _explained(sizer: _Sizer, prefix: bytes) -> FloatArray:
    """Return the share of each record's own bytes that a prefix saves."""
    own, left = sizer.added(b""), sizer.added(prefix)
    shares = np.zeros(len(own))
    np.divide(own - left, own, out=shares, where=(own > 0) & (sizer.corpus.lengths > 0))
    return shares


def _zip_fit(sizer: _Sizer, codec: Compressor, target: list[bytes]) -> FloatArray:
    """Return 1 minus the mean distance of each record from those of the target."""
    own = sizer.followed_by(b"")
    total = np.zeros(len(own))
    for text in target:
        size = measured_size(codec, text)
        apart = sizer.followed_by(text) - np.minimum(own, size)
        total += apart / np.maximum(np.maximum(own, size), 1)
    scores: FloatArray = 1 - total / len(target)
    return scores


def _target_texts(target: object, render: Render, text: Text) -> list[bytes]:
    known = [record for record in as_corpus(target, render=render, text=text) if record]
    if not known:
        raise InputError("the target holds no text: every record of it is empty.")
    return known


def _check_method(method: object) -> None:
    if method not in get_args(AlignmentMethod):
        raise ConfigError(f'method must be "conditional" or "zip-fit", got {method!r}.')


def _warn_of_memory(codec: Compressor, target_bytes: int, records: int) -> None:
    info = describe(codec)
    if info.window is not None and info.window < target_bytes:
        warnings.warn(
            f"{info.name} remembers {info.window:,} bytes, so it sees only the last "
            f"{info.window / target_bytes:.1%} of the target's {target_bytes:,}. Use "
            'compressor="zstd:6:long", or a smaller sample of the target.',
            ShortMemoryWarning,
            stacklevel=3,
        )
    if info.priming == "recompress" and target_bytes * records > MANY_BYTES:
        warnings.warn(
            f"{info.name} cannot be primed, so the target's {target_bytes:,} bytes are compressed "
            f'anew for each of {records:,} records. Try compressor="zstd:6:long", or a smaller '
            "sample of the target.",
            SlowCompressorWarning,
            stacklevel=3,
        )


def _warn_of_pairs(pairs: int) -> None:
    if pairs > MANY_PAIRS:
        warnings.warn(
            f'method="zip-fit" compresses each record with each of the target: {pairs:,} pairs. '
            'method="conditional" reads the target once; or use a smaller sample of the target.',
            SlowAlignmentWarning,
            stacklevel=3,
        )

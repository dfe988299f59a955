"""Alignment: how close each record of a pool is to a target set, by compression."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from entropylaw.compressors import Compressor, CompressorInfo, get_compressor
from entropylaw.compressors.base import measured_size
from entropylaw.errors import (
    ConfigError,
    InputError,
    ScoreError,
    ShortMemoryWarning,
    SlowAlignmentWarning,
    SlowCompressorWarning,
    warn,
)
from entropylaw.io.load import Render, Text, as_corpus
from entropylaw.progress import with_bar
from entropylaw.sizing import Affixes, Sizer, Workers, check_workers, in_steps, resolve_jobs
from entropylaw.types import AlignmentMethod, AnyArray, FloatArray, IntArray
from entropylaw.validation import choice, flag, optional
from entropylaw.weights import check_weight, exponential_weights

__all__ = ["Target", "alignment_scores", "alignment_weights"]

DEFAULT_COMPRESSORS: dict[AlignmentMethod, str] = {
    "conditional": "zstd:6:long",
    "zip-fit": "zlib:9",
}
"""Default compressors: one that sees the whole target; the algorithm of gzip."""

MANY_PAIRS = 1_000_000
"""Number of pairs of records above which a warning is given: half a minute on one core."""

MANY_BYTES = 1_000_000_000
"""Bytes of target recompressed above which a compressor without priming gets a warning."""


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """A set of records that a selection is to be close to, and how much that counts.

    Parameters
    ----------
    data : records in any container, a path, or a Corpus
        The target: examples of the task or domain, rendered as the pool is.
    weight : float, default 0.3
        Strength of alignment relative to compression: the bytes that a record adds count
        ``exp(weight * z)`` times, z being its alignment in robust deviations above the median,
        at most 3 either way. At 0.1 it decides between about equal records, at 1.0 nearly alone.
    method : {"conditional", "zip-fit"}, default "conditional"
        See `alignment_scores`.
    compressor : str or Compressor, optional
        Measures alignment; by default one that suits the method.

    Raises
    ------
    ConfigError, CompressorSpecError, InputError
        If an option is not valid.

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
                f"target: expected records; saw {type(self.data).__name__}. Try a list for a "
                "single text, a pathlib.Path for a file."
            )
        weight = check_weight("weight", self.weight)
        if not weight:
            raise ConfigError(
                "weight: expected a number above 0; saw 0. Try target=None instead.",
                parameters=("weight",),
            )
        object.__setattr__(self, "weight", weight)
        object.__setattr__(self, "method", _method(self.method))
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
    workers: Workers = "auto",
    progress: bool | None = None,
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
        By default ``"zstd:6:long"``, which sees the whole target, and for ``"zip-fit"``
        ``"zlib:9"``, whose files differ from gzip's only by 12 bytes of header.
    render, text
        How a record of either becomes text; see `ZipSelector`.
    n_jobs : int or None
        Threads or processes; None for all cores. The scores do not depend on it.
    workers : {"auto", "threads", "processes", "serial"} or Executor, default "auto"
        Where sizes are computed; see `ZipSelector`. The scores do not depend on it.
    progress : bool or None, default None
        Whether to show a progress bar on stderr; None: only on a terminal or in a notebook.

    Returns
    -------
    float array, shape (n,), read-only
        Dimensionless. About 0 to 1; slightly below 0 if the target does not help. An empty
        record has 0 by ``"conditional"``.

    Raises
    ------
    ConfigError, CompressorSpecError
        If an option is not valid.
    InputError
        If the data cannot be read, or the target has no text.

    Warns
    -----
    ShortMemoryWarning
        If the compressor cannot see the whole target.
    SlowAlignmentWarning
        If ``"zip-fit"`` has more than a million pairs to compress.
    SlowCompressorWarning
        If the compressor cannot be primed, and so reads a long target again for each record.

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
    method, workers, jobs = _method(method), check_workers(workers), resolve_jobs(n_jobs)
    progress = optional(flag)("progress", progress)
    codec = get_compressor(DEFAULT_COMPRESSORS[method] if compressor is None else compressor)
    corpus = as_corpus(pool, render=render, text=text)
    known = _target_texts(target, render, text)
    with Sizer(corpus, codec, n_jobs=jobs, workers=workers) as sizer:
        if method == "zip-fit":
            _warn_of_pairs(len(corpus) * len(known))
            scores = _zip_fit(sizer, known, progress)
        else:
            prefix = corpus.framing.joiner.join(known)
            _warn_of_memory(sizer.info, len(prefix), len(corpus))
            scores = _explained(sizer, prefix, progress)
    scores.setflags(write=False)
    return scores


def alignment_weights(scores: AnyArray, mix: float) -> FloatArray:
    """Return alignment scores as weights of a selection: ``exp(mix * z)``.

    Passed as ``weights``, they combine alignment with compression; `mix` is the weight of
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
        If `mix` is not such a number.
    ScoreError
        If the scores are not finite numbers.

    Examples
    --------
    >>> alignment_weights(np.array([0.1, 0.2, 0.3]), 0.5).round(2).tolist()
    [0.71, 1.0, 1.4]
    """
    mix = check_weight("mix", mix)
    values = np.asarray(scores, np.float64)
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
        raise ScoreError(
            "scores: expected one finite number per record; saw an array of shape "
            f"{values.shape}, {np.isfinite(values).sum()} of it finite. Try the array "
            "that alignment_scores returns."
        )
    weights = exponential_weights(values, mix)
    weights.setflags(write=False)
    return weights


def _explained(sizer: Sizer, prefix: bytes, progress: bool | None) -> FloatArray:
    """Return the share of each record's own bytes that a prefix saves; shape (n,)."""
    nothing, target = sizer.set_of_bytes(b""), sizer.set_of_bytes(prefix)

    def sizes(rows: IntArray) -> IntArray:
        return np.stack([nothing.added(rows), target.added(rows)], axis=1)

    own, left = in_steps(sizer, sizes, label="align", progress=progress).T
    shares = np.zeros(len(own))
    np.divide(own - left, own, out=shares, where=(own > 0) & (sizer.corpus.lengths > 0))
    return shares


def _zip_fit(sizer: Sizer, target: list[bytes], progress: bool | None) -> FloatArray:
    """Return 1 minus the mean distance of each record from those of the target; shape (n,)."""
    rows, nothing = np.arange(len(sizer.corpus)), sizer.session.prime(b"")
    own = sizer.sizes(nothing, rows, Affixes(b"", b""))

    def distances(text: bytes) -> FloatArray:
        size = measured_size(sizer.compressor, text)
        joint = sizer.sizes(nothing, rows, Affixes(b"", text))
        found: FloatArray = (joint - np.minimum(own, size)) / np.maximum(np.maximum(own, size), 1)
        return found

    each = with_bar(
        map(distances, target),
        label="align",
        total=len(target),
        unit="target record",
        size=lambda _: 1,
        progress=progress,
    )
    total = np.zeros(len(own))
    for distance in each:
        total += distance
    scores: FloatArray = 1 - total / len(target)
    return scores


def _target_texts(target: object, render: Render, text: Text) -> list[bytes]:
    records = [record for record in as_corpus(target, render=render, text=text) if record]
    if not records:
        raise InputError(
            "target: expected records with text; saw only empty ones. Try text= or render= to "
            "choose the column that holds it."
        )
    return records


def _method(value: object) -> AlignmentMethod:
    method: AlignmentMethod = choice("method", value, AlignmentMethod)
    return method


def _warn_of_memory(info: CompressorInfo, target_bytes: int, records: int) -> None:
    if info.window is not None and info.window < target_bytes:
        warn(
            f"{info.name} has a window of {info.window:,} bytes, so it sees only the last "
            f"{info.window / target_bytes:.1%} of the target's {target_bytes:,}. Try "
            'compressor="zstd:6:long", or a smaller sample of the target.',
            ShortMemoryWarning,
        )
    if info.priming == "recompress" and target_bytes * records > MANY_BYTES:
        warn(
            f"{info.name} cannot be primed, so the target's {target_bytes:,} bytes are compressed "
            f'again for each of {records:,} records. Try compressor="zstd:6:long", or a smaller '
            "sample of the target.",
            SlowCompressorWarning,
        )


def _warn_of_pairs(pairs: int) -> None:
    if pairs > MANY_PAIRS:
        warn(
            f'method="zip-fit" compresses each record with each of the target: {pairs:,} pairs. '
            'Try method="conditional", which reads the target once, or a smaller sample of the '
            "target.",
            SlowAlignmentWarning,
        )

"""Compression ratios of records: alone, and given a sample of the pool."""

from __future__ import annotations

import numpy as np

from entropylaw.compressors import Zlib, Zstd
from entropylaw.corpus import Corpus
from entropylaw.guards.samples import Samples, beginnings
from entropylaw.scoring import Scorer
from entropylaw.types import FloatArray

SAMPLE_BYTES = 1 << 20
"""Text that the compressor is told: what zstd sees at its level 3."""


def ratios_alone(corpus: Corpus, *, n_jobs: int) -> FloatArray:
    """Return the compression ratio of each record, by zlib; shape (n,).

    Examples
    --------
    >>> ratios = ratios_alone(Corpus.from_rows([b"abc" * 50, b"to be or not"]), n_jobs=1)
    >>> bool(ratios[0] > 5 > ratios[1])
    True
    """
    with Scorer(corpus, Zlib(), n_jobs=n_jobs) as scorer:
        ratios: FloatArray = scorer.own_raw / np.maximum(scorer.own_sizes, 1)
    return ratios


def ratios_given_samples(corpus: Corpus, samples: Samples, *, n_jobs: int) -> FloatArray:
    """Return bytes over the bytes added to a sample that does not have the record; shape (n,).

    High is what the compressor knows already, from the record itself or from the pool.
    """
    ratios = np.ones(len(corpus))
    with Scorer(corpus, Zstd(), n_jobs=n_jobs) as scorer:
        for sample, rows in samples:
            known = scorer.empty_set()
            known.extend_bytes(list(beginnings(corpus, sample, size=SAMPLE_BYTES)))
            added = known.union_sizes(rows) - known.size
            ratios[rows] = (known.union_raw(rows) - known.raw) / np.maximum(added, 1)
    return ratios

"""A set of records that grows, and the sizes it would have with one record more."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from types import TracebackType
from typing import Self

import numpy as np

from entropylaw.compressors import Compressor, describe, prime
from entropylaw.corpus import Corpus
from entropylaw.scoring.workers import Sizer, make_sizer
from entropylaw.types import IntArray


class Scorer:
    """Sizes records of one corpus with one compressor, on a number of workers.

    Parameters
    ----------
    corpus : Corpus
        The pool.
    compressor : Compressor
        What measures.
    n_jobs : int, default 1
        Threads; used where the compressor says that it gains by them.
    """

    def __init__(self, corpus: Corpus, compressor: Compressor, *, n_jobs: int = 1) -> None:
        self.corpus = corpus
        self.compressor = compressor
        self.info = describe(compressor)
        self._sizer = make_sizer(compressor, n_jobs)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the workers."""
        self._sizer.close()

    @cached_property
    def own_raw(self) -> IntArray:
        """Bytes of each record as a set of its own; shape (n,)."""
        framing = self.corpus.framing
        return self.corpus.lengths + len(framing.opening) + len(framing.closing)

    @cached_property
    def own_sizes(self) -> IntArray:
        """Compressed bytes of each record as a set of its own; shape (n,)."""
        framing = self.corpus.framing
        alone = prime(self.compressor, b"")
        sizes = np.empty(len(self.corpus), np.int64)
        for rows in _batches(len(self.corpus)):
            items = [framing.whole([row]) for row in self.corpus.rows(rows)]
            sizes[rows] = self._sizer.sizes(alone, items)
        sizes.setflags(write=False)
        return sizes

    def empty_set(self) -> GrowingSet:
        """Return a set without records."""
        return GrowingSet(self, self._sizer)


class GrowingSet:
    """Records chosen so far, read once by the compressor.

    The union of the empty set with a record is the record alone, so its size is the record's
    own size, whichever meaning (exact or conditional) later sizes have.
    """

    def __init__(self, scorer: Scorer, sizer: Sizer) -> None:
        self._scorer = scorer
        self._framing = scorer.corpus.framing
        self._sizer = sizer
        self._primed = prime(scorer.compressor, b"")
        self._raw = 0

    @property
    def raw(self) -> int:
        """Bytes of the set, framing included; 0 for the empty set."""
        return self._raw + len(self._framing.closing) if self._raw else 0

    @property
    def size(self) -> int:
        """Compressed bytes of the set; 0 for the empty set."""
        if not self._raw:
            return 0
        closing = self._framing.closing
        return self._primed.size(closing) if closing else self._primed.base

    def union_raw(self, rows: IntArray) -> IntArray:
        """Return the bytes of the set with each of these records added; shape (len(rows),)."""
        if not self._raw:
            return self._scorer.own_raw[rows]
        around = self._raw + len(self._framing.joiner) + len(self._framing.closing)
        return self._scorer.corpus.lengths[rows] + around

    def union_sizes(self, rows: IntArray) -> IntArray:
        """Return the compressed bytes of the set with each of these records added."""
        if not self._raw:
            return self._scorer.own_sizes[rows]
        joiner, closing = self._framing.joiner, self._framing.closing
        items = [joiner + row + closing for row in self._scorer.corpus.rows(rows)]
        return self._sizer.sizes(self._primed, items)

    def extend(self, rows: IntArray) -> None:
        """Add these records of the corpus."""
        self.extend_bytes(self._scorer.corpus.rows(rows))

    def extend_bytes(self, records: Sequence[bytes]) -> None:
        """Add records given as bytes."""
        if not records:
            return
        more = self._framing.joiner.join(records)
        if self._raw:
            more = self._framing.joiner + more
            self._primed.extend(more)
        else:
            more = self._framing.opening + more
            self._primed = prime(self._scorer.compressor, more)
        self._raw += len(more)


def _batches(count: int, size: int = 8_192) -> list[IntArray]:
    return [np.arange(start, min(start + size, count)) for start in range(0, count, size)]

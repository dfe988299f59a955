"""A set of records that grows, and the sizes it would have with one record more."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from types import TracebackType
from typing import Self

import numpy as np

from entropylaw.compressors import Compressor, describe
from entropylaw.corpus import Corpus, batches
from entropylaw.scoring.options import make_workers
from entropylaw.scoring.repeats import first_copies, sized_once
from entropylaw.scoring.shares import Around
from entropylaw.scoring.workers import Prefix, Serial
from entropylaw.types import IntArray, WorkerKind


class Scorer:
    """Sizes records of one corpus with one compressor, on a number of workers.

    Records that are the same to the byte are sized once, wherever sizes are asked for together.

    Parameters
    ----------
    corpus : Corpus
        The pool.
    compressor : Compressor
        What measures.
    n_jobs : int, default 1
        How many threads or processes compute at a time.
    workers : {"auto", "threads", "processes", "serial"}
        Which kind; see `entropylaw.scoring.options.make_workers`.
    """

    def __init__(
        self,
        corpus: Corpus,
        compressor: Compressor,
        *,
        n_jobs: int = 1,
        workers: WorkerKind = "auto",
    ) -> None:
        self.corpus = corpus
        self.compressor = compressor
        self.info = describe(compressor)
        self.n_jobs = n_jobs
        self._workers = make_workers(corpus, compressor, n_jobs=n_jobs, kind=workers)

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
        self._workers.close()

    @cached_property
    def own_raw(self) -> IntArray:
        """Bytes of each record as a set of its own; shape (n,)."""
        framing = self.corpus.framing
        around = len(framing.opening) + len(framing.closing)
        return self.corpus.lengths + around if around else self.corpus.lengths

    @cached_property
    def own_sizes(self) -> IntArray:
        """Compressed bytes of each record as a set of its own; shape (n,)."""
        framing, firsts = self.corpus.framing, self._first_copies
        around = Around(framing.opening, framing.closing)
        alone = self._workers.prime(b"")
        distinct = None if firsts is None else np.unique(firsts)
        sizes = np.empty(len(self.corpus), np.int64)
        for places in batches(self.corpus, distinct):
            rows = places if distinct is None else distinct[places]
            sizes[rows] = self._workers.sizes(alone, rows, around)
        if firsts is not None:
            sizes = sizes[firsts]
        sizes.setflags(write=False)
        return sizes

    def sizes_alone(self, rows: IntArray) -> IntArray:
        """Return the compressed bytes of some records, each as a set of its own."""
        around = Around(self.corpus.framing.opening, self.corpus.framing.closing)
        return self.sized_once(self._workers.prime(b""), rows, around)

    def empty_set(self) -> GrowingSet:
        """Return a set without records."""
        return GrowingSet(self, self._workers)

    def sized_once(self, prefix: Prefix, rows: IntArray, around: Around) -> IntArray:
        """Return the size of the prefix followed by each of these records on its own."""
        return sized_once(
            rows, self._first_copies, lambda some: self._workers.sizes(prefix, some, around)
        )

    @cached_property
    def _first_copies(self) -> IntArray | None:
        return first_copies(self.corpus)


class GrowingSet:
    """Records chosen so far, read once by the compressor.

    The union of the empty set with a record is the record alone, so its size is the record's
    own size, whichever meaning (exact or conditional) later sizes have.
    """

    def __init__(self, scorer: Scorer, workers: Serial) -> None:
        self._scorer = scorer
        self._framing = scorer.corpus.framing
        self._workers = workers
        self._prefix: Prefix | None = None
        self._raw = 0

    @property
    def raw(self) -> int:
        """Bytes of the set, framing included; 0 for the empty set."""
        return self._raw + len(self._framing.closing) if self._prefix else 0

    @property
    def size(self) -> int:
        """Compressed bytes of the set; 0 for the empty set."""
        if self._prefix is None:
            return 0
        closing, primed = self._framing.closing, self._prefix.primed
        return primed.size(closing) if closing else primed.base

    def union_raw(self, rows: IntArray) -> IntArray:
        """Return the bytes of the set with each of these records added; shape (len(rows),)."""
        if self._prefix is None:
            return self._scorer.own_raw[rows]
        around = self._raw + len(self._framing.joiner) + len(self._framing.closing)
        return self._scorer.corpus.lengths[rows] + around

    def union_sizes(self, rows: IntArray) -> IntArray:
        """Return the compressed bytes of the set with each of these records added."""
        if self._prefix is None:
            return self._scorer.own_sizes[rows]
        around = Around(self._framing.joiner, self._framing.closing)
        return self._scorer.sized_once(self._prefix, rows, around)

    def extend(self, rows: IntArray) -> None:
        """Add these records of the corpus."""
        self.extend_bytes(self._scorer.corpus.records(rows))

    def extend_bytes(self, records: Sequence[bytes]) -> None:
        """Add records given as bytes."""
        if not records:
            return
        opening = self._framing.opening if self._prefix is None else self._framing.joiner
        more = opening + self._framing.joiner.join(records)
        if self._prefix is not None:
            self._workers.extend(self._prefix, more)
        elif more:  # a set without a byte is the empty set
            self._prefix = self._workers.prime(more)
        self._raw += len(more)

"""Who computes sizes: the calling thread, or several. The sizes do not depend on it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from itertools import count

import numpy as np

from entropylaw.compressors import Compressor, Primed, prime
from entropylaw.corpus import Corpus
from entropylaw.scoring.shares import Around, equal_shares, sized
from entropylaw.types import IntArray

SMALLEST_SHARE = 16
"""Records below which handing out a share costs more than it saves."""

KEYS = count()
"""Names for prefixes, none used twice."""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Prefix:
    """A prefix that the calling process has read once.

    Attributes
    ----------
    key : int
        A name for it that other processes can know as well.
    primed : Primed
        The prefix, read.
    """

    key: int
    primed: Primed


class Serial:
    """The calling thread alone; the base of the other kinds of workers.

    Parameters
    ----------
    corpus : Corpus
        The pool.
    compressor : Compressor
        What measures.
    """

    def __init__(self, corpus: Corpus, compressor: Compressor) -> None:
        self._corpus = corpus
        self._compressor = compressor

    def prime(self, prefix: bytes) -> Prefix:
        """Read a prefix."""
        return Prefix(next(KEYS), prime(self._compressor, prefix))

    def extend(self, prefix: Prefix, more: bytes) -> None:
        """Grow a prefix."""
        prefix.primed.extend(more)

    def sizes(self, prefix: Prefix, rows: IntArray, around: Around) -> IntArray:
        """Return the size of the prefix followed by each of these records on its own."""
        return sized(prefix.primed, self._corpus, rows, around)

    def close(self) -> None:
        """Let go of the workers."""


class Threads(Serial):
    """Equal shares (by bytes) in as many threads, each with its own copy of the state."""

    def __init__(self, corpus: Corpus, compressor: Compressor, n_jobs: int) -> None:
        super().__init__(corpus, compressor)
        self._n_jobs = n_jobs
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(n_jobs - 1, thread_name_prefix="entropylaw")

    def sizes(self, prefix: Prefix, rows: IntArray, around: Around) -> IntArray:
        """Return the size of the prefix followed by each of these records on its own."""
        if len(rows) < SMALLEST_SHARE * self._n_jobs:
            return super().sizes(prefix, rows, around)
        share = partial(sized, corpus=self._corpus, around=around, stopped=self._stop.is_set)
        mine, *others = equal_shares(self._corpus, rows, self._n_jobs)
        futures = [self._pool.submit(share, prefix.primed.fork(), rows=one) for one in others]
        try:
            parts = [share(prefix.primed, rows=mine), *(future.result() for future in futures)]
        except BaseException:
            self._stop.set()  # the others stop at their next batch, so nobody waits for long
            wait(futures)
            self._stop.clear()
            raise
        return np.concatenate(parts)

    def close(self) -> None:
        """Stop the threads."""
        self._stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

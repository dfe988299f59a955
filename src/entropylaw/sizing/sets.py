"""Sizes of records alone, and of sets of records that grow."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from types import TracebackType
from typing import Self

import numpy as np

from entropylaw.compressors import Compressor, describe
from entropylaw.corpus import Corpus, batches
from entropylaw.errors import ConfigError
from entropylaw.sizing.executors import (
    Affixes,
    Executor,
    Prefix,
    SerialExecutor,
    ThreadExecutor,
    Workers,
    check_workers,
    uses_threads,
)
from entropylaw.sizing.processes import ProcessExecutor
from entropylaw.types import AnyArray, IntArray


class Sizer:
    """Sizes records of one corpus with one compressor, on one executor.

    Within each call, records with the same bytes are sized once.

    Parameters
    ----------
    corpus : Corpus
        The pool.
    compressor : Compressor
        Measures sizes.
    n_jobs : int, default 1
        Threads or processes of the built-in executors.
    workers : {"auto", "threads", "processes", "serial"} or Executor, default "auto"
        Where sizes are computed; see `make_executor`.

    Examples
    --------
    >>> from entropylaw.compressors import Zlib
    >>> pool = Corpus.from_rows([b"to be", b"or not", b"to be"])
    >>> with Sizer(pool, Zlib()) as sizer:
    ...     chosen = sizer.empty_set()
    ...     chosen.extend(np.array([0]))
    ...     chosen.size, chosen.added(np.array([1, 2])).tolist()
    (13, [7, 3])
    """

    def __init__(
        self,
        corpus: Corpus,
        compressor: Compressor,
        *,
        n_jobs: int = 1,
        workers: Workers = "auto",
    ) -> None:
        self.corpus = corpus
        self.compressor = compressor
        self.info = describe(compressor)
        self.n_jobs = n_jobs
        self.session = make_executor(workers, n_jobs, compressor).start(corpus, compressor)

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
        """Stop the workers."""
        self.session.close()

    @cached_property
    def own_raw(self) -> IntArray:
        """Bytes of each record as a set of its own; shape (n,)."""
        framing = self.corpus.framing
        around = len(framing.opening) + len(framing.closing)
        return self.corpus.lengths + around if around else self.corpus.lengths

    @cached_property
    def own_sizes(self) -> IntArray:
        """Compressed bytes of each record as a set of its own; shape (n,)."""
        alone, affixes = self._alone
        distinct, places = self.distinct(np.arange(len(self.corpus)))
        sizes = np.empty(len(distinct), np.int64)
        for batch in batches(self.corpus, distinct):
            found = self.session.sizes(alone, distinct[batch], affixes)
            sizes[batch] = _checked(found, len(distinct[batch]))
        sizes = sizes[places]
        sizes.setflags(write=False)
        return sizes

    def sizes_alone(self, rows: IntArray) -> IntArray:
        """Return the compressed bytes of some records, each as a set of its own."""
        prefix, affixes = self._alone
        return self.sizes(prefix, rows, affixes)

    def sizes(self, prefix: Prefix, rows: IntArray, affixes: Affixes) -> IntArray:
        """Return the compressed bytes of a prefix followed by each record on its own.

        Parameters
        ----------
        prefix : Prefix
            As ``session.prime`` returned it.
        rows : int64 array, shape (m,)
            Records of the corpus.
        affixes : Affixes
            Bytes before and after each record.

        Returns
        -------
        int64 array, shape (m,)

        Raises
        ------
        ConfigError
            If the executor returns anything but one integer for each record.
        """
        distinct, places = self.distinct(rows)
        sizes = _checked(self.session.sizes(prefix, distinct, affixes), len(distinct))
        return sizes[places]

    def distinct(self, rows: IntArray) -> tuple[IntArray, IntArray | slice]:
        """Return rows of which no two have the same bytes, and where each of `rows` is in them.

        Parameters
        ----------
        rows : int64 array, shape (m,)
            Records of the corpus, none twice.

        Returns
        -------
        distinct : int64 array, shape (d,)
        places : int64 array, shape (m,), or slice
            ``distinct[places]`` has the bytes of `rows`.

        Examples
        --------
        >>> from entropylaw.compressors import Zlib
        >>> sizer = Sizer(Corpus.from_rows([b"a", b"b", b"a"]), Zlib())
        >>> [part.tolist() for part in sizer.distinct(np.array([2, 1, 0]))]
        [[0, 1], [0, 1, 0]]
        """
        firsts = self._first_copies
        if firsts is not None:
            distinct: AnyArray
            distinct, places = np.unique(firsts[rows], return_inverse=True)
            if len(distinct) < len(rows):
                return distinct, places
        return rows, slice(None)

    def empty_set(self) -> CompressedSet:
        """Return a set without records."""
        return CompressedSet(self)

    def set_of_bytes(self, content: bytes) -> CompressedSet:
        """Return a set that consists of these bytes, without opening and closing bytes.

        Unlike `empty_set` it counts as read even if `content` is empty: each record is joined to
        it by the joiner, and its size is that of compressed nothing.
        """
        return CompressedSet(self, content)

    @cached_property
    def _alone(self) -> tuple[Prefix, Affixes]:
        """The empty prefix, and the bytes around a record that is a set of its own."""
        framing = self.corpus.framing
        return self.session.prime(b""), Affixes(framing.opening, framing.closing)

    @cached_property
    def _first_copies(self) -> IntArray | None:
        return first_copies(self.corpus)


class CompressedSet:
    """A growing set of records, read once by the compressor.

    The union of the empty set with a record is the record alone, so its size is the record's
    own size, whichever meaning (exact or conditional) later sizes have.

    Parameters
    ----------
    sizer : Sizer
        Sizes the records.
    content : bytes, optional
        See `Sizer.set_of_bytes`.
    """

    def __init__(self, sizer: Sizer, content: bytes | None = None) -> None:
        framing = sizer.corpus.framing
        self._sizer = sizer
        self._opening = framing.opening
        self._affixes = Affixes(framing.joiner, framing.closing if content is None else b"")
        self._prefix = None if content is None else sizer.session.prime(content)
        self._raw = 0 if content is None else len(content)

    @property
    def raw(self) -> int:
        """Bytes of the set, framing included; 0 for the empty set."""
        return self._raw + len(self._affixes.after) if self._prefix else 0

    @property
    def size(self) -> int:
        """Compressed bytes of the set; 0 for the empty set."""
        if self._prefix is None:
            return 0
        closing, primed = self._affixes.after, self._prefix.primed
        return primed.size(closing) if closing else primed.base

    def union_raw(self, rows: IntArray) -> IntArray:
        """Return the bytes of the set with each of these records added; shape (len(rows),)."""
        if self._prefix is None:
            return self._sizer.own_raw[rows]
        around = self._raw + len(self._affixes.before) + len(self._affixes.after)
        return self._sizer.corpus.lengths[rows] + around

    def union_sizes(self, rows: IntArray) -> IntArray:
        """Return the compressed bytes of the set with each of these records added."""
        if self._prefix is None:
            return self._sizer.own_sizes[rows]
        return self._sizer.sizes(self._prefix, rows, self._affixes)

    def added(self, rows: IntArray) -> IntArray:
        """Return the compressed bytes that each of these records adds to the set on its own."""
        return self.union_sizes(rows) - self.size

    def extend(self, rows: IntArray) -> None:
        """Add these records of the corpus."""
        self.extend_bytes(self._sizer.corpus.records(rows))

    def extend_bytes(self, records: Sequence[bytes]) -> None:
        """Add records given as bytes."""
        if not records:
            return
        joiner = self._affixes.before
        more = (self._opening if self._prefix is None else joiner) + joiner.join(records)
        if self._prefix is not None:
            self._sizer.session.extend(self._prefix, more)
        elif more:  # a set without a byte is the empty set
            self._prefix = self._sizer.session.prime(more)
        self._raw += len(more)


def make_executor(workers: Workers, n_jobs: int, compressor: Compressor) -> Executor:
    """Return the executor that `workers` names, or `workers` itself if it is one.

    Parameters
    ----------
    workers : {"auto", "threads", "processes", "serial"} or Executor
        ``"auto"``: threads if the compressor states that it gains by them, else serial.
    n_jobs : int
        Threads or processes that compute, the calling one included; an executor that is passed
        as an object has a number of its own.
    compressor : Compressor
        Measures sizes.

    Raises
    ------
    ConfigError
        If `workers` neither names nor is an executor.

    Examples
    --------
    >>> from entropylaw.compressors import Zlib
    >>> make_executor("auto", 4, Zlib())
    ThreadExecutor(n_jobs=4)
    """
    workers = check_workers(workers)
    if not isinstance(workers, str):
        return workers
    if workers == "processes":
        return ProcessExecutor(n_jobs)
    if workers == "threads" or (workers == "auto" and uses_threads(compressor)):
        return ThreadExecutor(n_jobs)
    return SerialExecutor()


def first_copies(corpus: Corpus) -> IntArray | None:
    """Return for each row the lowest row with the same bytes, or None if all rows differ.

    Rows are grouped by a hash and then compared, so the answer is exact.

    Parameters
    ----------
    corpus : Corpus
        The pool; one batch of it is in memory at a time.

    Returns
    -------
    int64 array, shape (n,), or None

    Examples
    --------
    >>> first_copies(Corpus.from_rows([b"a", b"b", b"a", b"a"])).tolist()
    [0, 1, 0, 0]
    >>> first_copies(Corpus.from_rows([b"a", b"b"])) is None
    True
    """
    hashes = np.empty(len(corpus), np.int64)
    for rows in batches(corpus):
        hashes[rows] = np.fromiter(map(hash, corpus.records(rows)), np.int64, len(rows))
    _, lowest, group = np.unique(hashes, return_index=True, return_inverse=True)
    if len(lowest) == len(corpus):
        return None
    firsts: IntArray = lowest[group]
    for row in np.flatnonzero(firsts != np.arange(len(corpus))).tolist():
        if corpus[row] != corpus[int(firsts[row])]:
            firsts[row] = row  # equal hashes, different bytes
    firsts.setflags(write=False)
    return firsts


def _checked(sizes: object, count: int) -> IntArray:
    """Return the sizes if an executor's session returned one integer for each record."""
    seen = type(sizes).__name__
    if isinstance(sizes, np.ndarray):
        if sizes.shape == (count,) and sizes.dtype == np.int64:
            return sizes
        seen = f"{sizes.dtype} of shape {sizes.shape}"
    raise ConfigError(
        f"workers: expected sizes() of the executor's session to return an int64 array of {count} "
        f"sizes; saw {seen}. Try numpy.array(sizes, numpy.int64).",
        parameters=("workers",),
    )

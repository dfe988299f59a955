"""Executors: where sizes are computed. Here: the protocol, the calling thread, several threads."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from itertools import count, pairwise
from typing import NamedTuple, Protocol, TypeAlias, TypeVar

import numpy as np

from entropylaw.compressors import Compressor, Primed, prime
from entropylaw.corpus import Corpus, batches
from entropylaw.errors import ConfigError
from entropylaw.types import IntArray, WorkerKind
from entropylaw.validation import as_integer, choice, integer

W = TypeVar("W")

MIN_SHARE = 16
"""With fewer records per job than this, distributing them costs more time than it saves."""

KEYS = count()
"""Keys of prefixes, each used once."""


class Affixes(NamedTuple):
    """Bytes before and after a record where it is joined to a set."""

    before: bytes
    after: bytes


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Prefix:
    """A prefix, read once in the calling process.

    Attributes
    ----------
    primed : Primed
        The compressor's state after the prefix.
    key : int
        Names the prefix in messages to other processes; no two prefixes have the same.
    """

    primed: Primed
    key: int = field(default_factory=lambda: next(KEYS))


class Session(Protocol):
    """A running executor with its corpus; used from one thread.

    Records are named by their rows, so that workers which hold the corpus need not be sent any.
    """

    def prime(self, prefix: bytes, /) -> Prefix:
        """Read a prefix, here and in every worker.

        A worker may discard it once the `Prefix` returned is garbage (`weakref.finalize`).
        """
        ...

    def extend(self, prefix: Prefix, more: bytes, /) -> None:
        """Append bytes to a prefix, here and in every worker."""
        ...

    def sizes(self, prefix: Prefix, rows: IntArray, affixes: Affixes, /) -> IntArray:
        """Return the compressed bytes of the prefix followed by each record on its own.

        Parameters
        ----------
        prefix : Prefix
            As `prime` returned it.
        rows : int64 array, shape (m,)
            Records of the corpus; copies have been left out by the caller.
        affixes : Affixes
            Bytes before and after each record.

        Returns
        -------
        int64 array, shape (m,)
        """
        ...

    def close(self) -> None:
        """Stop the workers and release their memory."""
        ...


class Executor(Protocol):
    """Computes the sizes of a corpus' records somewhere: threads, processes, other machines.

    Any object with this method can be passed as ``workers``. Selections do not depend on it.

    Examples
    --------
    An executor that logs each request and passes it on to another one:

    >>> class Logged:
    ...     def start(self, corpus, compressor):
    ...         return LoggedSession(SerialExecutor().start(corpus, compressor))
    >>> class LoggedSession:
    ...     def __init__(self, inner):
    ...         self.prime, self.extend, self.close = inner.prime, inner.extend, inner.close
    ...         self._sizes = inner.sizes
    ...     def sizes(self, prefix, rows, affixes):
    ...         print(f"{len(rows)} records")
    ...         return self._sizes(prefix, rows, affixes)
    >>> from entropylaw import Corpus
    >>> from entropylaw.compressors import Zlib
    >>> from entropylaw.sizing import Sizer
    >>> with Sizer(Corpus.from_rows([b"to be", b"or not"]), Zlib(), workers=Logged()) as sizer:
    ...     sizer.own_sizes.tolist()
    2 records
    [13, 14]
    """

    def start(self, corpus: Corpus, compressor: Compressor, /) -> Session:
        """Return a session that sizes the records of a corpus with a compressor."""
        ...


Workers: TypeAlias = WorkerKind | Executor
"""What ``workers`` may be: the name of a built-in executor, or an executor."""


@dataclass(frozen=True, slots=True)
class SerialExecutor:
    """Computes sizes in the calling thread."""

    def start(self, corpus: Corpus, compressor: Compressor, /) -> SerialSession:
        """Return a session in the calling thread."""
        return SerialSession(corpus, compressor)


class SerialSession:
    """The session of `SerialExecutor`."""

    def __init__(self, corpus: Corpus, compressor: Compressor) -> None:
        self._corpus = corpus
        self._compressor = compressor

    def prime(self, prefix: bytes, /) -> Prefix:
        """Read a prefix."""
        return Prefix(prime(self._compressor, prefix))

    def extend(self, prefix: Prefix, more: bytes, /) -> None:
        """Append bytes to a prefix."""
        prefix.primed.extend(more)

    def sizes(self, prefix: Prefix, rows: IntArray, affixes: Affixes, /) -> IntArray:
        """Return the compressed bytes of the prefix followed by each record on its own."""
        return sized(prefix.primed, self._corpus, rows, affixes)

    def close(self) -> None:
        """Do nothing: there is nothing to release."""


@dataclass(frozen=True, slots=True)
class DividingExecutor:
    """Base of executors that divide the rows among `n_jobs` workers, by default one per core."""

    n_jobs: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "n_jobs", resolve_jobs(self.n_jobs))

    def _session(
        self,
        corpus: Corpus,
        compressor: Compressor,
        divided: Callable[[Corpus, Compressor, int], Session],
    ) -> Session:
        """Return a session that divides the rows, unless there is one worker only."""
        jobs = resolve_jobs(self.n_jobs)
        if jobs == 1:
            return SerialSession(corpus, compressor)
        return divided(corpus, compressor, jobs)


@dataclass(frozen=True, slots=True)
class ThreadExecutor(DividingExecutor):
    """Computes equal shares (by bytes) in threads, each with its own copy of the primed state.

    Parameters
    ----------
    n_jobs : int or None, default None
        Threads that compute, the calling one included; None for all cores.
    """

    def start(self, corpus: Corpus, compressor: Compressor, /) -> Session:
        """Return a session on threads.

        Raises
        ------
        ConfigError
            If the compressor does not state that several threads may use it.
        """
        if not uses_threads(compressor):
            raise ConfigError(
                f"workers: expected a compressor with releases_gil = True for threads; saw "
                f'{compressor.name!r}. Try workers="processes" or "serial".',
                parameters=("workers", "compressor"),
            )
        return self._session(corpus, compressor, ThreadSession)


class ThreadSession(SerialSession):
    """The session of `ThreadExecutor`."""

    def __init__(self, corpus: Corpus, compressor: Compressor, n_jobs: int) -> None:
        super().__init__(corpus, compressor)
        self._n_jobs = n_jobs
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(n_jobs - 1, thread_name_prefix="entropylaw")

    def sizes(self, prefix: Prefix, rows: IntArray, affixes: Affixes, /) -> IntArray:
        """Return the compressed bytes of the prefix followed by each record on its own."""
        if len(rows) < MIN_SHARE * self._n_jobs:
            return sized(prefix.primed, self._corpus, rows, affixes)
        share = partial(sized, corpus=self._corpus, affixes=affixes, stop=self._stop)
        mine, *others = equal_shares(self._corpus, rows, self._n_jobs)
        futures = [self._pool.submit(share, prefix.primed.fork(), rows=one) for one in others]
        try:
            parts = [share(prefix.primed, rows=mine), *(future.result() for future in futures)]
        except BaseException:
            self._stop.set()  # the other threads stop at their next batch
            wait(futures)
            self._stop.clear()
            raise
        return np.concatenate(parts)

    def close(self) -> None:
        """Stop the threads."""
        self._stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)


def sized(
    primed: Primed,
    corpus: Corpus,
    rows: IntArray,
    affixes: Affixes,
    *,
    stop: threading.Event | None = None,
) -> IntArray:
    """Return the compressed bytes of a prefix followed by each record on its own.

    Parameters
    ----------
    primed : Primed
        The prefix.
    corpus : Corpus
        The pool; one batch of it is in memory at a time.
    rows : int64 array, shape (m,)
        Records of the pool.
    affixes : Affixes
        Bytes before and after each record.
    stop : threading.Event, optional
        Checked before each batch; if it is set, the computation is cancelled.

    Returns
    -------
    int64 array, shape (m,)

    Raises
    ------
    CancelledError
        If `stop` was set.

    Examples
    --------
    >>> from entropylaw.compressors import Zlib
    >>> pool = Corpus.from_rows([b"to be", b"or not"])
    >>> sizes = sized(Zlib().prime(b"to be"), pool, np.array([0, 1]), Affixes(b" ", b"."))
    >>> int(sizes[1]) == Zlib().compressed_size(b"to be or not.")
    True
    """
    before, after = affixes
    sizes = np.empty(len(rows), np.int64)
    for places in batches(corpus, rows):
        if stop is not None and stop.is_set():
            raise CancelledError
        # One expression, so that no batch is still in memory when the next one is read.
        sizes[places] = primed.sizes(
            [before + text + after for text in corpus.records(rows[places])]
        )
    return sizes


def equal_shares(corpus: Corpus, rows: IntArray, count: int) -> list[IntArray]:
    """Return `rows` cut into `count` consecutive parts of about equal bytes.

    Examples
    --------
    >>> pool = Corpus.from_rows([b"four", b"four", b"eightish"])
    >>> [share.tolist() for share in equal_shares(pool, np.arange(3), 2)]
    [[0, 1], [2]]
    """
    reached = np.cumsum(corpus.lengths[rows])
    targets = reached[-1] * np.arange(1, count) // count
    cuts = [0, *np.searchsorted(reached, targets, side="right").tolist(), len(rows)]
    return [rows[start:end] for start, end in pairwise(cuts)]


def uses_threads(compressor: Compressor) -> bool:
    """Return whether several threads may use a compressor at once, and gain by it."""
    return bool(getattr(compressor, "releases_gil", False))


def check_workers(workers: W) -> W:
    """Return `workers`, normalised; raise ConfigError unless it names or is an executor.

    Examples
    --------
    >>> check_workers("serial"), check_workers(ThreadExecutor(2))
    ('serial', ThreadExecutor(n_jobs=2))
    """
    if callable(getattr(workers, "start", None)) and not isinstance(workers, type):
        return workers
    hint = "Try n_jobs=4 for the number of workers; an executor is an object with a method start."
    kind: W = choice("workers", workers, WorkerKind, hint=hint)
    return kind


def available_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def resolve_jobs(n_jobs: object) -> int:
    """Return a number of workers: None and -1 mean all cores.

    Raises
    ------
    ConfigError
        If `n_jobs` is neither None, -1 nor a positive integer.

    Examples
    --------
    >>> resolve_jobs(np.int64(3))
    3
    """
    if n_jobs is None or as_integer(n_jobs) == -1:
        return available_cores()
    return integer("n_jobs", n_jobs, at_least=1, hint="Try n_jobs=None (or -1) for all cores.")

"""Which workers compute sizes, and how many."""

from __future__ import annotations

import os
from typing import get_args

from entropylaw.compressors import Compressor
from entropylaw.corpus import Corpus
from entropylaw.errors import ConfigError
from entropylaw.scoring.processes import Processes
from entropylaw.scoring.workers import Serial, Threads
from entropylaw.types import WorkerKind


def make_workers(
    corpus: Corpus, compressor: Compressor, *, n_jobs: int, kind: WorkerKind
) -> Serial:
    """Return workers of a kind; with one job, that is the calling thread alone.

    Parameters
    ----------
    corpus : Corpus
        The pool.
    compressor : Compressor
        What measures.
    n_jobs : int
        How many compute at a time, the calling thread included.
    kind : {"auto", "threads", "processes", "serial"}
        ``"auto"``: threads where the compressor says that it gains by them, else the calling
        thread alone.

    Raises
    ------
    ConfigError
        If threads are asked for and the compressor does not say that it can bear them.
    """
    threads = bool(getattr(compressor, "releases_gil", False))
    if kind == "threads" and not threads:
        raise ConfigError(
            f"compressor {compressor.name!r} does not say that several threads may use it "
            '(releases_gil = True). Use workers="processes" or "serial".',
            parameters=("workers", "compressor"),
        )
    if n_jobs == 1 or kind == "serial":
        return Serial(corpus, compressor)
    if kind == "processes":
        return Processes(corpus, compressor, n_jobs)
    return Threads(corpus, compressor, n_jobs) if threads else Serial(corpus, compressor)


def check_kind(kind: object) -> None:
    """Raise ConfigError unless there is such a kind of workers."""
    if kind not in get_args(WorkerKind):
        raise ConfigError(
            f'workers must be "auto", "threads", "processes" or "serial", got {kind!r}. '
            "How many is said by n_jobs."
        )


def available_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def resolve_jobs(n_jobs: int | None) -> int:
    """Return a number of workers: None and -1 mean all cores.

    Raises
    ------
    ConfigError
        If `n_jobs` is neither None, -1 nor a positive int.
    """
    if n_jobs is None or n_jobs == -1:
        return available_cores()
    if isinstance(n_jobs, bool) or not isinstance(n_jobs, int) or n_jobs < 1:
        raise ConfigError(
            f"n_jobs must be a positive integer, or None (or -1) for all cores, got {n_jobs!r}."
        )
    return n_jobs

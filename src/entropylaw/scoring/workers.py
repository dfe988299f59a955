"""Threads that size shares of a list of records; the sizes do not depend on their number."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Protocol

import numpy as np

from entropylaw.compressors import Compressor, Primed
from entropylaw.errors import ConfigError
from entropylaw.types import IntArray

SMALLEST_SHARE = 16
"""Records below which handing a share to a thread costs more than it saves."""


class Sizer(Protocol):
    """Anything that sizes continuations of a primed prefix."""

    def sizes(self, primed: Primed, items: Sequence[bytes]) -> IntArray:
        """Return the size of the prefix followed by each item on its own."""
        ...

    def close(self) -> None:
        """Let go of the workers."""
        ...


class Serial:
    """Size everything in the calling thread."""

    def sizes(self, primed: Primed, items: Sequence[bytes]) -> IntArray:
        """Return the size of the prefix followed by each item on its own."""
        return primed.sizes(items)

    def close(self) -> None:
        """Nothing to let go of."""


class Threads:
    """Size equal shares (by bytes) in as many threads, each with its own copy of the state."""

    def __init__(self, n_jobs: int) -> None:
        self._n_jobs = n_jobs
        self._pool = ThreadPoolExecutor(n_jobs - 1, thread_name_prefix="entropylaw")

    def sizes(self, primed: Primed, items: Sequence[bytes]) -> IntArray:
        """Return the size of the prefix followed by each item on its own."""
        if len(items) < SMALLEST_SHARE * self._n_jobs:
            return primed.sizes(items)
        first, *others = equal_shares(items, self._n_jobs)
        futures = [self._pool.submit(primed.fork().sizes, items[share]) for share in others]
        try:
            parts = [primed.sizes(items[first]), *(future.result() for future in futures)]
        except BaseException:
            for future in futures:
                future.cancel()
            raise
        return np.concatenate(parts)

    def close(self) -> None:
        """Stop the threads."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def equal_shares(items: Sequence[bytes], count: int) -> list[slice]:
    """Return `count` slices that cut `items` into runs of about equal bytes."""
    reached = np.cumsum(np.fromiter(map(len, items), np.int64, len(items)))
    goals = reached[-1] * np.arange(1, count) // count
    cuts = [0, *np.searchsorted(reached, goals).tolist(), len(items)]
    return [slice(start, end) for start, end in pairwise(cuts)]


def make_sizer(compressor: Compressor, n_jobs: int) -> Sizer:
    """Return threads where the compressor gains by them, else the calling thread alone."""
    if n_jobs > 1 and getattr(compressor, "releases_gil", False):
        return Threads(n_jobs)
    return Serial()


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

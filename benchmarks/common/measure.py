"""Clocks, memory and fresh processes."""

from __future__ import annotations

import multiprocessing
import os
import resource
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from entropylaw.errors import EntropyLawWarning

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(slots=True)
class Cost:
    """Seconds that a block took; complete once its `measured` block has ended.

    `cpu` counts all threads of this process, and the children that it has waited for.
    """

    wall: float = 0.0
    cpu: float = 0.0

    def seconds(self) -> dict[str, float]:
        """Return both for a result."""
        return {f"{kind}_seconds": significant(value) for kind, value in asdict(self).items()}


@contextmanager
def measured() -> Iterator[Cost]:
    """Measure the block."""
    cost = Cost()
    wall, cpu = time.perf_counter(), _cpu_seconds()
    yield cost
    cost.wall, cost.cpu = time.perf_counter() - wall, _cpu_seconds() - cpu


def _cpu_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def peak_megabytes() -> float:
    """Return the most memory that this process has used, in MB (Linux and macOS)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e6


def in_fresh_process(function: Callable[..., Any], *args: object) -> Any:
    """Return ``function(*args)`` computed in a fresh process.

    Workers that it starts use the default start method of the system. Warnings of the library are
    ignored, since they are expected here.
    """
    usual = multiprocessing.get_start_method()
    with ProcessPoolExecutor(
        1,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_prepare,
        initargs=(usual,),
    ) as pool:
        return pool.submit(function, *args).result()


def _prepare(start_method: str) -> None:
    multiprocessing.set_start_method(start_method, force=True)
    warnings.simplefilter("ignore", EntropyLawWarning)


def wait_for_children() -> None:
    """Wait until the worker processes have ended, so that their CPU time is counted."""
    for child in multiprocessing.active_children():
        child.join()


def microseconds(seconds: Sequence[float], count: int = 1) -> dict[str, float]:
    """Return median, lowest and highest of repeated measurements, each of `count` evaluations."""
    each = [1e6 * one / count for one in seconds]
    return {
        "median": significant(statistics.median(each)),
        "lowest": significant(min(each)),
        "highest": significant(max(each)),
        "repeats": len(each),
    }


def significant(number: float, digits: int = 4) -> float:
    """Return a number rounded to this many significant digits."""
    return float(f"{number:.{digits}g}")


def median(values: Sequence[float], digits: int = 4) -> float:
    """Return the median, rounded."""
    return significant(statistics.median(values), digits)


def report(value: object) -> None:
    """Print progress to standard error."""
    print(value, file=sys.stderr, flush=True)

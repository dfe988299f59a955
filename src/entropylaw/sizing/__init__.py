"""Compressed sizes of records: on which threads or processes they are computed, and of which sets.

`Sizer` computes sizes of the records of one corpus, `CompressedSet` those of a growing set of
them. An `Executor` decides where; sizes never depend on it.
"""

from entropylaw.sizing.executors import (
    Affixes,
    Executor,
    Prefix,
    SerialExecutor,
    Session,
    ThreadExecutor,
    Workers,
    available_cores,
    check_workers,
    resolve_jobs,
    uses_threads,
)
from entropylaw.sizing.processes import ProcessExecutor
from entropylaw.sizing.sets import CompressedSet, Sizer, first_copies, make_executor
from entropylaw.sizing.steps import in_steps, in_threads

__all__ = [
    "Affixes",
    "CompressedSet",
    "Executor",
    "Prefix",
    "ProcessExecutor",
    "SerialExecutor",
    "Session",
    "Sizer",
    "ThreadExecutor",
    "Workers",
    "available_cores",
    "check_workers",
    "first_copies",
    "in_steps",
    "in_threads",
    "make_executor",
    "resolve_jobs",
    "uses_threads",
]

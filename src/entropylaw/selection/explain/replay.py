"""The rounds of a finished run, replayed to see which records might have been chosen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from entropylaw.selection.limits import QuotaTracker
from entropylaw.selection.problem import Problem
from entropylaw.selection.search import SearchOptions
from entropylaw.selection.trace import Evidence
from entropylaw.types import AnyArray, BoolArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """One round of a finished run.

    Attributes
    ----------
    number : int
        Counted from 0.
    picks : structured array, dtype PICK
        What was chosen in it.
    ordered : bool
        Whether its records were taken as they came, without stages.
    allowed : bool array, shape (watched,)
        Which of the watched records might have been screened.
    barred_by : str
        What kept the first watched record out; "" if nothing did.
    may_take : bool array, shape (picks, watched)
        Which of them budget and quotas allowed at each step of packing.
    """

    number: int
    picks: AnyArray
    ordered: bool
    allowed: BoolArray
    barred_by: str
    may_take: BoolArray


def replayed(
    problem: Problem,
    search: SearchOptions,
    picks: AnyArray,
    evidence: Evidence,
    watched: IntArray,
) -> Iterator[Turn]:
    """Yield the rounds of a run, and whether budget and quotas allowed some records in each.

    Nothing is sized: the picks are known.

    Parameters
    ----------
    problem : Problem
        Of the run.
    search : SearchOptions
        Of the run.
    picks : structured array, dtype PICK
        What it chose.
    evidence : Evidence
        What it kept.
    watched : int64 array
        Rows to follow, not empty.
    """
    tracker, left = QuotaTracker(problem.limits), problem.selectable.copy()
    retired = np.zeros(len(left), np.bool_)
    free = problem.limits.costs is None and problem.limits.groups is None
    for number in range(int(picks["round"][-1]) + 1):
        chosen = picks[picks["round"] == number]
        ordered = number == 0 and len(problem.required) > 0
        if ordered or (free and search.variant == "paper"):
            allowed = left[watched]
        else:
            allowed = _allowed(search.k3, tracker, left, retired)[watched]
        barred_by = "" if allowed[0] else _why(tracker, watched[:1], bool(retired[watched[0]]))
        steps = np.empty((len(chosen), len(watched)), np.bool_)
        for step, row in enumerate(chosen["row"].tolist()):
            steps[step] = tracker.may_add(watched)
            tracker.add(row)
        yield Turn(number, chosen, ordered, allowed, barred_by, steps)
        if search.variant == "reference":
            shortlisted = evidence.shortlisted
            retired[shortlisted["row"][shortlisted["round"] == number]] = True
        left[chosen["row"]] = False


def _allowed(k3: int, tracker: QuotaTracker, left: BoolArray, retired: BoolArray) -> BoolArray:
    """Return which records may be screened now; retired ones return if no other may be."""
    rows = np.flatnonzero(left)
    allowed = np.zeros(len(left), np.bool_)
    allowed[rows[tracker.start_round(rows, k3)]] = True
    if not (allowed & ~retired).any():
        retired[:] = False
    return allowed & ~retired


def _why(tracker: QuotaTracker, row: IntArray, retired: bool) -> str:
    if retired:
        return "retired after an earlier round, in which it was shortlisted"
    if int(tracker.limits.cost_of(row)[0]) > tracker.remaining:
        return "it cost more than was left of the budget"
    return "its group had no room left, or other groups needed what was left"

"""Limits of a selection (budget and quotas in one unit), and what remains of them meanwhile."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from entropylaw.types import BoolArray, BudgetUnit, IntArray

NO_LIMIT = np.iinfo(np.int64).max // 4
"""More than any budget."""


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """The budget of a selection and each group's share of it, in the unit of the budget.

    Attributes
    ----------
    total : int
        The budget.
    costs : int64 array, shape (n,), or None
        Cost of each record; None if each costs 1.
    groups : int64 array, shape (n,), or None
        Number of each record's group, from 0; None without quotas.
    low, high : int64 arrays, shape (groups,)
        Minimum and maximum of each group.
    unit : {"records", "tokens", "bytes"}
        Unit of all amounts.
    counted_by : str
        How costs were counted: ``"column 'n_tokens'"``, ``"bytes / 4, an estimate"``.
    """

    total: int
    costs: IntArray | None = None
    groups: IntArray | None = None
    low: IntArray = field(default_factory=lambda: np.zeros(1, np.int64))
    high: IntArray = field(default_factory=lambda: np.full(1, NO_LIMIT, np.int64))
    unit: BudgetUnit = "records"
    counted_by: str = "records"

    def cost_of(self, rows: IntArray) -> IntArray:
        """Return the cost of these records; int64, shape (len(rows),)."""
        return np.ones(len(rows), np.int64) if self.costs is None else self.costs[rows]

    def group_of(self, rows: IntArray) -> IntArray:
        """Return the group number of these records; all 0 without quotas."""
        return np.zeros(len(rows), np.int64) if self.groups is None else self.groups[rows]


@dataclass(frozen=True, slots=True, eq=False)
class _Goal:
    """Budget and quotas at some point of the selection."""

    until: int
    least: IntArray
    most: IntArray


class QuotaTracker:
    """The amounts spent so far, and which records may be added next.

    A record may be added if it costs no more than what remains, if its group stays within its
    maximum, and if enough remains for other groups to reach their minimum.

    Quotas hold throughout the selection, not only at its end: at a *pace* of t, from 0 to 1,
    also for t times the budget and t times every quota. A prefix of the selection then has about
    the composition of the whole.

    Parameters
    ----------
    limits : Limits
        The budget and the quotas.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.spent = 0
        self.by_group = np.zeros(len(limits.low), np.int64)
        self._smallest = np.ones(len(limits.low), np.int64)
        self._end = _Goal(limits.total, limits.low, limits.high)
        self._goals = [self._end]
        self._with_margin = True

    @property
    def remaining(self) -> int:
        """Amount that may still be spent."""
        return self.limits.total - self.spent

    def copy(self) -> QuotaTracker:
        """Return a tracker that has spent the same, for a trial."""
        other = QuotaTracker(self.limits)
        other.spent, other.by_group = self.spent, self.by_group.copy()
        return other

    def start_round(self, live: IntArray, count: int) -> BoolArray:
        """Set the pace for about `count` more records, and return which live rows may be added.

        If none may be added at that pace, only the final limits apply; if none may be added even
        so, minima are reserved without a margin for a last record that overshoots.

        Parameters
        ----------
        live : int64 array
            Rows not chosen yet.
        count : int
            Number of records that the round will choose.

        Returns
        -------
        bool array, shape (len(live),)
        """
        limits = self.limits
        costs = limits.cost_of(live)
        if limits.groups is None:
            return self.may_add(live)
        self._smallest = np.full(len(limits.low), NO_LIMIT, np.int64)
        np.minimum.at(self._smallest, limits.groups[live], costs)
        typical = count * float(costs.mean()) if len(live) else 0.0
        pace = min(1.0, (self.spent + typical) / limits.total)
        may = np.zeros(len(live), np.bool_)
        for goals, with_margin in (
            ([self._end, self._goal_at(pace)], True),
            ([self._end], True),
            ([self._end], False),
        ):
            self._goals, self._with_margin = goals, with_margin
            may = self.may_add(live)
            if may.any():
                break
        return may

    def may_add(self, rows: IntArray) -> BoolArray:
        """Return which of these records may be added now; bool, shape (len(rows),)."""
        limits = self.limits
        costs = limits.cost_of(rows)
        may: BoolArray = costs <= self.remaining
        if limits.groups is None:
            return may
        group = limits.groups[rows]
        after = self.by_group[group] + costs
        may &= after <= limits.high[group]
        every_group = np.arange(len(self.by_group))
        for goal in self._goals:
            may &= (self.by_group < goal.most)[group]
            if goal.least.any():
                reserved = self._reserve(goal, every_group, self.by_group)
                needed = reserved.sum() - reserved[group] + self._reserve(goal, group, after)
                may &= (needed == 0) | (goal.until - self.spent - costs >= needed)
        return may

    def add(self, row: int) -> None:
        """Record that a row was chosen."""
        rows = np.array([row])
        cost = int(self.limits.cost_of(rows)[0])
        self.spent += cost
        self.by_group[self.limits.group_of(rows)[0]] += cost

    @property
    def ahead(self) -> int:
        """Amount that may still be spent at this pace."""
        return self._goals[-1].until - self.spent

    def missing(self) -> IntArray:
        """Return what each group lacks of its minimum at this pace; int64, shape (groups,)."""
        missing: IntArray = np.maximum(self._goals[-1].least - self.by_group, 0)
        return missing

    def room(self) -> IntArray:
        """Return what each group may still spend at this pace; int64, shape (groups,)."""
        goal = self._goals[-1]
        room: IntArray = np.minimum(goal.most - self.by_group, self.ahead)
        return np.maximum(room, 0)

    def _goal_at(self, pace: float) -> _Goal:
        end = self._end
        if pace >= 1.0:
            return end
        return _Goal(
            math.ceil(end.until * pace),
            np.floor(end.least * pace).astype(np.int64),
            np.ceil(end.most * pace).astype(np.int64),
        )

    def _reserve(self, goal: _Goal, group: IntArray, spent: IntArray) -> IntArray:
        """Return the amount to reserve for groups that have spent these amounts.

        That is the missing amount plus a margin, since the last record may overshoot; 0 if no
        remaining record of the group fits.
        """
        missing = np.maximum(goal.least[group] - spent, 0)
        smallest = self._smallest[group]
        nothing_fits = (
            (missing == 0)
            | (smallest > self.remaining)
            | (spent + smallest > self.limits.high[group])
        )
        margin = np.maximum(smallest, 1) - 1 if self._with_margin else 0
        reserve: IntArray = np.where(nothing_fits, 0, missing + margin)
        return reserve

"""What is left of a budget and of each group's quota while records are chosen."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from entropylaw.types import BoolArray, IntArray

NO_LIMIT = np.iinfo(np.int64).max // 4
"""More than any budget."""


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """What a selection may spend in all and on each group, in the unit of the budget.

    Attributes
    ----------
    total : int
        The budget: records, tokens or bytes.
    costs : int64 array, shape (n,), or None
        What each record costs; None if each costs 1.
    groups : int64 array, shape (n,), or None
        The number of each record's group, from 0; None if there are no quotas.
    low, high : int64 arrays, shape (groups,)
        The least and the most that may be spent on each group.
    """

    total: int
    costs: IntArray | None = None
    groups: IntArray | None = None
    low: IntArray = field(default_factory=lambda: np.zeros(1, np.int64))
    high: IntArray = field(default_factory=lambda: np.full(1, NO_LIMIT, np.int64))

    def cost_of(self, rows: IntArray) -> IntArray:
        """Return what these records cost; int64, shape (len(rows),)."""
        return np.ones(len(rows), np.int64) if self.costs is None else self.costs[rows]

    def group_of(self, rows: IntArray) -> IntArray:
        """Return the group number of these records; all 0 without groups."""
        return np.zeros(len(rows), np.int64) if self.groups is None else self.groups[rows]


@dataclass(frozen=True, slots=True, eq=False)
class _Goal:
    """Budget and quotas at some point of the selection."""

    until: int
    least: IntArray
    most: IntArray


class Ledger:
    """What was spent, and which records may be taken next.

    A record may be taken if it costs no more than what is left, if its group stays within its
    maximum, and if enough stays for what other groups need to reach their minimum.

    The quotas are kept in every stretch of the selection, not only at its end: at a *pace* of t,
    from 0 to 1, also as if the budget and all quotas were t times what they are. A prefix of the
    selection then has about the composition of the whole.

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
        self._spare = True

    @property
    def left(self) -> int:
        """What may still be spent."""
        return self.limits.total - self.spent

    def copy(self) -> Ledger:
        """Return a ledger that has spent as much, for a trial."""
        other = Ledger(self.limits)
        other.spent, other.by_group = self.spent, self.by_group.copy()
        return other

    def start_round(self, live: IntArray, count: int) -> BoolArray:
        """Set the pace for about `count` more records, and return which live rows may be taken.

        Where none of them may be taken at that pace, only the end counts; and where none may be
        even so, nothing is spared for last records that cost more than what is missing.

        Parameters
        ----------
        live : int64 array
            The rows not yet chosen.
        count : int
            How many records the round will choose.

        Returns
        -------
        bool array, shape (len(live),)
        """
        limits = self.limits
        costs = limits.cost_of(live)
        if limits.groups is None:
            return self.may_take(live)
        self._smallest = np.full(len(limits.low), NO_LIMIT, np.int64)
        np.minimum.at(self._smallest, limits.groups[live], costs)
        typical = count * float(costs.mean()) if len(live) else 0.0
        pace = min(1.0, (self.spent + typical) / limits.total)
        may = np.zeros(len(live), np.bool_)
        for goals, spare in (
            ([self._end, self._goal_at(pace)], True),
            ([self._end], True),
            ([self._end], False),
        ):
            self._goals, self._spare = goals, spare
            may = self.may_take(live)
            if may.any():
                break
        return may

    def may_take(self, rows: IntArray) -> BoolArray:
        """Return which of these records may be taken now; bool, shape (len(rows),)."""
        limits = self.limits
        costs = limits.cost_of(rows)
        may: BoolArray = costs <= self.left
        if limits.groups is None:
            return may
        group = limits.groups[rows]
        after = self.by_group[group] + costs
        may &= after <= limits.high[group]
        everyone = np.arange(len(self.by_group))
        for goal in self._goals:
            may &= (self.by_group < goal.most)[group]
            if goal.least.any():
                reserved = self._reserve(goal, everyone, self.by_group)
                needed = reserved.sum() - reserved[group] + self._reserve(goal, group, after)
                may &= (needed == 0) | (goal.until - self.spent - costs >= needed)
        return may

    def take(self, row: int) -> None:
        """Book one record."""
        rows = np.array([row])
        cost = int(self.limits.cost_of(rows)[0])
        self.spent += cost
        self.by_group[self.limits.group_of(rows)[0]] += cost

    @property
    def ahead(self) -> int:
        """What may still be spent at this pace."""
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
        """Return what must be kept for groups that have spent so much.

        That is what is missing, and a little to spare, since the last record may cost more. A
        group whose records are all too dear by now needs nothing.
        """
        missing = np.maximum(goal.least[group] - spent, 0)
        smallest = self._smallest[group]
        hopeless = (
            (missing == 0) | (smallest > self.left) | (spent + smallest > self.limits.high[group])
        )
        spare = np.maximum(smallest, 1) - 1 if self._spare else 0
        reserve: IntArray = np.where(hopeless, 0, missing + spare)
        return reserve

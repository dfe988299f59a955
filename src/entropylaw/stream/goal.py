"""How much of a stream to keep, and so what share of what is still to come."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Integral, Real

from entropylaw.errors import BudgetError, ConfigError
from entropylaw.stream.tally import StreamTally

SHORTEST_HORIZON = 1_000
LONGEST_HORIZON = 100_000
"""Bounds of the horizon that is taken where none is given."""


@dataclass(frozen=True, slots=True)
class Goal:
    """How much to keep: a share of whatever comes, or an amount of an amount.

    Attributes
    ----------
    keep : float or None
        Share to keep, above 0 and up to 1.
    budget, expected : int or None
        What to keep and what is to come, both in the unit of cost.
    horizon : int
        Records over which the threshold follows the stream.

    Examples
    --------
    >>> goal = Goal.checked(0.25, None, None, 100)
    >>> goal.rate(StreamTally(seen=40, seen_cost=40, kept=5, kept_cost=5))
    0.3
    """

    keep: float | None
    budget: int | None
    expected: int | None
    horizon: int

    @property
    def share(self) -> float:
        """Share of the whole stream to keep."""
        if self.keep is not None:
            return self.keep
        budget, expected = self._amounts
        return budget / expected

    def rate(self, tally: StreamTally) -> float:
        """Return the share of what comes next to keep; 1 or more is all, 0 or less is none.

        It is the share asked for, plus what was kept too little so far, made good over the
        horizon; at the end of a budget, what is left of it over what is still to come. So an
        error of the past is mended whatever the stream does, and there is no step size to choose.
        """
        mean_cost = tally.seen_cost / tally.seen if tally.seen_cost else 1.0
        soon = self.horizon * mean_cost
        if self.keep is None:
            budget, expected = self._amounts
            left, ahead = budget - tally.kept_cost, expected - tally.seen_cost
            if left <= 0:
                return 0.0
            if ahead <= soon:
                return left / ahead if ahead > 0 else math.inf
        return self.share + (self.share * tally.seen_cost - tally.kept_cost) / soon

    def affords(self, tally: StreamTally, cost: int) -> bool:
        """Return whether a record of this cost is within the budget, if there is one."""
        return self.budget is None or tally.kept_cost + cost <= self.budget

    def spent(self, tally: StreamTally) -> bool:
        """Return whether there is a budget and it is used up."""
        return self.budget is not None and tally.kept_cost >= self.budget

    @classmethod
    def checked(cls, keep: object, budget: object, expected: object, horizon: object) -> Goal:
        """Build a goal from what a user gave.

        Raises
        ------
        BudgetError, ConfigError
            If it cannot be met, or is not clear.
        """
        if (keep is None) == (budget is None):
            raise BudgetError(
                "say how much to keep, in one of two ways: keep=0.1 for a tenth of whatever "
                "comes, or budget=10_000, expected=100_000 for so many of so many.",
                parameters=("keep", "budget"),
            )
        if keep is not None:
            share = _checked_share(keep)
            if expected is not None:
                raise BudgetError(
                    f"expected={expected!r} belongs to budget=, not to keep=.",
                    parameters=("keep", "expected"),
                )
            return cls(share, None, None, _checked_horizon(horizon, share))
        amount = _checked_amount("budget", budget)
        if expected is None:
            raise BudgetError(
                f"budget={amount} needs expected=, the length of the stream, since each record is "
                "decided on when it comes. If nobody knows it, use keep=0.1 for a tenth.",
                parameters=("budget",),
            )
        ahead = _checked_amount("expected", expected)
        if amount > ahead:
            raise BudgetError(
                f"budget={amount} is more than expected={ahead}: everything would be kept.",
                parameters=("budget", "expected"),
            )
        return cls(None, amount, ahead, _checked_horizon(horizon, amount / ahead))

    @property
    def _amounts(self) -> tuple[int, int]:
        assert self.budget is not None
        assert self.expected is not None
        return self.budget, self.expected


def _checked_share(keep: object) -> float:
    if isinstance(keep, Real) and not isinstance(keep, bool) and 0 < float(keep) <= 1:
        return float(keep)
    raise BudgetError(
        f"keep must be a share above 0 and up to 1, got {keep!r}. For a number of records "
        "write budget= and expected=."
    )


def _checked_amount(name: str, value: object) -> int:
    if isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= 1:
        return int(value)
    raise BudgetError(f"{name} must be an integer of at least 1, got {value!r}.")


def _checked_horizon(horizon: object, share: float) -> int:
    """Return the horizon, or one in which about ten records are kept."""
    if horizon is None:
        return min(max(SHORTEST_HORIZON, math.ceil(10 / share)), LONGEST_HORIZON)
    if isinstance(horizon, Integral) and not isinstance(horizon, bool) and int(horizon) >= 1:
        return int(horizon)
    raise ConfigError(
        f"horizon must be a number of records of at least 1, got {horizon!r}. Leave it out to "
        "have it follow from what is to be kept."
    )

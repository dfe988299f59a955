"""How much of a stream to keep, and so below which score a record is new enough."""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from types import MappingProxyType

from entropylaw.errors import BudgetError, ConfigError

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
        assert self.budget is not None
        assert self.expected is not None
        return self.budget / self.expected

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
                "comes, or budget=10_000, expected=100_000 for so many of so many."
            )
        if keep is not None:
            share = _checked_share(keep)
            if expected is not None:
                raise BudgetError(f"expected={expected!r} belongs to budget=, not to keep=.")
            return cls(share, None, None, _checked_horizon(horizon, share))
        amount = _checked_amount("budget", budget)
        if expected is None:
            raise BudgetError(
                f"budget={amount} needs expected=, the length of the stream, since each record is "
                "decided on when it comes. If nobody knows it, use keep=0.1 for a tenth."
            )
        ahead = _checked_amount("expected", expected)
        if amount > ahead:
            raise BudgetError(
                f"budget={amount} is more than expected={ahead}: everything would be kept."
            )
        return cls(None, amount, ahead, _checked_horizon(horizon, amount / ahead))


class Pace:
    """Follows a stream, and says what is new enough to keep as much of it as is asked for.

    A record is compared with records of about its own length (within a factor of two), since a
    short one has less room to repeat what is known, so that its score is low whatever it says.
    The threshold is a quantile of the last `horizon` scores of that length. Which quantile
    follows from what is owed. With a budget: what is left of it over what is still to come.
    With a share: the share, plus what was kept too little so far over the horizon. So an error
    of the past is made good whatever the stream does, and there is no step size to choose.

    Parameters
    ----------
    goal : Goal
        How much to keep.
    scores : mapping, optional
        The last scores, oldest first, by band of length.
    offers : int, default 0
        Records seen.
    seen, kept : int, default 0
        What was seen and kept, in the unit of cost.

    Examples
    --------
    >>> pace = Pace(Goal.checked(0.5, None, None, 10))
    >>> for score in (3.0, 1.0, 2.0):
    ...     kept = pace.admits(score, length=9, cost=1)
    ...     pace.note(score, length=9, cost=1, kept=kept)
    >>> pace.kept, pace.threshold(length=9)
    (1, 2.0)
    """

    def __init__(
        self,
        goal: Goal,
        scores: Mapping[int, Iterable[float]] = MappingProxyType({}),
        *,
        offers: int = 0,
        seen: int = 0,
        kept: int = 0,
    ) -> None:
        self.goal = goal
        self.offers = offers
        self.seen = seen
        self.kept = kept
        self._bands = {
            band: LastScores(goal.horizon, known) for band, known in sorted(scores.items())
        }

    @property
    def rate(self) -> float:
        """Share of the coming records to keep; 1 or more is all, 0 or less is none."""
        goal = self.goal
        if goal.keep is not None:
            owed = goal.keep * self.seen - self.kept
            mean_cost = self.seen / self.offers if self.seen else 1.0
            return goal.keep + owed / (goal.horizon * mean_cost)
        assert goal.budget is not None
        assert goal.expected is not None
        left, ahead = goal.budget - self.kept, goal.expected - self.seen
        if left <= 0:
            return 0.0
        return left / ahead if ahead > 0 else math.inf

    @property
    def spent(self) -> bool:
        """Whether a budget is used up."""
        return self.goal.budget is not None and self.kept >= self.goal.budget

    @property
    def scores(self) -> dict[int, list[float]]:
        """The last scores, oldest first, by band of length."""
        return {band: list(last.scores) for band, last in sorted(self._bands.items())}

    def threshold(self, length: int) -> float:
        """Return the score below which a record is kept; inf if any is, -inf if none."""
        rate, last = self.rate, self._bands.get(length.bit_length())
        if rate >= 1:
            return math.inf
        return -math.inf if last is None else last.quantile(rate)

    def admits(self, score: float, *, length: int, cost: int) -> bool:
        """Return whether a record is to be kept.

        A score equal to the threshold passes while no more is kept than was asked for, so that
        streams of equal scores keep the pace too.
        """
        goal, threshold = self.goal, self.threshold(length)
        low = score < threshold or (score == threshold and self.rate >= goal.share)
        return low and (goal.budget is None or self.kept + cost <= goal.budget)

    def note(self, score: float, *, length: int, cost: int, kept: bool) -> None:
        """Take into account a record that was measured."""
        band = length.bit_length()
        if band not in self._bands:
            self._bands[band] = LastScores(self.goal.horizon)
        self._bands[band].add(score)
        self.kept += cost if kept else 0
        self.pass_by(cost)

    def pass_by(self, cost: int) -> None:
        """Take into account a record that is past, measured or not."""
        self.offers += 1
        self.seen += cost


class LastScores:
    """The last so many scores, and their quantiles.

    Examples
    --------
    >>> last = LastScores(3)
    >>> for score in (9.0, 3.0, 1.0, 2.0):
    ...     last.add(score)
    >>> list(last.scores), last.quantile(0.5)
    ([3.0, 1.0, 2.0], 2.0)
    """

    def __init__(self, count: int, scores: Iterable[float] = ()) -> None:
        self.scores = deque(scores, count)
        self._ordered = sorted(self.scores)

    def add(self, score: float) -> None:
        """Add a score, and forget the oldest if there are too many."""
        if len(self.scores) == self.scores.maxlen:
            del self._ordered[bisect_left(self._ordered, self.scores[0])]
        self.scores.append(score)
        insort(self._ordered, score)

    def quantile(self, share: float) -> float:
        """Return what a share below 1 of scores lies below; -inf if there are too few to tell."""
        place = math.floor(share * (len(self._ordered) + 1))
        return self._ordered[place - 1] if place > 0 else -math.inf


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

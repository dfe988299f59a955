"""The threshold of a stream: the share to keep next, and the ratio below which it lies."""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from entropylaw.errors import BudgetError
from entropylaw.length_bins import doubling_bin
from entropylaw.stream.tally import StreamTally
from entropylaw.validation import integer, number

SHORTEST_HORIZON = 1_000
LONGEST_HORIZON = 100_000
"""Bounds of the default horizon, in records."""


@dataclass(frozen=True, slots=True)
class Goal:
    """How much to keep: a share of the stream, or an amount out of a known length.

    Attributes
    ----------
    keep : float or None
        Share to keep, above 0 and up to 1.
    budget, expected : int or None
        Cost to keep, and cost of the whole stream.
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
        """Return the share of the coming records to keep; 1 or more is all, 0 or less is none.

        It is `share`, plus the deficit so far spread over the horizon. Near the end of a budget,
        it is the remaining budget over the remaining stream. So past errors are corrected whatever
        the stream does, without a step size.
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
        """Build a goal from the options of a stream.

        Raises
        ------
        BudgetError, ConfigError
            If an option is wrong, or they contradict each other.
        """
        if (keep is None) == (budget is None):
            raise BudgetError(
                f"keep, budget: expected one of them; saw {'neither' if keep is None else 'both'}. "
                "Try keep=0.1 for a tenth of the stream, or budget=10_000, expected=100_000.",
                parameters=("keep", "budget"),
            )
        if keep is not None:
            hint = "For a number of records try budget= and expected=."
            share = number("keep", keep, above=0, at_most=1, error=BudgetError, hint=hint)
            if expected is not None:
                raise BudgetError(
                    f"keep: expected it without expected=; saw keep={share:g}, "
                    f"expected={expected!r}. Try keep= alone, or budget= and expected=.",
                    parameters=("keep", "expected"),
                )
            return cls(share, None, None, _checked_horizon(horizon, share))
        amount = integer("budget", budget, at_least=1, error=BudgetError)
        if expected is None:
            raise BudgetError(
                "budget: expected it together with expected=, the length of the stream; saw "
                f"budget={amount} alone. Try expected=100_000, or keep=0.1 for a tenth if the "
                "length is unknown.",
                parameters=("budget",),
            )
        length = integer("expected", expected, at_least=1, error=BudgetError)
        if amount > length:
            raise BudgetError(
                f"budget: expected at most expected={length}; saw {amount}, which would keep "
                "everything. Try a smaller budget.",
                parameters=("budget", "expected"),
            )
        return cls(None, amount, length, _checked_horizon(horizon, amount / length))

    @property
    def _amounts(self) -> tuple[int, int]:
        assert self.budget is not None
        assert self.expected is not None
        return self.budget, self.expected


def _checked_horizon(horizon: object, share: float) -> int:
    """Return the horizon; by default one in which about ten records are kept."""
    if horizon is None:
        return min(max(SHORTEST_HORIZON, math.ceil(10 / share)), LONGEST_HORIZON)
    return integer("horizon", horizon, at_least=1, hint="Leave it out for a default.")


class RecentRatios:
    """The last ratios of records, by length bin.

    A record is compared with records of about its own length (within a factor of two), since a
    short one has less room to repeat known text, so that its ratio is low whatever it holds.

    Parameters
    ----------
    count : int
        Number of ratios kept in each bin.
    ratios : mapping, optional
        Those of an earlier stream, oldest first, by bin.

    Examples
    --------
    >>> recent = RecentRatios(10)
    >>> for ratio in (3.0, 1.0, 2.0):
    ...     recent.add(ratio, length=9)
    >>> recent.threshold(0.5, length=9), recent.threshold(0.5, length=900)
    (2.0, -inf)
    """

    def __init__(
        self, count: int, ratios: Mapping[int, Iterable[float]] = MappingProxyType({})
    ) -> None:
        self._count = count
        self._bins = {bin_: LastRatios(count, known) for bin_, known in sorted(ratios.items())}

    def threshold(self, rate: float, *, length: int) -> float:
        """Return the ratio below which a share `rate` of the ratios of this length lies.

        Infinite if the share is 1 or more; minus infinity if it is 0 or less, or if there are too
        few ratios for that quantile.
        """
        if rate >= 1:
            return math.inf
        last = self._bins.get(doubling_bin(length))
        return -math.inf if last is None else last.quantile(rate)

    def add(self, ratio: float, *, length: int) -> None:
        """Add a ratio, and drop the oldest of its bin if there are too many."""
        bin_ = doubling_bin(length)
        if bin_ not in self._bins:
            self._bins[bin_] = LastRatios(self._count)
        self._bins[bin_].add(ratio)

    def by_bin(self) -> dict[int, list[float]]:
        """Return the ratios, oldest first, by bin."""
        return {bin_: list(last.ratios) for bin_, last in sorted(self._bins.items())}


class LastRatios:
    """The last `count` ratios, and their quantiles.

    Examples
    --------
    >>> last = LastRatios(3)
    >>> for ratio in (9.0, 3.0, 1.0, 2.0):
    ...     last.add(ratio)
    >>> list(last.ratios), last.quantile(0.5)
    ([3.0, 1.0, 2.0], 2.0)
    """

    def __init__(self, count: int, ratios: Iterable[float] = ()) -> None:
        self.ratios = deque(ratios, count)
        self._ordered = sorted(self.ratios)

    def add(self, ratio: float) -> None:
        """Add a ratio, and drop the oldest if there are too many."""
        if len(self.ratios) == self.ratios.maxlen:
            del self._ordered[bisect_left(self._ordered, self.ratios[0])]
        self.ratios.append(ratio)
        insort(self._ordered, ratio)

    def quantile(self, share: float) -> float:
        """Return the ratio below which a share under 1 lies; -inf if there are too few ratios."""
        place = math.floor(share * (len(self._ordered) + 1))
        return self._ordered[place - 1] if place > 0 else -math.inf

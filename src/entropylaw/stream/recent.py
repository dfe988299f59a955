"""The last ratios of a stream by length of record, and below which of them a share lies."""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable, Mapping
from types import MappingProxyType


class RecentRatios:
    """The last ratios of records, apart for each band of lengths.

    A record is compared with records of about its own length (within a factor of two), since a
    short one has less room to repeat what is known, so that its ratio is low whatever it says.

    Parameters
    ----------
    count : int
        How many are remembered of each band.
    ratios : mapping, optional
        Those of an earlier stream, oldest first, by band.

    Examples
    --------
    >>> recent = RecentRatios(10)
    >>> for ratio in (3.0, 1.0, 2.0):
    ...     recent.note(ratio, length=9)
    >>> recent.threshold(0.5, length=9), recent.threshold(0.5, length=900)
    (2.0, -inf)
    """

    def __init__(
        self, count: int, ratios: Mapping[int, Iterable[float]] = MappingProxyType({})
    ) -> None:
        self._count = count
        self._bands = {band: LastRatios(count, known) for band, known in sorted(ratios.items())}

    def threshold(self, rate: float, *, length: int) -> float:
        """Return what a share `rate` of the ratios of this length lies below.

        Infinite if the share is 1 or more; minus infinity if it is 0 or less, or there are too
        few ratios to tell.
        """
        if rate >= 1:
            return math.inf
        last = self._bands.get(length.bit_length())
        return -math.inf if last is None else last.quantile(rate)

    def note(self, ratio: float, *, length: int) -> None:
        """Remember a ratio, and forget the oldest of its band if there are too many."""
        band = length.bit_length()
        if band not in self._bands:
            self._bands[band] = LastRatios(self._count)
        self._bands[band].add(ratio)

    def by_band(self) -> dict[int, list[float]]:
        """Return the ratios, oldest first, by band."""
        return {band: list(last.ratios) for band, last in sorted(self._bands.items())}


class LastRatios:
    """The last so many ratios, and their quantiles.

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
        """Add a ratio, and forget the oldest if there are too many."""
        if len(self.ratios) == self.ratios.maxlen:
            del self._ordered[bisect_left(self._ordered, self.ratios[0])]
        self.ratios.append(ratio)
        insort(self._ordered, ratio)

    def quantile(self, share: float) -> float:
        """Return what a share below 1 of ratios lies below; -inf if there are too few to tell."""
        place = math.floor(share * (len(self._ordered) + 1))
        return self._ordered[place - 1] if place > 0 else -math.inf

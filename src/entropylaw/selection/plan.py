"""A selection with every parameter settled, and how many unions it will ask for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from entropylaw.selection.ledger import Limits
from entropylaw.types import BoolArray, Certainty, FloatArray, IntArray, Packing, Screening, Variant


@dataclass(frozen=True, slots=True)
class Plan:
    """A selection with every parameter settled.

    Attributes
    ----------
    limits : Limits
        The budget, and what of it each group gets.
    k1, k2, k3 : int
        Records screened, shortlisted and packed in a round.
    variant : {"paper", "reference"}
        Whether shortlisted records that are not packed stay in the pool, or are retired.
    selectable : bool array, shape (n,)
        Which records may be chosen beside those required.
    weights : float array, shape (n,), or None
        How much the information of each record counts.
    owned : sequence of bytes
        Records already owned: the set starts with them.
    packing : {"full", "lazy"}
        Whether each step of packing measures the whole shortlist, or the most promising of it.
    screening : {"full", "adaptive"}
        Whether all screened records are measured, or the most promising of them.
    required : int64 array
        Rows that are chosen first, in this order.
    priority : int64 array, shape (n,), or None
        All rows, those to prefer among equal ratios first; None for the lower row.
    """

    limits: Limits
    k1: int
    k2: int
    k3: int
    variant: Variant
    selectable: BoolArray
    weights: FloatArray | None = None
    owned: Sequence[bytes] = ()
    packing: Packing = "full"
    screening: Screening = "full"
    required: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    priority: IntArray | None = None

    @property
    def picks(self) -> int:
        """How many records will be chosen: exact if each costs 1, else about."""
        limits = self.limits
        if limits.costs is None:
            return limits.total
        may = np.union1d(np.flatnonzero(self.selectable), self.required)
        typical = float(limits.costs[may].mean())
        return min(len(may), max(1, math.ceil(limits.total / typical))) if typical else len(may)

    @property
    def certainty(self) -> Certainty:
        """What `count_evaluations` tells."""
        if self.limits.costs is not None or self.limits.groups is not None:
            return "about"
        return "exact" if self.packing == self.screening == "full" else "at most"


def count_evaluations(plan: Plan) -> int:
    """Return how many unions a plan sizes, without sizing any.

    Exact for a plain budget of records; at most so many if it sizes lazily; about so many with
    quotas, or with records of different cost.

    Examples
    --------
    >>> count_evaluations(Plan(Limits(4), 50, 4, 2, "paper", np.ones(9, bool)))
    30
    """
    first = len(plan.required)
    left = max(0, plan.picks - first)
    live = max(int(plan.selectable.sum()), left)
    retired, total = 0, 2 * first
    while left:
        if not live:
            live, retired = retired, 0
        screened, short = min(plan.k1, live), min(plan.k2, live)
        packed = min(plan.k3, left, short)
        total += screened + packed * short - packed * (packed - 1) // 2
        if plan.variant == "reference":
            live, retired = live - short, retired + short - packed
        else:
            live -= packed
        left -= packed
    return total

"""The rounds of ZIP: screen, shortlist, pack, until the budget is met."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from entropylaw.scoring import Scorer
from entropylaw.selection.sizing import FullSizing, LazySizing, Sizing, Unions, union_ratios
from entropylaw.selection.stages import GONE, Packed, Ranking, lowest, pack, screen, shortlist
from entropylaw.types import (
    AnyArray,
    BoolArray,
    FloatArray,
    IntArray,
    Packing,
    Screening,
    Variant,
)

PICK = np.dtype(
    [
        ("row", "<i8"),
        ("round", "<i4"),
        ("state", "<f8"),
        ("own_raw", "<i8"),
        ("own_size", "<i8"),
        ("union_raw", "<i8"),
        ("union_size", "<i8"),
        ("pack_raw", "<i8"),
        ("pack_size", "<i8"),
    ]
)
"""Evidence for one pick.

row: which record. round: counted from 0. state: the ratio at which it was screened.
own, union, pack: raw and compressed bytes of the record alone, of it with the set chosen
before this round, and of it with the records packed before it in this round.
"""

SCREENING_SLACK, PACKING_SLACK = 5, 0
"""Slack of the lazy sizings, in percent. Between rounds 5 % halve or quarter the records missed
for half as many evaluations more; within a pack they double the evaluations and gain little.
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """A selection with every parameter settled.

    Attributes
    ----------
    budget : int
        Records to choose.
    k1, k2, k3 : int
        Records screened, shortlisted and packed in a round.
    variant : {"paper", "reference"}
        Whether shortlisted records that are not packed stay in the pool, or are retired.
    selectable : bool array, shape (n,)
        Which records may be chosen.
    weights : float array, shape (n,), or None
        How much the information of each record counts.
    owned : sequence of bytes
        Records already owned: the set starts with them.
    packing : {"full", "lazy"}
        Whether each step of packing measures the whole shortlist, or the most promising of it.
    screening : {"full", "adaptive"}
        Whether all screened records are measured, or the most promising of them.
    """

    budget: int
    k1: int
    k2: int
    k3: int
    variant: Variant
    selectable: BoolArray
    weights: FloatArray | None = None
    owned: Sequence[bytes] = ()
    packing: Packing = "full"
    screening: Screening = "full"


@dataclass(frozen=True, slots=True, eq=False)
class Round:
    """What one round did.

    Attributes
    ----------
    number : int
        Counted from 0.
    picks : structured array, dtype PICK, shape (packed,)
        The records chosen, in order, with the evidence for each.
    screened, shortlisted : int
        How many records reached the second and the third stage.
    evaluations : int
        How many unions were asked for. Of records that are the same to the byte one is sized
        and counts for all, so fewer may have been computed.
    set_raw, set_size : int
        Bytes and compressed bytes of everything chosen so far (and owned before).
    """

    number: int
    picks: AnyArray
    screened: int
    shortlisted: int
    evaluations: int
    set_raw: int
    set_size: int

    @property
    def rows(self) -> IntArray:
        """The rows chosen in this round, in order."""
        rows: IntArray = self.picks["row"]
        return rows

    @property
    def ratio(self) -> float:
        """Compression ratio of everything chosen so far."""
        return self.set_raw / self.set_size


def zip_rounds(scorer: Scorer, plan: Plan, *, rank: Ranking = lowest) -> Iterator[Round]:
    """Yield the rounds of the greedy selection, until the budget is met.

    Parameters
    ----------
    scorer : Scorer
        Sizes the records.
    plan : Plan
        What to choose; the budget must not exceed the selectable records.
    rank : callable, optional
        The ranking of all three stages.

    References
    ----------
    .. [1] M. Yin et al., "Entropy Law: The Story Behind Data Compression and LLM
       Performance", arXiv:2407.06645, 2024. Algorithm 1.
    """
    search = _Search(scorer, plan, rank)
    left, number = plan.budget, 0
    while left:
        done = search.round(number, count=min(plan.k3, left))
        yield done
        left -= len(done.picks)
        number += 1


def count_evaluations(plan: Plan) -> int:
    """Return how many unions a plan sizes, without sizing any: at most, if it sizes lazily.

    Examples
    --------
    >>> count_evaluations(Plan(4, 50, 4, 2, "paper", np.ones(9, bool)))
    30
    """
    live, retired, left, total = int(plan.selectable.sum()), 0, plan.budget, 0
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


class _Search:
    """The state of the greedy search: one ratio per record (the paper's pi), and the chosen set.

    The ratio is that of the union when the record was last screened. Adaptive screening does not
    measure all of these: where it does not, the ratio is that of the set then, with the bytes
    that the record added when last measured. So records go on taking turns in the screen.

    A record that may not be chosen now has the ratio GONE. Those retired by the reference
    variant keep their last ratio aside, to come back once no other record is left.
    """

    def __init__(self, scorer: Scorer, plan: Plan, rank: Ranking) -> None:
        self._scorer, self._plan, self._rank = scorer, plan, rank
        own = union_ratios(scorer.own_raw, scorer.own_sizes, 0, plan.weights)
        self._state = np.where(plan.selectable, own, GONE)
        self._retired = np.full(len(self._state), GONE)
        self._chosen = scorer.empty_set()
        self._chosen.extend_bytes(plan.owned)
        self._screening = _sizing(scorer, lazy=plan.screening == "adaptive", slack=SCREENING_SLACK)
        self._packing = _sizing(scorer, lazy=plan.packing == "lazy", slack=PACKING_SLACK)

    def round(self, number: int, *, count: int) -> Round:
        """Choose `count` records, or all that are left if these are fewer."""
        plan, scorer = self._plan, self._scorer
        if not np.isfinite(self._state).any():
            self._state, self._retired = self._retired, np.full(len(self._state), GONE)

        screened = screen(self._state, k1=plan.k1, rank=self._rank)
        state = self._state[screened]
        unions = self._screening.unions(
            self._chosen, screened, _of(plan.weights, screened), k=plan.k2
        )
        self._state[screened] = unions.ratios

        short = shortlist(unions, k2=plan.k2, rank=self._rank)
        rows = screened[short]
        packed = pack(
            rows,
            scorer.empty_set(),
            k3=count,
            weights=_of(plan.weights, rows),
            rank=self._rank,
            sizing=self._packing,
        )
        picked = short[packed.positions]
        self._leave(rows, screened[picked])
        self._chosen.extend(screened[picked])
        return Round(
            number=number,
            picks=_evidence(number, scorer, screened, state, unions, picked, packed),
            screened=len(screened),
            shortlisted=len(short),
            evaluations=len(unions.measured) + packed.evaluations,
            set_raw=self._chosen.raw,
            set_size=self._chosen.size,
        )

    def _leave(self, shortlisted: IntArray, chosen: IntArray) -> None:
        """Take the chosen rows out for good; in the reference variant retire the shortlist."""
        if self._plan.variant == "reference":
            self._retired[shortlisted] = self._state[shortlisted]
            self._state[shortlisted] = GONE
        self._state[chosen] = GONE
        self._retired[chosen] = GONE


def _evidence(
    number: int,
    scorer: Scorer,
    screened: IntArray,
    state: FloatArray,
    unions: Unions,
    picked: IntArray,
    packed: Packed,
) -> AnyArray:
    """Return the record of each pick; `picked` are positions among the screened rows."""
    rows = screened[picked]
    picks = np.empty(len(rows), PICK)
    picks["row"], picks["round"], picks["state"] = rows, number, state[picked]
    picks["own_raw"], picks["own_size"] = scorer.own_raw[rows], scorer.own_sizes[rows]
    picks["union_raw"], picks["union_size"] = unions.raw[picked], unions.sizes[picked]
    picks["pack_raw"], picks["pack_size"] = packed.raw, packed.sizes
    picks.setflags(write=False)
    return picks


def _of(weights: FloatArray | None, rows: IntArray) -> FloatArray | None:
    return None if weights is None else weights[rows]


def _sizing(scorer: Scorer, *, lazy: bool, slack: int) -> Sizing:
    return LazySizing(scorer.own_sizes, slack=slack) if lazy else FullSizing()

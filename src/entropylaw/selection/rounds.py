"""The rounds of ZIP: screen, shortlist, pack, until the budget is met."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from entropylaw.selection.evidence import (
    LAST_SCREENED,
    SHORTLISTED,
    last_screened,
    shortlisted,
)
from entropylaw.selection.ledger import Ledger
from entropylaw.selection.plan import Plan
from entropylaw.selection.round import Round, picks_of
from entropylaw.selection.sizing import FullSizing, LazySizing, Sizing, Unions, union_ratios
from entropylaw.selection.stages import (
    GONE,
    Packed,
    Ranking,
    lowest,
    lowest_of_groups,
    pack,
    screen,
    shortlist,
)
from entropylaw.sizing import Sizer
from entropylaw.types import AnyArray, BoolArray, FloatArray, IntArray

SCREENING_SLACK, PACKING_SLACK = 5, 0
"""Slack of the lazy sizings, in percent. Between rounds 5 % halve or quarter the records missed
for half as many evaluations more; within a pack they double the evaluations and gain little.
"""


def zip_rounds(scorer: Sizer, plan: Plan, *, rank: Ranking = lowest) -> Iterator[Round]:
    """Yield the rounds of the greedy selection, until the budget is spent.

    Records that are required make up a round of their own, the first.

    Parameters
    ----------
    scorer : Sizer
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
    if len(plan.required):
        yield search.take_in_order(plan.required)
    while search.ledger.left > 0:
        done = search.round()
        if done is None:
            return
        yield done


def ordered_rounds(scorer: Sizer, plan: Plan, order: IntArray) -> Iterator[Round]:
    """Yield rounds that take records in an order given, as far as the budget and quotas allow.

    The evidence is that of a greedy selection that had chosen the same records.

    Parameters
    ----------
    scorer : Sizer
        Sizes the records.
    plan : Plan
        What may be chosen; `k3` records make a round.
    order : int64 array
        Rows, the first to take first; those that are not selectable are passed over.
    """
    search = _Search(scorer, plan, lowest)
    if len(plan.required):
        yield search.take_in_order(plan.required)
    order = order[search.live(order)]
    while len(order) and search.ledger.left > 0:
        taken = search.first_allowed(order)
        if not len(taken):
            return
        yield search.take_in_order(taken)
        order = order[search.live(order)]


class _Search:
    """The state of the greedy search: one ratio per record (the paper's pi), and the chosen set.

    The ratio is that of the union when the record was last screened. Adaptive screening does not
    measure all of these: where it does not, the ratio is that of the set then, with the bytes
    that the record added when last measured. So records go on taking turns in the screen.

    A record that may not be chosen now has the ratio GONE. Those retired by the reference
    variant keep their last ratio aside, to come back once no other record is left.
    """

    def __init__(self, scorer: Sizer, plan: Plan, rank: Ranking) -> None:
        self.ledger = Ledger(plan.limits)
        self._scorer, self._plan, self._rank = scorer, plan, rank
        own = union_ratios(scorer.own_raw, scorer.own_sizes, 0, plan.weights)
        self._state = np.where(plan.selectable, own, GONE)
        self._retired = np.full(len(self._state), GONE)
        self._chosen = scorer.empty_set()
        self._chosen.extend_bytes(plan.owned)
        self._screening = _sizing(scorer, lazy=plan.screening == "adaptive", slack=SCREENING_SLACK)
        self._packing = _sizing(scorer, lazy=plan.packing == "lazy", slack=PACKING_SLACK)
        self._number = 0

    def round(self) -> Round | None:
        """Choose k3 records, fewer if no more may be chosen; None if none may be."""
        plan, scorer = self._plan, self._scorer
        allowed = self._allowed()
        if not len(allowed):
            return None
        screened = self._screen(allowed)
        state = self._state[screened]
        unions = self._screening.unions(
            self._chosen, screened, _of(plan.weights, screened), k=plan.k2
        )
        self._state[screened] = unions.ratios

        short = self._shortlist(unions, screened)
        rows = screened[short]
        packed = pack(
            rows,
            scorer.empty_set(),
            k3=plan.k3,
            weights=_of(plan.weights, rows),
            rank=self._rank,
            sizing=self._packing,
            purse=self.ledger,
        )
        picked = short[packed.positions]
        self._leave(rows, screened[picked])
        return self._done(
            picks_of(self._number, scorer, screened, state, unions, picked, packed),
            screened=len(screened),
            shortlisted=len(short),
            evaluations=len(unions.measured) + packed.evaluations,
            shortlist=shortlisted(self._number, rows, unions.ratios[short]),
            last=last_screened(self._number, screened, state, plan.limits.groups),
        )

    def take_in_order(self, rows: IntArray) -> Round:
        """Choose these records, in this order."""
        scorer, everyone = self._scorer, np.arange(len(rows))
        unions = FullSizing().unions(self._chosen, rows, _of(self._plan.weights, rows), k=1)
        packed = _packed_in_order(scorer, rows)
        state = scorer.own_raw[rows] / np.maximum(scorer.own_sizes[rows], 1)
        for row in rows.tolist():
            self.ledger.take(row)
        self._state[rows] = self._retired[rows] = GONE
        return self._done(
            picks_of(self._number, scorer, rows, state, unions, everyone, packed),
            screened=len(rows),
            shortlisted=len(rows),
            evaluations=len(rows) + packed.evaluations,
            shortlist=np.empty(0, SHORTLISTED),
            last=np.empty(0, LAST_SCREENED),
        )

    def live(self, rows: IntArray) -> BoolArray:
        """Return which of these records may be chosen, the budget and quotas aside."""
        live: BoolArray = np.isfinite(self._state[rows])
        return live

    def first_allowed(self, order: IntArray) -> IntArray:
        """Return the first k3 of these records that budget and quotas allow together."""
        trial, taken = self.ledger.copy(), []
        for row in order[trial.start_round(order, self._plan.k3)].tolist():
            if trial.may_take(np.array([row]))[0]:
                trial.take(row)
                taken.append(row)
            if len(taken) == self._plan.k3 or trial.left <= 0:
                break
        return np.array(taken, np.int64)

    def _done(
        self,
        picks: AnyArray,
        *,
        screened: int,
        shortlisted: int,
        evaluations: int,
        shortlist: AnyArray,
        last: AnyArray,
    ) -> Round:
        self._chosen.extend(picks["row"])
        self._number += 1
        return Round(
            number=self._number - 1,
            picks=picks,
            screened=screened,
            shortlisted=shortlisted,
            evaluations=evaluations,
            set_raw=self._chosen.raw,
            set_size=self._chosen.size,
            shortlist=shortlist,
            last_screened=last,
        )

    def _allowed(self) -> IntArray:
        """Return the rows that may be chosen now; brings the retired back if no other may be."""
        rows = np.flatnonzero(np.isfinite(np.minimum(self._state, self._retired)))
        allowed = rows[self.ledger.start_round(rows, self._plan.k3)]
        if not self.live(allowed).any():
            self._state = np.minimum(self._state, self._retired)
            self._retired = np.full(len(self._state), GONE)
        return allowed[self.live(allowed)]

    def _screen(self, allowed: IntArray) -> IntArray:
        """Return the rows of the k1 lowest ratios, those to prefer among equals first."""
        plan = self._plan
        state = np.full(len(self._state), GONE)
        state[allowed] = self._state[allowed]
        if plan.priority is None:
            return self._narrowed(state, plan.limits.groups, plan.k1)
        groups = plan.limits.groups
        of_ordered = None if groups is None else groups[plan.priority]
        return plan.priority[self._narrowed(state[plan.priority], of_ordered, plan.k1)]

    def _shortlist(self, unions: Unions, screened: IntArray) -> IntArray:
        """Return the positions of the k2 lowest union ratios among the screened records."""
        groups = self._plan.limits.groups
        if groups is None:
            return shortlist(unions, k2=self._plan.k2, rank=self._rank)
        return self._narrowed(unions.ratios, groups[screened], self._plan.k2)

    def _narrowed(self, values: FloatArray, groups: IntArray | None, k: int) -> IntArray:
        """Return the positions of the k lowest values; with quotas, of what each group needs."""
        if groups is None:
            return screen(values, k1=k, rank=self._rank)
        ledger = self.ledger
        part = k / max(1, ledger.ahead)
        least = np.ceil(ledger.missing() * part).astype(np.int64)
        most = np.ceil(ledger.room() * part).astype(np.int64)
        return lowest_of_groups(values, groups, k, least=least, most=most)

    def _leave(self, shortlisted: IntArray, chosen: IntArray) -> None:
        """Take the chosen rows out for good; in the reference variant retire the shortlist."""
        if self._plan.variant == "reference":
            self._retired[shortlisted] = self._state[shortlisted]
            self._state[shortlisted] = GONE
        self._state[chosen] = GONE
        self._retired[chosen] = GONE


def _packed_in_order(scorer: Sizer, rows: IntArray) -> Packed:
    """Return what packing tells of records taken in this order."""
    inside = scorer.empty_set()
    raw, sizes = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
    for step in range(len(rows)):
        row = rows[step : step + 1]
        raw[step], sizes[step] = inside.union_raw(row)[0], inside.union_sizes(row)[0]
        inside.extend(row)
    return Packed(np.arange(len(rows)), raw, sizes, len(rows))


def _of(weights: FloatArray | None, rows: IntArray) -> FloatArray | None:
    return None if weights is None else weights[rows]


def _sizing(scorer: Sizer, *, lazy: bool, slack: int) -> Sizing:
    return LazySizing(scorer.own_sizes, slack=slack) if lazy else FullSizing()

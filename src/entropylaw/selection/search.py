"""The rounds of ZIP: screen, shortlist, pack, until the budget is met."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from zipfile import BadZipFile

import numpy as np

from entropylaw.errors import InputError
from entropylaw.io.files import atomic_write
from entropylaw.selection.limits import QuotaTracker
from entropylaw.selection.problem import Problem
from entropylaw.selection.stages import (
    GONE,
    Exhaustive,
    Lazy,
    Packed,
    Ranking,
    Unions,
    UnionSizing,
    lowest,
    lowest_of_groups,
    pack,
    screen,
    shortlist,
    union_ratios,
)
from entropylaw.selection.trace import (
    SCREENING_CUTOFF,
    SHORTLISTED,
    Round,
    picks_of,
    screening_cutoff,
    shortlisted,
)
from entropylaw.sizing import Sizer
from entropylaw.types import AnyArray, BoolArray, FloatArray, IntArray, Variant

SCREENING_SLACK, PACKING_SLACK = 5, 0
"""Slack of the lazy sizings, in percent. Between rounds 5 % halve or quarter the records missed
for half as many evaluations more; within a pack they double the evaluations and gain little.
"""


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """How records are searched.

    Attributes
    ----------
    k1, k2, k3 : int
        Records screened, shortlisted and packed in a round.
    variant : {"paper", "reference"}
        Whether shortlisted records that are not packed stay in the pool, or are retired.
    lazy_packing, lazy_screening : bool
        Whether a stage measures only the most promising unions.
    """

    k1: int
    k2: int
    k3: int
    variant: Variant = "paper"
    lazy_packing: bool = False
    lazy_screening: bool = False

    @property
    def exhaustive(self) -> bool:
        """Whether every union of both stages is measured."""
        return not (self.lazy_packing or self.lazy_screening)


@dataclass(frozen=True, slots=True, eq=False)
class SearchState:
    """The state of a search between two rounds: all that decides how it goes on.

    Attributes
    ----------
    ratios : float64 array, shape (n,)
        The paper's π: the ratio of each record when last screened; infinite if it is gone.
    retired : float64 array, shape (n,)
        The ratio of records that the reference variant has retired; else infinite.
    chosen : int64 array
        Rows chosen so far, in order.
    rounds : int64 array
        Number of rows chosen in each round so far.
    screening, packing : int64 array, shape (n,), or None
        Bytes that each record added when last measured, of a lazy stage.
    """

    ratios: FloatArray
    retired: FloatArray
    chosen: IntArray
    rounds: IntArray
    screening: IntArray | None = None
    packing: IntArray | None = None

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the state to a file of plain arrays, without pickle; no partial file is left."""
        arrays = {name: getattr(self, name) for name in self.__slots__}
        with atomic_write(path) as sink:
            np.savez(sink, **{name: array for name, array in arrays.items() if array is not None})

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a state that `save` wrote.

        Raises
        ------
        InputError
            If the file holds something else.
        """
        try:
            with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as stored:
                return cls(**{name: stored[name] for name in stored.files})
        except (ValueError, TypeError, OSError, EOFError, BadZipFile) as error:
            if isinstance(error, FileNotFoundError):
                raise
            raise InputError(
                f"{path}: expected the state of a search, as SearchState.save writes it; saw "
                f"another file ({error})."
            ) from error

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SearchState):
            return NotImplemented
        return all(
            np.array_equal(getattr(self, name), getattr(other, name))
            if getattr(self, name) is not None and getattr(other, name) is not None
            else getattr(self, name) is getattr(other, name)
            for name in self.__slots__
        )

    __hash__ = None  # type: ignore[assignment]


def zip_rounds(
    sizer: Sizer,
    problem: Problem,
    search: SearchOptions,
    *,
    rank: Ranking = lowest,
    state: SearchState | None = None,
) -> Iterator[Round]:
    """Yield the rounds of the greedy selection, until the budget is spent.

    Required records make up a round of their own, the first.

    Parameters
    ----------
    sizer : Sizer
        Sizes the records.
    problem : Problem
        Pool, limits and weights; the budget must not exceed the selectable records.
    search : SearchOptions
        The stages.
    rank : callable, optional
        The ranking of all three stages.
    state : SearchState, optional
        Where an earlier search stopped; its rounds are not yielded again.

    References
    ----------
    .. [1] M. Yin et al., "Entropy Law: The Story Behind Data Compression and LLM
       Performance", arXiv:2407.06645, 2024. Algorithm 1.
    """
    running = Search(sizer, problem, search, rank=rank, state=state)
    while (done := running.next_round()) is not None:
        yield done


def ordered_rounds(
    sizer: Sizer, problem: Problem, order: IntArray, *, size: int
) -> Iterator[Round]:
    """Yield rounds that take records in a given order, as far as budget and quotas allow.

    The evidence is that of a greedy selection that had chosen the same records.

    Parameters
    ----------
    sizer : Sizer
        Sizes the records.
    problem : Problem
        Pool and limits.
    order : int64 array
        Rows, the first to take first; those that are not selectable are skipped.
    size : int
        Records in a round.
    """
    running = Search(sizer, problem, SearchOptions(size, size, size))
    if len(problem.required):
        yield running.take_in_order(problem.required)
    order = order[running.live(order)]
    while len(order) and running.tracker.remaining > 0:
        taken = running.first_allowed(order)
        if not len(taken):
            return
        yield running.take_in_order(taken)
        order = order[running.live(order)]


class Search:
    """The greedy search: one ratio per record (the paper's π), and the chosen set.

    The ratio is that of the union when the record was last screened. With lazy screening it is
    an estimate where the union was not measured: the set with the bytes that the record added
    when it was last measured. So records go on taking turns in the screen.

    A record that may not be chosen now has the ratio GONE. Those retired by the reference
    variant keep their last ratio in another array, to return once no other record remains.

    Parameters
    ----------
    sizer : Sizer
        Sizes the records.
    problem : Problem
        Pool, limits and weights.
    search : SearchOptions
        The stages.
    rank : callable, optional
        The ranking of all three stages.
    state : SearchState, optional
        Where an earlier search of the same problem stopped.
    """

    def __init__(
        self,
        sizer: Sizer,
        problem: Problem,
        search: SearchOptions,
        *,
        rank: Ranking = lowest,
        state: SearchState | None = None,
    ) -> None:
        self.tracker = QuotaTracker(problem.limits)
        self._sizer, self._problem, self._options, self._rank = sizer, problem, search, rank
        own = union_ratios(sizer.own_raw, sizer.own_sizes, 0, problem.weights)
        self._ratios = np.where(problem.selectable, own, GONE)
        self._retired = np.full(len(self._ratios), GONE)
        self._set = sizer.empty_set()
        self._set.extend_bytes(() if problem.owned is None else tuple(problem.owned))
        self._screening = _sizing(sizer, lazy=search.lazy_screening, slack=SCREENING_SLACK)
        self._packing = _sizing(sizer, lazy=search.lazy_packing, slack=PACKING_SLACK)
        self._chosen: list[IntArray] = []
        if state is not None:
            self._restore(state)

    @property
    def state(self) -> SearchState:
        """A copy of all that decides how the search goes on."""
        screening, packing = self._screening, self._packing
        return SearchState(
            ratios=self._ratios.copy(),
            retired=self._retired.copy(),
            chosen=np.concatenate([np.empty(0, np.int64), *self._chosen]),
            rounds=np.array([len(rows) for rows in self._chosen], np.int64),
            screening=screening.added.copy() if isinstance(screening, Lazy) else None,
            packing=packing.added.copy() if isinstance(packing, Lazy) else None,
        )

    def next_round(self) -> Round | None:
        """Choose k3 records, fewer if no more may be chosen; None once nothing remains to do."""
        if not self._chosen and len(self._problem.required):
            return self.take_in_order(self._problem.required)
        allowed = self._allowed() if self.tracker.remaining > 0 else np.empty(0, np.int64)
        if not len(allowed):
            return None
        problem, options, sizer, number = self._problem, self._options, self._sizer, self._number
        screened = self._screen(allowed)
        before = self._ratios[screened]
        unions = self._screening.unions(
            self._set, screened, _of(problem.weights, screened), k=options.k2
        )
        self._ratios[screened] = unions.ratios

        short = self._shortlist(unions, screened)
        rows = screened[short]
        packed = pack(
            rows,
            sizer.empty_set(),
            k3=options.k3,
            weights=_of(problem.weights, rows),
            rank=self._rank,
            sizing=self._packing,
            tracker=self.tracker,
        )
        picked = short[packed.positions]
        self._remove(rows, screened[picked])
        return self._finished(
            picks_of(number, sizer, screened, before, unions, picked, packed),
            screened=len(screened),
            shortlisted=len(short),
            evaluations=len(unions.measured) + packed.evaluations,
            shortlist=shortlisted(number, rows, unions.ratios[short]),
            cutoff=screening_cutoff(number, screened, before, problem.limits.groups),
        )

    def take_in_order(self, rows: IntArray) -> Round:
        """Choose these records, in this order."""
        sizer, everything = self._sizer, np.arange(len(rows))
        unions = Exhaustive().unions(self._set, rows, _of(self._problem.weights, rows), k=1)
        packed = _packed_in_order(sizer, rows)
        own = sizer.own_raw[rows] / np.maximum(sizer.own_sizes[rows], 1)
        for row in rows.tolist():
            self.tracker.add(row)
        self._ratios[rows] = self._retired[rows] = GONE
        return self._finished(
            picks_of(self._number, sizer, rows, own, unions, everything, packed),
            screened=len(rows),
            shortlisted=len(rows),
            evaluations=len(rows) + packed.evaluations,
            shortlist=np.empty(0, SHORTLISTED),
            cutoff=np.empty(0, SCREENING_CUTOFF),
        )

    def live(self, rows: IntArray) -> BoolArray:
        """Return which of these records may be chosen, leaving budget and quotas aside."""
        live: BoolArray = np.isfinite(self._ratios[rows])
        return live

    def first_allowed(self, order: IntArray) -> IntArray:
        """Return the first k3 of these records that budget and quotas allow together."""
        trial, taken = self.tracker.copy(), []
        for row in order[trial.start_round(order, self._options.k3)].tolist():
            if trial.may_add(np.array([row]))[0]:
                trial.add(row)
                taken.append(row)
            if len(taken) == self._options.k3 or trial.remaining <= 0:
                break
        return np.array(taken, np.int64)

    @property
    def _number(self) -> int:
        return len(self._chosen)

    def _restore(self, state: SearchState) -> None:
        """Continue where a search stopped: the set is read again, round by round."""
        if len(state.ratios) != len(self._ratios):
            raise InputError(
                f"state: expected one of a pool of {len(self._ratios):,} records; saw one of "
                f"{len(state.ratios):,}. Pass the pool that the search was started on."
            )
        self._ratios, self._retired = state.ratios.copy(), state.retired.copy()
        for rows in (
            np.split(state.chosen, np.cumsum(state.rounds)[:-1]) if len(state.rounds) else ()
        ):
            self._set.extend(rows)
            self._chosen.append(rows)
            for row in rows.tolist():
                self.tracker.add(row)
        for sizing, added in (
            (self._screening, state.screening),
            (self._packing, state.packing),
        ):
            if isinstance(sizing, Lazy) and added is not None:
                sizing.added = added.copy()

    def _finished(
        self,
        picks: AnyArray,
        *,
        screened: int,
        shortlisted: int,
        evaluations: int,
        shortlist: AnyArray,
        cutoff: AnyArray,
    ) -> Round:
        number = self._number
        self._set.extend(picks["row"])
        self._chosen.append(picks["row"].copy())
        return Round(
            number=number,
            picks=picks,
            screened=screened,
            shortlisted=shortlisted,
            evaluations=evaluations,
            set_raw=self._set.raw,
            set_size=self._set.size,
            shortlist=shortlist,
            screening_cutoff=cutoff,
        )

    def _allowed(self) -> IntArray:
        """Return the rows that may be chosen now; retired rows return if no other may be."""
        rows = np.flatnonzero(np.isfinite(np.minimum(self._ratios, self._retired)))
        allowed = rows[self.tracker.start_round(rows, self._options.k3)]
        if not self.live(allowed).any():
            self._ratios = np.minimum(self._ratios, self._retired)
            self._retired = np.full(len(self._ratios), GONE)
        return allowed[self.live(allowed)]

    def _screen(self, allowed: IntArray) -> IntArray:
        """Return the rows of the k1 lowest ratios, those to prefer among equals first."""
        priority, groups = self._problem.priority, self._problem.limits.groups
        ratios = np.full(len(self._ratios), GONE)
        ratios[allowed] = self._ratios[allowed]
        if priority is None:
            return self._narrowed(ratios, groups, self._options.k1)
        ordered_groups = None if groups is None else groups[priority]
        return priority[self._narrowed(ratios[priority], ordered_groups, self._options.k1)]

    def _shortlist(self, unions: Unions, screened: IntArray) -> IntArray:
        """Return the positions of the k2 lowest union ratios among the screened records."""
        groups = self._problem.limits.groups
        if groups is None:
            return shortlist(unions, k2=self._options.k2, rank=self._rank)
        return self._narrowed(unions.ratios, groups[screened], self._options.k2)

    def _narrowed(self, values: FloatArray, groups: IntArray | None, k: int) -> IntArray:
        """Return the positions of the k lowest values; with quotas, in proportion to the quotas."""
        if groups is None:
            return screen(values, k1=k, rank=self._rank)
        part = k / max(1, self.tracker.ahead)
        least = np.ceil(self.tracker.missing() * part).astype(np.int64)
        most = np.ceil(self.tracker.room() * part).astype(np.int64)
        return lowest_of_groups(values, groups, k, least=least, most=most)

    def _remove(self, shortlisted: IntArray, chosen: IntArray) -> None:
        """Remove the chosen rows; in the reference variant retire the rest of the shortlist."""
        if self._options.variant == "reference":
            self._retired[shortlisted] = self._ratios[shortlisted]
            self._ratios[shortlisted] = GONE
        self._ratios[chosen] = GONE
        self._retired[chosen] = GONE


def _packed_in_order(sizer: Sizer, rows: IntArray) -> Packed:
    """Return the pack of records taken in this order."""
    inside = sizer.empty_set()
    raw, sizes = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
    for step in range(len(rows)):
        row = rows[step : step + 1]
        raw[step], sizes[step] = inside.union_raw(row)[0], inside.union_sizes(row)[0]
        inside.extend(row)
    return Packed(np.arange(len(rows)), raw, sizes, len(rows))


def _of(weights: FloatArray | None, rows: IntArray) -> FloatArray | None:
    return None if weights is None else weights[rows]


def _sizing(sizer: Sizer, *, lazy: bool, slack: int) -> UnionSizing:
    return Lazy(sizer.own_sizes, slack=slack) if lazy else Exhaustive()

"""Why a record was chosen, or at which stage and by how much it lost."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np

from entropylaw.errors import InputError
from entropylaw.selection.explain.matches import overlaps
from entropylaw.selection.explain.outcome import NOWHERE, STAGES, Explanation, Outcome
from entropylaw.selection.explain.replay import Turn, replayed
from entropylaw.selection.manifest import Manifest
from entropylaw.selection.problem import Problem
from entropylaw.selection.search import SearchOptions
from entropylaw.selection.stages import Exhaustive, Unions, union_ratios
from entropylaw.selection.trace import Evidence
from entropylaw.sizing import CompressedSet, Sizer
from entropylaw.types import AnyArray, Fate, FloatArray, IntArray
from entropylaw.validation import integer


def explain(
    row: int | np.integer[Any],
    *,
    picks: AnyArray,
    evidence: Evidence,
    manifest: Manifest,
    problem: Problem,
    search: SearchOptions,
    matches: int = 3,
) -> Explanation:
    """Return why a record was chosen, or at which stage and by how much it lost.

    What the run kept tells who got through each stage and at which ratio; the record itself is
    measured again, with the very sets of the run. See `SelectionResult.explain`.
    """
    row = integer("row", row, at_least=0, at_most=len(problem.corpus) - 1, error=InputError)
    matches = integer("matches", matches, at_least=0)
    at = np.flatnonzero(picks["row"] == row)
    order = int(at[0]) if len(at) else None
    final = NOWHERE
    reason = int(evidence.left_out[row])
    if order is not None:
        outcome = _won(order, problem, search, picks, evidence)
    elif reason:
        outcome = Outcome("left out", list(manifest.left_out)[reason - 1])
    else:
        outcome, final = _lost(row, problem, search, picks, evidence, manifest)
    others = picks["row"][picks["row"] != row]
    with _alone(problem, row) as sizer:
        own = int(sizer.own_raw[0]) / max(int(sizer.own_sizes[0]), 1)
    return Explanation(
        row=row,
        order=order,
        outcome=outcome,
        own_ratio=own,
        final_union_ratio=final,
        final_ratio=manifest.set_raw / manifest.set_size,
        overlaps=overlaps(problem.corpus, row, others, most=matches),
        rounds=int(picks["round"][-1]) + 1,
        text=problem.corpus[row],
    )


def _alone(problem: Problem, row: int) -> Sizer:
    return Sizer(problem.corpus.take(np.array([row])), problem.compressor)


def _won(
    order: int,
    problem: Problem,
    search: SearchOptions,
    picks: AnyArray,
    evidence: Evidence,
) -> Outcome:
    """Return how a chosen record was chosen, and which one it beat to its place."""
    pick = picks[order]
    number, row = int(pick["round"]), int(pick["row"])
    outcome = Outcome(
        "required" if row in problem.required else "chosen",
        round=number,
        union_ratio=int(pick["union_raw"]) / max(int(pick["union_size"]), 1),
    )
    short = _of_round(evidence.shortlisted, number)
    if not len(short):
        return outcome
    rows: IntArray = short["row"]
    place = int(np.flatnonzero(rows == row)[0])
    turn = next(islice(replayed(problem, search, picks, evidence, rows), number, None))
    before = turn.picks["row"][: order - int(np.flatnonzero(picks["round"] == number)[0])]
    left = np.flatnonzero(~np.isin(rows, before) & turn.may_take[len(before)])
    ratios = _pack_ratios(problem, rows, before, left)
    mine = int(np.flatnonzero(left == place)[0])
    rank = 1 + int(np.count_nonzero(short["ratio"] < short["ratio"][place]))
    found = replace(outcome, ratio=float(ratios[mine]), rank=rank)
    if len(left) == 1:
        return found
    ratios[mine] = np.inf
    best = int(np.argmin(ratios))
    return replace(found, limit=float(ratios[best]), runner_up=int(rows[left[best]]))


def _pack_ratios(problem: Problem, rows: IntArray, before: IntArray, left: IntArray) -> FloatArray:
    """Return the ratio of a pack of the rows `before` with each that is `left` of a shortlist."""
    with Sizer(problem.corpus.take(rows), problem.compressor) as sizer:
        inside = sizer.empty_set()
        for row in before:
            inside.extend_bytes(problem.corpus.records(np.array([row])))
        weights = None if problem.weights is None else problem.weights[rows[left]]
        return Exhaustive().unions(inside, left, weights, k=1).ratios


def _lost(
    row: int,
    problem: Problem,
    search: SearchOptions,
    picks: AnyArray,
    evidence: Evidence,
    manifest: Manifest,
) -> tuple[Outcome, float]:
    """Return where a record lost, and the ratio of the final set with it."""
    with _alone(problem, row) as sizer:
        followed = _Followed(row, problem, search, evidence, sizer)
        for turn in replayed(problem, search, picks, evidence, np.array([row])):
            if manifest.selector == "ZipSelector" and not turn.ordered:
                followed.enter(turn)
            followed.grow(turn.picks["row"])
        unions = followed.unions(followed.grown)
    final = int(unions.raw[0]) / max(int(unions.sizes[0]), 1)
    if manifest.selector != "ZipSelector":
        reason = f"a {manifest.selector} takes records in an order, and the budget was"
        return Outcome("not reached", f"{reason} spent before its turn"), final
    return followed.outcome(), final


class _Followed:
    """A record that was not chosen, followed through the rounds of the run."""

    def __init__(
        self,
        row: int,
        problem: Problem,
        search: SearchOptions,
        evidence: Evidence,
        sizer: Sizer,
    ) -> None:
        self._row, self._problem, self._search = row, problem, search
        self._evidence, self._scorer = evidence, sizer
        self._weights = None if problem.weights is None else problem.weights[[row]]
        self._group = 0 if problem.limits.groups is None else int(problem.limits.groups[row])
        self._state = float(union_ratios(sizer.own_raw, sizer.own_sizes, 0, self._weights)[0])
        self._tries: dict[Fate, list[Outcome]] = {stage: [] for stage in STAGES}
        self._barred_by = "the required records took up the whole budget"
        self.grown = sizer.empty_set()
        self.grown.extend_bytes(() if problem.owned is None else tuple(problem.owned))

    def grow(self, rows: IntArray) -> None:
        """Add what a round chose to the set."""
        self.grown.extend_bytes(self._problem.corpus.records(rows))

    def unions(self, grown: CompressedSet) -> Unions:
        """Return the union of a set with the record."""
        return Exhaustive().unions(grown, np.array([0]), self._weights, k=1)

    def enter(self, turn: Turn) -> None:
        """Take note of how the record fares in a round, whose choice is not yet in the set."""
        if not turn.allowed[0]:
            self._barred_by = turn.barred_by
            return
        last = self._of_group(self._evidence.screening_cutoff, turn.number)
        if not self._search.lazy_screening and not self._passes(last):
            self._note("not screened", turn, self._state, last, "state")
            return
        unions = self.unions(self.grown)
        union_ratio = int(unions.raw[0]) / max(int(unions.sizes[0]), 1)
        self._state = float(unions.ratios[0])
        short = self._of_group(self._evidence.shortlisted, turn.number)
        if self._row not in short["row"]:
            self._note("not shortlisted", turn, self._state, short, "ratio", union_ratio)
            return
        ratios = _of_round(self._evidence.shortlisted, turn.number)["ratio"]
        rank = 1 + int(np.count_nonzero(ratios < self._state))
        packed = self._packed(turn)
        self._tries["not packed"].append(replace(packed, rank=rank, union_ratio=union_ratio))

    def outcome(self) -> Outcome:
        """Return where the record came closest, at the furthest stage that it reached."""
        screened = len(self._tries["not packed"]) + len(self._tries["not shortlisted"])
        for stage in STAGES:
            if self._tries[stage]:
                closest = min(self._tries[stage], key=_by_margin)
                return replace(
                    closest, screened=screened, shortlisted=len(self._tries["not packed"])
                )
        return Outcome("barred", self._barred_by)

    def _note(
        self,
        stage: Fate,
        turn: Turn,
        ratio: float,
        passed: AnyArray,
        field: str,
        union_ratio: float = NOWHERE,
    ) -> None:
        """Note that the record did not get through a stage, and who did with the highest ratio."""
        found = Outcome(stage, round=turn.number, ratio=ratio, union_ratio=union_ratio)
        if not len(passed):
            self._tries[stage].append(replace(found, reason="no record of its group got through"))
            return
        last = passed[len(passed) - 1 - int(np.argmax(passed[field][::-1]))]
        self._tries[stage].append(
            replace(found, limit=float(last[field]), runner_up=int(last["row"]))
        )

    def _packed(self, turn: Turn) -> Outcome:
        """Return at which step of packing the record came closest to being taken."""
        inside = self._scorer.empty_set()
        tries = []
        for step, pick in enumerate(turn.picks):
            if turn.may_take[step, 0]:
                tries.append(self._step(turn.number, inside, pick))
            inside.extend_bytes(self._problem.corpus.records(pick["row"][None]))
        if tries:
            return min(tries, key=_by_margin)
        reason = "budget and quotas allowed it at no step"
        return Outcome("not packed", reason, round=turn.number)

    def _step(self, number: int, inside: CompressedSet, pick: AnyArray) -> Outcome:
        """Return how the record compares with the one that a step of packing chose."""
        runner_up = int(pick["row"])
        weights = None if self._problem.weights is None else self._problem.weights[[runner_up]]
        base = 0 if weights is None else inside.size
        limit = union_ratios(pick["pack_raw"][None], pick["pack_size"][None], base, weights)
        return Outcome(
            "not packed",
            round=number,
            ratio=float(self.unions(inside).ratios[0]),
            limit=float(limit[0]),
            runner_up=runner_up,
        )

    def _passes(self, last: AnyArray) -> bool:
        """Return whether the record is at or before the last one of its group to be screened."""
        if not len(last):
            return False
        limit, row = float(last["state"][0]), int(last["row"][0])
        if self._state == limit and self._problem.priority is not None:
            places = np.flatnonzero(np.isin(self._problem.priority, [self._row, row]))
            return int(self._problem.priority[places[0]]) == self._row
        return (self._state, self._row) <= (limit, row)

    def _of_group(self, array: AnyArray, number: int) -> AnyArray:
        """Return what was noted of the record's group in a round."""
        of_round = _of_round(array, number)
        groups = self._problem.limits.groups
        if groups is None:
            return of_round
        same: AnyArray = of_round[groups[of_round["row"]] == self._group]
        return same


def _of_round(array: AnyArray, number: int) -> AnyArray:
    part: AnyArray = array[array["round"] == number]
    return part


def _by_margin(outcome: Outcome) -> float:
    return math.inf if math.isnan(outcome.margin) else outcome.margin

"""From what is asked for to what holds for each record of one pool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from entropylaw.alignment import alignment_scores
from entropylaw.corpus import Corpus
from entropylaw.errors import (
    BudgetError,
    ColumnError,
    ConfigError,
    EntropyLawError,
    QuotaError,
    concerning,
)
from entropylaw.guards import GuardReport, check_records
from entropylaw.io.columns import column_of
from entropylaw.io.load import Render, Text, as_corpus
from entropylaw.selection.budget import Tokens
from entropylaw.selection.controls import Controls, Given
from entropylaw.selection.costs import Spending, settled_budget
from entropylaw.selection.eligible import check_required, rows_of, selectable_rows
from entropylaw.selection.ledger import Limits
from entropylaw.selection.quality import by_quality, checked_scores
from entropylaw.selection.quotas import Groups, groups_of, settled_quotas
from entropylaw.selection.typical import typicality_scores
from entropylaw.types import AnyArray, BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """What holds for each record.

    Attributes
    ----------
    selectable : bool array, shape (n,)
        Which records may be chosen beside those required.
    left_out : dict
        Why others may not be, and how many; each is counted for the first reason.
    reasons : uint8 array, shape (n,)
        Which of these reasons, counted from 1, keeps each record out; 0 for none.
    required : int64 array
        Rows that are chosen first.
    spending : Spending
        The budget, and what each record costs.
    limits : Limits
        The budget and the quotas.
    groups : Groups or None
        The group of each record.
    scores : float64 array, shape (n,), or None
        The quality of each record.
    priority : int64 array, shape (n,), or None
        All rows, the best first, if quality breaks ties.
    guarded : GuardReport or None
        What guards caught.
    aligned : float64 array, shape (n,), or None
        How close each record is to the target.
    typical : float64 array, shape (n,), or None
        How typical each record is of the pool.
    """

    selectable: BoolArray
    left_out: dict[str, int]
    reasons: AnyArray
    required: IntArray
    spending: Spending
    limits: Limits
    groups: Groups | None
    scores: FloatArray | None
    priority: IntArray | None
    guarded: GuardReport | None
    aligned: FloatArray | None
    typical: FloatArray | None


def settle(
    data: object,
    pool: Corpus,
    controls: Controls,
    given: Given,
    *,
    owned: IntArray,
    render: Render,
    text: Text,
    n_jobs: int,
) -> Settled:
    """Return what the controls mean for each record of a pool.

    Parameters
    ----------
    data : object
        The pool as its owner holds it, from which columns are read.
    pool : Corpus
        Its records.
    controls, given
        What is asked for.
    owned : int64 array
        Rows that are owned already.
    render, text
        How records of the target become text.
    n_jobs : int
        Threads of guards and alignment.

    Raises
    ------
    BudgetError, QuotaError, ScoreError, RecordError, ColumnError, InputError, ConfigError
        If it cannot be had; see `ZipSelector.select`.
    """
    count = len(pool)
    groups = _groups(data, controls, given, count)
    scores = _scores(data, controls, given, count)
    required = rows_of("required", given.required, count)
    forbidden = rows_of("forbidden", given.forbidden, count)
    check_required(pool, required, forbidden, owned)
    guarded = _guarded(pool, controls, n_jobs)

    selectable, left_out, by_row = selectable_rows(
        pool, controls, scores, guarded, required=required, owned=owned, forbidden=forbidden
    )
    may = selectable.copy()
    may[required] = True
    spending = settled_budget(
        controls.budget, pool, may, counts=_counts(data, controls, given, count)
    )
    limits = _limits(controls, spending, groups, may)
    _check_affordable(limits, groups, required, spending)
    return Settled(
        selectable=selectable,
        left_out=left_out,
        reasons=by_row,
        required=required,
        spending=spending,
        limits=limits,
        groups=groups,
        scores=scores,
        priority=_priority(controls, scores),
        guarded=guarded,
        aligned=_aligned(pool, controls, render, text, n_jobs),
        typical=typicality_scores(pool, may, n_jobs=n_jobs) if controls.typicality else None,
    )


def _groups(data: object, controls: Controls, given: Given, count: int) -> Groups | None:
    values = given.groups
    if values is None and controls.groups is not None:
        with concerning(ColumnError, "groups"):
            values = column_of(data, controls.groups, count)
    if values is not None:
        return groups_of(values, count)
    if controls.quotas is not None or controls.compare_within.startswith("group"):
        needing = "quotas" if controls.quotas is not None else "compare_within"
        raise ConfigError(
            f"{needing} is about groups of records: name their column with groups=, or pass "
            "select(..., groups=values).",
            parameters=(needing,),
        )
    return None


def _scores(data: object, controls: Controls, given: Given, count: int) -> FloatArray | None:
    quality = controls.quality
    if quality is None:
        if given.quality is not None:
            raise ConfigError(
                "select() was given quality scores, but the selector has no quality= that says "
                "what to do with them, such as Quality(minimum=0.5)."
            )
        return None
    if given.quality is not None:
        return checked_scores(given.quality, count)
    if quality.column is None:
        raise ConfigError(
            "quality= names no column. Quality('COLUMN', ...), or select(..., quality=scores)."
        )
    with concerning(EntropyLawError, "quality.column"):
        return checked_scores(column_of(data, quality.column, count), count)


def _priority(controls: Controls, scores: FloatArray | None) -> IntArray | None:
    if controls.quality is None or scores is None:
        return None
    return by_quality(controls.quality, scores)


def _counts(
    data: object, controls: Controls, given: Given, count: int
) -> Sequence[object] | AnyArray | None:
    budget = controls.budget
    if not isinstance(budget, Tokens):
        if given.tokens is not None:
            raise ConfigError(
                "select() was given tokens, but the budget is not in tokens. Say "
                "budget=Tokens(1_000_000)."
            )
        return None
    if given.tokens is not None or budget.counts is None:
        return given.tokens
    with concerning(ColumnError, "budget", "tokens"):
        return column_of(data, budget.counts, count)


def _guarded(pool: Corpus, controls: Controls, n_jobs: int) -> GuardReport | None:
    if controls.guards is None:
        return None
    return check_records(pool, controls.guards, n_jobs=n_jobs)


def _aligned(
    pool: Corpus, controls: Controls, render: Render, text: Text, n_jobs: int
) -> FloatArray | None:
    target = controls.target
    if target is None:
        return None
    return alignment_scores(
        pool,
        as_corpus(target.data, render=render, text=text),
        method=target.method,
        compressor=target.compressor,
        n_jobs=n_jobs,
    )


def _limits(
    controls: Controls, spending: Spending, groups: Groups | None, may: BoolArray
) -> Limits:
    if controls.quotas is None or groups is None:
        return Limits(spending.total, spending.costs)
    costs = np.ones(len(may), np.int64) if spending.costs is None else spending.costs
    low, high = settled_quotas(
        controls.quotas,
        groups,
        groups.sums(np.where(may, costs, 0)),
        total=spending.total,
        unit=spending.unit,
    )
    return Limits(spending.total, spending.costs, groups.codes, low, high)


def _check_affordable(
    limits: Limits, groups: Groups | None, required: IntArray, spending: Spending
) -> None:
    """Raise unless the required records fit the budget, and leave enough for every minimum."""
    if not len(required):
        return
    costs = limits.cost_of(required)
    asked = int(costs.sum())
    by_group = np.zeros(len(limits.low), np.int64)
    np.add.at(by_group, limits.group_of(required), costs)
    over = np.flatnonzero(by_group > limits.high)
    if groups is not None and len(over):
        name, most = groups.names[over[0]], int(limits.high[over[0]])
        raise QuotaError(
            f"the required records of group {name!r} are {int(by_group[over[0]]):,} "
            f"{spending.unit}, above its maximum of {most:,}. Raise it, or require fewer."
        )
    asked += int(np.maximum(limits.low - by_group, 0).sum())
    if asked > limits.total:
        raise BudgetError(
            f"the required records, with what minima of groups need, are {asked:,} "
            f"{spending.unit}, more than the budget of {limits.total:,}. Raise it, or require "
            "fewer."
        )

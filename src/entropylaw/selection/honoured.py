"""How each control was honoured: budget, quotas, quality and guards, asked for and got."""

from __future__ import annotations

import numpy as np

from entropylaw.alignment import Target
from entropylaw.guards import GuardReport
from entropylaw.selection.costs import Spending
from entropylaw.selection.ledger import NO_LIMIT, Limits
from entropylaw.selection.quality import Quality
from entropylaw.selection.quotas import Groups
from entropylaw.stored import Stored
from entropylaw.types import Action, AlignmentMethod, BudgetUnit, FloatArray, IntArray

_NAMED = 6


class BudgetLine(Stored):
    """What might be spent, what was, and the smallest record left (None if none was)."""

    unit: BudgetUnit
    total: int
    spent: int
    source: str
    smallest_left: int | None

    def __str__(self) -> str:
        counted = "" if self.unit == "records" else f", counted by {self.source}"
        return f"{self.spent:,} of {self.total:,} {self.unit}{counted}"


class GroupLine(Stored):
    """What one group has and got, in the unit of the budget; `maximum` is None for no limit."""

    name: str
    pool_records: int
    records: int
    pool: int
    spent: int
    minimum: int = 0
    maximum: int | None = None

    @property
    def kept(self) -> bool:
        """Whether the quota holds to the last unit."""
        most = self.maximum is None or self.spent <= self.maximum
        return most and self.spent >= self.minimum


class QualityLine(Stored):
    """The quality of the choice beside that of the pool; lowest is None without scores."""

    minimum: float | None
    weight: float
    tie_break: bool
    pool_mean: float
    chosen_mean: float | None
    chosen_lowest: float | None

    def __str__(self) -> str:
        if self.chosen_mean is None or self.chosen_lowest is None:
            return "no chosen record has a score"
        least = "" if self.minimum is None else f" (minimum {self.minimum:g})"
        return (
            f"mean {self.chosen_mean:.3g}, that of the pool {self.pool_mean:.3g}; "
            f"lowest {self.chosen_lowest:.3g}{least}"
        )


class GuardLine(Stored):
    """What one guard caught in the pool, and how much of it was chosen all the same."""

    guard: str
    action: Action
    caught: int
    chosen: int


class TargetLine(Stored):
    """How close the choice and the pool are to the target."""

    method: AlignmentMethod
    weight: float
    pool_mean: float
    chosen_mean: float

    def __str__(self) -> str:
        return f"alignment {self.chosen_mean:.3g}, that of the pool {self.pool_mean:.3g}"


class TypicalityLine(Stored):
    """What a sample of the pool explains of the choice and of the pool, as shares of bytes."""

    weight: float
    pool_mean: float
    chosen_mean: float

    def __str__(self) -> str:
        return f"{self.chosen_mean:.3g} explained by a sample, of the pool {self.pool_mean:.3g}"


def budget_line(spending: Spending, rows: IntArray, left: IntArray) -> BudgetLine:
    """Return the line of the budget; `left` are rows that might have been chosen beside."""
    costs = spending.cost_of(left)
    return BudgetLine(
        unit=spending.unit,
        total=spending.total,
        spent=int(spending.cost_of(rows).sum()),
        source=spending.source,
        smallest_left=int(costs.min()) if len(costs) else None,
    )


def group_lines(
    groups: Groups | None, limits: Limits, spending: Spending, rows: IntArray
) -> tuple[GroupLine, ...]:
    """Return a line for each group, in the order of their names."""
    if groups is None:
        return ()
    everyone = np.arange(len(groups.codes))
    ones = np.ones(len(everyone), np.int64)
    chosen = np.zeros(len(everyone), np.int64)
    chosen[rows] = 1
    costs = spending.cost_of(everyone)
    held = limits.groups is not None
    table = zip(
        groups.names,
        groups.sums(ones).tolist(),
        groups.sums(chosen).tolist(),
        groups.sums(costs).tolist(),
        groups.sums(costs * chosen).tolist(),
        limits.low.tolist() if held else [0] * len(groups.names),
        limits.high.tolist() if held else [NO_LIMIT] * len(groups.names),
        strict=True,
    )
    return tuple(
        GroupLine(
            name=name,
            pool_records=pool_records,
            records=records,
            pool=pool,
            spent=spent,
            minimum=low,
            maximum=None if high >= NO_LIMIT else high,
        )
        for name, pool_records, records, pool, spent, low, high in table
    )


def quality_line(
    quality: Quality | None, scores: FloatArray | None, rows: IntArray
) -> QualityLine | None:
    """Return the line of the quality score, if there is one."""
    if quality is None or scores is None:
        return None
    chosen = scores[rows][~np.isnan(scores[rows])]
    return QualityLine(
        minimum=quality.minimum,
        weight=quality.weight,
        tie_break=quality.tie_break,
        pool_mean=float(np.nanmean(scores)),
        chosen_mean=float(chosen.mean()) if len(chosen) else None,
        chosen_lowest=float(chosen.min()) if len(chosen) else None,
    )


def guard_lines(report: GuardReport | None, rows: IntArray) -> tuple[GuardLine, ...]:
    """Return a line for each guard that looked."""
    return tuple(
        GuardLine(
            guard=finding.guard,
            action=finding.action,
            caught=len(finding.rows),
            chosen=len(np.intersect1d(finding.rows, rows)),
        )
        for finding in (() if report is None else report.findings)
    )


def target_line(
    target: Target | None, aligned: FloatArray | None, rows: IntArray
) -> TargetLine | None:
    """Return the line of the target, if there is one."""
    if target is None or aligned is None:
        return None
    return TargetLine(
        method=target.method,
        weight=target.weight,
        pool_mean=float(aligned.mean()),
        chosen_mean=float(aligned[rows].mean()),
    )


def typicality_line(
    weight: float, typical: FloatArray | None, rows: IntArray
) -> TypicalityLine | None:
    """Return the line of typicality, if it counts."""
    if typical is None:
        return None
    return TypicalityLine(
        weight=weight,
        pool_mean=float(typical.mean()),
        chosen_mean=float(typical[rows].mean()),
    )


def quota_fact(lines: tuple[GroupLine, ...], unit: BudgetUnit) -> str:
    """Return in a line whether the quotas were kept."""
    short = [line for line in lines if not line.kept]
    spent = ", ".join(f"{line.name} {line.spent:,}" for line in lines[:_NAMED])
    more = ", ..." if len(lines) > _NAMED else ""
    kept = "all kept" if not short else f"{len(short)} kept but for less than a record"
    return f"{len(lines)} groups, {kept}; {unit}: {spent}{more}"


def guard_fact(lines: tuple[GuardLine, ...]) -> str:
    """Return in a line what guards caught and what of it was chosen."""
    done = {"warn": "listed", "drop": "dropped"}
    caught = [line for line in lines if line.caught]
    if not caught:
        return f"{len(lines)} looked, nothing caught"
    return ", ".join(
        f"{line.guard} {line.caught:,} {done[line.action]}"
        + (f" ({line.chosen:,} chosen)" if line.chosen else "")
        for line in caught
    )

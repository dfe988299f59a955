"""A SelectionResult put together from a finished run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from entropylaw import __version__
from entropylaw.compressors import describe
from entropylaw.corpus import Corpus
from entropylaw.guards import GuardReport
from entropylaw.io.load import Render
from entropylaw.selection.limits import NO_LIMIT
from entropylaw.selection.manifest import CompressorRecord, DataRecord, Manifest
from entropylaw.selection.outcomes import ControlOutcome
from entropylaw.selection.problem import Problem
from entropylaw.selection.result import SelectionResult
from entropylaw.selection.trace import (
    SCREENING_CUTOFF,
    SHORTLISTED,
    TRACE,
    Evidence,
    Round,
    gathered,
)
from entropylaw.types import IntArray


def assembled(
    problem: Problem,
    rounds: Sequence[Round],
    *,
    selector: str,
    options: Mapping[str, Any],
    render: Render,
) -> SelectionResult:
    """Return the result of a finished run.

    Parameters
    ----------
    problem : Problem
        With the scores of its criteria.
    rounds : sequence of Round
        All of them, at least one.
    selector : str
        Class of the selector.
    options : mapping
        Its recorded options.
    render : Render
        The function that rendered the records, if one did.
    """
    picks = np.concatenate([one.picks for one in rounds])
    trace = np.array(
        [
            (
                one.number,
                len(one.picks),
                one.screened,
                one.shortlisted,
                one.evaluations,
                one.set_raw,
                one.set_size,
            )
            for one in rounds
        ],
        TRACE,
    )
    picks.setflags(write=False)
    trace.setflags(write=False)
    corpus, owned = problem.corpus, problem.owned
    manifest = Manifest(
        entropylaw=__version__,
        selector=selector,
        options=options,
        compressor=CompressorRecord(**asdict(describe(problem.compressor))),
        pool=_data_record(corpus),
        shapes=dict(corpus.shapes),
        initial_subset=None if owned is None else _data_record(owned),
        digests=dict(problem.digests),
        empty_records=int(np.count_nonzero(corpus.lengths == 0)),
        left_out=dict(problem.eligibility.left_out),
        selected=_data_record(corpus.take(picks["row"])),
        outcomes=tuple(_outcomes(problem, picks["row"])),
        set_raw=rounds[-1].set_raw,
        set_size=rounds[-1].set_size,
    )
    evidence = Evidence(
        gathered([one.shortlist for one in rounds], SHORTLISTED),
        gathered([one.screening_cutoff for one in rounds], SCREENING_CUTOFF),
        problem.eligibility.reasons,
    )
    return SelectionResult(picks, trace, evidence, manifest, render, problem)


def _data_record(corpus: Corpus) -> DataRecord:
    return DataRecord(records=len(corpus), bytes=corpus.total_bytes, fingerprint=corpus.fingerprint)


def _outcomes(problem: Problem, rows: IntArray) -> list[ControlOutcome]:
    """Return the outcome of every constraint and criterion."""
    criteria = (
        criterion.outcome(scores, rows)
        for criterion, scores in zip(problem.criteria, problem.scores, strict=True)
    )
    return [
        _budget_outcome(problem, rows),
        *_group_outcomes(problem, rows),
        *(outcome for outcome in criteria if outcome is not None),
        *_guard_outcomes(problem.guarded, rows),
    ]


def _budget_outcome(problem: Problem, rows: IntArray) -> ControlOutcome:
    limits = problem.limits
    left = np.setdiff1d(np.flatnonzero(problem.selectable), rows)
    costs = limits.cost_of(left)
    return ControlOutcome(
        control="budget",
        unit=limits.unit,
        asked={"total": limits.total, "counted by": limits.counted_by},
        pool={"smallest left": int(costs.min()) if len(costs) else None},
        chosen={"amount": int(limits.cost_of(rows).sum())},
    )


def _group_outcomes(problem: Problem, rows: IntArray) -> list[ControlOutcome]:
    """Return an outcome for each group, in the order of their names."""
    groups, limits = problem.groups, problem.limits
    if groups is None:
        return []
    count = len(groups.codes)
    chosen = np.zeros(count, np.int64)
    chosen[rows] = 1
    costs = limits.cost_of(np.arange(count))
    unbounded = limits.groups is None
    low = np.zeros(len(groups.names), np.int64) if unbounded else limits.low
    high = np.full(len(groups.names), NO_LIMIT, np.int64) if unbounded else limits.high
    columns = (groups.sums(np.ones(count, np.int64)), groups.sums(costs), groups.sums(chosen))
    table = np.stack([*columns, groups.sums(costs * chosen), low, high]).T.tolist()
    return [
        ControlOutcome(
            control="group",
            item=name,
            unit=limits.unit,
            asked={"minimum": least, "maximum": None if most >= NO_LIMIT else most},
            pool={"records": records, "amount": amount},
            chosen={"records": taken, "amount": spent},
        )
        for name, (records, amount, taken, spent, least, most) in zip(
            groups.names, table, strict=True
        )
    ]


def _guard_outcomes(report: GuardReport | None, rows: IntArray) -> list[ControlOutcome]:
    """Return an outcome for each guard that ran."""
    return [
        ControlOutcome(
            control="guard",
            item=finding.guard,
            unit="records",
            asked={"action": finding.action},
            pool={"records": len(finding.rows)},
            chosen={"records": len(np.intersect1d(finding.rows, rows))},
        )
        for finding in (() if report is None else report.findings)
    ]

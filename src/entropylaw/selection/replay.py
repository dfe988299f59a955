"""The rounds of a finished run, gone through again to see which records might have been taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from entropylaw.errors import InputError
from entropylaw.selection.evidence import Evidence
from entropylaw.selection.ledger import NO_LIMIT, Ledger, Limits
from entropylaw.selection.manifest import Manifest
from entropylaw.selection.plan import Plan
from entropylaw.selection.source import Source
from entropylaw.types import AnyArray, BoolArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """One round of a finished run.

    Attributes
    ----------
    number : int
        Counted from 0.
    picks : structured array, dtype PICK
        What was chosen in it.
    ordered : bool
        Whether its records were taken as they came, without stages.
    allowed : bool array, shape (watched,)
        Which of the watched records might have been screened.
    barred_by : str
        What kept the first watched record out; "" if nothing did.
    may_take : bool array, shape (picks, watched)
        Which of them budget and quotas allowed at each step of packing.
    """

    number: int
    picks: AnyArray
    ordered: bool
    allowed: BoolArray
    barred_by: str
    may_take: BoolArray


def replayed(plan: Plan, picks: AnyArray, evidence: Evidence, watched: IntArray) -> Iterator[Turn]:
    """Yield the rounds of a run, and how some records stood with budget and quotas in each.

    Nothing is sized: the choice is known.

    Parameters
    ----------
    plan : Plan
        Of the run.
    picks : structured array, dtype PICK
        What it chose.
    evidence : Evidence
        What it kept.
    watched : int64 array
        Rows to follow, not empty.
    """
    ledger, left = Ledger(plan.limits), plan.selectable.copy()
    retired = np.zeros(len(left), np.bool_)
    free = plan.limits.costs is None and plan.limits.groups is None
    for number in range(int(picks["round"][-1]) + 1):
        chosen = picks[picks["round"] == number]
        ordered = number == 0 and len(plan.required) > 0
        if ordered or (free and plan.variant == "paper"):
            allowed = left[watched]
        else:
            allowed = _allowed(plan, ledger, left, retired)[watched]
        barred_by = "" if allowed[0] else _why(ledger, watched[:1], bool(retired[watched[0]]))
        steps = np.empty((len(chosen), len(watched)), np.bool_)
        for step, row in enumerate(chosen["row"].tolist()):
            steps[step] = ledger.may_take(watched)
            ledger.take(row)
        yield Turn(number, chosen, ordered, allowed, barred_by, steps)
        if plan.variant == "reference":
            shortlisted = evidence.shortlisted
            retired[shortlisted["row"][shortlisted["round"] == number]] = True
        left[chosen["row"]] = False


def plan_of(source: Source, manifest: Manifest, picks: AnyArray, evidence: Evidence) -> Plan:
    """Return what a run chose by, as far as its file tells.

    Raises
    ------
    InputError
        If it was also chosen by something that a file does not hold.
    """
    if source.plan is not None:
        return source.plan
    asked = manifest.parameters
    _check_known(source, manifest)
    first = picks["row"][picks["round"] == 0]
    return Plan(
        limits=_limits_of(source, manifest),
        k1=asked.k1,
        k2=asked.k2,
        k3=asked.k3,
        variant=asked.variant,
        selectable=_without(evidence.left_out == 0, first if "required" in manifest.given else ()),
        packing=asked.packing,
        screening=asked.screening,
        required=first if "required" in manifest.given else np.empty(0, np.int64),
    )


def _allowed(plan: Plan, ledger: Ledger, left: BoolArray, retired: BoolArray) -> BoolArray:
    """Return which records may be screened now; brings the retired back if no other may be."""
    rows = np.flatnonzero(left)
    allowed = np.zeros(len(left), np.bool_)
    allowed[rows[ledger.start_round(rows, plan.k3)]] = True
    if not (allowed & ~retired).any():
        retired[:] = False
    return allowed & ~retired


def _why(ledger: Ledger, row: IntArray, retired: bool) -> str:
    if retired:
        return "retired after an earlier round, in which it was shortlisted"
    if int(ledger.limits.cost_of(row)[0]) > ledger.left:
        return "it cost more than was left of the budget"
    return "its group had no room left, or other groups needed what was left"


def _check_known(source: Source, manifest: Manifest) -> None:
    asked, given = manifest.parameters, manifest.given
    quality = asked.quality
    unknown = {
        "weights": manifest.weights is not None,
        "a weight or tie-break of quality": quality is not None
        and (quality.weight != 0 or quality.tie_break),
        "a target": "target" in given,
        "typicality": asked.typicality != 0,
        "a comparison within groups or lengths": asked.compare_within != "pool",
        "an initial subset": manifest.initial_subset is not None,
        "groups that were passed to select()": asked.quotas is not None and source.groups is None,
        "tokens that were passed to select()": manifest.budget.unit == "tokens"
        and source.unit != "tokens",
    }
    missing = [what for what, used in unknown.items() if used]
    if missing:
        raise InputError(
            f"the selection was also made by {', '.join(missing)}, which its file does not hold, "
            "so its steps cannot be followed. Explain records of the result that select() returns."
        )


def _limits_of(source: Source, manifest: Manifest) -> Limits:
    budget = manifest.budget
    costs = None if budget.unit == "records" else source.costs
    if manifest.parameters.quotas is None or source.groups is None:
        return Limits(budget.total, costs)
    most = [NO_LIMIT if line.maximum is None else line.maximum for line in manifest.groups]
    return Limits(
        budget.total,
        costs,
        source.groups.codes,
        np.array([line.minimum for line in manifest.groups], np.int64),
        np.array(most, np.int64),
    )


def _without(rows: BoolArray, taken: IntArray | tuple[()]) -> BoolArray:
    left = rows.copy()
    left[np.asarray(taken, np.int64)] = False
    return left

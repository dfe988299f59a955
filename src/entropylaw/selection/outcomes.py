"""ControlOutcome: what one constraint or criterion asked for, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from entropylaw.json_model import JsonModel

Plain: TypeAlias = bool | int | float | str | None

CONSTRAINTS = ("budget", "group", "guard")
"""Controls that are not criteria; there is one outcome for each group and guard."""

_NAMED = 6


class ControlOutcome(JsonModel):
    """What one constraint or criterion asked for, and what came of it.

    Attributes
    ----------
    control : str
        Which: budget, group, guard, or the name of a criterion.
    item : str
        Name of the group or guard; empty where there is only one.
    unit : str
        Unit of the amounts: records, tokens, bytes, or the name of a score.
    asked : mapping
        Numbers and words of the option.
    pool, chosen : mapping
        The same measures for the pool and for the selection.
    """

    control: str
    item: str = ""
    unit: str = ""
    asked: Mapping[str, Plain] = {}
    pool: Mapping[str, Plain] = {}
    chosen: Mapping[str, Plain] = {}

    @property
    def kept(self) -> bool:
        """Whether the amount chosen lies within minimum and maximum, to the last unit."""
        amount = number_of(self.chosen.get("amount"))
        maximum = self.asked.get("maximum")
        return amount >= number_of(self.asked.get("minimum")) and (
            maximum is None or amount <= number_of(maximum)
        )

    @property
    def label(self) -> str:
        """The name of the control as it is printed."""
        return self.control.replace("_", " ")

    @property
    def ranks(self) -> bool:
        """Whether a criterion ranks records; not if only a minimum was asked for."""
        return bool(self.asked.get("weight", True) or self.asked.get("tie_break"))

    def __str__(self) -> str:
        return _DESCRIBED.get(self.control, _means)(self)


def number_of(value: Plain) -> float:
    """Return a plain value as a number, 0 for None.

    Examples
    --------
    >>> number_of(3), number_of(None)
    (3, 0)
    """
    return value if isinstance(value, int | float) else 0


def quota_summary(groups: Sequence[ControlOutcome]) -> str:
    """Return in one line whether the quotas were kept."""
    short = [group for group in groups if not group.kept]
    amounts = [f"{group.item} {number_of(group.chosen['amount']):,}" for group in groups[:_NAMED]]
    more = ", ..." if len(groups) > _NAMED else ""
    kept = f"{len(short)} missed by less than one record" if short else "all kept"
    unit = groups[0].unit if groups else ""
    return f"{len(groups)} groups, {kept}; {unit}: {', '.join(amounts)}{more}"


def guard_summary(guards: Iterable[ControlOutcome]) -> str:
    """Return in one line how many records the guards caught, and how many of them were chosen."""
    checked = list(guards)
    caught = [guard for guard in checked if guard.pool["records"]]
    if not caught:
        return f"{len(checked)} checked, nothing caught"
    return ", ".join(map(str, caught))


def _budget(outcome: ControlOutcome) -> str:
    amounts = f"{outcome.chosen['amount']:,} of {outcome.asked['total']:,} {outcome.unit}"
    counted = outcome.asked["counted by"]
    return amounts if outcome.unit == "records" else f"{amounts}, counted by {counted}"


def _quality(outcome: ControlOutcome) -> str:
    mean, lowest = outcome.chosen["mean"], outcome.chosen["lowest"]
    if mean is None or lowest is None:
        return "no chosen record has a score"
    minimum = outcome.asked["minimum"]
    limit = "" if minimum is None else f" (minimum {minimum:g})"
    return f"mean {mean:.3g}, pool {outcome.pool['mean']:.3g}; lowest {lowest:.3g}{limit}"


def _means(outcome: ControlOutcome) -> str:
    if "mean" not in outcome.chosen:
        return ", ".join(f"{name} {value}" for name, value in outcome.chosen.items())
    return f"mean {outcome.unit} {outcome.chosen['mean']:.3g}, pool {outcome.pool['mean']:.3g}"


def _guard(outcome: ControlOutcome) -> str:
    done = {"warn": "listed", "drop": "dropped"}[str(outcome.asked["action"])]
    chosen = outcome.chosen["records"]
    among = f" ({chosen:,} chosen)" if chosen else ""
    return f"{outcome.item} {outcome.pool['records']:,} {done}{among}"


def _within(outcome: ControlOutcome) -> str:
    return str(outcome.asked["within"])


_DESCRIBED = {
    "budget": _budget,
    "quality": _quality,
    "guard": _guard,
    "compare_within": _within,
}

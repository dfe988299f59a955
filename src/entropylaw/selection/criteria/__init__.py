"""Criteria: what decides next to density, each a factor on the bytes that a record adds.

To add one: a file with a class that follows `Criterion`, a line in `CRITERIA`, and a field of the
selector whose default is in `_NEUTRAL`. Summary, report, manifest and the check of what a saved
result can repeat follow from its outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from entropylaw.selection.criteria.base import Criterion, ScoredPool
from entropylaw.selection.criteria.caller_weights import CallerWeights
from entropylaw.selection.criteria.group_normalised import GroupNormalised
from entropylaw.selection.criteria.quality import QualityScore
from entropylaw.selection.criteria.representativeness import Representativeness
from entropylaw.selection.criteria.target import TargetAlignment
from entropylaw.types import FloatArray

__all__ = ["CRITERIA", "Criterion", "ScoredPool", "criteria_of"]

Factory = Callable[[Any, FloatArray | None], Criterion]
"""From the value of the option, and the values passed to `select`, to the criterion."""

CRITERIA: Mapping[str, Factory] = {
    "weights": lambda _, values: CallerWeights(_given(values)),
    "quality": lambda quality, values: QualityScore(quality, _given(values)),
    "target": lambda target, _: TargetAlignment(target),
    "typicality": lambda strength, _: Representativeness(strength),
    "compare_within": lambda within, _: GroupNormalised(within),
}
"""From the names of options to criteria, in the order in which their weights are multiplied."""

_NEUTRAL = (None, 0.0, "pool")
"""Values of options that ask for no criterion."""


def criteria_of(
    options: Mapping[str, object], values: Mapping[str, FloatArray | None]
) -> tuple[Criterion, ...]:
    """Return the criteria that options ask for.

    Parameters
    ----------
    options : mapping
        Values of the selector's options by name; those that name no criterion are ignored.
    values : mapping
        Arrays of one value per record that go with an option.
    """
    return tuple(
        build(options.get(name), values.get(name))
        for name, build in CRITERIA.items()
        if options.get(name) not in _NEUTRAL or (name == "weights" and values.get(name) is not None)
    )


def _given(values: FloatArray | None) -> FloatArray:
    assert values is not None
    return values

"""What a selection is held to beside density: budget, quotas, quality, length, guards, target."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from entropylaw.alignment import Target
from entropylaw.errors import ConfigError
from entropylaw.guards import Guards
from entropylaw.selection.budget import Budget, checked_budget
from entropylaw.selection.quality import Quality
from entropylaw.selection.quotas import Quotas
from entropylaw.types import AnyArray, CompareWithin
from entropylaw.weights import check_weight


@dataclass(frozen=True, slots=True)
class Controls:
    """The options that all selectors share; see `ZipSelector` for their meaning.

    Raises
    ------
    BudgetError, ConfigError
        If an option cannot work.
    """

    budget: Budget
    groups: str | None = None
    quotas: Quotas | None = None
    compare_within: CompareWithin = "pool"
    quality: Quality | None = None
    min_bytes: int | None = None
    max_bytes: int | None = None
    guards: Guards | None = None
    target: Target | None = None
    typicality: float = 0.0

    def __post_init__(self) -> None:
        checked_budget(self.budget)
        if self.compare_within not in get_args(CompareWithin):
            raise ConfigError(
                f"compare_within must be one of {get_args(CompareWithin)}, "
                f"got {self.compare_within!r}."
            )
        _check_kind("groups", self.groups, str, "the name of a column")
        _check_kind("quotas", self.quotas, Quotas, 'such as Quotas("pool")')
        _check_kind("quality", self.quality, Quality, 'such as Quality("score", minimum=0.5)')
        _check_kind("guards", self.guards, Guards, 'such as Guards(encoded="drop")')
        _check_kind("target", self.target, Target, "such as Target(examples, weight=0.3)")
        check_weight("typicality", self.typicality)
        low, high = _bytes("min_bytes", self.min_bytes), _bytes("max_bytes", self.max_bytes)
        if low is not None and high is not None and low > high:
            raise ConfigError(
                f"min_bytes={low} is above max_bytes={high}.",
                parameters=("min_bytes", "max_bytes"),
            )


@dataclass(frozen=True, slots=True)
class Given:
    """What a caller says of the records of one pool; see `ZipSelector.select`."""

    initial_subset: object = None
    weights: object = None
    groups: Sequence[object] | AnyArray | None = None
    quality: Sequence[object] | AnyArray | None = None
    tokens: Sequence[object] | AnyArray | None = None
    required: Sequence[int] | AnyArray | None = None
    forbidden: Sequence[int] | AnyArray | None = None


def _check_kind(name: str, value: object, kind: type, example: str) -> None:
    if value is not None and not isinstance(value, kind):
        raise ConfigError(
            f"{name} must be {kind.__name__} ({example}) or None, got {type(value).__name__}."
        )


def _bytes(name: str, value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < 1:
        raise ConfigError(f"{name} must be a number of bytes of at least 1, got {value!r}.")
    return int(value)

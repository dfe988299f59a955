"""The tables of a file of options: `[select]`, `[audit]` and `[stream]`.

Keys have the names of the library's parameters. None stands for a key that is not set, so that
the library's default applies.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, TypeAlias, TypeVar

from pydantic import AfterValidator, ConfigDict, Field

from entropylaw.auditing.pool_audit import LEAST_FORECAST
from entropylaw.compressors import get_compressor
from entropylaw.guards import Guards
from entropylaw.io.render import Renderer
from entropylaw.io.text_columns import named_columns
from entropylaw.json_model import JsonModel
from entropylaw.selection import Quality, Quotas
from entropylaw.selection.budget import Budget, as_budget, counted_by
from entropylaw.sizing import resolve_jobs
from entropylaw.types import (
    AlignmentMethod,
    CompareWithin,
    OnError,
    Packing,
    Screening,
    TakeOrder,
    Variant,
    WorkerKind,
)
from entropylaw.weights import MAX_WEIGHT

T = TypeVar("T")


def _checked(check: Callable[[T], object]) -> AfterValidator:
    """Return a validator that calls a check of the library and keeps the value."""

    def validated(value: T) -> T:
        check(value)
        return value

    return AfterValidator(validated)


Positive: TypeAlias = Annotated[int, Field(ge=1)]
Amount: TypeAlias = Annotated[int | float | str, _checked(as_budget)]
Spec: TypeAlias = Annotated[str, _checked(get_compressor)]
Rule: TypeAlias = Annotated[str, _checked(Renderer)]
Columns: TypeAlias = Annotated[str | tuple[str, ...], _checked(named_columns)]
Jobs: TypeAlias = Annotated[int, _checked(resolve_jobs)]
GuardAction: TypeAlias = Literal["warn", "drop"]
"""A string in place of the table of guards: the action of all of them."""
QuotaShares: TypeAlias = Literal["pool", "equal"]
"""A string in place of the table of quotas: its key `shares`."""
PATHS = ("data", "initial_subset", "output", "plot", "remember", "report", "state")
"""Keys whose value is the name of a file."""


class Table(JsonModel):
    """A table whose values are not converted from other types."""

    model_config = ConfigDict(strict=True)


class Reading(Table):
    """Options of every command that reads and compresses records."""

    compressor: Spec | None = None
    render: Rule | None = None
    text: Columns | None = None
    on_error: OnError = "raise"


class TargetSettings(Table):
    """The table `[select.target]`; see `entropylaw.Target`."""

    data: Path | None = None
    weight: Annotated[float, Field(gt=0, le=MAX_WEIGHT)] | None = None
    method: AlignmentMethod | None = None
    compressor: Spec | None = None


class SelectSettings(Reading):
    """The table `[select]`; see `entropylaw.ZipSelector`, and `entropylaw select --help`."""

    budget: Amount | None = None
    tokens: str | None = None
    bytes_per_token: Annotated[float, Field(gt=0)] | None = None
    k1: Positive | None = None
    k2: Positive | None = None
    k3: Positive | None = None
    variant: Variant | None = None
    packing: Packing | None = None
    screening: Screening | None = None
    groups: str | None = None
    quotas: QuotaShares | Quotas | None = None
    compare_within: CompareWithin | None = None
    quality: Quality | None = None
    min_bytes: Positive | None = None
    max_bytes: Positive | None = None
    typicality: Annotated[float, Field(ge=0, le=MAX_WEIGHT)] | None = None
    guards: GuardAction | Guards | None = None
    target: TargetSettings | None = None
    n_jobs: Jobs | None = None
    workers: WorkerKind | None = None
    progress: bool | None = None
    initial_subset: Path | None = None
    order: TakeOrder = "choice"
    output: Path | None = None
    report: Path | None = None

    def budget_with_unit(self) -> Budget:
        """Return the budget, with the way to count its tokens.

        Raises
        ------
        ConfigError
            If tokens are counted and the budget is not in tokens, or not in exactly one way.
        """
        assert self.budget is not None
        return counted_by(
            as_budget(self.budget), counts=self.tokens, bytes_per_token=self.bytes_per_token
        )


class AuditSettings(Reading):
    """The table `[audit]`; see `entropylaw.audit`, and `entropylaw audit --help`."""

    groups: str | None = None
    share: Annotated[float, Field(gt=0, lt=1)] | None = None
    guards: GuardAction | Guards | None = None
    length_bins: Positive | None = None
    forecast_records: Annotated[int, Field(ge=LEAST_FORECAST)] | None = None
    window_bytes: Positive | None = None
    random_state: Annotated[int, Field(ge=0)] | None = None
    n_jobs: Jobs | None = None
    progress: bool | None = None
    plot: Path | None = None


class StreamSettings(Reading):
    """The table `[stream]`; see `entropylaw.ZipStream`, and `entropylaw stream --help`."""

    keep: Annotated[float, Field(gt=0, le=1)] | None = None
    budget: Positive | None = None
    expected: Positive | None = None
    cost: Literal["records", "bytes"] | None = None
    horizon: Positive | None = None
    recent_bytes: Positive | None = None
    progress: bool | None = None
    remember: Path | None = None
    state: Path | None = None
    output: Path | None = None


class Settings(Table):
    """All tables of a file."""

    select: SelectSettings = SelectSettings()
    audit: AuditSettings = AuditSettings()
    stream: StreamSettings = StreamSettings()

"""What can be said in a file of options: the tables `[select]`, `[audit]` and `[stream]`.

Keys have the names of the library's own parameters. None is a key that was not said, so that
defaults stay those of the library.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, TypeAlias, TypeVar

from pydantic import AfterValidator, ConfigDict, Field

from entropylaw.auditing.pool_audit import LEAST_FORECAST
from entropylaw.cli.controls import parsed_budget
from entropylaw.compressors import get_compressor
from entropylaw.guards import Guards
from entropylaw.io.renderer import Renderer
from entropylaw.io.text_columns import named_columns
from entropylaw.scoring import resolve_jobs
from entropylaw.selection import Quality, Quotas
from entropylaw.selection.budget import checked_budget
from entropylaw.stored import Stored
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
from entropylaw.weights import MOST_WEIGHT

T = TypeVar("T")


def _checked(check: Callable[[T], object]) -> AfterValidator:
    """Return a validator that lets a value pass unless the library refuses it."""

    def validated(value: T) -> T:
        check(value)
        return value

    return AfterValidator(validated)


def _check_budget(budget: int | float | str) -> None:
    checked_budget(parsed_budget(budget) if isinstance(budget, str) else budget)


Positive: TypeAlias = Annotated[int, Field(ge=1)]
Amount: TypeAlias = Annotated[int | float | str, _checked(_check_budget)]
Spec: TypeAlias = Annotated[str, _checked(get_compressor)]
Rule: TypeAlias = Annotated[str, _checked(Renderer)]
Columns: TypeAlias = Annotated[str | tuple[str, ...], _checked(named_columns)]
Jobs: TypeAlias = Annotated[int, _checked(resolve_jobs)]
AllGuards: TypeAlias = Literal["warn", "drop"]
"""What every guard does, where a word stands in place of a table."""

PATHS = ("data", "initial_subset", "output", "plot", "remember", "report", "state")
"""Keys whose text is the name of a file."""


class Table(Stored):
    """A table whose values must have the type that they are expected to have."""

    model_config = ConfigDict(strict=True)


class Reading(Table):
    """What all commands that measure records take."""

    compressor: Spec | None = None
    render: Rule | None = None
    text: Columns | None = None
    on_error: OnError = "raise"


class TargetSettings(Table):
    """The table `[select.target]`; see `entropylaw.Target`."""

    data: Path | None = None
    weight: Annotated[float, Field(gt=0, le=MOST_WEIGHT)] | None = None
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
    quotas: Quotas | None = None
    compare_within: CompareWithin | None = None
    quality: Quality | None = None
    min_bytes: Positive | None = None
    max_bytes: Positive | None = None
    typicality: Annotated[float, Field(ge=0, le=MOST_WEIGHT)] | None = None
    guards: AllGuards | Guards | None = None
    target: TargetSettings | None = None
    n_jobs: Jobs | None = None
    workers: WorkerKind | None = None
    progress: bool | None = None
    initial_subset: Path | None = None
    order: TakeOrder = "choice"
    output: Path | None = None
    report: Path | None = None


class AuditSettings(Reading):
    """The table `[audit]`; see `entropylaw.audit`, and `entropylaw audit --help`."""

    groups: str | None = None
    share: Annotated[float, Field(gt=0, lt=1)] | None = None
    guards: AllGuards | Guards | None = None
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
    """A whole file."""

    select: SelectSettings = SelectSettings()
    audit: AuditSettings = AuditSettings()
    stream: StreamSettings = StreamSettings()

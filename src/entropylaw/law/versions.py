"""Versions of a data set: the validated record of one version, and reading of many."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from entropylaw.errors import ConfigError, RunsError
from entropylaw.law.loss import FirstEpochLoss
from entropylaw.law.noise import RatioNoise
from entropylaw.law.runs import RUN_COLUMNS
from entropylaw.law.sources import Number, plain_cell, read_rows

_EXPECTED = {
    "compression_ratio": "a finite number above 0 (raw bytes / compressed bytes)",
    "ratio_std_err": "a finite number, 0 or more (standard error of the ratio)",
    "first_epoch_loss": "a finite number above 0 (mean loss of the first epoch or steps)",
    "loss_std_err": "a finite number, 0 or more (standard error of the loss)",
    "performance": "a finite number",
}


class Version(BaseModel):
    """Validated record of one version of a data set, measured at the beginning of training.

    Parameters
    ----------
    version : str, optional
        Its name; by default "v" followed by its row.
    compression_ratio : float
        Raw bytes / compressed bytes; dimensionless, above 0.
    ratio_std_err : float, optional
        Standard error of the ratio over records, as from `ratio_noise`.
    first_epoch_loss : float
        Mean training loss of the first epoch or the first steps, above 0.
    loss_std_err : float, optional
        Standard error of the loss, as from `first_epoch_loss`.
    covers : str, optional
        Steps that the loss covers ("first epoch", "first 200 steps"); one for all versions.
    performance : float, optional
        Score of the trained model, if known; higher is better.
    group : str, optional
        Base model or stage; one for all versions.
    compressor : str, optional
        Compressor that measured the ratio; one for all versions.

    Examples
    --------
    >>> Version(version="march", compression_ratio=2.8, first_epoch_loss=1.31).version
    'march'
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, coerce_numbers_to_str=True
    )

    version: str | None = None
    compression_ratio: Annotated[Number, Field(gt=0)]
    ratio_std_err: Annotated[Number, Field(ge=0)] | None = None
    first_epoch_loss: Annotated[Number, Field(gt=0)]
    loss_std_err: Annotated[Number, Field(ge=0)] | None = None
    covers: str | None = None
    performance: Number | None = None
    group: str | None = None
    compressor: str | None = None


VERSION_COLUMNS: tuple[str, ...] = tuple(Version.model_fields)
"""Columns that `read_versions` accepts."""


def read_versions(
    source: object, *, columns: Mapping[str, str] | None = None
) -> tuple[Version, ...]:
    """Read the versions of a data set, oldest first, from a file, a data frame or Python values.

    Parameters
    ----------
    source : object
        A path to a `.csv` or `.jsonl` file, a data frame, a mapping of columns, or a list of
        `Version`, `Run` or mappings. In place of numbers, `compression_ratio` may be a
        `RatioNoise` and `first_epoch_loss` a `FirstEpochLoss`; their standard errors are used.
        "dataset" names a version where there is no "version". The other fields of `Run` are
        allowed and ignored.
    columns : mapping of str to str, optional
        From column of `Version` to its name in `source`, for those that differ.

    Returns
    -------
    tuple of Version
        Their names are distinct.

    Raises
    ------
    RunsError
        If a cell or column is not valid (names row or line, and column), two versions have one
        name, or versions cannot be compared.
    ConfigError
        If `columns` names no field of `Version`.

    Examples
    --------
    >>> rows = [{"compression_ratio": 2.7, "first_epoch_loss": 1.4}]
    >>> read_versions(rows)[0].version
    'v0'
    """
    renamed = dict(columns or {})
    for name in renamed:
        if name not in VERSION_COLUMNS:
            raise ConfigError(
                f"columns: expected fields of Version ({', '.join(VERSION_COLUMNS)}); saw "
                f"{name!r}. Try columns={{FIELD: NAME_IN_SOURCE}}.",
                parameters=("columns",),
            )
    fields = {theirs: name for name, theirs in renamed.items()}
    versions = tuple(
        _version(
            where, {fields.get(name, name): cell for name, cell in cells.items()}, row, renamed
        )
        for row, (where, cells) in enumerate(read_rows(source))
    )
    if not versions:
        raise RunsError("versions: expected at least one row; saw none.")
    _check_distinct_names(versions)
    for name, why in (
        ("compressor", "ratios of different compressors are on different scales"),
        ("covers", "the loss falls as training goes on"),
        ("group", "losses of different models are on different scales"),
    ):
        _check_uniform(versions, name, why)
    return versions


def _version(where: str, cells: Mapping[str, Any], row: int, renamed: Mapping[str, str]) -> Version:
    """Validate one row."""
    values: dict[str, Any] = {}
    for name, cell in cells.items():
        if name not in VERSION_COLUMNS and name not in RUN_COLUMNS:
            raise RunsError(
                f"{where}: expected columns among {', '.join(VERSION_COLUMNS)}; saw unknown column "
                f"{name!r}. Try columns={{FIELD: NAME_IN_SOURCE}}, or drop the column."
            )
        values |= _spread(name, cell)
    values["version"] = values.get("version") or values.get("dataset") or f"v{row}"
    known = {name: cell for name, cell in values.items() if name in VERSION_COLUMNS}
    for name in ("compression_ratio", "first_epoch_loss"):
        if known.get(name) is None:
            raise RunsError(
                f"{where}, column {renamed.get(name, name)!r}: expected {_EXPECTED[name]}; saw "
                f"none. Columns seen: {', '.join(map(str, cells))}."
            )
    try:
        return Version.model_validate(known)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise RunsError(
            f"{where}, column {renamed.get(name, name)!r}: expected "
            f"{_EXPECTED.get(name, 'text')}; saw {first['input']!r}. Correct or drop it."
        ) from None


def _spread(name: str, cell: Any) -> dict[str, Any]:
    """Return the columns that a cell fills: several for a measurement with its error."""
    if isinstance(cell, RatioNoise):
        return {"compression_ratio": cell.compression_ratio, "ratio_std_err": cell.std_err}
    if isinstance(cell, FirstEpochLoss):
        std_err = None if math.isnan(cell.std_err) else cell.std_err
        return {"first_epoch_loss": cell.mean, "loss_std_err": std_err, "covers": cell.covers}
    return {name: plain_cell(cell)}


def _check_distinct_names(versions: tuple[Version, ...]) -> None:
    """Raise RunsError if two versions have one name."""
    first: dict[str | None, int] = {}
    for row, version in enumerate(versions):
        if version.version in first:
            raise RunsError(
                f"row {row}, column 'version': expected distinct names; saw {version.version!r}, "
                f"which is also row {first[version.version]}. Rename one of them."
            )
        first[version.version] = row


def _check_uniform(versions: tuple[Version, ...], name: str, why: str) -> None:
    """Raise RunsError if versions differ in a column that all must share."""
    found = {getattr(v, name): row for row, v in reversed(list(enumerate(versions)))}
    found.pop(None, None)
    if len(found) > 1:
        seen = ", ".join(f"{value!r} in row {row}" for value, row in found.items())
        raise RunsError(
            f"column {name!r}: expected the same for all versions ({why}); saw {seen}. "
            "Measure all versions in the same way, or assess them separately."
        )

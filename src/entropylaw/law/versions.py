"""Versions of a data set: the validated record of one version, and reading many."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from entropylaw.errors import ConfigError, RunsError
from entropylaw.law.loss import FirstEpochLoss
from entropylaw.law.noise import RatioNoise
from entropylaw.law.runs import RUN_COLUMNS, _cell, _rows

_EXPECTED = {
    "compression_ratio": "a finite number above 0 (raw bytes / compressed bytes)",
    "ratio_std_err": "a finite number, 0 or more (standard error of the ratio)",
    "first_epoch_loss": "a finite number above 0 (mean loss of the first epoch or steps)",
    "loss_std_err": "a finite number, 0 or more (standard error of the loss)",
    "performance": "a finite number",
}


class Version(BaseModel):
    """Record one version of a data set, as measured at the beginning of training.

    Parameters
    ----------
    version : str, optional
        Its name; by default "v" and its row.
    compression_ratio : float
        Raw bytes / compressed bytes; dimensionless, above 0.
    ratio_std_err : float, optional
        Standard error of the ratio over records, as from `ratio_noise`.
    first_epoch_loss : float
        Mean training loss of the first epoch or the first steps, above 0.
    loss_std_err : float, optional
        Standard error of the loss, as from `first_epoch_loss`.
    covers : str, optional
        What the loss covers ("first epoch", "first 200 steps"); one for all versions.
    performance : float, optional
        The score of the trained model, if it is known; higher is better.
    group : str, optional
        Base model or stage; one for all versions.
    compressor : str, optional
        What measured the ratio; one for all versions.

    Examples
    --------
    >>> Version(version="march", compression_ratio=2.8, first_epoch_loss=1.31).version
    'march'
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, coerce_numbers_to_str=True
    )

    version: str | None = None
    compression_ratio: Annotated[float, Field(gt=0)]
    ratio_std_err: Annotated[float, Field(ge=0)] | None = None
    first_epoch_loss: Annotated[float, Field(gt=0)]
    loss_std_err: Annotated[float, Field(ge=0)] | None = None
    covers: str | None = None
    performance: float | None = None
    group: str | None = None
    compressor: str | None = None


VERSION_COLUMNS: tuple[str, ...] = tuple(Version.model_fields)
"""The columns that `read_versions` knows."""


def read_versions(
    source: object, *, columns: Mapping[str, str] | None = None
) -> tuple[Version, ...]:
    """Read the versions of a data set, oldest first, from whatever holds them.

    Parameters
    ----------
    source : object
        A path to a `.csv` or `.jsonl` file, a data frame, a mapping of columns, or a list of
        `Version`, `Run` or mappings. In place of numbers, `compression_ratio` may be a
        `RatioNoise` and `first_epoch_loss` a `FirstEpochLoss`; their standard errors come along.
        "dataset" names a version where there is no "version". The other columns of a run are
        allowed and not used.
    columns : mapping of str to str, optional
        Our column name -> the name in `source`, for those that differ.

    Returns
    -------
    tuple of Version
        Each with a name of its own.

    Raises
    ------
    RunsError
        For a cell or column that cannot be used (names row or line, and column), a name given
        twice, or versions that cannot be compared.
    ConfigError
        For a name in `columns` that is not ours.

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
                f"columns: {name!r} is not a column of a version. Known: "
                f"{', '.join(VERSION_COLUMNS)}. Write columns={{OURS: THEIRS}}."
            )
    ours = {theirs: name for name, theirs in renamed.items()}
    if isinstance(source, list | tuple):
        source = [v.model_dump() if isinstance(v, Version) else v for v in source]
    versions = tuple(
        _version(where, {ours.get(name, name): cell for name, cell in cells.items()}, row, renamed)
        for row, (where, cells) in enumerate(_rows(source))
    )
    if not versions:
        raise RunsError("no versions: expected at least one row, saw none.")
    _refuse_same_name(versions)
    for name, why in (
        ("compressor", "ratios of different compressors are on different scales"),
        ("covers", "the loss falls as training goes on"),
        ("group", "losses of different models are on different scales"),
    ):
        _refuse_mixed(versions, name, why)
    return versions


def _version(where: str, cells: Mapping[str, Any], row: int, renamed: Mapping[str, str]) -> Version:
    """Validate one row."""
    values: dict[str, Any] = {}
    for name, cell in cells.items():
        if name not in VERSION_COLUMNS and name not in RUN_COLUMNS:
            raise RunsError(
                f"{where}: unknown column {name!r}. Known: {', '.join(VERSION_COLUMNS)}. "
                "Map a name with columns={OURS: THEIRS}, or drop the column."
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
            f"{_EXPECTED.get(name, 'text')}; saw {first['input']!r}. Correct it."
        ) from None


def _spread(name: str, cell: Any) -> dict[str, Any]:
    """Return the columns that a cell fills: several if it is a measurement with its error."""
    if isinstance(cell, RatioNoise):
        return {"compression_ratio": cell.compression_ratio, "ratio_std_err": cell.std_err}
    if isinstance(cell, FirstEpochLoss):
        std_err = None if math.isnan(cell.std_err) else cell.std_err
        return {"first_epoch_loss": cell.mean, "loss_std_err": std_err, "covers": cell.covers}
    return {name: _cell(cell)}


def _refuse_same_name(versions: tuple[Version, ...]) -> None:
    """Refuse two versions of one name."""
    first: dict[str | None, int] = {}
    for row, version in enumerate(versions):
        if version.version in first:
            raise RunsError(
                f"row {row}, column 'version': {version.version!r} is also row "
                f"{first[version.version]}. Give each version a name of its own."
            )
        first[version.version] = row


def _refuse_mixed(versions: tuple[Version, ...], name: str, why: str) -> None:
    """Refuse versions that say different things in a column that all must share."""
    said = {getattr(v, name): row for row, v in reversed(list(enumerate(versions)))}
    said.pop(None, None)
    if len(said) > 1:
        seen = ", ".join(f"{value!r} in row {row}" for value, row in said.items())
        raise RunsError(
            f"column {name!r}: expected the same for all versions ({why}); saw {seen}. "
            "Measure all versions alike, or assess them apart."
        )

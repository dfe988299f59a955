"""Training runs: the validated record of one run, and reading of many from any table."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from entropylaw.errors import ConfigError, RunsError
from entropylaw.law.sources import Count, Number, plain_cell, read_rows
from entropylaw.validation import choice

_EXPECTED = {
    "compression_ratio": "a finite number above 0 (raw bytes / compressed bytes)",
    "first_epoch_loss": "a finite number, 0 or more (mean loss of the first epoch)",
    "performance": "a finite number",
    "weight": "a finite number above 0",
    "std_err": "a finite number above 0 (standard error of performance)",
    "tokens": "an integer, 0 or more",
}


class Run(BaseModel):
    """Validated record of one training run.

    Every field is optional; which ones a fit needs depends on its options.

    Parameters
    ----------
    compression_ratio : float, optional
        Raw bytes / compressed bytes of the training data; dimensionless, above 0.
    first_epoch_loss : float, optional
        Mean training loss of the first epoch (usually nats per token), 0 or more.
    performance : float, optional
        The score, in any unit; higher is better.
    group : str, optional
        Base model or stage. Runs of several groups share slopes but not intercepts.
    weight : float, optional
        Relative precision (inverse variance) of `performance`, above 0.
    std_err : float, optional
        Standard error of `performance`, above 0; exclusive with `weight`.
    tokens : int, optional
        Tokens trained on.
    dataset : str, optional
        Name or fingerprint of the training data; labels the run in tables and plots.
    compressor : str, optional
        Compressor that measured the ratio, for example "zlib:9"; one per fit.

    Examples
    --------
    >>> Run(compression_ratio=2.8, first_epoch_loss=1.31, performance=6.9).performance
    6.9
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, coerce_numbers_to_str=True
    )

    compression_ratio: Annotated[Number, Field(gt=0)] | None = None
    first_epoch_loss: Annotated[Number, Field(ge=0)] | None = None
    performance: Number | None = None
    group: str | None = None
    weight: Annotated[Number, Field(gt=0)] | None = None
    std_err: Annotated[Number, Field(gt=0)] | None = None
    tokens: Annotated[Count, Field(ge=0)] | None = None
    dataset: str | None = None
    compressor: str | None = None

    @model_validator(mode="after")
    def _one_kind_of_weight(self) -> Self:
        """Raise ValueError for a run with both a weight and a standard error."""
        if self.weight is not None and self.std_err is not None:
            raise ValueError("give weight or std_err, not both")
        return self


RUN_COLUMNS: tuple[str, ...] = tuple(Run.model_fields)
"""Columns that `read_runs` accepts."""


def read_runs(
    source: object,
    *,
    columns: Mapping[str, str] | None = None,
    unknown: Literal["raise", "ignore"] = "raise",
) -> list[Run]:
    """Read training runs from a file, a data frame, or plain Python values.

    Parameters
    ----------
    source : object
        A path to a `.csv` or `.jsonl` file; a data frame (pandas, polars, PyArrow or another
        that narwhals supports); a mapping of column names to lists; one `Run` or mapping; or an
        iterable of them.
    columns : mapping of str to str, optional
        From column of `Run` to its name in `source`, for those that differ.
    unknown : {"raise", "ignore"}, default "raise"
        Whether columns that are not fields of `Run` raise RunsError or are ignored.

    Returns
    -------
    list of Run
        In the order of the source. Blank, None and NaN cells are missing values.

    Raises
    ------
    RunsError
        If a cell or a column is not valid; names the row (from 0) or the line of the file, and
        the column.
    FileFormatError
        If the content of a file does not match its suffix.
    ConfigError
        If an option is not valid, or `columns` names no field of `Run`.

    Examples
    --------
    >>> runs = read_runs(
    ...     {"compression_ratio": [2.1, 2.9], "mt_bench": [7.1, 6.8]},
    ...     columns={"performance": "mt_bench"},
    ... )
    >>> [run.performance for run in runs]
    [7.1, 6.8]
    """
    unknown = choice("unknown", unknown, ("raise", "ignore"))
    theirs = _column_names(columns)
    runs = [_run(where, cells, theirs, unknown) for where, cells in read_rows(source)]
    if not runs:
        raise RunsError("runs: expected at least one row; saw none.")
    return runs


def _column_names(columns: Mapping[str, str] | None) -> dict[str, str]:
    """Return the column name in the source -> the field of `Run`, for every field."""
    renamed = dict(columns or {})
    for name in renamed:
        if name not in RUN_COLUMNS:
            raise ConfigError(
                f"columns: expected fields of Run ({', '.join(RUN_COLUMNS)}); saw {name!r}. "
                "Try columns={FIELD: NAME_IN_SOURCE}.",
                parameters=("columns",),
            )
    theirs = {renamed.get(name, name): name for name in RUN_COLUMNS}
    if len(theirs) < len(RUN_COLUMNS):
        raise ConfigError(
            f"columns: expected a different source column for each field; saw {renamed!r}.",
            parameters=("columns",),
        )
    return theirs


def _run(where: str, cells: Mapping[str, Any], theirs: Mapping[str, str], unknown: str) -> Run:
    """Validate one row; errors name the columns as the source does."""
    unexpected = [str(name) for name in cells if name not in theirs]
    if unexpected and unknown == "raise":
        raise RunsError(_unknown_columns(where, unexpected, list(theirs)))
    values = {ours: plain_cell(cells[name]) for name, ours in theirs.items() if name in cells}
    try:
        return Run.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        if not first["loc"]:
            raise RunsError(
                f"{where}: expected weight or std_err; saw both. Keep one column."
            ) from None
        ours = str(first["loc"][0])
        name = next(n for n, o in theirs.items() if o == ours)
        raise RunsError(
            f"{where}, column {name!r}: expected {_EXPECTED.get(ours, 'text')}; "
            f"saw {first['input']!r}. Correct or drop this run."
        ) from None


def _unknown_columns(where: str, unexpected: list[str], known: list[str]) -> str:
    """Return the message for unknown columns, with the closest known name."""
    close = difflib.get_close_matches(unexpected[0], known, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    seen = ", ".join(repr(name) for name in unexpected)
    return (
        f"{where}: expected columns among {', '.join(known)}; saw unknown column {seen}.{hint} "
        "Try read_runs(..., columns={FIELD: NAME_IN_SOURCE}) to map a name, or unknown='ignore'."
    )

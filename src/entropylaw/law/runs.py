"""Training runs: the validated record of one run, and reading many from any table."""

from __future__ import annotations

import csv
import difflib
import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from entropylaw.errors import ConfigError, FileFormatError, RunsError

Located: TypeAlias = tuple[str, Mapping[str, Any]]
"""Where a row stands ("row 3", "runs.csv, line 5") and its cells by column."""

_EXPECTED = {
    "compression_ratio": "a finite number above 0 (raw bytes / compressed bytes)",
    "first_epoch_loss": "a finite number, 0 or more (mean loss of the first epoch)",
    "performance": "a finite number",
    "weight": "a finite number above 0",
    "std_err": "a finite number above 0 (standard error of performance)",
    "tokens": "a whole number, 0 or more",
}


class Run(BaseModel):
    """Record one training run.

    Every field may be missing here; a fit says which ones it needs.

    Parameters
    ----------
    compression_ratio : float, optional
        Raw bytes / compressed bytes of the training data; dimensionless, above 0.
    first_epoch_loss : float, optional
        Mean training loss of the first epoch (usually nats a token), 0 or more.
    performance : float, optional
        The score, in any unit; higher is better.
    group : str, optional
        Base model or stage. Runs of several groups share slopes, not intercepts.
    weight : float, optional
        Relative precision (inverse variance) of `performance`, above 0.
    std_err : float, optional
        Standard error of `performance`, above 0. Give this or `weight`, not both.
    tokens : int, optional
        Tokens trained on.
    dataset : str, optional
        Name or fingerprint of the training data; labels the run in tables and plots.
    compressor : str, optional
        What measured the ratio, for example "zlib:9". One fit takes one compressor.

    Examples
    --------
    >>> Run(compression_ratio=2.8, first_epoch_loss=1.31, performance=6.9).performance
    6.9
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, coerce_numbers_to_str=True
    )

    compression_ratio: Annotated[float, Field(gt=0)] | None = None
    first_epoch_loss: Annotated[float, Field(ge=0)] | None = None
    performance: float | None = None
    group: str | None = None
    weight: Annotated[float, Field(gt=0)] | None = None
    std_err: Annotated[float, Field(gt=0)] | None = None
    tokens: Annotated[int, Field(ge=0)] | None = None
    dataset: str | None = None
    compressor: str | None = None

    @model_validator(mode="after")
    def _one_kind_of_weight(self) -> Self:
        """Refuse a run with both a weight and a standard error."""
        if self.weight is not None and self.std_err is not None:
            raise ValueError("give weight or std_err, not both")
        return self


RUN_COLUMNS: tuple[str, ...] = tuple(Run.model_fields)
"""The columns that `read_runs` knows."""


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
        A path to a `.csv` or `.jsonl` file; a data frame (pandas, polars, PyArrow: whatever
        narwhals reads); a mapping of column names to lists; one `Run` or mapping; or an
        iterable of them.
    columns : mapping of str to str, optional
        Our column name -> the name in `source`, for those that differ.
    unknown : {"raise", "ignore"}, default "raise"
        What to do with columns that are not of a run. Raising catches misspelt names.

    Returns
    -------
    list of Run
        In the order of the source. Blank, None and NaN cells are missing values.

    Raises
    ------
    RunsError
        For a cell or a column that cannot be used; names the row (from 0) or the line of the
        file, and the column.
    FileFormatError
        If a file is not what its name says.
    ConfigError
        For an option or a column name of ours that does not exist.

    Examples
    --------
    >>> runs = read_runs(
    ...     {"compression_ratio": [2.1, 2.9], "mt_bench": [7.1, 6.8]},
    ...     columns={"performance": "mt_bench"},
    ... )
    >>> [run.performance for run in runs]
    [7.1, 6.8]
    """
    if unknown not in ("raise", "ignore"):
        raise ConfigError(
            f"unknown: expected 'raise' or 'ignore'; saw {unknown!r}. Try unknown='ignore'."
        )
    theirs = _column_names(columns)
    runs = [_run(where, cells, theirs, unknown) for where, cells in _rows(source)]
    if not runs:
        raise RunsError("no runs: expected at least one row, saw none.")
    return runs


def _column_names(columns: Mapping[str, str] | None) -> dict[str, str]:
    """Return their column name -> ours, for every column of a run."""
    renamed = dict(columns or {})
    for name in renamed:
        if name not in RUN_COLUMNS:
            raise ConfigError(
                f"columns: {name!r} is not a column of a run. Known: {', '.join(RUN_COLUMNS)}. "
                "Write columns={OURS: THEIRS}."
            )
    theirs = {renamed.get(name, name): name for name in RUN_COLUMNS}
    if len(theirs) < len(RUN_COLUMNS):
        raise ConfigError("columns: two of our columns are read from one of theirs.")
    return theirs


def _run(where: str, cells: Mapping[str, Any], theirs: Mapping[str, str], unknown: str) -> Run:
    """Validate one row, and say what is wrong with it in the words of the table."""
    strangers = [str(name) for name in cells if name not in theirs]
    if strangers and unknown == "raise":
        raise RunsError(_unknown_columns(where, strangers, list(theirs)))
    values = {ours: _cell(cells[name]) for name, ours in theirs.items() if name in cells}
    try:
        return Run.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        if not first["loc"]:
            raise RunsError(f"{where}: saw both weight and std_err. Keep one column.") from None
        ours = str(first["loc"][0])
        name = next(n for n, o in theirs.items() if o == ours)
        raise RunsError(
            f"{where}, column {name!r}: expected {_EXPECTED.get(ours, 'text')}; "
            f"saw {first['input']!r}. Correct or drop this run."
        ) from None


def _unknown_columns(where: str, strangers: list[str], known: list[str]) -> str:
    """Say which columns are not known, and which were probably meant."""
    close = difflib.get_close_matches(strangers[0], known, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    seen = ", ".join(repr(name) for name in strangers)
    return (
        f"{where}: unknown column {seen}.{hint} Known: {', '.join(known)}. "
        "Map a name with read_runs(..., columns={OURS: THEIRS}), or leave the others out with "
        "unknown='ignore'."
    )


def _cell(value: Any) -> Any:
    """Return a plain Python value; None for a blank, None, NaN or other null."""
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        value = value.item()  # a numpy scalar
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, str):
        value = value.strip()
        return None if value.lower() in ("", "nan", "na", "null", "none") else value
    if type(value).__name__ in ("NAType", "NaTType"):  # pandas' own nulls
        return None
    return value


def _rows(source: object) -> Iterator[Located]:
    """Yield where each row stands and its cells, whatever holds them."""
    if isinstance(source, str | os.PathLike):
        yield from _file_rows(Path(source))
    elif isinstance(source, Run):
        yield "row 0", source.model_dump()
    elif isinstance(source, Mapping):
        yield from _mapping_rows(source)
    elif hasattr(source, "__narwhals_dataframe__") or hasattr(type(source), "columns"):
        yield from _frame_rows(source)
    elif isinstance(source, Iterable) and not isinstance(source, bytes):
        for row, item in enumerate(source):
            if isinstance(item, Run):
                yield f"row {row}", item.model_dump()
            elif isinstance(item, Mapping):
                yield f"row {row}", item
            else:
                raise RunsError(
                    f"row {row}: expected a Run or a mapping of column to value; saw "
                    f"{type(item).__name__}. Write {{'compression_ratio': ..., ...}}."
                )
    else:
        raise RunsError(
            f"expected a path, a data frame or a list of runs; saw {type(source).__name__}."
        )


def _mapping_rows(source: Mapping[str, Any]) -> Iterator[Located]:
    """Read a mapping of columns to lists, or one run as a mapping of columns to values."""
    lists = {
        name: list(column)
        for name, column in source.items()
        if isinstance(column, Iterable) and not isinstance(column, str)
    }
    if not lists:
        yield "row 0", source
        return
    if len(lists) < len(source):
        single = next(name for name in source if name not in lists)
        raise RunsError(
            f"column {single!r}: expected a list like the other columns; saw {source[single]!r}."
        )
    lengths = {name: len(column) for name, column in lists.items()}
    if len(set(lengths.values())) > 1:
        raise RunsError(f"columns differ in length: {lengths}. Every column needs one value a run.")
    for row, cells in enumerate(zip(*lists.values(), strict=True)):
        yield f"row {row}", dict(zip(lists, cells, strict=True))


def _frame_rows(source: Any) -> Iterator[Located]:
    """Read any data frame that narwhals knows."""
    import narwhals as nw

    try:
        frame = nw.from_native(source)
    except TypeError:
        raise RunsError(
            f"expected a data frame that narwhals reads; saw {type(source).__name__}."
        ) from None
    eager = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    for row, cells in enumerate(eager.iter_rows(named=True)):
        yield f"row {row}", cells


def _file_rows(path: Path) -> Iterator[Located]:
    """Read a CSV or JSON Lines file; rows are named by file and line."""
    suffix = path.suffix.lower()
    if suffix == ".csv":
        yield from _csv_rows(path)
    elif suffix in (".jsonl", ".ndjson"):
        yield from _jsonl_rows(path)
    else:
        raise FileFormatError(
            f"expected a name that ends in .csv or .jsonl; saw {path.name!r}.", path=str(path)
        )


def _csv_rows(path: Path) -> Iterator[Located]:
    """Read a CSV file with a header line."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        header = [name.strip() for name in next(reader, [])]
        if not header:
            raise FileFormatError("expected a header line; saw an empty file.", path=str(path))
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(header):
                raise FileFormatError(
                    f"expected {len(header)} cells as in the header; saw {len(cells)}.",
                    path=str(path),
                    line=reader.line_num,
                )
            where = f"{path.name}, line {reader.line_num}"
            yield where, dict(zip(header, cells, strict=True))


def _jsonl_rows(path: Path) -> Iterator[Located]:
    """Read a file with one JSON object a line."""
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                cells = json.loads(line)
            except json.JSONDecodeError as error:
                raise FileFormatError(
                    f"expected one JSON object; saw {error.msg}.", path=str(path), line=number
                ) from None
            if not isinstance(cells, dict):
                raise FileFormatError(
                    f"expected a JSON object; saw {type(cells).__name__}.",
                    path=str(path),
                    line=number,
                )
            yield f"{path.name}, line {number}", cells

"""Rows of cells from files, data frames and plain Python values."""

from __future__ import annotations

import csv
import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, BeforeValidator

from entropylaw.errors import FileFormatError, RunsError

Located: TypeAlias = tuple[str, Mapping[str, Any]]
"""Position of a row ("row 3", "runs.csv, line 5") and its cells by column."""


def plain_cell(value: Any) -> Any:
    """Return a plain Python value; None for a blank, None, NaN or other null."""
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        value = value.item()  # NumPy scalar or 0-d array
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, str):
        value = value.strip()
        return None if value.lower() in ("", "nan", "na", "null", "none") else value
    if type(value).__name__ in ("NAType", "NaTType"):  # nulls of pandas
        return None
    return value


def number_cell(value: Any) -> Any:
    """Return a plain cell that is to hold a number; raise ValueError for a truth value."""
    cell = plain_cell(value)
    if isinstance(cell, bool):
        raise ValueError("expected a number; saw a truth value")
    return cell


Number: TypeAlias = Annotated[float, BeforeValidator(number_cell)]
"""Field of a validated row: a float, from any kind of number or from text."""

Count: TypeAlias = Annotated[int, BeforeValidator(number_cell)]
"""Field of a validated row: an int, from any kind of integer or from text."""


def read_rows(source: object) -> Iterator[Located]:
    """Yield the position and the cells of each row of a file, a data frame or Python values."""
    if isinstance(source, str | os.PathLike):
        yield from _file_rows(Path(source))
    elif isinstance(source, BaseModel):
        yield "row 0", source.model_dump()
    elif isinstance(source, Mapping):
        yield from _mapping_rows(source)
    elif hasattr(source, "__narwhals_dataframe__") or hasattr(type(source), "columns"):
        yield from _frame_rows(source)
    elif isinstance(source, Iterable) and not isinstance(source, bytes):
        for row, item in enumerate(source):
            if isinstance(item, BaseModel):
                yield f"row {row}", item.model_dump()
            elif isinstance(item, Mapping):
                yield f"row {row}", item
            else:
                raise RunsError(
                    f"row {row}: expected a Run or a mapping of column to value; saw "
                    f"{type(item).__name__}. Try {{'compression_ratio': ..., ...}}."
                )
    else:
        raise RunsError(
            f"expected a path, a data frame, a mapping of columns or a list of rows; saw "
            f"{type(source).__name__}."
        )


def _mapping_rows(source: Mapping[str, Any]) -> Iterator[Located]:
    """Yield the rows of a mapping of columns to lists, or one row of columns to values."""
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
            f"column {single!r}: expected a list, as in the other columns; saw {source[single]!r}."
        )
    lengths = {name: len(column) for name, column in lists.items()}
    if len(set(lengths.values())) > 1:
        raise RunsError(
            f"columns: expected one value per row in every column; saw lengths {lengths}."
        )
    for row, cells in enumerate(zip(*lists.values(), strict=True)):
        yield f"row {row}", dict(zip(lists, cells, strict=True))


def _frame_rows(source: Any) -> Iterator[Located]:
    """Yield the rows of a data frame of any library that narwhals supports."""
    import narwhals as nw

    try:
        frame = nw.from_native(source)
    except TypeError:
        raise RunsError(
            f"expected a data frame that narwhals supports; saw {type(source).__name__}."
        ) from None
    eager = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    for row, cells in enumerate(eager.iter_rows(named=True)):
        yield f"row {row}", cells


def _file_rows(path: Path) -> Iterator[Located]:
    """Yield the rows of a CSV or JSON Lines file; positions are file and line."""
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
    """Yield the rows of a CSV file with a header line."""
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
    """Yield the rows of a file with one JSON object per line."""
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

"""Data frames as containers: pandas, polars, and all others that narwhals reads."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from entropylaw.corpus import Corpus
from entropylaw.io.arrow import corpus_of_chunks, distinct
from entropylaw.io.chat import without_arrays
from entropylaw.io.records import BATCH, Columns, Records, Scan
from entropylaw.io.render import encoded_strings
from entropylaw.types import IntArray

if TYPE_CHECKING:
    import narwhals as nw

_ROWS = 1_024
_ROW, _ORDER = "__entropylaw_row", "__entropylaw_order"


def frame_container(data: Any) -> Frame | Column | LazyFrame | None:
    """Return the container of a data frame or of a column of one, or None if it is neither."""
    if not any(name in sys.modules for name in ("pandas", "polars", "modin", "cudf", "narwhals")):
        return None
    import narwhals as nw

    wrapped = isinstance(data, nw.DataFrame | nw.Series | nw.LazyFrame)
    if not wrapped:
        if nw.dependencies.is_polars_lazyframe(data):
            return LazyFrame(data)
        if nw.dependencies.is_pandas_like_dataframe(data):
            distinct(list(data.columns))
    frame: Any = nw.from_native(data, eager_only=True, allow_series=True, pass_through=True)
    if isinstance(frame, nw.DataFrame):
        return Frame(frame, wrapped=wrapped)
    return Column(frame, wrapped=wrapped) if isinstance(frame, nw.Series) else None


class FrameScan(Scan):
    """One pass over the rows of a data frame."""

    def __init__(self, frame: nw.DataFrame[Any], columns: Sequence[Any]) -> None:
        self._frame = frame
        self._columns = columns

    def __iter__(self) -> Iterator[list[Any]]:
        parts = (_parts(self._frame[column]) for column in self._columns)
        for cells in zip(*parts, strict=True):
            yield [dict(zip(self._columns, row, strict=True)) for row in zip(*cells, strict=True)]

    def text_column(self, text: Any, names: Sequence[Any]) -> tuple[Corpus, Columns] | None:
        """Return a column as a corpus, and the values of others."""
        corpus = _texts(self._frame[text])
        if corpus is None:
            return None
        return corpus, {name: [*chain.from_iterable(_parts(self._frame[name]))] for name in names}


class Frame:
    """A data frame in memory."""

    def __init__(self, frame: nw.DataFrame[Any], *, wrapped: bool = False) -> None:
        self._frame = frame
        self._wrapped = wrapped  # the user passed a frame of narwhals
        self.columns: Sequence[Any] = frame.columns

    def count(self) -> int:
        """Return the number of rows."""
        return len(self._frame)

    def scan(self, columns: Sequence[Any] | None = None) -> Scan:
        """Return one pass over the rows of these columns; None: all."""
        return FrameScan(self._frame, self.columns if columns is None else columns)

    def take(self, rows: IntArray) -> Any:
        """Return a frame of these rows, of the library and with the columns of this one."""
        taken = self._frame[rows]
        return taken if self._wrapped else taken.to_native()


class LazyFrame:
    """A lazy frame of polars; only the columns that are read are collected."""

    def __init__(self, frame: Any) -> None:
        self._frame = frame
        self.columns: Sequence[Any] = frame.collect_schema().names()

    def count(self) -> None:
        """Return None: the number is known only after running the query."""
        return

    def scan(self, columns: Sequence[Any] | None = None) -> Scan:
        """Collect these columns and return one pass over their rows; None: all."""
        import narwhals as nw

        columns = self.columns if columns is None else columns
        collected = self._frame.select(list(columns)).collect()
        return FrameScan(nw.from_native(collected, eager_only=True), columns)

    def take(self, rows: IntArray) -> Any:
        """Return a lazy frame of these rows; nothing is collected here."""
        import polars as pl

        order = pl.LazyFrame(
            {
                _ROW: pl.Series(rows, dtype=pl.get_index_type()),
                _ORDER: np.arange(len(rows)),
            }
        )
        numbered = self._frame.with_row_index(_ROW)
        return numbered.join(order, on=_ROW).sort(_ORDER).drop(_ROW, _ORDER)


class Column(Records):
    """One column of a data frame by itself: each cell is a record."""

    def __init__(self, series: nw.Series[Any], *, wrapped: bool = False) -> None:
        self._series = series
        self._wrapped = wrapped

    def __iter__(self) -> Iterator[Any]:
        return chain.from_iterable(_parts(self._series))

    def count(self) -> int:
        """Return the number of cells."""
        return len(self._series)

    def take(self, rows: IntArray) -> Any:
        """Return a column of these cells, of the library of this one."""
        taken = self._series[rows]
        return taken if self._wrapped else taken.to_native()


def _texts(series: nw.Series[Any]) -> Corpus | None:
    """Return the corpus of a column, or None if not all its cells are strings."""
    import narwhals as nw

    native = series.to_native()
    if series.implementation.is_polars() and series.dtype == nw.String:
        return None if series.null_count() else Corpus.from_rows(_utf8_of_polars(native))
    if series.implementation.is_pandas() and _in_arrow(native.dtype):
        return corpus_of_chunks(native.array.__arrow_array__().chunks)
    try:
        return Corpus.from_rows(_utf8(series.to_list()))
    except _NotTextError:
        return None


class _NotTextError(Exception):
    """A cell is not a string; the caller reads the column cell by cell to name it."""


def _utf8(cells: list[Any]) -> Iterator[bytes]:
    """Yield strings in UTF-8."""
    for first in range(0, len(cells), BATCH):
        encoded = encoded_strings(cells[first : first + BATCH])
        if encoded is None:
            raise _NotTextError
        yield from encoded


def _utf8_of_polars(series: Any) -> Iterator[bytes]:
    """Yield strings as polars stores them, which is in UTF-8."""
    import polars as pl

    for first in range(0, len(series), _ROWS):
        yield from series.slice(first, _ROWS).cast(pl.Binary).to_list()


def _in_arrow(dtype: Any) -> bool:
    """Return whether pandas stores a column in Arrow arrays."""
    return getattr(dtype, "storage", None) == "pyarrow" or hasattr(dtype, "pyarrow_dtype")


def _parts(series: nw.Series[Any]) -> Iterator[list[Any]]:
    """Yield the cells as Python values, some at a time: missing ones as None, lists as lists."""
    import narwhals as nw

    gaps = series.null_count() > 0
    nested = series.dtype == nw.Object
    for first in range(0, len(series), _ROWS):
        part = series[first : first + _ROWS]
        cells = part.to_list()
        if gaps:
            missing = part.is_null().to_list()
            cells = [None if gone else cell for cell, gone in zip(cells, missing, strict=True)]
        yield [without_arrays(cell) for cell in cells] if nested else cells

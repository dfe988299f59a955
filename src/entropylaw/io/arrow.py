"""Arrow tables, batches, readers and columns as containers; their text is not copied."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from entropylaw.corpus import Corpus, Pieces
from entropylaw.errors import InputError
from entropylaw.io.records import BATCH, Columns, Records, Scan, fewer_records, read_once
from entropylaw.types import IntArray

_VIEWS = {"string_view": "large_string", "binary_view": "large_binary"}
ROWS_OF_A_CHUNK = 64
"""Chunks of fewer rows are copied together: handling each would cost more than copying it."""


def arrow_container(data: object) -> ArrowTable | ArrowReader | ArrowColumn | None:
    """Return the container of an Arrow table, batch, reader or column, or None."""
    pa = sys.modules.get("pyarrow")
    if pa is None:
        return None
    if isinstance(data, pa.Table | pa.RecordBatch):
        return ArrowTable(data)
    if isinstance(data, pa.RecordBatchReader):
        return ArrowReader(data)
    return ArrowColumn(data) if isinstance(data, pa.ChunkedArray | pa.Array) else None


class ArrowScan(Scan):
    """One pass over record batches, which have nothing but the columns asked for."""

    def __init__(self, batches: Iterable[Any]) -> None:
        self._remaining = iter(batches)
        self._held: list[Any] = []

    def __iter__(self) -> Iterator[list[Any]]:
        while self._held:
            yield from _records(self._held.pop(0))
        for batch in self._remaining:
            yield from _records(batch)

    def text_column(self, text: Any, names: Sequence[Any]) -> tuple[Corpus, Columns] | None:
        """Return a column as a corpus, not copied, and the values of others."""
        return text_column([self], text, names)

    def hold(self) -> Iterator[Any]:
        """Yield the record batches, and keep them for `cells` and for iterating."""
        for batch in self._remaining:
            self._held.append(batch)
            yield batch

    def cells(self, column: Any) -> Iterator[Any]:
        """Yield the values of a column in the batches kept."""
        for batch in self._held:
            yield from batch.column(column).to_pylist()


def text_column(
    scans: Sequence[ArrowScan], text: Any, names: Sequence[Any]
) -> tuple[Corpus, Columns] | None:
    """Return a column of several scans, one after another, as `Scan.text_column` does of one."""
    corpus = corpus_of_chunks(batch.column(text) for scan in scans for batch in scan.hold())
    if corpus is None:
        return None
    return corpus, {name: [cell for scan in scans for cell in scan.cells(name)] for name in names}


class ArrowRows:
    """Base of containers that are read in record batches: tables, files, datasets."""

    columns: Sequence[Any]

    def record_batches(self, columns: Sequence[Any] | None = None) -> Iterator[Any]:
        """Yield the rows as record batches of these columns; None: all."""
        raise NotImplementedError

    def scan(self, columns: Sequence[Any] | None = None) -> Scan:
        """Return one pass over the rows of these columns; None: all."""
        return ArrowScan(self.record_batches(columns))


class ArrowTable(ArrowRows):
    """A table or a record batch in memory."""

    def __init__(self, data: Any) -> None:
        import pyarrow as pa

        self._data = data
        self._table = data if isinstance(data, pa.Table) else pa.Table.from_batches([data])
        self.columns = distinct(self._table.column_names)

    def count(self) -> int:
        """Return the number of rows."""
        return int(self._table.num_rows)

    def record_batches(self, columns: Sequence[Any] | None = None) -> Iterator[Any]:
        """Yield the rows as record batches of these columns, without copying them."""
        table = self._table if columns is None else self._table.select(list(columns))
        yield from table.to_batches()

    def take(self, rows: IntArray) -> Any:
        """Return a table, or a record batch, of these rows."""
        if self._data is not self._table:
            return self._data.take(_index(rows))
        return table_of_rows(self.record_batches(), self._table.schema, rows)


class ArrowReader(ArrowRows):
    """A reader of record batches, which can be read once; of its batches none is kept."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader
        self.columns = distinct(reader.schema.names)

    def count(self) -> None:
        """Return None: the number is known only after reading."""
        return

    def record_batches(self, columns: Sequence[Any] | None = None) -> Iterator[Any]:
        """Yield the rows as record batches of these columns."""
        for batch in self._reader:
            yield batch if columns is None else batch.select(list(columns))

    def scan(self, columns: Sequence[Any] | None = None) -> Scan:
        """Return one pass over the rows, in which none of the batches is kept."""
        return Scan(iter(ArrowScan(self.record_batches(columns))))

    def take(self, rows: IntArray) -> Any:
        """Return a pyarrow.Table of these rows, from a new reader."""
        with read_once(self._reader):
            return table_of_rows(self.record_batches(), self._reader.schema, rows)


class ArrowColumn(Records):
    """One column by itself: each cell is a record."""

    def __init__(self, data: Any) -> None:
        self._data = data

    def __iter__(self) -> Iterator[Any]:
        for first in range(0, len(self._data), BATCH):
            yield from self._data.slice(first, BATCH).to_pylist()

    def count(self) -> int:
        """Return the number of cells."""
        return len(self._data)

    def take(self, rows: IntArray) -> Any:
        """Return an array of these cells, chunked if this one is."""
        return self._data.take(_index(rows))


def corpus_of_chunks(chunks: Iterable[Any]) -> Corpus | None:
    """Return the corpus of a column without copying its text, or None if not all of it is text.

    Parameters
    ----------
    chunks : iterable of pyarrow.Array
        The column, chunk by chunk. Strings and binary values are text; views and dictionaries
        of strings are copied.
    """
    views: list[memoryview] = []
    offsets: list[IntArray] = [np.zeros(1, np.int64)]
    end = 0
    for chunk in chunks:
        found = _text_buffers(chunk)
        if found is None:
            return None
        view, ends = found
        views.append(view)
        offsets.append(ends[1:] + end)
        end += view.nbytes
    rows = np.concatenate(offsets)
    if len(views) == 1:
        return Corpus(views[0], rows)
    if len(rows) < ROWS_OF_A_CHUNK * len(views):
        return Corpus(b"".join(views), rows)
    return Corpus(Pieces(views), rows)


def table_of_rows(batches: Iterable[Any], schema: Any, rows: IntArray) -> Any:
    """Return a pyarrow.Table of these rows, in the order given, from one pass over batches.

    Raises
    ------
    FingerprintError
        If there are too few rows.
    """
    import pyarrow as pa

    order = np.argsort(rows, kind="stable")
    table = pa.Table.from_batches(rows_in_order(batches, rows[order]), schema)
    if np.array_equal(order, np.arange(len(order))):
        return table
    places = np.empty_like(order)
    places[order] = np.arange(len(order))
    return table.take(_index(places))


def rows_in_order(batches: Iterable[Any], rows: IntArray) -> Iterator[Any]:
    """Yield these rows, given in ascending order, from one pass over batches.

    Raises
    ------
    FingerprintError
        If there are too few rows.
    """
    first = done = 0
    for batch in batches:
        if done == len(rows):
            return
        end = int(np.searchsorted(rows, first + batch.num_rows))
        if end > done:
            yield batch.take(_index(rows[done:end] - first))
        first, done = first + batch.num_rows, end
    if done < len(rows):
        raise fewer_records(first, int(rows[-1]))


def distinct(columns: Sequence[Any]) -> Sequence[Any]:
    """Return the columns of a table; raise InputError if two have the same name."""
    if len(set(columns)) < len(columns):
        twice = next(name for name in columns if list(columns).count(name) > 1)
        raise InputError(
            f"expected columns with distinct names; saw two called {twice!r}. "
            "Try renaming one of them."
        )
    return columns


def _records(batch: Any) -> Iterator[list[Any]]:
    """Yield the rows of a record batch as dicts, some at a time."""
    for first in range(0, batch.num_rows, BATCH):
        yield batch.slice(first, BATCH).to_pylist()


def _index(rows: IntArray) -> Any:
    import pyarrow as pa

    return pa.array(rows)


def _text_buffers(chunk: Any) -> tuple[memoryview, IntArray] | None:
    """Return the bytes of an array's strings, and their offsets from 0; None if it is not text."""
    import pyarrow as pa

    kind = chunk.type
    if pa.types.is_dictionary(kind):
        chunk, kind = chunk.dictionary_decode(), kind.value_type
    if str(kind) in _VIEWS:
        chunk = chunk.cast(getattr(pa, _VIEWS[str(kind)])())
    kind = chunk.type
    wide = pa.types.is_large_string(kind) or pa.types.is_large_binary(kind)
    if chunk.null_count or not (wide or pa.types.is_string(kind) or pa.types.is_binary(kind)):
        return None
    if not len(chunk):
        return memoryview(b""), np.zeros(1, np.int64)
    _, ends, text = chunk.buffers()
    size = np.int64 if wide else np.int32
    offsets = np.frombuffer(ends, size, len(chunk) + 1, chunk.offset * np.dtype(size).itemsize)
    start, end = int(offsets[0]), int(offsets[-1])
    view = memoryview(b"" if text is None else text).cast("B")
    return view[start:end], offsets.astype(np.int64) - start

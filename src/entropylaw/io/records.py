"""Containers without columns in common: sequences and iterables of records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from entropylaw.corpus import Corpus
from entropylaw.errors import ColumnError, FingerprintError
from entropylaw.io.chat import kind
from entropylaw.types import IntArray

Columns: TypeAlias = dict[Any, list[Any]]
"""Values by name of their column, one for each record; None where a cell is missing."""

BATCH = 256
"""Records yielded together; few, since one may be large."""


class Taken(NamedTuple):
    """Records that were taken from a container.

    Attributes
    ----------
    data
        The records, in a container of the same type.
    places : int64 array, shape (n,)
        For each of them, in order, its place among the rows that were asked for.
    """

    data: Any
    places: IntArray


class Scan:
    """One pass over the records of a container; iterating yields some of them at a time.

    Attributes
    ----------
    note : str
        Where the records last yielded are, for messages, if they are in a part with a name.
    """

    note = ""

    def __init__(self, batches: Iterable[list[Any]]) -> None:
        self._batches = batches

    def __iter__(self) -> Iterator[list[Any]]:
        return iter(self._batches)

    def text_column(self, text: Any, names: Sequence[Any]) -> tuple[Corpus, Columns] | None:
        """Return a column as a corpus and the values of others, without making records.

        Call it before iterating. If it returns None, because not all cells of `text` are text,
        iterating still yields every record.
        """
        return None


class Records:
    """Base of containers in which each record may have its own columns, or none."""

    columns: Sequence[Any] | None = None

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError

    def count(self) -> int | None:
        """Return the number of records, or None if it is known only after reading them."""
        return None

    def scan(self, columns: Sequence[Any] | None = None) -> Scan:
        """Return one pass over the records; each is whole, whatever `columns` are."""
        return Scan(_batched(self))

    def take(self, rows: IntArray) -> Any:
        """Return these records as a list."""
        return gathered(self, rows)


class Listed(Records):
    """A list, tuple, one-dimensional array, or anything else with a length and an index."""

    def __init__(self, data: Any) -> None:
        self._data = data

    def __iter__(self) -> Iterator[Any]:
        if isinstance(self._data, list | tuple):
            return iter(self._data)
        return (self._data[row] for row in range(len(self._data)))

    def count(self) -> int:
        """Return the number of records."""
        return len(self._data)

    def take(self, rows: IntArray) -> Any:
        """Return these records as an array, a tuple, or else a list."""
        data = self._data
        if isinstance(data, np.ndarray):
            return data[rows]
        taken = [data[row] for row in rows.tolist()]
        return tuple(taken) if isinstance(data, tuple) else taken


class Streamed(Records):
    """Any iterable; an iterator can be read only once."""

    def __init__(self, data: Iterable[Any]) -> None:
        self._data = data

    def __iter__(self) -> Iterator[Any]:
        return iter(self._data)

    def take(self, rows: IntArray) -> Any:
        """Return these records as a list; of an iterator, from a new one."""
        if iter(self._data) is not self._data:
            return super().take(rows)
        with read_once(self._data):
            return super().take(rows)


def add_cells(columns: Columns, records: Iterable[Any], row: int) -> None:
    """Append the values of the columns in some records, of which the first is record `row`.

    Raises
    ------
    ColumnError
        If a record has no such column, or none at all.
    """
    for name, values in columns.items():
        values.extend(_cell(record, name, place) for place, record in enumerate(records, row))


def gathered(records: Iterable[Any], rows: IntArray) -> list[Any]:
    """Return the records at these rows, in the order given, from one pass over them.

    Raises
    ------
    FingerprintError
        If there are too few of them.
    """
    wanted = set(rows.tolist())
    found: dict[int, Any] = {}
    row = -1
    for row, record in enumerate(records):
        if row in wanted:
            found[row] = record
            if len(found) == len(wanted):
                break
    if len(found) < len(wanted):
        raise fewer_records(row + 1, max(wanted))
    return [found[row] for row in rows.tolist()]


def passing(records: Iterable[Any], rows: IntArray) -> Iterator[Any]:
    """Yield the records at these rows, given in ascending order, from one pass over all.

    Raises
    ------
    FingerprintError
        If there are too few of them.
    """
    wanted = iter(rows.tolist())
    sought = next(wanted, None)
    row = -1
    for row, record in enumerate(records):
        if sought is None:
            return
        if row == sought:
            yield record
            sought = next(wanted, None)
    if sought is not None:
        raise fewer_records(row + 1, int(rows[-1]))


@contextmanager
def read_once(data: object) -> Iterator[None]:
    """Add to an error about too few records that an iterator can be read only once."""
    try:
        yield
    except FingerprintError as error:
        name = type(data).__name__
        raise FingerprintError(
            f"{error} A {name} can be read only once: if it was read before, pass a new one; or "
            "use result.indices, or select from list(data)."
        ) from None


def fewer_records(count: int, row: int) -> FingerprintError:
    """Return the error of data that has fewer records than a row needs."""
    return FingerprintError(
        f"expected more than {row} records, since record {row} was asked for; saw only {count} "
        "records. Try the data that was selected from; if it has lost records, select again."
    )


def _batched(records: Iterable[Any]) -> Iterator[list[Any]]:
    remaining = iter(records)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _cell(record: Any, column: Any, row: int) -> Any:
    if not isinstance(record, Mapping):
        raise ColumnError(
            f"record {row} is {kind(record)} and has no column {column!r}; expected a dict.",
            column=str(column),
        )
    if column not in record:
        raise ColumnError.from_seen(str(column), record, row=row)
    return record[column]

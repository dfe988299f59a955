"""Datasets of the Hugging Face library `datasets`, and their dictionaries of splits."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from entropylaw.corpus import Corpus
from entropylaw.errors import InputError
from entropylaw.io.arrow import ROWS_OF_A_CHUNK, ArrowRows, ArrowScan, text_column
from entropylaw.io.records import Columns, Listed, Records, Scan, Taken, fewer_records, gathered
from entropylaw.types import IntArray

_ROWS = 8_192


def dataset_container(
    data: object,
) -> StoredDataset | TransformedDataset | StreamedDataset | Splits | None:
    """Return the container of a dataset or of a dictionary of splits, else None.

    Raises
    ------
    InputError
        If a split is not a dataset of the kind that the dictionary is for.
    """
    if _is_of(data, "Dataset"):
        return _stored(data)
    if _is_of(data, "IterableDataset"):
        return StreamedDataset(data)
    if _is_of(data, "DatasetDict"):
        splits = _checked(data, "Dataset")
        return Splits(splits, {name: _stored(split) for name, split in splits.items()})
    if _is_of(data, "IterableDatasetDict"):
        splits = _checked(data, "IterableDataset")
        return StreamedSplits(
            splits, {name: StreamedDataset(split) for name, split in splits.items()}
        )
    return None


class StoredDataset(ArrowRows):
    """A dataset read from its Arrow table, in its order, also after a shuffle."""

    def __init__(self, data: Any) -> None:
        self._data = data
        self.columns: Sequence[Any] = data.column_names

    def count(self) -> int:
        """Return the number of rows."""
        return len(self._data)

    def record_batches(self, columns: Sequence[Any] | None = None) -> Iterator[Any]:
        """Yield the rows as record batches of these columns."""
        data = self._data if columns is None else self._data.select_columns(list(columns))
        for table in data.with_format("arrow").iter(batch_size=_ROWS):
            batches = table.to_batches()
            if len(batches) * ROWS_OF_A_CHUNK > table.num_rows:  # gathered row by row
                batches = table.combine_chunks().to_batches()
            yield from batches

    def take(self, rows: IntArray) -> Any:
        """Return a dataset of these rows."""
        return self._data.select(rows)


class TransformedDataset(Listed):
    """A dataset whose rows are made by a transform of the user, so they are read one by one."""

    def __iter__(self) -> Iterator[Any]:
        return iter(self._data)

    def take(self, rows: IntArray) -> Any:
        """Return a dataset of these rows, with the same transform."""
        return self._data.select(rows)


class StreamedDataset(Records):
    """An iterable dataset: one iteration reads it, and another takes records from it."""

    def __init__(self, data: Any) -> None:
        self._data = data

    def __iter__(self) -> Iterator[Any]:
        return iter(self._data.with_format(None))

    def take(self, rows: IntArray) -> Any:
        """Return a dataset of these records, from one more iteration."""
        return self.holding(gathered(self, rows))

    def holding(self, records: Sequence[Any]) -> Any:
        """Return a dataset of the same kind that holds these records in memory."""
        data = self._data
        split = {} if data.split is None else {"split": data.split}
        return type(data).from_generator(
            _each, features=data.features, gen_kwargs={"records": tuple(records)}, **split
        )


class SplitsScan(Scan):
    """One pass over splits, one after another."""

    def __init__(self, scans: Mapping[str, Scan]) -> None:
        self._scans = scans

    def __iter__(self) -> Iterator[list[Any]]:
        row = 0
        for name, scan in self._scans.items():
            self.note = f"It was read in split {str(name)!r}, whose first record is {row}."
            for batch in scan:
                yield batch
                row += len(batch)

    def text_column(self, text: Any, names: Sequence[Any]) -> tuple[Corpus, Columns] | None:
        """Return a column of all splits as a corpus, not copied, and the values of others."""
        stored = [scan for scan in self._scans.values() if isinstance(scan, ArrowScan)]
        return text_column(stored, text, names) if len(stored) == len(self._scans) else None


class Splits:
    """The splits of a dictionary one after another, with consecutive row numbers.

    Empty splits do not count when the columns are determined.
    """

    def __init__(
        self,
        data: dict[str, Any],
        splits: Mapping[str, StoredDataset | TransformedDataset | StreamedDataset],
    ) -> None:
        self._data = data
        self._splits = splits
        self._filled = {name: part for name, part in splits.items() if part.count() != 0}
        self.columns = _same_columns([part.columns for part in self._filled.values()])

    def count(self) -> int | None:
        """Return the number of records of all splits."""
        return sum(map(len, self._data.values()))

    def scan(self, columns: Sequence[Any] | None = None) -> Scan:
        """Return one pass over the records of all splits, perhaps only these columns of them."""
        return SplitsScan({name: split.scan(columns) for name, split in self._filled.items()})

    def take(self, rows: IntArray) -> Any:
        """Return a dictionary of the same splits, each with those of these records it has."""
        return self.taken(rows).data

    def taken(self, rows: IntArray) -> Taken:
        """Return these records as `take` does, and the place of each among `rows`."""
        sizes = np.array([len(split) for split in self._data.values()], np.int64)
        ends = np.cumsum(sizes)
        homes = np.searchsorted(ends, rows, side="right")
        if (homes == len(ends)).any():
            raise fewer_records(int(sizes.sum()), int(rows.max()))
        return self._taken(
            [
                split.take(rows[homes == number] - (ends[number] - sizes[number]))
                for number, split in enumerate(self._splits.values())
            ],
            homes,
        )

    def _taken(self, splits: Sequence[Any], homes: IntArray) -> Taken:
        """Return a dictionary of these splits; `homes` is the split of each row asked for."""
        data = type(self._data)(zip(self._data, splits, strict=True))
        return Taken(data, np.argsort(homes, kind="stable"))


class StreamedSplits(Splits):
    """Splits that are iterated: once to read them, and once more to take from them."""

    def __init__(self, data: dict[str, Any], splits: Mapping[str, StreamedDataset]) -> None:
        super().__init__(data, splits)
        self._streams = tuple(splits.values())

    def count(self) -> None:
        """Return None: the number is known only after iterating."""
        return

    def taken(self, rows: IntArray) -> Taken:
        """Return these records as `take` does, and the place of each among `rows`."""
        found = gathered(self._numbered(), rows)
        return self._taken(
            [
                stream.holding([record for home, record in found if home == number])
                for number, stream in enumerate(self._streams)
            ],
            np.array([home for home, _ in found], np.int64),
        )

    def _numbered(self) -> Iterator[tuple[int, Any]]:
        """Yield each record with the number of its split."""
        for number, stream in enumerate(self._streams):
            for record in stream:
                yield number, record


def _is_of(data: object, name: str) -> bool:
    """Return whether data is of this class of `datasets`, not of another module of that name."""
    kind = getattr(sys.modules.get("datasets"), name, None)
    return isinstance(kind, type) and isinstance(data, kind)


def _stored(data: Any) -> StoredDataset | TransformedDataset:
    """Return the container of a dataset that is not streamed."""
    return TransformedDataset(data) if data.format["type"] == "custom" else StoredDataset(data)


def _each(records: Sequence[Any]) -> Iterator[Any]:
    yield from records


def _checked(data: Any, kind: str) -> dict[str, Any]:
    """Return a dictionary if all its splits are of this class of `datasets`."""
    for name, split in data.items():
        if not _is_of(split, kind):
            raise InputError(
                f"split {str(name)!r}: expected {kind}, as every split of {type(data).__name__}; "
                f"saw {type(split).__name__}. Try converting that split, or leave it out."
            )
    return data  # type: ignore[no-any-return]


def _same_columns(columns: Sequence[Sequence[Any] | None]) -> Sequence[Any] | None:
    """Return the columns of all splits, in the order of the first, or None if they differ."""
    first, *others = columns or [None]
    if first is None or any(names is None or set(names) != set(first) for names in others):
        return None
    return first

"""The dictionaries of splits of `datasets`: one pool, of which each split keeps its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from entropylaw.corpus import Corpus
from entropylaw.errors import ColumnError, InputError
from entropylaw.io.arrow import corpus_of_chunks
from entropylaw.io.hub import HubDataset, HubRecords, HubStream, of_hub, stored
from entropylaw.io.records import Taken, fewer_records, gathered
from entropylaw.types import IntArray


def splits_container(data: object) -> HubSplits | None:
    """Return the container of a dictionary of splits, or None if it is something else.

    Raises
    ------
    InputError
        If a split is not a dataset of the kind that the dictionary is for.
    """
    if of_hub(data, "DatasetDict"):
        splits = _checked(data, "Dataset")
        return HubSplits(splits, {name: stored(split) for name, split in splits.items()})
    if of_hub(data, "IterableDatasetDict"):
        splits = _checked(data, "IterableDataset")
        return HubStreams(splits, {name: HubStream(split) for name, split in splits.items()})
    return None


@contextmanager
def split_named(container: object) -> Iterator[None]:
    """Add to an error in which split it was met, where there are splits."""
    try:
        yield
    except InputError as error:
        if isinstance(container, HubSplits) and container.reading:
            error.add_note(container.reading)
        raise


class HubSplits:
    """The splits of a dictionary one after another, their rows numbered through.

    Only splits that have records have a say in which columns there are.
    """

    def __init__(
        self, data: dict[str, Any], splits: Mapping[str, HubDataset | HubRecords | HubStream]
    ) -> None:
        self._data = data
        self._splits = splits
        self._filled = {name: part for name, part in splits.items() if part.count() != 0}
        self.columns = _same_columns([part.columns for part in self._filled.values()])
        self.reading = ""  # which split it is, for messages

    def count(self) -> int | None:
        """Return the number of records of all splits."""
        return sum(map(len, self._data.values()))

    def batches(self, columns: Sequence[Any] | None = None) -> Iterator[list[Any]]:
        """Yield the records split by split, some at a time, perhaps only these columns."""
        row = 0
        for name, split in self._filled.items():
            self.reading = f"It was read in split {str(name)!r}, whose first record is {row}."
            for batch in split.batches(columns):
                yield batch
                row += len(batch)

    def texts(self, column: Any) -> Corpus | None:
        """Return the corpus of a column that is nothing but text in all splits, not copied."""
        splits = [split for split in self._filled.values() if isinstance(split, HubDataset)]
        if len(splits) < len(self._filled):
            return None
        return corpus_of_chunks(
            batch.column(0) for split in splits for batch in split.record_batches([column])
        )

    def cells(self, column: Any) -> list[Any]:
        """Return what each record holds in a column.

        Raises
        ------
        ColumnError
            If a split, or a record of it, has no such column.
        """
        cells: list[Any] = []
        for name, split in self._filled.items():
            try:
                if split.columns is not None and column not in split.columns:
                    raise ColumnError.from_seen(str(column), split.columns)
                cells.extend(split.cells(column))
            except ColumnError as error:
                raise ColumnError(f"split {str(name)!r}: {error}") from None
        return cells

    def take(self, rows: IntArray) -> Any:
        """Return a dictionary of the same splits, each with those of these records it has."""
        return self.taken(rows).data

    def taken(self, rows: IntArray) -> Taken:
        """Return what `take` does, and which of the rows asked for each record of it is."""
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
        """Return a dictionary of these splits, given that of each row asked for."""
        data = type(self._data)(zip(self._data, splits, strict=True))
        return Taken(data, np.argsort(homes, kind="stable"))


class HubStreams(HubSplits):
    """Splits that are looped over: once to read them, and once more to take from them."""

    def __init__(self, data: dict[str, Any], splits: Mapping[str, HubStream]) -> None:
        super().__init__(data, splits)
        self._streams = tuple(splits.values())

    def count(self) -> None:
        """Return None: only going through them would tell."""
        return

    def taken(self, rows: IntArray) -> Taken:
        """Return what `take` does, and which of the rows asked for each record of it is."""
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


def _checked(data: Any, kind: str) -> dict[str, Any]:
    """Return a dictionary if all its splits are of this class of `datasets`."""
    for name, split in data.items():
        if not of_hub(split, kind):
            raise InputError(
                f"expected {kind} as every split of a {type(data).__name__}, got "
                f"{type(split).__name__} as {str(name)!r}. Convert that split, or leave it out."
            )
    return data  # type: ignore[no-any-return]


def _same_columns(columns: Sequence[Sequence[Any] | None]) -> Sequence[Any] | None:
    """Return the columns of all splits, in the order of the first, or None if they differ."""
    first, *others = columns or [None]
    if first is None or any(names is None or set(names) != set(first) for names in others):
        return None
    return first

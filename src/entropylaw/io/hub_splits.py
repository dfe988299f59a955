"""The dictionaries of splits of `datasets`: one pool, of which each split keeps its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from entropylaw.corpus import Corpus
from entropylaw.errors import InputError
from entropylaw.io.arrow import ArrowScan, text_column
from entropylaw.io.hub import HubDataset, HubRecords, HubStream, of_hub, stored
from entropylaw.io.records import Columns, Scan, Taken, fewer_records, gathered
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

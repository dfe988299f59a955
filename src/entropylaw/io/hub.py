"""The containers of the Hugging Face library `datasets`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

from entropylaw.io.arrow import ROWS_OF_A_CHUNK, ArrowRows
from entropylaw.io.records import Listed, Records, gathered
from entropylaw.types import IntArray

_ROWS = 8_192


def hub_container(data: object) -> HubDataset | HubRecords | HubStream | None:
    """Return the container of a dataset, or None if it is something else."""
    if of_hub(data, "Dataset"):
        return stored(data)
    return HubStream(data) if of_hub(data, "IterableDataset") else None


def stored(data: Any) -> HubDataset | HubRecords:
    """Return the container of a dataset whose rows are stored, not streamed."""
    return HubDataset(data) if _untouched(data) else HubRecords(data)


def of_hub(data: object, name: str) -> bool:
    """Tell whether data is of this class of `datasets`, not of another module of that name."""
    kind = getattr(sys.modules.get("datasets"), name, None)
    return isinstance(kind, type) and isinstance(data, kind)


class HubDataset(ArrowRows):
    """A dataset, read from its Arrow table; its order, where it was shuffled, is kept."""

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


class HubRecords(Listed):
    """A dataset whose rows are made by a transform of the user, so they are read one by one."""

    def __iter__(self) -> Iterator[Any]:
        return iter(self._data)

    def take(self, rows: IntArray) -> Any:
        """Return a dataset of these rows, with the same transform."""
        return self._data.select(rows)


class HubStream(Records):
    """A dataset that is looped over: once to read it, and once more to take from it."""

    def __init__(self, data: Any) -> None:
        self._data = data

    def __iter__(self) -> Iterator[Any]:
        return iter(self._data.with_format(None))

    def take(self, rows: IntArray) -> Any:
        """Return a dataset of these records, from going through all once more."""
        return self.holding(gathered(self, rows))

    def holding(self, records: Sequence[Any]) -> Any:
        """Return a dataset of the same kind that holds these records in memory."""
        data = self._data
        split = {} if data.split is None else {"split": data.split}
        return type(data).from_generator(
            _each, features=data.features, gen_kwargs={"records": tuple(records)}, **split
        )


def _each(records: Sequence[Any]) -> Iterator[Any]:
    yield from records


def _untouched(data: Any) -> bool:
    """Tell whether the rows are shown as they are stored, or only as another type."""
    return bool(data.format["type"] != "custom")

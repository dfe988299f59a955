"""The containers of the Hugging Face library `datasets`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from entropylaw.errors import InputError
from entropylaw.io.arrow import ROWS_OF_A_CHUNK, ArrowRows
from entropylaw.io.records import Listed, Records, gathered
from entropylaw.types import IntArray

_ROWS = 8_192


def hub_container(data: object) -> Records | HubDataset | None:
    """Return the container of a dataset, or None if it is something else.

    Raises
    ------
    InputError
        If it is a dictionary of splits: one of them must be named.
    """
    datasets = sys.modules.get("datasets")
    if datasets is None:
        return None
    if isinstance(data, _kinds(datasets, "DatasetDict", "IterableDatasetDict")):
        assert isinstance(data, Mapping)
        splits = ", ".join(map(repr, data)) or "none"
        first = json.dumps(next(iter(data), "train"))
        raise InputError(
            f"expected records, got a {type(data).__name__}. Name one of its splits, as in "
            f"data[{first}]; splits seen: {splits}."
        )
    if isinstance(data, _kinds(datasets, "Dataset")):
        return HubDataset(data) if _untouched(data) else HubRecords(data)
    if isinstance(data, _kinds(datasets, "IterableDataset")):
        return HubStream(data)
    return None


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
        """Return a dataset of the same kind that holds these records in memory."""
        taken = tuple(gathered(self, rows))
        return type(self._data).from_generator(
            _each, features=self._data.features, gen_kwargs={"records": taken}
        )


def _each(records: Sequence[Any]) -> Iterator[Any]:
    yield from records


def _kinds(datasets: Any, *names: str) -> tuple[type, ...]:
    """Return these classes of the module, none if it is another module of that name."""
    found = (getattr(datasets, name, None) for name in names)
    return tuple(kind for kind in found if isinstance(kind, type))


def _untouched(data: Any) -> bool:
    """Tell whether the rows are shown as they are stored, or only as another type."""
    return bool(data.format["type"] != "custom")

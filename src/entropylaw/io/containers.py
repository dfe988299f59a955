"""One interface to every container of records that a user may have."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, Protocol

import numpy as np

from entropylaw.errors import InputError
from entropylaw.io.arrow import arrow_container
from entropylaw.io.arrow_files import ArrowFile, is_arrow_file
from entropylaw.io.datasets import dataset_container
from entropylaw.io.files import PathLike
from entropylaw.io.frames import frame_container
from entropylaw.io.jsonl import RecordFile
from entropylaw.io.records import Listed, Records, Scan, Streamed
from entropylaw.types import IntArray


class Container(Protocol):
    """The operations on a container of records, whatever its type."""

    @property
    def columns(self) -> Sequence[Any] | None:
        """The columns that all records have; None if each may have its own, or none."""

    def count(self) -> int | None:
        """Return the number of records, or None if it is known only after reading them."""

    def scan(self, columns: Sequence[Any] | None = None) -> Scan:
        """Return one pass over the records in their order, perhaps only these columns of them."""

    def take(self, rows: IntArray) -> Any:
        """Return these records in a container of the same type, in the order given.

        Of a dictionary of splits, each split has its own records in that order.
        """


def container_of(data: object) -> Container:
    """Return the container interface of `data`.

    No library is imported to recognise `data`: the library of a data frame is imported already.

    Raises
    ------
    InputError
        If it is not a container of records.
    """
    if isinstance(data, os.PathLike):
        return file_container(data)
    for known in (dataset_container, arrow_container, frame_container):
        found = known(data)
        if found is not None:
            return found
    return _python_container(data)


def file_container(path: PathLike) -> ArrowFile | TextFile:
    """Return the container interface of a file."""
    return ArrowFile(path) if is_arrow_file(path) else TextFile(path)


class TextFile(Records):
    """The records of a JSONL, JSON or text file, read in each pass."""

    def __init__(self, path: PathLike) -> None:
        self._path = path

    def __iter__(self) -> Iterator[Any]:
        return (record.value for record in RecordFile(self._path))


def _python_container(data: object) -> Records:
    """Return the container interface of a sequence or an iterable."""
    if isinstance(data, np.ndarray):
        if data.ndim == 1:
            return Listed(data)
    elif isinstance(data, str | bytes | bytearray | memoryview | Mapping | Set | io.IOBase):
        pass
    elif hasattr(data, "columns"):
        pass  # a table of an unknown library: iterating it may yield its columns
    elif hasattr(data, "__len__") and hasattr(data, "__getitem__"):
        return Listed(data)
    elif isinstance(data, Iterable):
        return Streamed(data)
    raise InputError(_unreadable(data))


def _unreadable(data: object) -> str:
    if isinstance(data, str):
        return (
            "data: expected a sequence of records; saw one string. For a file, try "
            f"pathlib.Path({data[:40]!r}); for a single record, put it in a list."
        )
    if isinstance(data, Mapping):
        return (
            "data: expected a sequence of records; saw one dict (columns: "
            f"{', '.join(map(str, data))}). Try a list of dicts, one per record."
        )
    if isinstance(data, io.IOBase):
        return "data: expected records; saw an open file. Try its name as a pathlib.Path."
    if hasattr(data, "columns"):
        return (
            f"data: expected records; saw a {type(data).__module__}.{type(data).__name__}, whose "
            "rows cannot be read here. Try a pandas or polars frame or a pyarrow.Table."
        )
    return (
        "data: expected a list, tuple or 1-d array of strings, bytes or dicts, a data frame, a "
        f"dataset, or a pathlib.Path; saw {type(data).__name__}. Try list(data)."
    )

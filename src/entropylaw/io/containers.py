"""What holds records: one view of every container that a user may have."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, Protocol

import numpy as np

from entropylaw.errors import InputError
from entropylaw.io.arrow import arrow_container
from entropylaw.io.arrow_files import ArrowFile, is_arrow_file
from entropylaw.io.files import PathLike
from entropylaw.io.frames import frame_container
from entropylaw.io.hub import hub_container
from entropylaw.io.hub_splits import splits_container
from entropylaw.io.jsonl import RecordFile
from entropylaw.io.records import Listed, Records, Scan, Streamed
from entropylaw.types import IntArray


class Container(Protocol):
    """What is asked of a container of records, whatever it is."""

    @property
    def columns(self) -> Sequence[Any] | None:
        """The columns that all records have; None where each may have its own, or none."""

    def count(self) -> int | None:
        """Return the number of records, or None if only reading them would tell."""

    def scan(self, columns: Sequence[Any] | None = None) -> Scan:
        """Return one pass over the records in their order, perhaps only these columns of them."""

    def take(self, rows: IntArray) -> Any:
        """Return these records in a container of the same type, in the order given.

        Where records are held split by split, each split has its own in that order.
        """


def container_of(data: object) -> Container:
    """Return the view of a container of records.

    No library is imported to find out what `data` is: who holds a data frame has imported
    its library already.

    Raises
    ------
    InputError
        If it is no container of records.
    """
    if isinstance(data, os.PathLike):
        return file_container(data)
    for known in (hub_container, splits_container, arrow_container, frame_container):
        found = known(data)
        if found is not None:
            return found
    return _python_container(data)


def file_container(path: PathLike) -> ArrowFile | TextFile:
    """Return the view of the records of a file."""
    return ArrowFile(path) if is_arrow_file(path) else TextFile(path)


class TextFile(Records):
    """The records of a JSONL, JSON or text file; one more pass through it each time."""

    def __init__(self, path: PathLike) -> None:
        self._path = path

    def __iter__(self) -> Iterator[Any]:
        return (record.value for record in RecordFile(self._path))


def _python_container(data: object) -> Records:
    """Return the view of a sequence or of something to loop over."""
    if isinstance(data, np.ndarray):
        if data.ndim == 1:
            return Listed(data)
    elif isinstance(data, str | bytes | bytearray | memoryview | Mapping | Set | io.IOBase):
        pass
    elif hasattr(data, "columns"):
        pass  # a table of a library that is not known here: to loop over it gives its columns
    elif hasattr(data, "__len__") and hasattr(data, "__getitem__"):
        return Listed(data)
    elif isinstance(data, Iterable):
        return Streamed(data)
    raise InputError(_unreadable(data))


def _unreadable(data: object) -> str:
    if isinstance(data, str):
        return (
            "expected a sequence of records, got one string. For a file write "
            f"pathlib.Path({data[:40]!r}); for a single record put it in a list."
        )
    if isinstance(data, Mapping):
        return (
            "expected a sequence of records, got one dict (columns: "
            f"{', '.join(map(str, data))}). Pass a list of dicts, one per record."
        )
    if isinstance(data, io.IOBase):
        return "expected records, got an open file. Pass its name as a pathlib.Path."
    if hasattr(data, "columns"):
        return (
            f"expected records, got a {type(data).__module__}.{type(data).__name__}, whose rows "
            "cannot be read here. Convert it to a pandas or polars frame or a pyarrow.Table."
        )
    return (
        "expected a list, tuple or 1-d array of strings, bytes or dicts, a data frame, a dataset, "
        f"or a pathlib.Path, got {type(data).__name__}. Try list(data)."
    )

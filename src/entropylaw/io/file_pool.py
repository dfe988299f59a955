"""The usable records of a file, and the same records again once they are selected."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from entropylaw.corpus import Corpus
from entropylaw.errors import ColumnError, FileFormatError, FingerprintError, InputError
from entropylaw.io.arrow_files import ArrowFile, is_arrow_file
from entropylaw.io.files import PathLike, file_identity
from entropylaw.io.jsonl import RecordFile
from entropylaw.io.reading import described, read_columns, scan_of, text_and_columns
from entropylaw.io.records import Columns, Scan, add_cells, gathered, passing
from entropylaw.io.render import Render, Renderer, Text
from entropylaw.types import IntArray, OnError
from entropylaw.validation import choice, flag

_REASONS_KEPT = 5


@dataclass(frozen=True, slots=True)
class FilePool:
    """The usable records of a file; selectors and audits accept it as data.

    Attributes
    ----------
    corpus : Corpus
        The bytes of every usable record.
    places : int64 array, shape (n,)
        Number of each among the readable records of the file, from 0.
    skipped : int
        Number of records left out because they could not be read or rendered.
    reasons : tuple of str
        Why, for the first few; each names the file and the line.
    identity : tuple of int
        Numbers that identify the file and its state.
    path : str
        Where the file was.
    columns : mapping of str to list
        The columns asked for when it was read: Python values, one per usable record.
    """

    corpus: Corpus
    places: IntArray
    skipped: int
    reasons: tuple[str, ...]
    identity: tuple[int, ...]
    path: str
    columns: Mapping[str, list[Any]] = field(default_factory=dict, repr=False)

    def raw_records(self, path: PathLike, rows: IntArray) -> Iterable[bytes]:
        """Return the bytes of these records in the text file, which is read once more.

        Rows in ascending order are yielded as they are read; in another order, they are held in
        memory.

        Raises
        ------
        FingerprintError
            If the file has changed since.
        """
        self.check_unchanged(path)
        raws = (record.raw for record in RecordFile(path, on_error="skip"))
        places = self.places[rows]
        return passing(raws, places) if (places[1:] > places[:-1]).all() else gathered(raws, places)

    def column(self, path: PathLike, name: str) -> list[Any]:
        """Return the values of a column, one per usable record; `path` is where the file is now.

        Raises
        ------
        ColumnError, FingerprintError
            As for `read_columns`.
        """
        return self.columns[name] if name in self.columns else self._read_again(path, [name])[name]

    def read_columns(self, names: Sequence[str]) -> dict[str, list[Any]]:
        """Return the values of columns, one per usable record.

        The file is read once more only if one of them was not asked for when it was read first.

        Raises
        ------
        ColumnError
            If a column is missing; names those seen.
        FingerprintError
            If the file has changed since.
        """
        others = [name for name in names if name not in self.columns]
        read = {**self.columns, **(self._read_again(self.path, others) if others else {})}
        return {name: read[name] for name in names}

    def _read_again(self, path: PathLike, names: Sequence[str]) -> Columns:
        self.check_unchanged(path)
        if is_arrow_file(path):
            values = read_columns(ArrowFile(path), names)
            return {name: [cells[place] for place in self.places] for name, cells in values.items()}
        columns: Columns = {name: [] for name in names}
        records = (record.value for record in RecordFile(path, on_error="skip"))
        for place, record in zip(self.places.tolist(), passing(records, self.places), strict=True):
            add_cells(columns, [record], place)
        return columns

    def check_unchanged(self, path: PathLike) -> None:
        """Raise FingerprintError unless the file is the one that was read."""
        if file_identity(path) != self.identity:
            raise FingerprintError(
                f"{path} has changed since its records were read. Try selecting again."
            )


def load_file(
    path: PathLike,
    *,
    render: Render = None,
    text: Text = None,
    columns: Sequence[str] = (),
    on_error: OnError = "raise",
    ids: Sequence[object] | None = None,
    weights: object = None,
    progress: bool | None = False,
) -> FilePool:
    """Read the records of a file: JSONL, JSON or text, also compressed; Parquet or Arrow IPC.

    Parameters
    ----------
    path : path
        The file; never changed.
    render, text, columns, ids, weights
        As in `entropylaw.io.load.read_pool`.
    on_error : {"raise", "skip"}
        Whether a record that cannot be read or rendered is an error, or left out and counted.
    progress : bool or None, default False
        Show a progress bar on stderr; None: only on a terminal or in a notebook. A table whose
        text is one column of strings is read whole, without a bar.

    Raises
    ------
    FileFormatError
        If the file or a record of it cannot be used; names the line, or the row of a table.
    TextColumnError
        If a table has no such column; names those seen.
    ColumnError
        If the table, or a usable record, lacks one of `columns`, also under ``"skip"``.
    MissingExtraError
        If pyarrow is needed and not installed.
    """
    on_error = choice("on_error", on_error, OnError)
    progress = None if progress is None else flag("progress", progress)
    identity = file_identity(path)
    renderer = Renderer(render, text)
    records = _Usable(path, renderer, columns, on_error, progress)
    corpus = records.whole_columns()
    places: IntArray
    if corpus is not None:
        places = np.arange(len(corpus))
    else:
        corpus = Corpus.from_rows(records)
        places = np.frombuffer(records.places, np.int64)
    if not len(corpus):
        raise FileFormatError(records.nothing(), path=str(path))
    corpus = described(corpus, renderer, ids=ids, weights=weights)
    return FilePool(
        corpus,
        places,
        records.skipped,
        tuple(records.reasons),
        identity,
        str(path),
        records.columns,
    )


class _Usable:
    """One pass over the usable records of a file; it keeps their places and columns.

    Iterating yields the bytes of each.
    """

    def __init__(
        self,
        path: PathLike,
        renderer: Renderer,
        names: Sequence[str],
        on_error: OnError,
        progress: bool | None,
    ) -> None:
        self.places = array("q")
        self.columns: Columns = {name: [] for name in names}
        self._path = str(path)
        self._renderer = renderer
        self._on_error = on_error
        self._unrendered = 0
        self._why: list[str] = []
        self._file: ArrowFile | RecordFile
        if is_arrow_file(path):
            self._file = ArrowFile(path)
            self._scan = scan_of(self._file, renderer, names)
            self._records = _rows(self._file, self._scan, progress)
        else:
            self._file = RecordFile(path, on_error=on_error)
            self._records = _lines(self._file, progress)

    def whole_columns(self) -> Corpus | None:
        """Return the corpus of a table if its text is one column of strings."""
        if not isinstance(self._file, ArrowFile):
            return None
        taken = text_and_columns(self._scan, self._file, self._renderer, list(self.columns))
        if taken is None:
            return None
        corpus, self.columns = taken
        return corpus

    def __iter__(self) -> Iterator[bytes]:
        for place, (line, record) in enumerate(self._records):
            try:
                row = self._renderer(record, place)
            except InputError as error:
                located = FileFormatError(str(error), path=self._path, line=line)
                located.parameters = error.parameters
                if self._on_error == "raise":
                    raise located from error
                self._unrendered += 1
                if len(self._why) < _REASONS_KEPT:
                    self._why.append(str(located))
            else:
                self._keep(record, place, line)
                yield row

    def _keep(self, record: Any, place: int, line: int | None) -> None:
        """Keep the place of a usable record, and its values."""
        self.places.append(place)
        if not self.columns:
            return
        try:
            add_cells(self.columns, [record], place)
        except ColumnError as error:
            raise ColumnError(f"{self._path}, line {line}: {error}", column=error.column) from None

    @property
    def skipped(self) -> int:
        """How many records were left out."""
        unread = self._file.skipped if isinstance(self._file, RecordFile) else 0
        return unread + self._unrendered

    @property
    def reasons(self) -> list[str]:
        """Why, for the first few."""
        unread = self._file.reasons if isinstance(self._file, RecordFile) else []
        return [*unread, *self._why][:_REASONS_KEPT]

    def nothing(self) -> str:
        """Return the message for a file without one usable record."""
        if not self._unrendered:
            return "expected at least one row; saw none"
        return f"none of its {self._unrendered} records can be rendered. The first: {self._why[0]}"


def _lines(file: RecordFile, progress: bool | None) -> Iterator[tuple[int | None, Any]]:
    """Yield the line of each record of a text file, and the record."""
    for record in file.with_progress("read", progress):
        yield record.line, record.value


def _rows(file: ArrowFile, scan: Scan, progress: bool | None) -> Iterator[tuple[int | None, Any]]:
    """Yield the rows of a table, which have no line."""
    for batch in file.with_progress(scan, "read", progress):
        for row in batch:
            yield None, row

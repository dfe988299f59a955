"""The usable records of a file, and the same records again when they have been chosen."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

import numpy as np

from entropylaw.corpus import Corpus
from entropylaw.errors import FileFormatError, FingerprintError, InputError
from entropylaw.io.arrow_files import ArrowFile, is_arrow_file
from entropylaw.io.files import PathLike, file_identity
from entropylaw.io.jsonl import RecordFile, check_on_error
from entropylaw.io.reading import column_corpus, described, read_columns
from entropylaw.io.records import cells_of, gathered, passing
from entropylaw.io.renderer import Render, Renderer, Text
from entropylaw.io.watched import watched_batches, watched_records
from entropylaw.types import IntArray, OnError

_REASONS_KEPT = 5


@dataclass(frozen=True, slots=True)
class FilePool:
    """The usable records of a file; itself data that a selector or an audit takes.

    Attributes
    ----------
    corpus : Corpus
        Their bytes.
    places : int64 array, shape (n,)
        Where each stands among the readable records of the file, counted from 0.
    skipped : int
        Records left out because they could not be read or rendered.
    reasons : tuple of str
        Why, for the first few; each names the file and the line.
    identity : tuple of int
        Tells whether a file is the one that was read.
    path : str
        Where it was read.
    """

    corpus: Corpus
    places: IntArray
    skipped: int
    reasons: tuple[str, ...]
    identity: tuple[int, ...]
    path: str

    def raw_records(self, path: PathLike, rows: IntArray) -> Iterable[bytes]:
        """Read a text file once more and give these records as they stand in it.

        Rows in ascending order are given as they are read; in another order, they are held in
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
        """Read the file once more and return what each usable record holds in a column.

        Raises
        ------
        ColumnError
            If the column is missing; names those seen.
        FingerprintError
            If the file has changed since.
        """
        self.check_unchanged(path)
        usable = np.zeros(self.places[-1] + 1, np.bool_)
        usable[self.places] = True
        if is_arrow_file(path):
            return list(compress(ArrowFile(path).cells(name), usable))
        records = (record.value for record in RecordFile(path, on_error="skip"))
        return cells_of(compress(records, usable), name)

    def check_unchanged(self, path: PathLike) -> None:
        """Raise FingerprintError unless the file is the one that was read."""
        if file_identity(path) != self.identity:
            raise FingerprintError(f"{path} has changed since its records were read. Select again.")


def load_file(
    path: PathLike,
    *,
    render: Render = None,
    text: Text = None,
    on_error: OnError = "raise",
    ids: Sequence[object] | None = None,
    weights: object = None,
    progress: bool | None = False,
) -> FilePool:
    """Read the records of a file: JSONL, JSON or text, plain or packed; Parquet or Arrow IPC.

    Parameters
    ----------
    path : path
        The file; never changed.
    render, text, ids, weights
        As in `entropylaw.io.load.as_corpus`.
    on_error : {"raise", "skip"}
        What to do with a record that cannot be read or rendered.
    progress : bool or None, default False
        Show on stderr how much is read; None: only on a terminal or in a notebook. A table whose
        text is one column of strings is taken whole, without a bar.

    Raises
    ------
    FileFormatError
        If the file or a record of it cannot be used; names the line, or the row of a table.
    TextColumnError
        If a table has no such column; names those seen.
    MissingExtraError
        If pyarrow is needed and not installed.
    """
    check_on_error(on_error)
    identity = file_identity(path)
    renderer = Renderer(render, text)
    records = _Usable(path, renderer, on_error, progress)
    corpus = records.whole_column()
    places: IntArray
    if corpus is not None:
        places = np.arange(len(corpus))
    else:
        corpus = Corpus.from_rows(records)
        places = np.frombuffer(records.places, np.int64)
    if not len(corpus):
        raise FileFormatError(records.nothing(), path=str(path))
    corpus = described(corpus, renderer, ids=ids, weights=weights)
    return FilePool(corpus, places, records.skipped, tuple(records.reasons), identity, str(path))


class _Usable:
    """The bytes of the usable records of a file; once gone through, it knows which these were."""

    def __init__(
        self, path: PathLike, renderer: Renderer, on_error: OnError, progress: bool | None
    ) -> None:
        self.places = array("q")
        self._path = str(path)
        self._renderer = renderer
        self._on_error = on_error
        self._progress = progress
        self._unrendered = 0
        self._why: list[str] = []
        self._file = ArrowFile(path) if is_arrow_file(path) else RecordFile(path, on_error=on_error)

    def whole_column(self) -> Corpus | None:
        """Return the corpus of a table whose text is one column of strings."""
        file = self._file
        return column_corpus(file, self._renderer) if isinstance(file, ArrowFile) else None

    def __iter__(self) -> Iterator[bytes]:
        for place, (line, record) in enumerate(self._records()):
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
                self.places.append(place)
                yield row

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
        """Return what is wrong with a file without one usable record."""
        if not self._unrendered:
            return "it has no rows; expected at least one"
        return f"none of its {self._unrendered} records can be rendered. The first: {self._why[0]}"

    def _records(self) -> Iterator[tuple[int | None, Any]]:
        """Yield the line of each record, which a table does not have, and the record."""
        file, progress = self._file, self._progress
        if isinstance(file, RecordFile):
            for record in watched_records(file, label="read", progress=progress):
                yield record.line, record.value
        else:
            columns = read_columns(file, self._renderer)
            for batch in watched_batches(file, columns, label="read", progress=progress):
                for row in batch:
                    yield None, row

"""From the data as the user holds it to a Corpus."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from entropylaw.corpus import LINES, PYTHON_LIST, Corpus, Framing
from entropylaw.errors import EmptyPoolError, FileFormatError, FingerprintError, InputError
from entropylaw.io.files import PathLike
from entropylaw.io.jsonl import RecordFile
from entropylaw.io.renderer import ZIP_REFERENCE, Renderer, RenderFunction
from entropylaw.types import IntArray, OnError

Render: TypeAlias = str | RenderFunction | None
"""The name of a rule, a function from a record to its text, or None to recognise the shape."""


def as_corpus(
    data: object,
    *,
    render: Render = None,
    text: str | None = None,
    ids: Sequence[object] | None = None,
    weights: object = None,
) -> Corpus:
    r"""Return the bytes of every record of `data`.

    Parameters
    ----------
    data : Corpus, path, or sequence of str, bytes or dict
        A `pathlib.Path` is read as JSONL, a JSON array or lines of text, also packed.
    render : str, callable or None
        How a record becomes text; see `entropylaw.io.shapes.RULES`.
    text : str, optional
        The column that holds the text.
    ids : sequence, optional
        A distinct name for each record.
    weights : float array, optional
        How much the information of each record counts.

    Raises
    ------
    EmptyPoolError
        If there is no record.
    InputError
        If the data is none of these, or a record cannot be read.

    Examples
    --------
    >>> as_corpus([{"question": "2 + 2?", "answer": "4"}])[0]
    b'2 + 2?\n4'
    """
    if isinstance(data, Corpus):
        return _not_empty(data)
    if isinstance(data, os.PathLike):
        return load_file(data, render=render, text=text, ids=ids, weights=weights).corpus
    renderer = Renderer(render, text)
    rows = [renderer(record, row) for row, record in enumerate(_records(data))]
    return _not_empty(
        Corpus.from_rows(
            rows,
            framing=framing_for(render),
            ids=ids,
            weights=weights,
            shapes=renderer.shapes,
        )
    )


def framing_for(render: Render) -> Framing:
    """Return how records rendered by a rule are joined into a set."""
    return PYTHON_LIST if render == ZIP_REFERENCE else LINES


@dataclass(frozen=True, slots=True)
class FilePool:
    """The usable records of a file.

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
    """

    corpus: Corpus
    places: IntArray
    skipped: int
    reasons: tuple[str, ...]

    def raw_records(self, path: PathLike, rows: IntArray) -> list[bytes]:
        """Read the file once more and return these records as they stand in it.

        Raises
        ------
        FingerprintError
            If the file has become shorter since.
        """
        place_of = {int(self.places[row]): order for order, row in enumerate(rows)}
        found: list[bytes] = [b""] * len(rows)
        left = len(rows)
        for place, record in enumerate(RecordFile(path, on_error="skip")):
            if place in place_of:
                found[place_of[place]] = record.raw
                left -= 1
        if left:
            raise FingerprintError(
                f"{path} has lost records while they were being selected. Select again."
            )
        return found


def load_file(
    path: PathLike,
    *,
    render: Render = None,
    text: str | None = None,
    on_error: OnError = "raise",
    ids: Sequence[object] | None = None,
    weights: object = None,
) -> FilePool:
    """Read the records of a JSONL, JSON or text file, plain or packed.

    Parameters
    ----------
    path : path
        The file; never changed.
    render, text, ids, weights
        As in `as_corpus`.
    on_error : {"raise", "skip"}
        What to do with a record that cannot be read or rendered.

    Raises
    ------
    FileFormatError
        If the file or a record of it cannot be used; names the line.
    """
    renderer = Renderer(render, text)
    records = RecordFile(path, on_error=on_error)
    rows: list[bytes] = []
    places: list[int] = []
    unrendered: list[str] = []
    for place, record in enumerate(records):
        try:
            rows.append(renderer(record.value, place))
        except InputError as error:
            located = FileFormatError(str(error), path=str(path), line=record.line)
            if on_error == "raise":
                raise located from error
            unrendered.append(str(located))
        else:
            places.append(place)
    if not rows:
        raise FileFormatError(
            f"none of its {len(unrendered)} records can be rendered. The first: {unrendered[0]}",
            path=str(path),
        )
    corpus = Corpus.from_rows(
        rows, framing=framing_for(render), ids=ids, weights=weights, shapes=renderer.shapes
    )
    return FilePool(
        corpus,
        np.array(places, np.int64),
        records.skipped + len(unrendered),
        tuple([*records.reasons, *unrendered][:5]),
    )


def record_count(data: object) -> int | None:
    """Return how many records `data` has, or None if only reading it would tell."""
    return len(data) if isinstance(data, Sequence | np.ndarray | Corpus) else None


def take_records(data: object, rows: Sequence[int]) -> Any:
    """Return these records of `data`, in the order given, in a container of its own type.

    Raises
    ------
    InputError
        If the container cannot be indexed; a path is read into a list.
    """
    if isinstance(data, Corpus):
        return data.take(np.asarray(rows, np.int64))
    if isinstance(data, np.ndarray):
        return data[np.asarray(rows, np.int64)]
    if isinstance(data, os.PathLike):
        wanted = dict.fromkeys(rows)
        found = {i: r.value for i, r in enumerate(RecordFile(data)) if i in wanted}
        return [found[row] for row in rows]
    if isinstance(data, tuple):
        return tuple(data[row] for row in rows)
    if isinstance(data, Sequence) and not isinstance(data, str | bytes):
        return [data[row] for row in rows]
    raise InputError(_unreadable(data))


def _records(data: object) -> Iterable[object]:
    if isinstance(data, np.ndarray) and data.ndim == 1:
        return [data[row] for row in range(len(data))]
    if isinstance(data, Sequence) and not isinstance(data, str | bytes | bytearray):
        return data
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
    return (
        "expected a list, tuple or 1-d array of strings, bytes or dicts, or a pathlib.Path, "
        f"got {type(data).__name__}. Try list(data)."
    )


def _not_empty(corpus: Corpus) -> Corpus:
    if not len(corpus):
        raise EmptyPoolError("the pool has no records; expected at least one.")
    return corpus

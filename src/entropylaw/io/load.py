"""Read the user's data as a pool, and take records of it in a container of its own type."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from entropylaw.corpus import Corpus
from entropylaw.errors import ColumnError, ConfigError, EmptyPoolError
from entropylaw.io.containers import container_of
from entropylaw.io.datasets import Splits
from entropylaw.io.file_pool import FilePool, load_file
from entropylaw.io.reading import described, read
from entropylaw.io.records import Taken
from entropylaw.io.render import Render, Renderer, Text
from entropylaw.types import IntArray

__all__ = [
    "FilePool",
    "PoolData",
    "Render",
    "Text",
    "as_corpus",
    "load_file",
    "read_pool",
    "record_count",
    "take_records",
    "taken_records",
]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PoolData:
    """Text and columns of a pool, from one pass over it.

    Attributes
    ----------
    corpus : Corpus
        The bytes of every record.
    columns : mapping of str to sequence
        The columns asked for: Python values, one per record; None where a cell is missing.
    """

    corpus: Corpus
    columns: Mapping[str, Sequence[Any]]

    def __repr__(self) -> str:
        return f"PoolData({self.corpus!r}, columns: {', '.join(self.columns) or 'none'})"


def read_pool(
    data: object,
    *,
    render: Render = None,
    text: Text = None,
    columns: Sequence[str] = (),
    ids: Sequence[object] | None = None,
    weights: object = None,
) -> PoolData:
    r"""Return the bytes of every record of `data`, and the values of named columns.

    Both come from one pass over the data, so an iterator may be given.

    Parameters
    ----------
    data : Corpus, FilePool, path, sequence, data frame, Arrow table, dataset, or iterable
        The records; see docs/how-to/containers.md for each. A `pathlib.Path` is read as
        JSONL, a JSON array or lines of text, also compressed, or as Parquet or Arrow IPC. Of the
        records of an iterator only the text and `columns` are kept.
    render : str, callable or None
        How a record becomes text; see `entropylaw.io.shapes.RULES`.
    text : str, sequence of str or callable, optional
        Instead of `render`: the column that holds the text; several columns, joined by a
        newline, empty ones left out; a template such as ``"{question} {answer}"``; or a function.
    columns : sequence of str
        Columns whose values are wanted, whether or not the text is made of them.
    ids : sequence, optional
        Distinct ids, one per record.
    weights : float array, optional
        Factors on the bytes that each record adds, one per record; 1 is neutral.

    Raises
    ------
    EmptyPoolError
        If there is no record.
    TextColumnError
        If a column of the text is missing; names those seen.
    ColumnError
        If one of `columns` is missing: the attribute ``column`` is its name.
    InputError
        If `data` is none of these, or a record cannot be read; names the record.

    Examples
    --------
    >>> records = [{"text": "2 + 2?", "source": "maths"}, {"text": "Hello", "source": "chat"}]
    >>> pool = read_pool(iter(records), columns=["source"])
    >>> list(pool.corpus), pool.columns["source"]
    ([b'2 + 2?', b'Hello'], ['maths', 'chat'])
    """
    names = _names(columns)
    if isinstance(data, Corpus):
        if names:
            raise no_columns(names[0])
        pool = PoolData(data, {})
    elif isinstance(data, FilePool):
        pool = PoolData(data.corpus, data.read_columns(names))
    elif isinstance(data, os.PathLike):
        file = load_file(data, render=render, text=text, columns=names, ids=ids, weights=weights)
        pool = PoolData(file.corpus, file.columns)
    else:
        renderer = Renderer(render, text)
        corpus, values = read(container_of(data), renderer, names)
        pool = PoolData(described(corpus, renderer, ids=ids, weights=weights), values)
    if not len(pool.corpus):
        raise EmptyPoolError("the pool has no records; expected at least one.")
    return pool


def as_corpus(
    data: object,
    *,
    render: Render = None,
    text: Text = None,
    ids: Sequence[object] | None = None,
    weights: object = None,
) -> Corpus:
    r"""Return the bytes of every record of `data`.

    The parameters and the errors are those of `read_pool`, without its columns.

    Examples
    --------
    >>> as_corpus([{"question": "2 + 2?", "answer": "4"}])[0]
    b'2 + 2?\n4'
    >>> as_corpus([{"question": "2 + 2?", "answer": "4"}], text="{question} Say {answer}.")[0]
    b'2 + 2? Say 4.'
    """
    return read_pool(data, render=render, text=text, ids=ids, weights=weights).corpus


def no_columns(name: str) -> ColumnError:
    """Return the error for a column of a Corpus."""
    return ColumnError(
        f"a Corpus holds text only, no column {name!r}. Try the data it was made from, or the "
        "values themselves.",
        column=name,
    )


def record_count(data: object) -> int | None:
    """Return the number of records of `data`, or None if it is known only after reading it."""
    return len(data) if isinstance(data, Corpus) else container_of(data).count()


def take_records(data: object, rows: Sequence[int] | IntArray) -> Any:
    """Return these records of `data`, in the order given, in a container of its own type.

    Parameters
    ----------
    data
        Data as for `as_corpus`; see docs/how-to/containers.md for the type returned for each.
    rows : sequence of int
        Row numbers. Of a dictionary of splits, each split has its own of them in this order.

    Raises
    ------
    FingerprintError
        If there are too few records, as in an iterator that was read before.
    InputError
        If `data` is not a container of records.
    """
    return taken_records(data, rows).data


def taken_records(data: object, rows: Sequence[int] | IntArray) -> Taken:
    """Return these records as `take_records` does, and the place of each among `rows`.

    The order differs from that of `rows` if `data` is a dictionary of splits.

    Examples
    --------
    >>> taken_records(["a", "b", "c"], [2, 0])
    Taken(data=['c', 'a'], places=array([0, 1]))
    """
    wanted: IntArray = np.asarray(rows, np.int64)
    container = data if isinstance(data, Corpus) else container_of(data)
    if isinstance(container, Splits):
        return container.taken(wanted)
    return Taken(container.take(wanted), np.arange(len(wanted)))


def _names(columns: Sequence[str]) -> list[str]:
    """Return the names of columns, each once."""
    if isinstance(columns, str):
        raise ConfigError(
            f"columns: expected a sequence of names; saw {columns!r}. Try [{columns!r}].",
            parameters=("columns",),
        )
    return list(dict.fromkeys(columns))

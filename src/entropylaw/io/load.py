"""From the data as the user holds it to a Corpus, and back to the user's own container."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from entropylaw.corpus import Corpus
from entropylaw.errors import EmptyPoolError
from entropylaw.io.containers import container_of
from entropylaw.io.file_pool import FilePool, load_file
from entropylaw.io.hub_splits import HubSplits
from entropylaw.io.reading import read_corpus
from entropylaw.io.records import Taken
from entropylaw.io.renderer import Render, Renderer, Text
from entropylaw.types import IntArray

__all__ = [
    "FilePool",
    "Render",
    "Text",
    "as_corpus",
    "load_file",
    "record_count",
    "take_records",
    "taken_records",
]


def as_corpus(
    data: object,
    *,
    render: Render = None,
    text: Text = None,
    ids: Sequence[object] | None = None,
    weights: object = None,
) -> Corpus:
    r"""Return the bytes of every record of `data`.

    Parameters
    ----------
    data : Corpus, FilePool, path, sequence, data frame, Arrow table, dataset, or iterable
        The records; see docs/how-to/containers.md for each. A `pathlib.Path` is read as
        JSONL, a JSON array or lines of text, also packed, or as Parquet or Arrow IPC. An
        iterator is gone through once, and of each record only the text is kept.
    render : str, callable or None
        How a record becomes text; see `entropylaw.io.shapes.RULES`.
    text : str, sequence of str or callable, optional
        Instead of `render`: the column that holds the text; several columns, joined by a
        newline, empty ones left out; a template such as ``"{question} {answer}"``; or a function.
    ids : sequence, optional
        A distinct name for each record.
    weights : float array, optional
        How much the information of each record counts.

    Raises
    ------
    EmptyPoolError
        If there is no record.
    TextColumnError
        If a column is missing; names those seen.
    InputError
        If the data is none of these, or a record cannot be read; names the record.

    Examples
    --------
    >>> as_corpus([{"question": "2 + 2?", "answer": "4"}])[0]
    b'2 + 2?\n4'
    >>> as_corpus([{"question": "2 + 2?", "answer": "4"}], text="{question} Say {answer}.")[0]
    b'2 + 2? Say 4.'
    """
    if isinstance(data, Corpus):
        corpus = data
    elif isinstance(data, FilePool):
        corpus = data.corpus
    elif isinstance(data, os.PathLike):
        corpus = load_file(data, render=render, text=text, ids=ids, weights=weights).corpus
    else:
        renderer = Renderer(render, text)
        corpus = read_corpus(container_of(data), renderer, ids=ids, weights=weights)
    if not len(corpus):
        raise EmptyPoolError("the pool has no records; expected at least one.")
    return corpus


def record_count(data: object) -> int | None:
    """Return how many records `data` has, or None if only reading it would tell."""
    return len(data) if isinstance(data, Corpus) else container_of(data).count()


def take_records(data: object, rows: Sequence[int] | IntArray) -> Any:
    """Return these records of `data`, in the order given, in a container of its own type.

    Parameters
    ----------
    data
        What `as_corpus` was given; see docs/how-to/containers.md for what each gives back.
    rows : sequence of int
        Rows of it. Of a dictionary of splits, each split has its own of them in this order.

    Raises
    ------
    FingerprintError
        If there are too few records.
    InputError
        If the data is no container of records, or an iterator, which gives them only once.
    """
    return taken_records(data, rows).data


def taken_records(data: object, rows: Sequence[int] | IntArray) -> Taken:
    """Return what `take_records` does, and which of the rows asked for each record of it is.

    They differ where records come back split by split.

    Examples
    --------
    >>> taken_records(["a", "b", "c"], [2, 0])
    Taken(data=['c', 'a'], places=array([0, 1]))
    """
    wanted: IntArray = np.asarray(rows, np.int64)
    container = data if isinstance(data, Corpus) else container_of(data)
    if isinstance(container, HubSplits):
        return container.taken(wanted)
    return Taken(container.take(wanted), np.arange(len(wanted)))

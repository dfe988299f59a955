"""The values of one named column of any container."""

from __future__ import annotations

from typing import Any

from entropylaw.corpus import Corpus
from entropylaw.errors import FingerprintError
from entropylaw.io.containers import container_of
from entropylaw.io.file_pool import FilePool
from entropylaw.io.load import no_columns
from entropylaw.io.reading import read_columns


def column_of(data: object, name: str, count: int | None = None) -> list[Any]:
    """Return the value of each record in a column: a source, a score, a number of tokens.

    Parameters
    ----------
    data : list of dict, data frame, Arrow table, dataset, FilePool, or path
        The records. Files and iterable datasets are read once more.
    name : str
        The column.
    count : int, optional
        Number of records expected.

    Returns
    -------
    list, length n
        Python values, in the order of the records; None where a cell is missing.

    Raises
    ------
    ColumnError
        If the column is missing; names those seen.
    FingerprintError
        If there are not `count` records.

    Examples
    --------
    >>> column_of([{"text": "a", "source": "web"}, {"text": "b", "source": "books"}], "source")
    ['web', 'books']
    """
    if isinstance(data, Corpus):
        raise no_columns(name)
    if isinstance(data, FilePool):
        return data.read_columns([name])[name]
    values = read_columns(container_of(data), [name])[name]
    if count is not None and len(values) != count:
        raise FingerprintError(
            f"expected a value of {name!r} for each of {count} records, got {len(values)}. "
            "The data has changed since it was read, or can be read only once."
        )
    return values

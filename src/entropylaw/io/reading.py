"""One pass over a container: the text of every record, and the values of named columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from entropylaw.corpus import Corpus, checked_weights
from entropylaw.errors import ColumnError, InputError
from entropylaw.io.containers import Container
from entropylaw.io.records import Columns, Scan, add_cells
from entropylaw.io.render import Renderer


def read(
    container: Container, renderer: Renderer, names: Sequence[str] = ()
) -> tuple[Corpus, Columns]:
    """Return the bytes of every record, and the values of the columns of these names.

    Raises
    ------
    ColumnError
        If a column is missing.

    Examples
    --------
    >>> from entropylaw.io.containers import container_of
    >>> records = [{"text": "a", "n": 1}, {"text": "b", "n": 2}]
    >>> corpus, columns = read(container_of(records), Renderer(), ["n"])
    >>> list(corpus), columns
    ([b'a', b'b'], {'n': [1, 2]})
    """
    scan = scan_of(container, renderer, names)
    taken = text_and_columns(scan, container, renderer, names)
    if taken is None:
        columns: Columns = {name: [] for name in names}
        taken = Corpus.from_rows(rendered(scan, renderer, columns)), columns
    return taken


def read_columns(container: Container, names: Sequence[str]) -> Columns:
    """Return the values of the columns of these names, without the text of the records.

    Raises
    ------
    ColumnError
        If a column is missing.
    """
    scan = scan_of(container, None, names)
    columns: Columns = {name: [] for name in names}
    row = 0
    try:
        for batch in scan:
            add_cells(columns, batch, row)
            row += len(batch)
    except InputError as error:
        _note(error, scan)
        raise
    return columns


def scan_of(container: Container, renderer: Renderer | None, names: Sequence[str] = ()) -> Scan:
    """Return one pass over the columns that a renderer reads, if there is one, and these names.

    Raises
    ------
    ColumnError
        If all records have the same columns, and one of these names is not among them.
    """
    seen = container.columns
    if seen is None:
        return container.scan()
    read = () if renderer is None else renderer.source(seen).columns
    for name in names:
        if name not in seen:
            raise ColumnError.from_seen(str(name), seen)
    return container.scan(None if read is None else list(dict.fromkeys([*read, *names])))


def text_and_columns(
    scan: Scan, container: Container, renderer: Renderer, names: Sequence[str]
) -> tuple[Corpus, Columns] | None:
    """Return text and columns of a table whose text is one column of strings, else None.

    They are what `rendered` would give, but no record is made: columns are taken whole.
    """
    if container.columns is None:
        return None
    source = renderer.source(container.columns)
    if not source.verbatim or source.columns is None:
        return None
    taken = scan.text_column(source.columns[0], names)
    if taken is not None:
        renderer.note(source.shape, len(taken[0]))
    return taken


def rendered(scan: Scan, renderer: Renderer, columns: Columns | None = None) -> Iterator[bytes]:
    """Yield the bytes of each record, and append its values to the columns.

    A few hundred records are held in memory at a time.
    """
    row = 0
    try:
        for batch in scan:
            yield from renderer.many(batch, row)
            add_cells(columns or {}, batch, row)
            row += len(batch)
    except InputError as error:
        _note(error, scan)
        raise


def described(
    corpus: Corpus, renderer: Renderer, *, ids: Sequence[object] | None, weights: object
) -> Corpus:
    """Return a corpus with its framing, ids, weights and shapes, once all records are rendered."""
    return replace(
        corpus,
        framing=renderer.framing,
        ids=ids,
        weights=None if weights is None else checked_weights(weights, len(corpus)),
        shapes=dict(renderer.shapes),
    )


def _note(error: InputError, scan: Scan) -> None:
    """Add to an error where the records are, if they are in a part with a name."""
    if scan.note:
        error.add_note(scan.note)

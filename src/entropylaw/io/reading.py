"""From a container and a rule of rendering to a Corpus."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from entropylaw.corpus import Corpus, checked_weights
from entropylaw.io.containers import Container
from entropylaw.io.hub_splits import split_named
from entropylaw.io.renderer import Renderer


def read_corpus(
    container: Container,
    renderer: Renderer,
    *,
    ids: Sequence[object] | None = None,
    weights: object = None,
) -> Corpus:
    """Return the bytes of every record, gone through once.

    Examples
    --------
    >>> from entropylaw.io.containers import container_of
    >>> read_corpus(container_of([{"text": "a"}, "b"]), Renderer()).shapes["text"]
    1
    """
    corpus = column_corpus(container, renderer)
    if corpus is None:
        corpus = Corpus.from_rows(rendered(container, renderer))
    return described(corpus, renderer, ids=ids, weights=weights)


def column_corpus(container: Container, renderer: Renderer) -> Corpus | None:
    """Return the corpus of a table whose text is what one column of strings holds, else None.

    It is what `rendered` would give, but no record is made: the column is taken whole.
    """
    if container.columns is None:
        return None
    reading = renderer.reading(container.columns)
    if not reading.verbatim or reading.columns is None:
        return None
    corpus = container.texts(reading.columns[0])
    if corpus is not None:
        renderer.note(reading.shape, len(corpus))
    return corpus


def rendered(container: Container, renderer: Renderer) -> Iterator[bytes]:
    """Yield the bytes of each record; a few hundred are held in memory at a time."""
    row = 0
    with split_named(container):
        for batch in container.batches(read_columns(container, renderer)):
            yield from renderer.many(batch, row)
            row += len(batch)


def read_columns(container: Container, renderer: Renderer) -> Sequence[object] | None:
    """Return the columns of a table that are needed, or None for all."""
    columns = container.columns
    return None if columns is None else renderer.reading(columns).columns


def described(
    corpus: Corpus, renderer: Renderer, *, ids: Sequence[object] | None, weights: object
) -> Corpus:
    """Return a corpus with what is known of it once all its records are rendered."""
    return replace(
        corpus,
        framing=renderer.framing,
        ids=ids,
        weights=None if weights is None else checked_weights(weights, len(corpus)),
        shapes=dict(renderer.shapes),
    )

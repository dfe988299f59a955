"""The bytes of a pool, piece by piece, as arrays that whole-array operations go through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from entropylaw.corpus import Corpus, batches
from entropylaw.types import AnyArray, BoolArray, IntArray

PIECE_BYTES = 1 << 17
"""Bytes of a piece: few enough that the arrays made from it stay in the processor's cache."""

ByteArray = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Some records, each followed by a newline, so that no run of letters crosses two.

    A record longer than a piece is cut: each of its parts is a piece, and what one guard would
    have seen across a cut is lost.

    Attributes
    ----------
    raw : bytes
        The bytes.
    starts : int64 array, shape (parts,)
        Where each record, or part of one, begins in the text.
    rows : int64 array, shape (parts,)
        Which record of the pool it is; distinct.
    """

    raw: bytes
    starts: IntArray
    rows: IntArray

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def text(self) -> ByteArray:
        """The bytes as an array."""
        return np.frombuffer(self.raw, np.uint8)

    def kinds(self, table: bytes) -> ByteArray:
        """Return what a table of 256 bytes has for each byte."""
        return np.frombuffer(self.raw.translate(table), np.uint8)

    def parts_at(self, places: IntArray) -> IntArray:
        """Return which part each place in the text belongs to; the places ascend."""
        firsts = np.searchsorted(places, self.starts)
        return np.repeat(np.arange(len(self)), np.diff(firsts, append=len(places)))

    def sums(self, values: AnyArray) -> IntArray:
        """Return the sum over each part of one value a byte; shape (parts,)."""
        totals: IntArray = np.add.reduceat(values, self.starts, dtype=np.int64)
        return totals


def pieces(corpus: Corpus, rows: IntArray | None = None) -> Iterator[Piece]:
    r"""Yield the records, or some rows of them, in their order.

    Examples
    --------
    >>> [piece] = pieces(Corpus.from_rows([b"one", b"two"]))
    >>> piece.raw, piece.starts.tolist()
    (b'one\ntwo\n', [0, 4])
    """
    for places in batches(corpus, rows):
        chosen = places if rows is None else rows[places]
        yield from _cut(corpus.records(chosen), chosen)


def runs(inside: BoolArray, *, least: int = 1) -> tuple[IntArray, IntArray]:
    """Return where runs of at least so many True begin, and where they end (not included).

    Examples
    --------
    >>> inside = np.array([False, True, True, False, True])
    >>> [edge.tolist() for edge in runs(inside)]
    [[1, 4], [3, 5]]
    >>> [edge.tolist() for edge in runs(inside, least=2)]
    [[1], [3]]
    """
    whole, reach = inside, 1  # whole[i]: all of inside[i : i + reach]
    while reach < least:
        step = min(reach, least - reach)
        whole = whole[:-step] & whole[step:]
        reach += step
    edges = np.flatnonzero(np.diff(whole, prepend=False, append=False))
    return edges[::2], edges[1::2] + reach - 1


def _cut(records: Sequence[bytes], rows: IntArray) -> Iterator[Piece]:
    parts: list[bytes] = []
    owners: list[int] = []
    size = 0
    for row, record in zip(rows.tolist(), records, strict=True):
        for place in range(0, max(len(record), 1), PIECE_BYTES - 1):
            part = record[place : place + PIECE_BYTES - 1]
            if size + len(part) + 1 > PIECE_BYTES:
                yield _joined(parts, owners)
                parts, owners, size = [], [], 0
            parts.append(part)
            owners.append(row)
            size += len(part) + 1
    if parts:
        yield _joined(parts, owners)


def _joined(parts: Sequence[bytes], owners: Sequence[int]) -> Piece:
    starts = np.zeros(len(parts), np.int64)
    np.cumsum([len(part) + 1 for part in parts[:-1]], out=starts[1:])
    return Piece(b"\n".join(parts) + b"\n", starts, np.array(owners, np.int64))

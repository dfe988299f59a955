"""The bytes of a pool as arrays: pieces of records, runs of marked bytes, characters.

Unicode assigns scripts to blocks of 64 code points or multiples of it, and the first two bytes of
a UTF-8 character identify its block; so one table of blocks classifies all characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from entropylaw.corpus import Corpus, batches
from entropylaw.types import AnyArray, BoolArray, IntArray

PIECE_BYTES = 1 << 17
"""Bytes of a piece: few enough that the arrays made from it stay in the processor's cache."""

BLOCKS = 1025
"""Blocks of 64 code points up to U+FFFF, and one for all characters above."""

ByteArray = npt.NDArray[np.uint8]

Ranges: TypeAlias = Iterable[tuple[int, int]]
"""First and last code points."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Some records, each followed by a newline, so that no run of letters crosses two.

    A record longer than a piece is cut: each of its parts is a piece, and patterns across a cut
    are missed.

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
        """Return the entry of a table of 256 bytes for each byte."""
        return np.frombuffer(self.raw.translate(table), np.uint8)

    def parts_at(self, places: IntArray) -> IntArray:
        """Return the part that each position in the text belongs to; positions ascend."""
        firsts = np.searchsorted(places, self.starts)
        return np.repeat(np.arange(len(self)), np.diff(firsts, append=len(places)))

    def sums(self, values: AnyArray) -> IntArray:
        """Return the sum over each part of one value per byte; shape (parts,)."""
        totals: IntArray = np.add.reduceat(values, self.starts, dtype=np.int64)
        return totals


class Characters(NamedTuple):
    """The characters beyond ASCII of a text.

    Attributes
    ----------
    places : int64 array
        Position of the first byte of each.
    widths : int64 array
        Bytes of each: 2, 3 or 4.
    blocks : int64 array
        Unicode block of each.
    """

    places: IntArray
    widths: IntArray
    blocks: IntArray


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
    """Return the starts and ends (not included) of runs of at least `least` True values.

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


def beyond_ascii(text: ByteArray) -> Characters:
    r"""Return the characters beyond ASCII of a text that ends with an ASCII character.

    Bytes that form no complete character are skipped.

    Examples
    --------
    >>> found = beyond_ascii(np.frombuffer("né 中\n".encode(), np.uint8))
    >>> found.places.tolist(), found.widths.tolist(), found.blocks.tolist()
    ([1, 4], [2, 3], [3, 312])
    """
    places = np.flatnonzero(text >= 0xC2)
    first = text[places].astype(np.int64)
    second = text[places + 1].astype(np.int64) & 0x3F
    widths = 2 + (first >= 0xE0) + (first >= 0xF0)
    of_three = np.where(first < 0xF0, (first & 0x0F) << 6 | second, BLOCKS - 1)
    blocks = np.where(first < 0xE0, first & 0x1F, of_three)
    whole = np.ones(len(places), bool)
    for offset in (1, 2, 3):
        byte = text[np.minimum(places + offset, len(text) - 1)]
        whole &= (byte & 0xC0 == 0x80) | (widths <= offset)
    if whole.all():
        return Characters(places, widths, blocks)
    return Characters(places[whole], widths[whole], blocks[whole])


def blocks_in(ranges: Ranges) -> BoolArray:
    """Return for each block whether it lies in these ranges of code points."""
    table = np.zeros(BLOCKS, bool)
    for first, last in ranges:
        table[min(first >> 6, BLOCKS - 1) : min(last >> 6, BLOCKS - 1) + 1] = True
    return table


def byte_table(kinds: Mapping[int, str]) -> bytes:
    r"""Return a table of 256 bytes with the kind under which each ASCII character is listed.

    Examples
    --------
    >>> b"a1 b".translate(byte_table({1: "abc", 2: "123"}))
    b'\x01\x02\x00\x01'
    """
    table = bytearray(256)
    for kind, characters in kinds.items():
        for byte in characters.encode("ascii"):
            table[byte] = kind
    return bytes(table)


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

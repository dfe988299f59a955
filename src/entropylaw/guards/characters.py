"""Characters beyond ASCII in UTF-8 bytes, and tables of what they are.

Unicode hands out its scripts in blocks of 64 code points or multiples of it, and the first two
bytes of a character say which block it is in; so one table of blocks answers for all characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

import numpy as np

from entropylaw.guards.pieces import ByteArray
from entropylaw.types import BoolArray, IntArray

BLOCKS = 1025
"""Blocks of 64 code points up to U+FFFF, and one for all characters above."""

Ranges: TypeAlias = Iterable[tuple[int, int]]
"""First and last code points."""


class Characters(NamedTuple):
    """The characters beyond ASCII of a text.

    Attributes
    ----------
    places : int64 array
        Where the first byte of each is.
    widths : int64 array
        How many bytes each has: 2, 3 or 4.
    blocks : int64 array
        The block of each.
    """

    places: IntArray
    widths: IntArray
    blocks: IntArray


def beyond_ascii(text: ByteArray) -> Characters:
    r"""Return the characters beyond ASCII of a text that ends with an ASCII character.

    Bytes that are no whole character are passed over.

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
    r"""Return a table that has for each byte the kind under which its ASCII character is listed.

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

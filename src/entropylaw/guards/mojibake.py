"""Text that was decoded by the wrong table: "cafÃ©" for "café", or replacement characters."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from entropylaw.guards.pieces import Piece
from entropylaw.types import IntArray

LEAST_MARKS = 2
"""Marks below which it may be one unlucky pair of characters."""

_REPLACEMENT = rb"\xef\xbf\xbd"

_FOLLOWING = (
    rb"(?:\xc2[\x80-\xbf]"  # U+0080 to U+00BF
    rb"|\xe2(?:\x80[\x93\x94\x98-\x9a\x9c-\x9e\xa0-\xa2\xa6\xb0\xb9\xba]|\x82\xac|\x84\xa2)"
    rb"|\xc5[\x92\x93\xa0\xa1\xb8\xbd\xbe]|\xc6\x92|\xcb[\x86\x9c])"
)
"""What the second and later bytes of a character become, read as Latin-1 or Windows-1252."""

_FRENCH = rb"(?!\xc2\xa0\xc2\xbb)"
"""A word, a no-break space and a closing guillemet, as in "voilà »": no mojibake."""

_MOJIBAKE = re.compile(
    rb"\xc3(?:[\x82-\x9f]%(following)b"  # Â to ß: the first of two bytes
    rb"|[\xa0-\xaf]%(french)b%(following)b{2}"  # à to ï: of three
    rb"|[\xb0-\xb4]%(following)b{3})"  # ð to ô: of four
    rb"|%(replacement)b"
    % {b"following": _FOLLOWING, b"french": _FRENCH, b"replacement": _REPLACEMENT}
)


class Mojibake(NamedTuple):
    """What each part of a piece has of it; int64 arrays of shape (parts,).

    Attributes
    ----------
    marks : int64 array
        Characters that became mojibake, and replacement characters.
    bytes : int64 array
        The bytes of these.
    beyond_ascii : int64 array
        All bytes beyond ASCII.
    """

    marks: IntArray
    bytes: IntArray
    beyond_ascii: IntArray


def find_mojibake(piece: Piece) -> Mojibake:
    """Count what UTF-8 becomes when it is read as Latin-1 or Windows-1252 and written as UTF-8.

    Each character beyond ASCII has then become two to four that hardly ever stand side by side
    in any language. Some do, as a capital with an accent before a closing quotation mark does; so
    what counts is their share of all bytes beyond ASCII, which is near 1 in mojibake.

    Examples
    --------
    >>> from entropylaw.corpus import Corpus
    >>> from entropylaw.guards.pieces import pieces
    >>> texts = ["café à Paris", "café à Paris".encode().decode("latin-1")]
    >>> [piece] = pieces(Corpus.from_rows([text.encode() for text in texts]))
    >>> [counts.tolist() for counts in find_mojibake(piece)]
    [[0, 2], [0, 8], [4, 8]]
    """
    found = [match.span() for match in _MOJIBAKE.finditer(piece.raw)]
    spans = np.array(found, np.int64).reshape(-1, 2)
    parts = piece.parts_at(spans[:, 0])
    sizes = np.zeros(len(piece), np.int64)
    np.add.at(sizes, parts, spans[:, 1] - spans[:, 0])
    marks = np.bincount(parts, minlength=len(piece))
    return Mojibake(marks, sizes, piece.sums(piece.text >= 0x80))

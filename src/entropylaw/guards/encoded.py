"""How much of a record is base64 or hexadecimal."""

from __future__ import annotations

from string import ascii_lowercase, ascii_uppercase, digits

import numpy as np

from entropylaw.guards.characters import byte_table
from entropylaw.guards.pieces import Piece, runs
from entropylaw.types import BoolArray, IntArray

LEAST_RUN = 40
"""Characters without a break below which a word, a path or a key is no encoded blob."""

_LOWER, _UPPER, _DIGIT, _SIGN = 1, 2, 3, 4
_BASE64 = byte_table(
    {_LOWER: ascii_lowercase, _UPPER: ascii_uppercase, _DIGIT: digits, _SIGN: "+/-_="}
)
_HEX = byte_table({_LOWER: "abcdefABCDEF", _DIGIT: digits, _SIGN: " :"})


def encoded_bytes(piece: Piece) -> IntArray:
    """Return how many bytes of each part are in runs of base64 or hexadecimal; shape (parts,).

    Of random base64, six neighbours in ten differ in being a small letter, a capital or a digit,
    and one character in six is a digit; in words, identifiers and paths far fewer do. Hexadecimal
    is letters and digits mixed; pairs of them may be parted by spaces or colons.

    Examples
    --------
    >>> from base64 import b64encode
    >>> from entropylaw.corpus import Corpus
    >>> from entropylaw.guards.pieces import pieces
    >>> blob = b64encode(bytes(range(90)))
    >>> path = b"/usr/share/lib/aPathWithCamelCaseAnd_snake_case/that-goes-on"
    >>> [piece] = pieces(Corpus.from_rows([b"See: " + blob, path]))
    >>> encoded_bytes(piece).tolist()
    [120, 0]
    """
    inside = np.zeros(len(piece.raw), bool)
    _mark_base64(piece, inside)
    _mark_hex(piece, inside)
    return piece.sums(inside)


def _mark_base64(piece: Piece, inside: BoolArray) -> None:
    kinds = piece.kinds(_BASE64)
    starts, ends = runs(kinds > 0, least=LEAST_RUN)
    if not len(starts):
        return
    changes = (kinds[1:] != kinds[:-1]) & (kinds[1:] != _SIGN) & (kinds[:-1] != _SIGN)
    size = ends - starts
    mixed = _counts(changes, starts, ends - 1) >= 0.35 * size
    with_digits = _counts(kinds == _DIGIT, starts, ends) >= 0.05 * size
    few_signs = _counts(kinds == _SIGN, starts, ends) <= 0.12 * size
    _mark(inside, starts, ends, mixed & with_digits & few_signs)


def _mark_hex(piece: Piece, inside: BoolArray) -> None:
    kinds = piece.kinds(_HEX)
    starts, ends = runs(kinds > 0, least=LEAST_RUN)
    if not len(starts):
        return
    letters = _counts(kinds == _LOWER, starts, ends)
    figures = _counts(kinds == _DIGIT, starts, ends)
    both = letters + figures
    mixed = (letters >= 0.15 * both) & (figures >= 0.3 * both)
    _mark(inside, starts, ends, mixed & (both >= 0.6 * (ends - starts)))


def _counts(marked: BoolArray, starts: IntArray, ends: IntArray) -> IntArray:
    """Return how many are marked from each start to its end."""
    before = np.zeros(len(marked) + 1, np.int64)
    np.cumsum(marked, out=before[1:])
    return before[ends] - before[starts]


def _mark(inside: BoolArray, starts: IntArray, ends: IntArray, which: BoolArray) -> None:
    for start, end in zip(starts[which].tolist(), ends[which].tolist(), strict=True):
        inside[start:end] = True

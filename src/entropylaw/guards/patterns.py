"""Patterns in single records: base64 and hexadecimal, mojibake, repeated lines."""

from __future__ import annotations

import re
from string import ascii_lowercase, ascii_uppercase, digits
from typing import NamedTuple

import numpy as np

from entropylaw.guards.text import Piece, byte_table, runs
from entropylaw.guards.words import Words, mixed, one_of_each, run_hashes
from entropylaw.types import BoolArray, IntArray

LEAST_RUN = 40
"""Least characters of an encoded run: words, paths and keys are shorter."""

LEAST_MARKS = 2
"""Least marks of mojibake: a single one may be a legitimate pair of characters."""

LEAST_REPEATED = 10
"""Least repeated words, so that "Yes. Yes." is not caught."""

_LOWER, _UPPER, _DIGIT, _SIGN = 1, 2, 3, 4
_BASE64 = byte_table(
    {_LOWER: ascii_lowercase, _UPPER: ascii_uppercase, _DIGIT: digits, _SIGN: "+/-_="}
)
_HEX = byte_table({_LOWER: "abcdefABCDEF", _DIGIT: digits, _SIGN: " :"})

_REPLACEMENT = rb"\xef\xbf\xbd"

_FOLLOWING = (
    rb"(?:\xc2[\x80-\xbf]"  # U+0080 to U+00BF
    rb"|\xe2(?:\x80[\x93\x94\x98-\x9a\x9c-\x9e\xa0-\xa2\xa6\xb0\xb9\xba]|\x82\xac|\x84\xa2)"
    rb"|\xc5[\x92\x93\xa0\xa1\xb8\xbd\xbe]|\xc6\x92|\xcb[\x86\x9c])"
)
"""The second and later bytes of a character, read as Latin-1 or Windows-1252."""

_FRENCH = rb"(?!\xc2\xa0\xc2\xbb)"
"""A word, a no-break space and a closing guillemet, as in "voilà »": no mojibake."""

_MOJIBAKE = re.compile(
    rb"\xc3(?:[\x82-\x9f]%(following)b"  # Â to ß: the first of two bytes
    rb"|[\xa0-\xaf]%(french)b%(following)b{2}"  # à to ï: of three
    rb"|[\xb0-\xb4]%(following)b{3})"  # ð to ô: of four
    rb"|%(replacement)b"
    % {b"following": _FOLLOWING, b"french": _FRENCH, b"replacement": _REPLACEMENT}
)

_STOP = byte_table({1: "\n.!?"})
_STOPS_BEYOND_ASCII = [stop.encode() for stop in "。！？।"]


class Mojibake(NamedTuple):
    """Mojibake in each part of a piece; int64 arrays of shape (parts,).

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


def encoded_bytes(piece: Piece) -> IntArray:
    """Return the bytes of each part that are in runs of base64 or hexadecimal; shape (parts,).

    Of random base64, six neighbours in ten differ in being a small letter, a capital or a digit,
    and one character in six is a digit; in words, identifiers and paths far fewer do. Hexadecimal
    is letters and digits mixed; pairs of them may be separated by spaces or colons.

    Examples
    --------
    >>> from base64 import b64encode
    >>> from entropylaw.corpus import Corpus
    >>> from entropylaw.guards.text import pieces
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


def find_mojibake(piece: Piece) -> Mojibake:
    """Count UTF-8 that was read as Latin-1 or Windows-1252 and written as UTF-8 again.

    Each character beyond ASCII has then become two to four that hardly ever adjoin in any
    language. Some do, such as an accented capital before a closing quotation mark; so their share
    of all bytes beyond ASCII decides, which is near 1 in mojibake.

    Examples
    --------
    >>> from entropylaw.corpus import Corpus
    >>> from entropylaw.guards.text import pieces
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


def repeated_words(piece: Piece, words: Words) -> IntArray:
    """Return how many words of each part are in repeated lines or sentences; shape (parts,).

    A line or sentence counts if it equals an earlier one of the part, word for word. This is
    Gopher's rule [1]_, with sentences as well as lines, and words in place of characters, so that
    it also works for records on a single line and regardless of the white space of code.

    References
    ----------
    .. [1] J. W. Rae et al., "Scaling Language Models: Methods, Analysis & Insights from Training
       Gopher", arXiv:2112.11446, 2021, table A1.

    Examples
    --------
    >>> from entropylaw.corpus import Corpus
    >>> from entropylaw.guards.text import pieces
    >>> from entropylaw.guards.words import find_words
    >>> [piece] = pieces(Corpus.from_rows([b"I do. I do. And you?", b"I do."]))
    >>> repeated_words(piece, find_words(piece)).tolist()
    [2, 0]
    """
    begins = np.zeros(len(words) + 1, bool)
    begins[0] = True
    begins[np.searchsorted(words.places, _stops(piece))] = True
    starts = np.flatnonzero(begins[:-1])
    ends = np.append(starts[1:], len(words))
    owners = words.parts[starts]
    lines = mixed(run_hashes(words.hashes, starts, ends)) + owners.astype(np.uint64)
    again = np.ones(len(lines), bool)
    again[one_of_each(lines)[0]] = False
    sizes = (ends - starts)[again]
    return np.bincount(owners[again], sizes, len(piece)).astype(np.int64)


def _mark_base64(piece: Piece, inside: BoolArray) -> None:
    kinds = piece.kinds(_BASE64)
    starts, ends = runs(kinds > 0, least=LEAST_RUN)
    if not len(starts):
        return
    changes = (kinds[1:] != kinds[:-1]) & (kinds[1:] != _SIGN) & (kinds[:-1] != _SIGN)
    size = ends - starts
    mixed_case = _counts(changes, starts, ends - 1) >= 0.35 * size
    with_digits = _counts(kinds == _DIGIT, starts, ends) >= 0.05 * size
    few_signs = _counts(kinds == _SIGN, starts, ends) <= 0.12 * size
    _mark(inside, starts, ends, mixed_case & with_digits & few_signs)


def _mark_hex(piece: Piece, inside: BoolArray) -> None:
    kinds = piece.kinds(_HEX)
    starts, ends = runs(kinds > 0, least=LEAST_RUN)
    if not len(starts):
        return
    letters = _counts(kinds == _LOWER, starts, ends)
    figures = _counts(kinds == _DIGIT, starts, ends)
    both = letters + figures
    either = (letters >= 0.15 * both) & (figures >= 0.3 * both)
    _mark(inside, starts, ends, either & (both >= 0.6 * (ends - starts)))


def _counts(marked: BoolArray, starts: IntArray, ends: IntArray) -> IntArray:
    """Return how many are marked from each start to its end."""
    before = np.zeros(len(marked) + 1, np.int64)
    np.cumsum(marked, out=before[1:])
    return before[ends] - before[starts]


def _mark(inside: BoolArray, starts: IntArray, ends: IntArray, which: BoolArray) -> None:
    for start, end in zip(starts[which].tolist(), ends[which].tolist(), strict=True):
        inside[start:end] = True


def _stops(piece: Piece) -> IntArray:
    """Return where lines and sentences end."""
    raw = piece.raw
    if not raw.isascii():
        for stop in _STOPS_BEYOND_ASCII:
            raw = raw.replace(stop, b"\n" * len(stop))
    return np.flatnonzero(np.frombuffer(raw.translate(_STOP), np.uint8))

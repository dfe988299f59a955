"""Words of the records of a piece and runs of words, as hashes; a lookup of hashes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from string import ascii_letters, digits

import numpy as np
import numpy.typing as npt

from entropylaw.guards.text import PIECE_BYTES, Piece, beyond_ascii, blocks_in, byte_table
from entropylaw.types import BoolArray, IntArray

HashArray = npt.NDArray[np.uint64]

_LOWER_CASE = bytes(range(256)).lower()

_IN_WORD = byte_table({1: ascii_letters + digits})[:0x80] + bytes([1]) * 0x80

_PUNCTUATION = blocks_in([(0x80, 0xBF), (0x2000, 0x207F), (0x3000, 0x303F), (0xFF00, 0xFF3F)])

_SPACELESS = blocks_in(
    [
        (0x0E00, 0x0FFF),  # Thai, Lao, Tibetan
        (0x1000, 0x109F),  # Burmese
        (0x1780, 0x17FF),  # Khmer
        (0x3040, 0xA4CF),  # Kana, Han, Yi
        (0xAC00, 0xD7BF),  # Hangul
        (0xF900, 0xFAFF),  # Han
        (0x10000, 0x10FFFF),  # Han, emoji
    ]
)
"""Characters that are words of their own: scripts without spaces between words."""

_BASE = 0x9E3779B97F4A7C15
_MIX = np.uint64(0xBF58476D1CE4E5B9)


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The words of a piece, in their order.

    A word is a run of letters and digits, ASCII letters in lower case; or one character of a
    script that puts no spaces between words.

    Attributes
    ----------
    hashes : uint64 array, shape (words,)
        Equal for equal words.
    places : int64 array, shape (words,)
        Position of each in the text of the piece.
    parts : int64 array, shape (words,)
        Which part of the piece it is in; ascending.
    n_parts : int
        Parts of the piece, those without a word included.
    """

    hashes: HashArray
    places: IntArray
    parts: IntArray
    n_parts: int

    def __len__(self) -> int:
        return len(self.hashes)

    def in_parts(self) -> IntArray:
        """Return how many words each part has; shape (n_parts,)."""
        return np.bincount(self.parts, minlength=self.n_parts)


class Lookup:
    """Index of hashes, queried with whole arrays.

    Hashes are uniform, so their leading bits determine their position among the sorted keys up to
    a step or two, which are taken for all queries at once.

    Parameters
    ----------
    keys : uint64 array, shape (n,)
        Distinct hashes, ascending.

    Examples
    --------
    >>> lookup = Lookup(np.array([5, 7, 2**63], np.uint64))
    >>> lookup.find(np.array([7, 6, 2**63], np.uint64)).tolist(), len(lookup)
    ([1, 3, 2], 3)
    """

    def __init__(self, keys: HashArray) -> None:
        bits = len(keys).bit_length() + 1
        self._shift = np.uint64(64 - bits)
        sizes = np.bincount(self._buckets(keys), minlength=1 << bits)
        self._starts = np.append(0, np.cumsum(sizes))
        self._keys = np.append(keys, np.uint64(2**64 - 1))  # where a search ends

    def __len__(self) -> int:
        return len(self._keys) - 1

    def find(self, asked: HashArray) -> IntArray:
        """Return the index of each hash among the keys, or the number of keys if it is none."""
        place = self._starts[self._buckets(asked)]
        late = np.flatnonzero(self._keys[place] < asked)
        while len(late):
            place[late] += 1
            late = late[self._keys[place[late]] < asked[late]]
        place[self._keys[place] != asked] = len(self)
        return place

    def _buckets(self, hashes: HashArray) -> IntArray:
        return (hashes >> self._shift).astype(np.int64)


def find_words(piece: Piece) -> Words:
    """Return the words of a piece.

    Examples
    --------
    >>> from entropylaw.corpus import Corpus
    >>> from entropylaw.guards.text import pieces
    >>> [piece] = pieces(Corpus.from_rows(["To be, or not to be.".encode(), "你好".encode()]))
    >>> words = find_words(piece)
    >>> words.places.tolist(), words.parts.tolist()
    ([0, 3, 7, 10, 14, 17, 21, 24], [0, 0, 0, 0, 0, 0, 1, 1])
    >>> bool(words.hashes[0] == words.hashes[4])
    True
    """
    inside, begins = _marked(piece)
    first = inside.copy()
    first[1:] &= ~inside[:-1] | begins[1:]
    last = inside.copy()
    last[:-1] &= ~inside[1:] | begins[1:]
    starts, ends = np.flatnonzero(first), np.flatnonzero(last) + 1
    hashes = run_hashes(piece.kinds(_LOWER_CASE).astype(np.uint64), starts, ends)
    return Words(hashes, starts, piece.parts_at(starts), len(piece))


def word_runs(words: Words, size: int) -> tuple[HashArray, IntArray]:
    """Return a hash for each run of `size` words of one part, and the index of its first word.

    Examples
    --------
    >>> from entropylaw.corpus import Corpus
    >>> from entropylaw.guards.text import pieces
    >>> [words] = map(find_words, pieces(Corpus.from_rows([b"a b a b", b"b a"])))
    >>> hashes, places = word_runs(words, 2)
    >>> places.tolist(), bool(hashes[0] == hashes[2] != hashes[1] == hashes[3])
    ([0, 1, 2, 4], True)
    """
    last = size - 1
    places = np.flatnonzero(words.parts[last:] == words.parts[: max(0, len(words.parts) - last)])
    return run_hashes(words.hashes, places, places + size), places


def run_hashes(values: HashArray, starts: IntArray, ends: IntArray) -> HashArray:
    """Return a hash for each run of values; equal runs have equal hashes.

    These are the fingerprints of Rabin and Karp [1]_, a polynomial in an odd base modulo 2**64,
    for all runs at once: a run is a difference of two prefix sums, divided by the power of the
    base at which it starts. Two different runs collide with a probability of about 2**-60.

    References
    ----------
    .. [1] R. M. Karp and M. O. Rabin, "Efficient randomized pattern-matching algorithms",
       IBM Journal of Research and Development 31, 1987.
    """
    powers, inverses = _powers()
    prefix = np.zeros(len(values) + 1, np.uint64)
    np.cumsum(values * powers[: len(values)], out=prefix[1:])
    return mixed((prefix[ends] - prefix[starts]) * inverses[starts])


def one_of_each(hashes: HashArray) -> tuple[IntArray, IntArray]:
    """Return the index of one of each distinct hash, in ascending order of hash, and its count.

    Of equal hashes the index may be that of any: not requiring the first halves the time.

    Examples
    --------
    >>> numbers = np.array([7, 5, 7], np.uint64)
    >>> places, counts = one_of_each(numbers)
    >>> numbers[places].tolist(), counts.tolist()
    ([5, 7], [1, 2])
    """
    order = np.argsort(hashes)
    firsts = _firsts(hashes[order])
    return order[firsts], np.diff(firsts, append=len(order))


def counted(hashes: HashArray) -> tuple[HashArray, IntArray]:
    """Return the distinct hashes, ascending, and the count of each.

    Examples
    --------
    >>> [found.tolist() for found in counted(np.array([7, 5, 7], np.uint64))]
    [[5, 7], [1, 2]]
    """
    ascending = np.sort(hashes)
    firsts = _firsts(ascending)
    return ascending[firsts], np.diff(firsts, append=len(ascending))


def _firsts(ascending: HashArray) -> IntArray:
    """Return the indices of hashes that differ from the one before."""
    differs = np.ones(len(ascending), bool)
    np.not_equal(ascending[1:], ascending[:-1], out=differs[1:])
    return np.flatnonzero(differs)


def mixed(hashes: HashArray) -> HashArray:
    """Return a bijection of the hashes in which every bit depends on every other."""
    hashes = (hashes ^ (hashes >> np.uint64(30))) * _MIX
    return hashes ^ (hashes >> np.uint64(31))


@cache
def _powers() -> tuple[HashArray, HashArray]:
    """Return the powers of the base and of its inverse modulo 2**64."""
    both = []
    for base in (_BASE, pow(_BASE, -1, 1 << 64)):
        powers = np.full(PIECE_BYTES, base, np.uint64)
        powers[0] = 1
        both.append(np.cumprod(powers))
    return both[0], both[1]


def _marked(piece: Piece) -> tuple[BoolArray, BoolArray]:
    """Return which bytes are in words, and which bytes start a new word."""
    text = piece.text
    inside = piece.kinds(_IN_WORD) > 0
    begins = np.zeros(len(text), bool)
    places, widths, blocks = beyond_ascii(text)
    marks = _PUNCTUATION[blocks]
    for offset in range(3):
        inside[(places + offset)[marks & (widths > offset)]] = False
    alone = _SPACELESS[blocks]
    begins[places[alone]] = True
    begins[np.minimum(places + widths, len(text) - 1)[alone]] = True
    return inside, begins

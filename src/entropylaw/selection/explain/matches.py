"""The records of a set that share the longest runs of bytes with one record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from entropylaw.corpus import Corpus
from entropylaw.guards.text import runs
from entropylaw.guards.words import HashArray, mixed
from entropylaw.types import BoolArray, IntArray

GRAM = 16
"""Bytes of the shortest run that counts as overlap: about three words."""

_PIECE = 1 << 20
"""Bytes that are looked through at a time; one record at least."""

_MOST_TABLE_BITS = 24


class Match(NamedTuple):
    """A run of bytes that two records share.

    Attributes
    ----------
    start, other_start : int
        Where it begins in either.
    length : int
        Its bytes.
    """

    start: int
    other_start: int
    length: int


class Overlap(NamedTuple):
    """The longest run of bytes that a record shares with another.

    Attributes
    ----------
    row : int
        The other record.
    match : Match
        The run.
    text : bytes
        Its bytes.
    """

    row: int
    match: Match
    text: bytes


@dataclass(frozen=True, slots=True)
class Overlaps:
    """What a record shares with the records of a set.

    Attributes
    ----------
    longest : tuple of Overlap
        Those with the longest runs, the longest first; ties to the lower row.
    shared : int
        Bytes of the record in runs of at least `GRAM` bytes that any record of the set has.
    """

    longest: tuple[Overlap, ...]
    shared: int


def overlaps(pool: Corpus, row: int, others: IntArray, *, most: int = 3) -> Overlaps:
    """Return which other records share the longest runs of bytes with a record, exactly.

    Each record is gone through once for its longest stretch in which every run of `GRAM` bytes
    is in the record asked about. The shared run is no longer than that stretch, so only the most
    promising records are compared in full, until no other could have a longer one.

    Parameters
    ----------
    pool : Corpus
        The records.
    row : int
        The record asked about.
    others : int64 array
        Rows to compare it with, `row` not among them.
    most : int, default 3
        How many to return; fewer if fewer share a run of `GRAM` bytes.

    Examples
    --------
    >>> pool = Corpus.from_rows([b"it was the best of times", b"the worst", b"the best of times?"])
    >>> found = overlaps(pool, 0, np.array([1, 2]))
    >>> found.longest[0].row, found.longest[0].text, found.shared
    (2, b'the best of times', 17)
    """
    record = pool[row]
    seen = _Grams(record)
    limits = _limits(pool, others, seen)
    found: list[Overlap] = []
    for place in np.lexsort((others, -limits)).tolist():
        limit = int(limits[place])
        if limit < GRAM or (len(found) >= most and limit < found[-1].match.length):
            break
        other = int(others[place])
        match = longest_match(record, pool[other])
        if match.length >= GRAM:
            text = record[match.start : match.start + match.length]
            found.append(Overlap(other, match, text))
            found.sort(key=lambda one: (-one.match.length, one.row))
            del found[most:]
    return Overlaps(tuple(found), seen.covered())


def longest_match(one: bytes, other: bytes) -> Match:
    """Return the longest run of bytes that is in both, the first of several; of length 0 if none.

    All runs of 2, 4, 8, ... bytes are numbered, each from the numbers of its halves [1]_, as long
    as any is in both. A run of another length is a pair of two of these that overlap, and its
    length is found by halving. What has the same number is compared byte by byte.

    References
    ----------
    .. [1] R. M. Karp, R. E. Miller, A. L. Rosenberg, "Rapid identification of repeated patterns
       in strings, trees and arrays", STOC 1972.

    Examples
    --------
    >>> longest_match(b"abracadabra", b"a cadaver")
    Match(start=4, other_start=2, length=4)
    """
    shortest = min(len(one), len(other))
    mine, theirs = _bytes_of(one), _bytes_of(other)
    width, match = 1, Match(0, 0, 0)
    while width <= shortest:
        found = _first_shared(one, other, mine, theirs, width)
        if found is None:
            break
        match, known = found, (mine, theirs)
        mine, theirs = _pairs(mine, width), _pairs(theirs, width)
        width *= 2
    if not match.length:
        return match
    mine, theirs = known
    low, high = match.length, min(width, shortest + 1)
    while high - low > 1:
        middle = (low + high) // 2
        step = middle - width // 2
        found = _first_shared(one, other, _pairs(mine, step), _pairs(theirs, step), middle)
        if found is None:
            high = middle
        else:
            low, match = middle, found
    return match


class _Known:
    """A set of numbers."""

    def __init__(self, numbers: HashArray) -> None:
        numbers = np.sort(numbers)  # np.unique hashes, which takes ten times as long
        self.numbers = numbers[np.flatnonzero(np.diff(numbers, prepend=~numbers[:1]))]
        bits = min(_MOST_TABLE_BITS, len(self.numbers).bit_length() + 5)
        self._shift = np.uint64(64 - bits)
        self._table = np.zeros(1 << bits, np.bool_)
        self._table[self.numbers >> self._shift] = True

    def find(self, numbers: HashArray) -> tuple[IntArray, IntArray]:
        """Return the places of those that are in the set, and their places in it."""
        maybe = np.flatnonzero(self._table[numbers >> self._shift])
        place = np.searchsorted(self.numbers, numbers[maybe])
        same = self.numbers[np.minimum(place, len(self.numbers) - 1)] == numbers[maybe]
        return maybe[same], place[same]


class _Grams:
    """The runs of `GRAM` bytes of a record, and which of them were seen elsewhere."""

    def __init__(self, record: bytes) -> None:
        self._length = len(record)
        self._grams = _gram_hashes(record)
        self._known = _Known(self._grams)
        self._seen = np.zeros(len(self._known.numbers), np.bool_)

    def find(self, grams: HashArray, whole: BoolArray) -> BoolArray:
        """Return which of these runs, if they are `whole`, the record has; take note of them."""
        inside = np.zeros(len(grams), np.bool_)
        places, which = self._known.find(grams)
        inside[places] = whole[places]
        self._seen[which[whole[places]]] = True
        return inside

    def covered(self) -> int:
        """Return how many bytes of the record stand in runs that were seen."""
        which = np.searchsorted(self._known.numbers, self._grams)
        starts = np.flatnonzero(self._seen[which])
        steps = np.zeros(self._length + 1, np.int64)
        steps[starts] += 1
        np.add.at(steps, starts + GRAM, -1)
        return int(np.count_nonzero(np.cumsum(steps)))


def _limits(pool: Corpus, rows: IntArray, grams: _Grams) -> IntArray:
    """Return for each row the most bytes that a run shared with the record can have."""
    limits = np.zeros(len(rows), np.int64)
    for places in _pieces(pool.lengths[rows]):
        lengths = pool.lengths[rows[places]]
        text = b"".join(pool.records(rows[places]))
        hashes = _gram_hashes(text)
        owners = np.repeat(places, lengths)
        whole = owners[: len(hashes)] == owners[len(text) - len(hashes) :]
        starts, ends = runs(grams.find(hashes, whole))
        if len(starts):
            np.maximum.at(limits, owners[starts], ends - starts + GRAM - 1)
    return limits


def _pieces(lengths: IntArray) -> Iterator[IntArray]:
    """Yield runs of places that hold about `_PIECE` bytes together."""
    reached = np.cumsum(lengths) // _PIECE
    yield from np.split(np.arange(len(lengths)), np.flatnonzero(np.diff(reached)) + 1)


def _gram_hashes(text: bytes) -> HashArray:
    """Return a number for each run of `GRAM` bytes; equal runs get equal numbers."""
    count = max(len(text) - GRAM + 1, 0)
    words: HashArray = np.ndarray((count + 8 if count else 0,), np.uint64, text, strides=(1,))
    return _pairs(words, 8)


def _bytes_of(record: bytes) -> HashArray:
    return mixed(np.frombuffer(record, np.uint8).astype(np.uint64) + np.uint64(1))


def _pairs(numbers: HashArray, step: int) -> HashArray:
    """Return a number for each number and the one `step` further on."""
    return mixed(mixed(numbers[: max(len(numbers) - step, 0)]) + numbers[step:])


def _first_shared(
    one: bytes, other: bytes, mine: HashArray, theirs: HashArray, width: int
) -> Match | None:
    """Return the first run of this width in both, by the numbers of their runs."""
    for start in _Known(theirs).find(mine)[0].tolist():
        place = int(np.argmax(theirs == mine[start]))
        if one[start : start + width] == other[place : place + width]:
            return Match(start, place, width)
    return None

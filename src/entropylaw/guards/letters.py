"""Does the order of a record's letters tell anything? Neighbours against letters farther apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from entropylaw.guards.pieces import ByteArray, Piece
from entropylaw.types import AnyArray, FloatArray, IntArray

LEAST_LETTERS = 64
"""Characters below which a record is not judged by their order."""

LEAST_BITS = 0.25
"""Bits a pair that the order of letters saves in any language; shuffled, it saves none."""

APART = 5
"""How far apart the letters are with which neighbours are compared."""

PRIOR = 64
"""Pairs, as their ends are spread, that each letter is taken to have been seen in before."""


class LetterScore(NamedTuple):
    """What the order of the letters of each part of a piece is worth; arrays of shape (parts,).

    Attributes
    ----------
    saved : float64 array
        Bits by which the pairs of neighbours are shorter than pairs of letters farther apart.
    pairs : int64 array
        Pairs of neighbours that were compared.
    """

    saved: FloatArray
    pairs: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class LetterModel:
    """Which letter follows which in a sample of the pool.

    A letter is the last byte of a character: the whole of it in ASCII, and enough to tell
    neighbours apart within any one alphabet.

    Attributes
    ----------
    bits : float32 array, shape (65536,)
        For each pair of bytes the bits that the first saves in describing the second.
    """

    bits: AnyArray

    @classmethod
    def learn(cls, sample: Iterable[Piece]) -> LetterModel:
        """Count the pairs of letters of a sample."""
        counts = np.zeros(1 << 16, np.int64)
        for piece in sample:
            letters, _ = _letters(piece)
            counts += np.bincount(_pairs(letters, 1), minlength=1 << 16)
        table = counts.reshape(256, 256)
        ends = (table.sum(axis=0) + 1) / (table.sum() + 256)
        chance = (table + PRIOR * ends) / (table.sum(axis=1, keepdims=True) + PRIOR)
        return cls(np.log2(chance / ends).astype(np.float32).ravel())

    def score(self, piece: Piece) -> LetterScore:
        """Return what the order of the letters of each part is worth.

        Letters farther apart are the same letters, so that what is left is the order alone:
        it tells something in any language, also in one that the sample does not have.

        Examples
        --------
        >>> from entropylaw.corpus import Corpus
        >>> from entropylaw.guards.pieces import pieces
        >>> text, shuffled = b"the other one, " * 9, b"eh rte,hto noe " * 9
        >>> [piece] = pieces(Corpus.from_rows([text, shuffled]))
        >>> learnt = LetterModel.learn(pieces(Corpus.from_rows([text])))
        >>> saved, pairs = learnt.score(piece)
        >>> bool(saved[0] > saved[1]), pairs.tolist()
        (True, [130, 130])
        """
        letters, starts = _letters(piece)
        if len(letters) <= APART:
            return LetterScore(np.zeros(len(piece)), np.zeros(len(piece), np.int64))
        near, far = self.bits[_pairs(letters, 1)], self.bits[_pairs(letters, APART)]
        before = np.append(0.0, np.cumsum(near[: len(far)] - far, dtype=np.float64))
        ends = np.append(starts[1:], len(letters)) - 1  # before the newline of each
        pairs = np.maximum(ends - APART - starts, 0)
        starts = np.minimum(starts, len(far))
        return LetterScore(before[starts + pairs] - before[starts], pairs)


def _letters(piece: Piece) -> tuple[ByteArray, IntArray]:
    """Return the last byte of each character of a piece, and where each part begins in them."""
    text = piece.text
    if piece.raw.isascii():
        return text, piece.starts
    goes_on = (text[1:] & 0xC0 == 0x80) & (text[:-1] >= 0x80)
    places = np.flatnonzero(np.append(~goes_on, True))
    return text[places], np.searchsorted(places, piece.starts)


def _pairs(letters: ByteArray, apart: int) -> AnyArray:
    """Return each pair of letters so far apart as a number."""
    return letters[:-apart].astype(np.uint16) << 8 | letters[apart:]

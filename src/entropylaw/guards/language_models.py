"""Models of a sample of the pool: the order of letters and words, and templates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from entropylaw.corpus import Corpus
from entropylaw.guards.samples import beginnings
from entropylaw.guards.text import ByteArray, Piece, pieces
from entropylaw.guards.word_order import OrderModel
from entropylaw.guards.words import (
    Lookup,
    Words,
    counted,
    find_words,
    mixed,
    one_of_each,
    word_runs,
)
from entropylaw.types import AnyArray, FloatArray, IntArray

SAMPLE_BYTES = 1 << 22
"""Text of a sample."""

LEAST_LETTERS = 64
"""Characters below which a record is not judged by their order."""

LEAST_BITS = 0.25
"""Bits per pair that the order of letters saves in any language; shuffled letters save none."""

APART = 5
"""Distance of the letters with which neighbours are compared."""

PRIOR = 64
"""Pseudo-counts of each letter, distributed as the second letters of pairs are."""

RUN = 5
"""Words of a run: five rarely coincide by chance."""

LEAST_RECORDS = 3
LEAST_SHARE = 1 / 500
"""Records of a sample, and share of them, that contain a run before it belongs to a template."""

LEAST_TEMPLATE_WORDS = 20
"""Least words in template runs, so that "What is the capital of ...?" is not caught."""


class SampleModels:
    """Models of one sample, each fitted when first used.

    Parameters
    ----------
    corpus : Corpus
        The pool.
    sample : int64 array
        Rows of it, as from `entropylaw.guards.samples.draw_samples`.
    """

    def __init__(self, corpus: Corpus, sample: IntArray) -> None:
        self._corpus = corpus
        self._sample = sample

    @cached_property
    def order(self) -> OrderModel:
        """Which word follows which."""
        return OrderModel.fit(self._words)

    @cached_property
    def letters(self) -> LetterModel:
        """Which letter follows which."""
        return LetterModel.fit(self._pieces)

    @cached_property
    def templates(self) -> TemplateModel:
        """Runs of words that several records have in common."""
        return TemplateModel.fit(self._words)

    @cached_property
    def _pieces(self) -> list[Piece]:
        text = Corpus.from_rows(beginnings(self._corpus, self._sample, size=SAMPLE_BYTES))
        return list(pieces(text))

    @cached_property
    def _words(self) -> list[Words]:
        return [find_words(piece) for piece in self._pieces]


class LetterScore(NamedTuple):
    """Bits that the order of letters saves in each part of a piece; arrays of shape (parts,).

    Attributes
    ----------
    saved : float64 array
        Bits by which pairs of neighbours are shorter than pairs of letters farther apart.
    pairs : int64 array
        Pairs of neighbours that were compared.
    """

    saved: FloatArray
    pairs: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class LetterModel:
    """Bigram model of the letters of a sample.

    A letter is the last byte of a character: all of it in ASCII, and enough to distinguish
    neighbours within any one alphabet.

    Attributes
    ----------
    bits : float32 array, shape (65536,)
        For each pair of bytes the bits that the first saves in describing the second.
    """

    bits: AnyArray

    @classmethod
    def fit(cls, sample: Iterable[Piece]) -> LetterModel:
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
        """Return the bits that the order of the letters of each part saves.

        Letters farther apart are the same letters, so the difference is due to order alone: it
        works in any language, also in one that the sample does not contain.

        Examples
        --------
        >>> from entropylaw.corpus import Corpus
        >>> from entropylaw.guards.text import pieces
        >>> text, shuffled = b"the other one, " * 9, b"eh rte,hto noe " * 9
        >>> [piece] = pieces(Corpus.from_rows([text, shuffled]))
        >>> model = LetterModel.fit(pieces(Corpus.from_rows([text])))
        >>> saved, pairs = model.score(piece)
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


@dataclass(frozen=True, slots=True, eq=False)
class TemplateModel:
    """Runs of words that several records of a sample contain.

    Attributes
    ----------
    runs : Lookup
        Hashes of these runs.
    """

    runs: Lookup

    @classmethod
    def fit(cls, sample: Iterable[Words]) -> TemplateModel:
        """Count the records of a sample that contain each run."""
        distinct, n_records = [np.empty(0, np.uint64)], 0
        for words in sample:
            hashes, places = word_runs(words, RUN)
            owners = mixed(words.parts[places].astype(np.uint64))
            n_records += words.n_parts
            distinct.append(hashes[one_of_each(hashes + owners)[0]])
        runs, records = counted(np.concatenate(distinct))
        return cls(Lookup(runs[records >= max(LEAST_RECORDS, LEAST_SHARE * n_records)]))

    def words_in(self, words: Words) -> IntArray:
        """Return how many words of each part are in such runs; shape (parts,).

        Examples
        --------
        >>> from entropylaw.corpus import Corpus
        >>> from entropylaw.guards.text import pieces
        >>> rows = [b"Dear %d, your parcel has been sent." % name for name in range(3)]
        >>> [words] = map(find_words, pieces(Corpus.from_rows([*rows, b"Dear me, no template."])))
        >>> TemplateModel.fit([words]).words_in(words).tolist()
        [5, 5, 5, 0]
        """
        hashes, places = word_runs(words, RUN)
        begins = np.zeros(len(words), bool)
        begins[places[self.runs.find(hashes) < len(self.runs)]] = True
        inside = begins.copy()
        for offset in range(1, RUN):
            inside[offset:] |= begins[:-offset]
        return np.bincount(words.parts[inside], minlength=words.n_parts)


def _letters(piece: Piece) -> tuple[ByteArray, IntArray]:
    """Return the last byte of each character of a piece, and where each part begins in them."""
    text = piece.text
    if piece.raw.isascii():
        return text, piece.starts
    goes_on = (text[1:] & 0xC0 == 0x80) & (text[:-1] >= 0x80)
    places = np.flatnonzero(np.append(~goes_on, True))
    return text[places], np.searchsorted(places, piece.starts)


def _pairs(letters: ByteArray, apart: int) -> AnyArray:
    """Return each pair of letters at a distance as a number."""
    return letters[:-apart].astype(np.uint16) << 8 | letters[apart:]

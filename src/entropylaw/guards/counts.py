"""Counts of each record that guards judge by, made in one pass over the pool."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from entropylaw.corpus import Corpus
from entropylaw.guards.language_models import SampleModels
from entropylaw.guards.options import Guards
from entropylaw.guards.patterns import encoded_bytes, find_mojibake, repeated_words
from entropylaw.guards.samples import Samples
from entropylaw.guards.scripts import main_scripts
from entropylaw.guards.text import Piece, pieces
from entropylaw.guards.words import find_words
from entropylaw.types import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Counts of each record; arrays of shape (n,), 0 where no guard needs them.

    Attributes
    ----------
    script : int64 array
        The script of most letters, as a position in `entropylaw.guards.scripts.SCRIPTS`.
    order_saved, order_known, order_pairs : float64, int64 and int64 array
        See `entropylaw.guards.word_order.OrderScore`.
    order_judged : bool array
        Whether the sample that the record is judged by was large enough.
    letters_saved, letter_pairs : float64 and int64 array
        See `entropylaw.guards.language_models.LetterScore`.
    encoded : int64 array
        Bytes of base64 or hexadecimal.
    mojibake_marks, mojibake_bytes, beyond_ascii : int64 array
        See `entropylaw.guards.patterns.Mojibake`.
    words, template_words, repeated_words : int64 array
        All words, those in template runs, and those in repeated lines or sentences.
    """

    script: IntArray
    order_saved: FloatArray
    order_known: IntArray
    order_pairs: IntArray
    order_judged: BoolArray
    letters_saved: FloatArray
    letter_pairs: IntArray
    encoded: IntArray
    mojibake_marks: IntArray
    mojibake_bytes: IntArray
    beyond_ascii: IntArray
    words: IntArray
    template_words: IntArray
    repeated_words: IntArray

    @classmethod
    def of(cls, corpus: Corpus, guards: Guards, samples: Samples) -> Self:
        """Count in each record what the guards that are on need."""
        counts = cls._zeros(len(corpus))
        for sample, rows in samples:
            models = SampleModels(corpus, sample)
            for piece in pieces(corpus, rows):
                counts._add(piece, guards, models)
        return counts

    @classmethod
    def _zeros(cls, n: int) -> Self:
        kinds = {"order_saved": np.float64, "letters_saved": np.float64, "order_judged": np.bool_}
        return cls(**{f.name: np.zeros(n, kinds.get(f.name, np.int64)) for f in fields(cls)})

    def _add(self, piece: Piece, guards: Guards, models: SampleModels) -> None:
        rows = piece.rows
        if guards.on("noise", "repetitive"):
            self.script[rows] = main_scripts(piece)
        if guards.on("encoded"):
            self.encoded[rows] += encoded_bytes(piece)
        if guards.on("mojibake"):
            found = find_mojibake(piece)
            self.mojibake_marks[rows] += found.marks
            self.mojibake_bytes[rows] += found.bytes
            self.beyond_ascii[rows] += found.beyond_ascii
        if guards.on("repeated_lines", "shuffled", "template"):
            self._add_words(piece, guards, models)
        if guards.on("shuffled"):
            letters = models.letters.score(piece)
            self.letters_saved[rows] += letters.saved
            self.letter_pairs[rows] += letters.pairs

    def _add_words(self, piece: Piece, guards: Guards, models: SampleModels) -> None:
        rows, words = piece.rows, find_words(piece)
        self.words[rows] += words.in_parts()
        if guards.on("repeated_lines"):
            self.repeated_words[rows] += repeated_words(piece, words)
        if guards.on("template"):
            self.template_words[rows] += models.templates.words_in(words)
        if guards.on("shuffled") and models.order.enough:
            order = models.order.score(words)
            self.order_judged[rows] = True
            self.order_saved[rows] += order.saved
            self.order_known[rows] += order.known
            self.order_pairs[rows] += order.pairs

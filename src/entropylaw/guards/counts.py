"""What is counted in each record, in one pass over the pool."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from entropylaw.corpus import Corpus
from entropylaw.guards.encoded import encoded_bytes
from entropylaw.guards.lines import find_repeated
from entropylaw.guards.mojibake import find_mojibake
from entropylaw.guards.options import Guards
from entropylaw.guards.order import OrderModel
from entropylaw.guards.pieces import Piece, pieces
from entropylaw.guards.samples import Samples, beginnings
from entropylaw.guards.scripts import main_scripts
from entropylaw.guards.words import find_words
from entropylaw.types import BoolArray, FloatArray, IntArray

SAMPLE_BYTES = 1 << 22
"""Text from which the order of words is learnt."""


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """What was counted in each record; arrays of shape (n,), 0 where nobody asked for it.

    Attributes
    ----------
    script : int64 array
        The script of most letters, as a place in `entropylaw.guards.scripts.SCRIPTS`.
    order_saved, order_known, order_pairs : float64, int64 and int64 array
        See `entropylaw.guards.order.OrderScore`.
    order_judged : bool array
        Whether the sample that the record is judged by was large enough.
    encoded : int64 array
        Bytes of base64 or hexadecimal.
    mojibake_marks, mojibake_bytes, beyond_ascii : int64 array
        See `entropylaw.guards.mojibake.Mojibake`.
    words, repeated_words : int64 array
        See `entropylaw.guards.lines.Repeated`.
    """

    script: IntArray
    order_saved: FloatArray
    order_known: IntArray
    order_pairs: IntArray
    order_judged: BoolArray
    encoded: IntArray
    mojibake_marks: IntArray
    mojibake_bytes: IntArray
    beyond_ascii: IntArray
    words: IntArray
    repeated_words: IntArray

    @classmethod
    def of(cls, corpus: Corpus, guards: Guards, samples: Samples) -> Self:
        """Count in each record what the guards that are on ask for."""
        counts = cls._zeros(len(corpus))
        for sample, rows in samples:
            model = None
            if guards.on("shuffled") and len(rows):
                model = _learned(corpus, sample)
                counts.order_judged[rows] = model.enough
            for piece in pieces(corpus, rows):
                counts._add(piece, guards, model)
        return counts

    @classmethod
    def _zeros(cls, n: int) -> Self:
        def whole() -> IntArray:
            return np.zeros(n, np.int64)

        return cls(
            script=whole(),
            order_saved=np.zeros(n),
            order_known=whole(),
            order_pairs=whole(),
            order_judged=np.zeros(n, bool),
            encoded=whole(),
            mojibake_marks=whole(),
            mojibake_bytes=whole(),
            beyond_ascii=whole(),
            words=whole(),
            repeated_words=whole(),
        )

    def _add(self, piece: Piece, guards: Guards, model: OrderModel | None) -> None:
        rows = piece.rows
        if guards.on("noise", "template"):
            self.script[rows] = main_scripts(piece)
        if guards.on("encoded"):
            self.encoded[rows] += encoded_bytes(piece)
        if guards.on("mojibake"):
            found = find_mojibake(piece)
            self.mojibake_marks[rows] += found.marks
            self.mojibake_bytes[rows] += found.bytes
            self.beyond_ascii[rows] += found.beyond_ascii
        if guards.on("repeated_lines", "shuffled"):
            self._add_words(piece, guards, model)

    def _add_words(self, piece: Piece, guards: Guards, model: OrderModel | None) -> None:
        rows, words = piece.rows, find_words(piece)
        if guards.on("repeated_lines"):
            lines = find_repeated(piece, words)
            self.words[rows] += lines.all
            self.repeated_words[rows] += lines.repeated
        if model is not None and model.enough:
            score = model.score(words)
            self.order_saved[rows] += score.saved
            self.order_known[rows] += score.known
            self.order_pairs[rows] += score.pairs


def _learned(corpus: Corpus, sample: IntArray) -> OrderModel:
    text = Corpus.from_rows(beginnings(corpus, sample, size=SAMPLE_BYTES))
    return OrderModel.learn(find_words(piece) for piece in pieces(text))

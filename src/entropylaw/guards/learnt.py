"""What a sample of the pool is like: the order of its words and letters, and its frames."""

from __future__ import annotations

from functools import cached_property

from entropylaw.corpus import Corpus
from entropylaw.guards.frames import Frames
from entropylaw.guards.letters import LetterModel
from entropylaw.guards.order import OrderModel
from entropylaw.guards.pieces import pieces
from entropylaw.guards.samples import beginnings
from entropylaw.guards.words import find_words
from entropylaw.types import IntArray

SAMPLE_BYTES = 1 << 22
"""Text of a sample."""


class Learnt:
    """What records are judged by that are not in the sample; learnt when it is asked for.

    Parameters
    ----------
    corpus : Corpus
        The pool.
    sample : int64 array
        Rows of it, as `entropylaw.guards.samples.draw_samples` drew them.
    """

    def __init__(self, corpus: Corpus, sample: IntArray) -> None:
        text = Corpus.from_rows(beginnings(corpus, sample, size=SAMPLE_BYTES))
        self._pieces = list(pieces(text))
        self._words = [find_words(piece) for piece in self._pieces]

    @cached_property
    def order(self) -> OrderModel:
        """Which word follows which."""
        return OrderModel.learn(self._words)

    @cached_property
    def letters(self) -> LetterModel:
        """Which letter follows which."""
        return LetterModel.learn(self._pieces)

    @cached_property
    def frames(self) -> Frames:
        """What several records have in common."""
        return Frames.learn(self._words)

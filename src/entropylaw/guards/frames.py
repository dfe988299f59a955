"""How much of a record stands in runs of words that other records of the pool have too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from entropylaw.guards.lookup import Lookup
from entropylaw.guards.words import Words, counted, mixed, one_of_each, word_runs
from entropylaw.types import IntArray

RUN = 5
"""Words in a row: five are seldom the same by chance."""

LEAST_RECORDS = 3
LEAST_SHARE = 1 / 500
"""Records of a sample, and share of them, that have a run before it is part of a frame."""

LEAST_WORDS = 20
"""Words in frames below which "What is the capital of ...?" would be a template."""


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """Runs of words that several records of a sample have.

    Attributes
    ----------
    runs : Lookup
        Hashes of these runs.
    """

    runs: Lookup

    @classmethod
    def learn(cls, sample: Iterable[Words]) -> Frames:
        """Count in how many records of a sample each run is."""
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
        >>> from entropylaw.guards.pieces import pieces
        >>> from entropylaw.guards.words import find_words
        >>> rows = [b"Dear %d, your parcel has been sent." % name for name in range(3)]
        >>> [words] = map(find_words, pieces(Corpus.from_rows([*rows, b"Dear me, not a frame."])))
        >>> Frames.learn([words]).words_in(words).tolist()
        [5, 5, 5, 0]
        """
        hashes, places = word_runs(words, RUN)
        begins = np.zeros(len(words), bool)
        begins[places[self.runs.find(hashes) < len(self.runs)]] = True
        inside = begins.copy()
        for offset in range(1, RUN):
            inside[offset:] |= begins[:-offset]
        return np.bincount(words.parts[inside], minlength=words.n_parts)

"""Information in the order of a record's words: a bigram model against a unigram model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from entropylaw.guards.words import HashArray, Lookup, Words, counted, mixed, one_of_each
from entropylaw.types import AnyArray, BoolArray, FloatArray, IntArray

LEAST_WORDS = 50_000
"""Least words of a sample that records are judged by."""

LEAST_PAIRS = 12
"""Least pairs of known words of a record that is judged."""

CLEAR_BITS = 1.0
"""Bits per pair from which on order is clear without a comparison with words farther apart."""

APART = (3, 5, 7)
"""Distances of the words with which neighbours are compared."""


class OrderScore(NamedTuple):
    """Bits that the order of words saves in each part of a piece; arrays of shape (parts,).

    Attributes
    ----------
    saved : float64 array
        Bits by which the bigram model describes neighbours shorter than the unigram model, less
        its average saving for words farther apart; where it saves at least `CLEAR_BITS` bits per
        pair of neighbours, nothing is subtracted.
    known : int64 array
        Pairs of neighbours that both models know.
    pairs : int64 array
        All pairs of neighbours.
    """

    saved: FloatArray
    known: IntArray
    pairs: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class OrderModel:
    """Bigram model of the words of a sample.

    The bigram model is that of Kneser and Ney [1]_ with the weight of Witten and Bell [2]_: after
    a word `a` seen ``n`` times with ``d`` different followers, a word `b` has the probability
    ``(count(a b) + d * q(b)) / (n + d)``, where ``q(b)`` is the share of all different pairs
    that end with `b`. It has no parameters. A pair with a word that was never seen is not known,
    so a language that the sample does not contain is not judged.

    Attributes
    ----------
    total : int
        Words of the sample.
    words, pairs : Lookup
        The words and the pairs of neighbours seen.
    pair_bits : float64 array, shape (pairs + 1,)
        Bits that the bigram model saves for each pair.
    before_bits, after_bits : float64 array, shape (words + 1,)
        The same for a pair that was not seen: the sum of one number for each of its words.
    leads, follows : bool array, shape (words + 1,)
        Whether a word was seen before another, and after another.

    References
    ----------
    .. [1] R. Kneser and H. Ney, "Improved backing-off for m-gram language modeling", 1995.
    .. [2] I. H. Witten and T. C. Bell, "The zero-frequency problem", 1991.
    """

    total: int
    words: Lookup
    pairs: Lookup
    pair_bits: FloatArray
    before_bits: FloatArray
    after_bits: FloatArray
    leads: BoolArray
    follows: BoolArray

    @classmethod
    def fit(cls, sample: Sequence[Words]) -> OrderModel:
        """Count the words and the pairs of a sample."""
        hashes = _joined([words.hashes for words in sample])
        words, counts = counted(hashes)
        firsts, seconds = zip(*map(_neighbours, sample), strict=True) if sample else ((), ())
        first, second = _joined(firsts), _joined(seconds)
        keys, lookup, n_words = _keys(first, second), Lookup(words), len(words)
        example, pair_counts = one_of_each(keys)
        pairs = keys[example]
        left, right = lookup.find(first[example]), lookup.find(second[example])
        seen = np.bincount(left, pair_counts, n_words)
        followers = np.bincount(left, minlength=n_words)
        endings = np.bincount(right, minlength=n_words)
        share = counts / max(len(hashes), 1)
        novelty = endings / max(len(pairs), 1) / share
        gain = pair_counts / share[right] + followers[left] * novelty[right]
        return cls(
            total=len(hashes),
            words=lookup,
            pairs=Lookup(pairs),
            pair_bits=_padded(np.log2(gain / (seen + followers)[left])),
            before_bits=_padded(_log2(followers / np.maximum(seen + followers, 1))),
            after_bits=_padded(_log2(novelty)),
            leads=_padded(followers > 0),
            follows=_padded(endings > 0),
        )

    @property
    def enough(self) -> bool:
        """Whether the sample has enough words to judge by."""
        return self.total >= LEAST_WORDS

    def score(self, words: Words) -> OrderScore:
        """Return the bits that the order of the words of each part saves.

        Words farther apart are the same words of the same subject, so the difference is due to
        order alone: in a pool of many subjects, any two words of one subject follow one another
        more often than their shares in the pool imply.
        """
        places = self.words.find(words.hashes)
        saved, known = self._bits(words, places, apart=1)
        of = (saved < CLEAR_BITS * known)[words.parts]
        doubtful = Words(words.hashes[of], words.places[of], words.parts[of], words.n_parts)
        for apart in APART:
            bits, pairs = self._bits(doubtful, places[of], apart=apart)
            saved = saved - bits / np.maximum(pairs, 1) * known / len(APART)
        return OrderScore(saved, known, np.maximum(words.in_parts() - 1, 0))

    def _bits(self, words: Words, places: IntArray, *, apart: int) -> tuple[FloatArray, IntArray]:
        """Return the bits saved in each part for known pairs, and the number of these pairs."""
        left, right, parts = places[:-apart], places[apart:], words.parts[apart:]
        known = (words.parts[:-apart] == parts) & self.leads[left] & self.follows[right]
        left, right, parts = left[known], right[known], parts[known]
        keys = _keys(words.hashes[:-apart][known], words.hashes[apart:][known])
        pair = self.pairs.find(keys)
        bits = np.where(
            pair < len(self.pairs),
            self.pair_bits[pair],
            self.before_bits[left] + self.after_bits[right],
        )
        sums = np.bincount(parts, bits, words.n_parts).astype(np.float64)  # int if there are none
        return sums, np.bincount(parts, minlength=words.n_parts)


def _neighbours(words: Words) -> tuple[HashArray, HashArray]:
    """Return the first and the second words of all pairs of neighbours of one part."""
    inside = words.parts[1:] == words.parts[:-1]
    return words.hashes[:-1][inside], words.hashes[1:][inside]


def _keys(first: HashArray, second: HashArray) -> HashArray:
    """Return a hash for each pair of words."""
    return mixed(first) + second


def _joined(arrays: Sequence[HashArray]) -> HashArray:
    return np.concatenate([np.empty(0, np.uint64), *arrays])


def _padded(values: AnyArray) -> AnyArray:
    """Return values with one more, for keys that a lookup does not contain."""
    return np.append(values, np.zeros(1, values.dtype))


def _log2(values: AnyArray) -> AnyArray:
    """Return logarithms; 0 for 0, which is never used."""
    return np.log2(np.where(values > 0, values, 1.0))

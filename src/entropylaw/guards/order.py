"""Does the order of a record's words tell anything? A bigram model against a unigram model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from entropylaw.guards.words import HashArray, Words, mixed
from entropylaw.types import BoolArray, FloatArray, IntArray

LEAST_WORDS = 50_000
"""Words that a sample must have before anything is judged by it."""

LEAST_PAIRS = 12
"""Pairs of known words that a record must have before it is judged."""

TELLING = 1.0
"""Bits a pair from which on an order is told by something, and is not compared with others."""

DEALS = (5, 7, 11)
"""Hands that the words are dealt out to, one by one, to get them into another order."""


class OrderScore(NamedTuple):
    """What the order of the words of each part of a piece is worth; arrays of shape (parts,).

    Attributes
    ----------
    saved : float64 array
        Bits by which the bigram model describes the words shorter than the unigram model, less
        what it saves on average when they are dealt out. Where it saves `TELLING` bits a pair or
        more in their own order, nothing is taken off.
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
    """What follows what in a sample of the pool.

    The bigram model is that of Kneser and Ney [1]_ with the weight of Witten and Bell [2]_: after
    a word `a` seen ``n`` times with ``d`` different followers, a word `b` has the probability
    ``(count(a b) + d * q(b)) / (n + d)``, where ``q(b)`` is the share of all different pairs
    that end with `b`. It has no parameters. Where `a` or `b` was never seen the two models say
    the same, so a language that the sample does not have is not judged by it.

    Attributes
    ----------
    words, pairs : uint64 arrays, ascending
        The words and the pairs of neighbours seen.
    pair_counts : int64 array, shape (pairs,)
        How often each pair was seen.
    before, followers : int64 arrays, shape (words,)
        How often each word was seen with a follower, and how many different ones.
    novelty : float64 array, shape (words,)
        ``q`` of each word over its probability in the unigram model; 0 if it never follows.
    inverse_share : float64 array, shape (words,)
        1 over its probability in the unigram model.

    References
    ----------
    .. [1] R. Kneser and H. Ney, "Improved backing-off for m-gram language modeling", 1995.
    .. [2] I. H. Witten and T. C. Bell, "The zero-frequency problem", 1991.
    """

    words: HashArray
    pairs: HashArray
    pair_counts: IntArray
    before: IntArray
    followers: IntArray
    novelty: FloatArray
    inverse_share: FloatArray
    total: int

    @classmethod
    def learn(cls, sample: Iterable[Words]) -> OrderModel:
        """Count the words and the pairs of a sample."""
        seen = list(sample)
        hashes = _joined([words.hashes for words in seen])
        words, counts = np.unique(hashes, return_counts=True)
        neighbours = [_neighbours(words) for words in seen]
        first = _joined([one.first for one in neighbours])
        second = _joined([one.second for one in neighbours])
        keys = _joined([one.keys for one in neighbours])
        pairs, example, pair_counts = np.unique(keys, return_index=True, return_counts=True)
        left = np.searchsorted(words, first)
        right = np.searchsorted(words, second[example])
        inverse_share = len(hashes) / counts
        endings = np.bincount(right, minlength=len(words))
        return cls(
            words=words,
            pairs=pairs,
            pair_counts=pair_counts,
            before=np.bincount(left, minlength=len(words)),
            followers=np.bincount(left[example], minlength=len(words)),
            novelty=endings / max(len(pairs), 1) * inverse_share,
            inverse_share=inverse_share,
            total=len(hashes),
        )

    @property
    def enough(self) -> bool:
        """Whether the sample has words enough to judge by."""
        return self.total >= LEAST_WORDS

    def score(self, words: Words) -> OrderScore:
        """Return what the order of the words of each part is worth.

        Words that are dealt out are the same words of the same subject, so that what is left is
        the order alone: in a pool of many subjects, any two words of one subject follow one
        another more often than their shares in the pool would have it.
        """
        bits, known, pairs = self._bits(words)
        doubtful = bits < TELLING * known
        some = _of_parts(words, doubtful)
        dealt = np.zeros(len(bits))
        for hands in DEALS:
            other_bits, other_known, _ = self._bits(_dealt(some, hands))
            dealt += other_bits / np.maximum(other_known, 1) / len(DEALS)
        return OrderScore(bits - dealt * known, known, pairs)

    def _bits(self, words: Words) -> tuple[FloatArray, IntArray, IntArray]:
        """Return the bits that the bigram model saves in each part, and known and all pairs."""
        place, known = _found(self.words, words.hashes)
        pairs = _neighbours(words)
        left, right = place[:-1][pairs.inside], place[1:][pairs.inside]
        both = known[:-1][pairs.inside] & known[1:][pairs.inside]
        both &= (self.before[left] > 0) & (self.novelty[right] > 0)
        left, right, parts = left[both], right[both], pairs.parts[both]
        at, seen = _found(self.pairs, pairs.keys[both])
        counts = np.where(seen, self.pair_counts[at], 0)
        followers = self.followers[left]
        gain = counts * self.inverse_share[right] + followers * self.novelty[right]
        bits = np.log2(gain / (self.before[left] + followers))
        n_parts = words.n_parts
        return (
            np.bincount(parts, bits, n_parts).astype(np.float64),  # int where there is no pair
            np.bincount(parts, minlength=n_parts),
            np.bincount(pairs.parts, minlength=n_parts),
        )


class _Neighbours(NamedTuple):
    inside: BoolArray
    first: HashArray
    second: HashArray
    keys: HashArray
    parts: IntArray


def _neighbours(words: Words) -> _Neighbours:
    """Return the pairs of neighbours within a part, and which of all neighbours they are."""
    inside = words.parts[1:] == words.parts[:-1]
    first, second = words.hashes[:-1][inside], words.hashes[1:][inside]
    return _Neighbours(inside, first, second, mixed(first) + second, words.parts[1:][inside])


def _of_parts(words: Words, chosen: BoolArray) -> Words:
    """Return the words of some parts; the other parts have none."""
    of = chosen[words.parts]
    return Words(words.hashes[of], words.places[of], words.parts[of], words.n_parts)


def _dealt(words: Words, hands: int) -> Words:
    """Return the words of each part dealt out to so many hands, which are then put together."""
    first = np.searchsorted(words.parts, words.parts)
    turn = np.arange(len(words)) - first
    order = np.lexsort((turn // hands, turn % hands, words.parts))
    return Words(words.hashes[order], words.places[order], words.parts, words.n_parts)


def _found(keys: HashArray, asked: HashArray) -> tuple[IntArray, BoolArray]:
    """Return where each number asked for is among ascending keys, and whether it is."""
    if not len(keys):
        return np.zeros(len(asked), np.int64), np.zeros(len(asked), bool)
    order = np.argsort(asked)  # a search in order reads the keys in order: three times as fast
    place = np.empty(len(asked), np.int64)
    place[order] = np.searchsorted(keys, asked[order])
    np.minimum(place, len(keys) - 1, out=place)
    return place, keys[place] == asked


def _joined(arrays: Sequence[HashArray]) -> HashArray:
    return np.concatenate(arrays) if arrays else np.empty(0, np.uint64)

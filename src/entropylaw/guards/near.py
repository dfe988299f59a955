"""Records that are nearly an earlier record again, found by MinHash and then compared."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from entropylaw.corpus import Corpus
from entropylaw.errors import MissingExtraError
from entropylaw.guards.pieces import pieces
from entropylaw.guards.words import HashArray, find_words, word_runs
from entropylaw.types import IntArray

SHINGLE = 3
"""Words in a row that are compared as one."""

PERMUTATIONS = 128
"""Numbers in the MinHash of a record."""

MISSES_MATTER = (0.1, 0.9)
"""What a candidate too many and a near-duplicate missed weigh: candidates are compared anyway."""


def near_firsts(corpus: Corpus, firsts: IntArray, *, similarity: float, seed: int) -> IntArray:
    """Return for each row the lowest row that is much the same, or itself.

    Two records are much the same if of all runs of three words in either, at least a share of
    `similarity` is in both (the Jaccard index). A row is compared with rows that are not
    themselves copies of an earlier one; candidates come from locality-sensitive hashing of
    MinHashes [1]_, which misses a few of those close to the limit, and are then compared exactly.

    Parameters
    ----------
    corpus : Corpus
        The pool.
    firsts : int64 array, shape (n,)
        Copies that are known already; they are not compared.
    similarity : float
        From 0 to 1.
    seed : int
        Of the MinHashes.

    Raises
    ------
    MissingExtraError
        If datasketch is not installed.

    References
    ----------
    .. [1] A. Z. Broder, "On the resemblance and containment of documents", 1997.
    """
    try:
        from datasketch import MinHash, MinHashLSH
    except ImportError as error:
        raise MissingExtraError(
            "datasketch", extra="near", purpose="the guard against near-duplicates"
        ) from error
    found = firsts.copy()
    index = MinHashLSH(similarity, num_perm=PERMUTATIONS, weights=MISSES_MATTER)
    blank = MinHash(PERMUTATIONS, seed=seed, hashfunc=int)
    for row, shingles in _shingled(corpus, np.unique(firsts)):
        minhash = blank.copy()
        minhash.update_batch((shingles >> np.uint64(32)).tolist())
        candidates = np.sort(np.array(index.query(minhash), np.int64))
        for other, theirs in _shingled(corpus, candidates):
            if _jaccard(shingles, theirs) >= similarity:
                found[row] = other
                break
        else:
            index.insert(row, minhash, check_duplication=False)
    return found[found]


def _shingled(corpus: Corpus, rows: IntArray) -> Iterator[tuple[int, HashArray]]:
    """Yield rows with the distinct runs of words of each; rows of fewer words are left out."""
    pending, parts = -1, [np.empty(0, np.uint64)]
    for piece in pieces(corpus, rows):
        words = find_words(piece)
        shingles, places = word_runs(words, SHINGLE)
        ends = np.searchsorted(words.parts[places], np.arange(1, len(piece)))
        for row, part in zip(piece.rows.tolist(), np.split(shingles, ends), strict=True):
            if row != pending:
                yield from _distinct(pending, parts)
                pending, parts = row, []
            parts.append(part)
    yield from _distinct(pending, parts)


def _distinct(row: int, parts: list[HashArray]) -> Iterator[tuple[int, HashArray]]:
    shingles = np.unique(np.concatenate(parts))
    if len(shingles):
        yield row, shingles


def _jaccard(one: HashArray, other: HashArray) -> float:
    """Return the share of the numbers in either of two sets that are in both."""
    both = len(np.intersect1d(one, other, assume_unique=True))
    return both / (len(one) + len(other) - both)

"""Records that are the same to the byte, so that each text is sized once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from entropylaw.corpus import Corpus, batches
from entropylaw.types import AnyArray, IntArray


def first_copies(corpus: Corpus) -> IntArray | None:
    """Return for each row the lowest row with the same bytes, or None if no two are the same.

    Rows are put together by a hash and then compared, so the answer is exact.

    Parameters
    ----------
    corpus : Corpus
        The pool; at most a batch of it is held in memory at a time.

    Returns
    -------
    int64 array, shape (n,), or None

    Examples
    --------
    >>> first_copies(Corpus.from_rows([b"a", b"b", b"a", b"a"])).tolist()
    [0, 1, 0, 0]
    >>> first_copies(Corpus.from_rows([b"a", b"b"])) is None
    True
    """
    hashes = np.empty(len(corpus), np.int64)
    for rows in batches(corpus):
        hashes[rows] = np.fromiter(map(hash, corpus.records(rows)), np.int64, len(rows))
    _, lowest, group = np.unique(hashes, return_index=True, return_inverse=True)
    if len(lowest) == len(corpus):
        return None
    firsts: IntArray = lowest[group]
    for row in np.flatnonzero(firsts != np.arange(len(corpus))).tolist():
        if corpus[row] != corpus[int(firsts[row])]:
            firsts[row] = row  # the hashes met by chance: sized on its own
    firsts.setflags(write=False)
    return firsts


def sized_once(
    rows: IntArray, firsts: IntArray | None, sizes: Callable[[IntArray], IntArray]
) -> IntArray:
    """Return ``sizes(rows)``, asking for each text among the rows only once.

    Parameters
    ----------
    rows : int64 array
        Rows of a pool.
    firsts : int64 array or None
        As `first_copies` returned it for that pool.
    sizes : callable
        From rows to a size for each, which depends on the bytes of the record alone.

    Examples
    --------
    >>> firsts = np.array([0, 1, 0, 0])
    >>> sized_once(np.array([3, 1, 2]), firsts, lambda rows: print(rows) or rows * 10).tolist()
    [0 1]
    [0, 10, 0]
    """
    if firsts is None:
        return sizes(rows)
    distinct: AnyArray
    distinct, place = np.unique(firsts[rows], return_inverse=True)
    if len(distinct) == len(rows):
        return sizes(rows)
    return sizes(distinct)[place]

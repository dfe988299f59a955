"""How much of a record stands in lines or sentences that it has had before."""

from __future__ import annotations

import numpy as np

from entropylaw.guards.characters import byte_table
from entropylaw.guards.pieces import Piece
from entropylaw.guards.words import Words, mixed, one_of_each, run_hashes
from entropylaw.types import IntArray

_STOP = byte_table({1: "\n.!?"})
_STOPS_BEYOND_ASCII = [stop.encode() for stop in "。！？।"]

LEAST_REPEATED = 10
"""Repeated words below which "Yes. Yes." would be caught."""


def repeated_words(piece: Piece, words: Words) -> IntArray:
    """Return how many words of each part are in repeated lines or sentences; shape (parts,).

    Those count that are the same, word for word, as an earlier one of the part. This is Gopher's
    rule [1]_, with sentences as well as lines, and words in place of characters, so that neither
    a record on a single line nor the white space of code escapes it.

    References
    ----------
    .. [1] J. W. Rae et al., "Scaling Language Models: Methods, Analysis & Insights from Training
       Gopher", arXiv:2112.11446, 2021, table A1.

    Examples
    --------
    >>> from entropylaw.corpus import Corpus
    >>> from entropylaw.guards.pieces import pieces
    >>> from entropylaw.guards.words import find_words
    >>> [piece] = pieces(Corpus.from_rows([b"I do. I do. And you?", b"I do."]))
    >>> repeated_words(piece, find_words(piece)).tolist()
    [2, 0]
    """
    begins = np.zeros(len(words) + 1, bool)
    begins[0] = True
    begins[np.searchsorted(words.places, _stops(piece))] = True
    starts = np.flatnonzero(begins[:-1])
    ends = np.append(starts[1:], len(words))
    owners = words.parts[starts]
    lines = mixed(run_hashes(words.hashes, starts, ends)) + owners.astype(np.uint64)
    again = np.ones(len(lines), bool)
    again[one_of_each(lines)[0]] = False
    sizes = (ends - starts)[again]
    return np.bincount(owners[again], sizes, len(piece)).astype(np.int64)


def _stops(piece: Piece) -> IntArray:
    """Return where lines and sentences end."""
    raw = piece.raw
    if not raw.isascii():
        for stop in _STOPS_BEYOND_ASCII:
            raw = raw.replace(stop, b"\n" * len(stop))
    return np.flatnonzero(np.frombuffer(raw.translate(_STOP), np.uint8))

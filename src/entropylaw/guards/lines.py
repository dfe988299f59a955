"""How much of a record stands in lines or sentences that it has had before."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from entropylaw.guards.characters import byte_table
from entropylaw.guards.pieces import Piece
from entropylaw.guards.words import Words, mixed, run_hashes
from entropylaw.types import IntArray

_STOP = byte_table({1: "\n.!?"})
_STOP_BEYOND_ASCII = re.compile("|".join("。！？।").encode())


LEAST_REPEATED = 10
"""Repeated words below which "Yes. Yes." would be caught."""


class Repeated(NamedTuple):
    """Words of each part of a piece; int64 arrays of shape (parts,).

    Attributes
    ----------
    repeated : int64 array
        Words in lines or sentences that are the same, word for word, as an earlier one.
    all : int64 array
        All words.
    """

    repeated: IntArray
    all: IntArray


def find_repeated(piece: Piece, words: Words) -> Repeated:
    """Count the words of a piece, and those in repeated lines or sentences.

    Gopher's rule [1]_, with sentences as well as lines, and words in place of characters, so that
    neither a record on a single line nor the white space of code escapes it.

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
    >>> [counts.tolist() for counts in find_repeated(piece, find_words(piece))]
    [[2, 0], [6, 2]]
    """
    totals = np.bincount(words.parts, minlength=len(piece))
    if not len(words):
        return Repeated(totals, totals)
    line = np.searchsorted(_stops(piece), words.places)
    starts = np.flatnonzero(np.diff(line, prepend=-1))
    ends = np.append(starts[1:], len(words))
    owners = words.parts[starts]
    lines = mixed(run_hashes(words.hashes, starts, ends)) + owners.astype(np.uint64)
    again = np.ones(len(lines), bool)
    again[np.unique(lines, return_index=True)[1]] = False
    repeated = np.zeros(len(piece), np.int64)
    np.add.at(repeated, owners[again], (ends - starts)[again])
    return Repeated(repeated, totals)


def _stops(piece: Piece) -> IntArray:
    """Return where lines and sentences end."""
    places = np.flatnonzero(piece.kinds(_STOP))
    beyond = [match.start() for match in _STOP_BEYOND_ASCII.finditer(piece.raw)]
    return np.sort(np.append(places, np.array(beyond, np.int64)))

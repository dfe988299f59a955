"""Duplicates of earlier records: exact, after normalisation, and near."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from hashlib import blake2b

import numpy as np

from entropylaw.corpus import Corpus
from entropylaw.errors import MissingExtraError
from entropylaw.guards.text import pieces
from entropylaw.guards.words import HashArray, find_words, word_runs
from entropylaw.sizing import first_copies
from entropylaw.types import IntArray

SHINGLE = 3
"""Words of a run that is compared as one."""

PERMUTATIONS = 128
"""Length of the MinHash of a record."""

MISSES_MATTER = (0.1, 0.9)
"""Weights of false candidates and of missed near-duplicates: candidates are compared anyway."""

_KEPT = set("#%&*-/@\\")
"""Punctuation that changes the meaning: "5 - 3" is not "5 / 3"."""


def exact_firsts(corpus: Corpus) -> IntArray:
    """Return for each row the lowest row with the same bytes."""
    firsts = first_copies(corpus)
    return np.arange(len(corpus)) if firsts is None else firsts


def normalised_firsts(corpus: Corpus) -> IntArray:
    """Return for each row the lowest row with the same normal form.

    Normal forms are held as hashes of 128 bits. A record whose normal form is empty, as that of
    a row of dots, is its own first.

    Examples
    --------
    >>> rows = [b"To be, or not to be?", b"to be or not  to be", b"To be - or not to be"]
    >>> normalised_firsts(Corpus.from_rows(rows)).tolist()
    [0, 0, 2]
    """
    forms = (normal_form(record) for record in corpus)
    digests = Corpus.from_rows(blake2b(form, digest_size=16).digest() for form in forms)
    firsts = exact_firsts(digests).copy()
    empty = blake2b(b"", digest_size=16).digest()
    for row in np.flatnonzero(firsts != np.arange(len(firsts))).tolist():
        if digests[row] == empty:
            firsts[row] = row
    return firsts


def normal_form(record: bytes) -> bytes:
    r"""Return a record without differences of case, punctuation, white space and Unicode form.

    Unicode is brought to its compatibility form (NFKC) and case folded; punctuation and white
    space become single spaces, none at the ends. Arithmetic and similar signs stay.

    Examples
    --------
    >>> normal_form("“Ｈｅｌｌｏ”,\n  STRASSE; ½!".encode()).decode()
    'hello strasse 1⁄2'
    >>> normal_form("Straße".encode())
    b'strasse'
    """
    if record.isascii():
        return b" ".join(record.translate(_ascii_folding()).split())
    written = _punctuation().sub(" ", record.decode("utf-8", "surrogateescape"))
    text = unicodedata.normalize("NFKC", written)
    if text != written:
        text = _punctuation().sub(" ", text)
    return " ".join(text.casefold().split()).encode("utf-8", "surrogateescape")


def near_firsts(corpus: Corpus, firsts: IntArray, *, similarity: float, seed: int) -> IntArray:
    """Return for each row the lowest row that is a near-duplicate of it, or itself.

    Two records are near-duplicates if the Jaccard index of their runs of three words is at least
    `similarity`. A row is compared with rows that are not themselves copies of an earlier one;
    candidates come from locality-sensitive hashing of MinHashes [1]_, which misses a few of those
    close to the limit, and are then compared exactly.

    Parameters
    ----------
    corpus : Corpus
        The pool.
    firsts : int64 array, shape (n,)
        First row of each known copy; copies are not compared.
    similarity : float
        From 0 to 1.
    seed : int
        Seed of the MinHashes.

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


def _folds(character: str) -> bool:
    """Return whether a character is punctuation or white space to be folded."""
    kind = unicodedata.category(character)[0]
    form = unicodedata.normalize("NFKC", character)
    return character.isspace() or (kind in "PZ" and not set(form) & _KEPT)


@cache
def _ascii_folding() -> bytes:
    characters = map(chr, range(128))
    folded = [" " if _folds(character) else character.lower() for character in characters]
    return "".join(folded).encode() + bytes(range(128, 256))


@cache
def _punctuation() -> re.Pattern[str]:
    """Return a pattern of runs of folded characters of the Basic Multilingual Plane."""
    points = [point for point in range(0x10000) if not 0xD800 <= point <= 0xDFFF]
    return re.compile(f"[{re.escape(''.join(filter(_folds, map(chr, points))))}]+")


def _shingled(corpus: Corpus, rows: IntArray) -> Iterator[tuple[int, HashArray]]:
    """Yield rows with the distinct runs of words of each; rows with fewer words are skipped."""
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
    """Return the Jaccard index of two sets."""
    both = len(np.intersect1d(one, other, assume_unique=True))
    return both / (len(one) + len(other) - both)

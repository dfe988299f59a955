"""Records that are an earlier record again, to the byte or but for how they are written."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from hashlib import blake2b

import numpy as np

from entropylaw.corpus import Corpus
from entropylaw.sizing import first_copies
from entropylaw.types import IntArray

_KEPT = set("#%&*-/@\\")
"""Punctuation that changes what is said: "5 - 3" is not "5 / 3"."""


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
    r"""Return what is left when writing does not matter.

    Unicode is brought to its compatibility form (NFKC) and case folded; punctuation and white
    space become single spaces, none at the ends. Signs of calculation and the like stay.

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


def _folds(character: str) -> bool:
    """Return whether a character is punctuation or white space that does not matter."""
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
    """Return a pattern of runs of what is folded, of the Basic Multilingual Plane."""
    points = [point for point in range(0x10000) if not 0xD800 <= point <= 0xDFFF]
    return re.compile(f"[{re.escape(''.join(filter(_folds, map(chr, points))))}]+")

"""Records that do not belong in training data, made from real ones with a seed.

Each maker takes real records (text) and a random generator and returns one planted record; it
shares no code with the guards that should find it.
"""

from __future__ import annotations

import base64
import random
import re
import zlib
from collections.abc import Callable, Mapping, Sequence

Maker = Callable[[Sequence[str], random.Random], str]
"""Makes one planted record from real ones."""

FRAMES = (
    "Dear {}, thank you for your order number {} of {}. It was handed to our carrier this morning "
    "and should reach you within {} working days. You can follow your parcel on our site at any "
    "time. If you have any questions, our customer service is there for you from Monday to Friday "
    "between nine and five. We hope to see you again soon. Your team at {}.",
    "{} is a city in the district of {}. It lies on the river {} and had {} inhabitants at the "
    "time of the last census. The postal code of the municipality is {}. The nearest railway "
    "station is in the neighbouring town. The local economy depends on agriculture and tourism.",
    "Question: what is {} plus {}? Let us think step by step. First we write down both numbers. "
    "Then we add the digits from the right to the left, and carry where it is needed. So the "
    "answer is {}, as anybody can check with pen and paper. I hope that this helps {} and {}!",
)
"""Templates in which a few words are filled in."""

NEAR_EDITS = 0.02
"""Share of words changed in a near-duplicate; at least one word."""


def base64_of_packed(real: Sequence[str], rng: random.Random) -> str:
    """Return the base64 of compressed data, as of a picture."""
    source = "".join(rng.sample(real, 3)).encode()
    return _wrapped(base64.b64encode(zlib.compress(source))[: _size(real, rng)].decode(), rng)


def base64_of_text(real: Sequence[str], rng: random.Random) -> str:
    """Return the base64 of text, as of a mail."""
    return _wrapped(base64.b64encode(_long(real, rng).encode()).decode(), rng)


def hexadecimal(real: Sequence[str], rng: random.Random) -> str:
    """Return compressed data in hexadecimal."""
    source = zlib.compress("".join(rng.sample(real, 3)).encode())
    return _wrapped(source.hex()[: _size(real, rng)], rng)


def random_characters(real: Sequence[str], rng: random.Random) -> str:
    """Return printable ASCII characters at random."""
    return "".join(chr(rng.randint(32, 126)) for _ in range(_size(real, rng)))


def shuffled_characters(real: Sequence[str], rng: random.Random) -> str:
    """Return a real record's characters in random order."""
    text = _long(real, rng)
    return "".join(rng.sample(text, len(text)))


def shuffled_words(real: Sequence[str], rng: random.Random) -> str:
    """Return the words of a real record of at least twenty words in random order."""
    words: list[str] = []
    while len(words) < 20:
        words = _long(real, rng).split()
    return " ".join(rng.sample(words, len(words)))


def mojibake(real: Sequence[str], rng: random.Random) -> str:
    """Return a real record with characters beyond ASCII, read as Latin-1 or Windows-1252."""
    text = ""
    while sum(character > "\x7f" for character in text) < 3:
        text = _long(real, rng)
    table = rng.choice(("latin-1", "cp1252"))
    return text.encode().decode(table, "ignore")


def template(real: Sequence[str], rng: random.Random) -> str:
    """Return a template with some words filled in."""
    frame = rng.choice(FRAMES)
    words = [word for word in _long(real, rng).split() if word.isalnum()] or ["it"]
    blanks = [rng.choice((rng.choice(words), str(rng.randint(2, 99_999)))) for _ in range(5)]
    return frame.format(*blanks)


def repeated_lines(real: Sequence[str], rng: random.Random) -> str:
    """Return a sentence or line of a real record, repeated."""
    line = ""
    while len(line.split()) < 4:
        line = rng.choice(re.split(r"(?<=[.!?])\s+|\n", rng.choice(real)))
    return rng.choice((" ", "\n")).join([line] * rng.randint(5, 20))


def exact_copy(real: Sequence[str], rng: random.Random) -> str:
    """Return a copy of a real record."""
    return rng.choice(real)


def normalised_copy(real: Sequence[str], rng: random.Random) -> str:
    """Return a real record with changed case and white space, and a full stop at its end."""
    text = _long(real, rng)
    written = rng.choice((text.upper(), text.lower(), text.replace(", ", " – ")))
    if written == text:
        written = text.upper()
    return written.replace(" ", "  ") + " ."


def near_copy(real: Sequence[str], rng: random.Random) -> str:
    """Return a real record of fifty words or more with a few of them changed."""
    words: list[str] = []
    while len(words) < 50:
        words = _long(real, rng).split(" ")
    for place in rng.sample(range(len(words)), max(1, round(NEAR_EDITS * len(words)))):
        words[place] = f"changed{rng.randint(0, 999)}"
    return " ".join(words)


NOISE: Mapping[str, Maker] = {
    "base64 of packed data": base64_of_packed,
    "base64 of text": base64_of_text,
    "hexadecimal": hexadecimal,
    "random characters": random_characters,
    "shuffled characters": shuffled_characters,
    "shuffled words": shuffled_words,
    "mojibake": mojibake,
}
"""Looks dense and has no content."""

REDUNDANT: Mapping[str, Maker] = {
    "template": template,
    "repeated lines": repeated_lines,
    "exact copy": exact_copy,
    "normalised copy": normalised_copy,
    "near copy": near_copy,
}
"""Repeats other records."""

PLANTS: Mapping[str, Maker] = {**NOISE, **REDUNDANT}


def plant(
    real: Sequence[str], kinds: Mapping[str, int], *, seed: int
) -> tuple[list[str], list[str]]:
    """Return real records with planted ones among them, shuffled, and the kind of each.

    The kind of a real record is ``""``. `kinds` gives the number of planted records of each kind.
    """
    rng = random.Random(seed)
    pool = [(text, "") for text in real]
    for kind, count in kinds.items():
        pool += [(PLANTS[kind](real, rng), kind) for _ in range(count)]
    rng.shuffle(pool)
    return [text for text, _ in pool], [kind for _, kind in pool]


def _long(real: Sequence[str], rng: random.Random) -> str:
    """Return a real record of 100 characters or more."""
    text = ""
    while len(text) < 100:
        text = rng.choice(real)
    return text


def _size(real: Sequence[str], rng: random.Random) -> int:
    return len(_long(real, rng))


def _wrapped(text: str, rng: random.Random) -> str:
    """Return text on one line or on lines of 76 characters."""
    if rng.random() < 0.5:
        return text
    return "\n".join(text[place : place + 76] for place in range(0, len(text), 76))

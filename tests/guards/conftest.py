"""A pool of real records with planted noise, templates and repetition."""

import base64
import random
import zlib

import pytest

from entropylaw.corpus import Corpus
from entropylaw.io.stdlib_pool import stdlib_records

PLANTED = 60
"""Records of each kind."""

TEMPLATE = (
    "Dear {}, thank you for your order number {} of {}. It was handed to our carrier this morning "
    "and should reach you within {} working days. You can follow your parcel at any time. If you "
    "have questions, our customer service is there for you every day between nine and five."
)


@pytest.fixture(scope="session")
def texts() -> list[str]:
    """3,000 distinct documentation texts of the standard library."""
    records = stdlib_records()
    distinct = sorted({f"{record['question']}\n{record['answer']}" for record in records})
    return random.Random(0).sample(distinct, 3_000)


@pytest.fixture(scope="session")
def planted(texts) -> dict[str, list[str]]:
    rng = random.Random(1)
    long = [text for text in texts if 200 <= len(text) <= 2_000 and len(text.split()) > 40]

    def packed() -> bytes:
        return zlib.compress("".join(rng.sample(long, 3)).encode())

    def mixed_up(parts: list[str], joiner: str) -> str:
        return joiner.join(rng.sample(parts, len(parts)))

    def accented() -> str:
        text = rng.choice(long)
        for plain, accent in zip("aeou", "äéöü", strict=True):
            text = text.replace(plain, accent)
        return text.encode().decode("latin-1")

    makers = {
        "base64": lambda: base64.b64encode(packed()).decode()[: rng.randint(100, 900)],
        "hexadecimal": lambda: packed().hex()[: rng.randint(100, 900)],
        "random characters": lambda: "".join(
            chr(rng.randint(32, 126)) for _ in range(rng.randint(200, 900))
        ),
        "shuffled characters": lambda: mixed_up(list(rng.choice(long)), ""),
        "shuffled words": lambda: mixed_up(rng.choice(long).split(), " "),
        "mojibake": accented,
        "template": lambda: TEMPLATE.format(
            *(rng.choice(rng.choice(long).split()) for _ in range(4))
        ),
        "repeated lines": lambda: "\n".join([" ".join(rng.choice(long).split()[:8])] * 9),
    }
    return {kind: [make() for _ in range(PLANTED)] for kind, make in makers.items()}


@pytest.fixture(scope="session")
def pool(texts, planted) -> Corpus:
    """The real records, then those of each kind, in the order of `planted`."""
    rows = [*texts, *(text for kind in planted.values() for text in kind)]
    return Corpus.from_rows(row.encode() for row in rows)

"""Pools with known parts: ordinary English from the standard library's docs, and planted bad records."""

import base64
import random

import pytest

from entropylaw.io.stdlib_pool import stdlib_records


@pytest.fixture(scope="session")
def english():
    """600 pieces of documentation of about 400 characters."""
    answers = "\n".join(
        record["answer"] for record in stdlib_records() if record["source"] != "topics"
    )
    rng = random.Random(0)
    starts = rng.sample(range(0, len(answers) - 450, 450), 600)
    return [answers[start : start + rng.randint(350, 450)] for start in starts]


@pytest.fixture(scope="session")
def noise():
    """Base64 of random bytes."""
    rng = random.Random(1)
    return [base64.b64encode(rng.randbytes(rng.randint(100, 400))).decode() for _ in range(40)]


@pytest.fixture(scope="session")
def templates():
    """One form, filled in many times."""
    rng = random.Random(2)
    return [
        f"Dear customer {rng.randint(10**5, 10**6)}, your order number {rng.randint(10**7, 10**8)} "
        "has been shipped today and will arrive within three working days. Please keep this "
        f"message as your receipt. The total amount charged was {rng.randint(10, 999)} dollars."
        for _ in range(200)
    ]

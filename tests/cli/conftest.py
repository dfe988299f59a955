"""Pools that several tests of the command line use."""

import random

import pytest
from command_runs import INSTRUCTIONS, write_records

WORDS = ["north", "south", "east", "west", "up", "down", "in", "out", "near", "far", "now", "then"]


@pytest.fixture
def pool(tmp_path):
    """Return a file of instructions."""
    return write_records(tmp_path / "pool.jsonl", INSTRUCTIONS)


@pytest.fixture(scope="session")
def words():
    """Return records with a text, a source, a score and a number of tokens."""
    rng = random.Random(0)
    return [
        {
            "text": " ".join(rng.choices(WORDS, k=rng.randint(3, 40))),
            "source": rng.choice(["web", "code"]),
            "score": rng.random(),
            "n_tokens": rng.randint(1, 50),
        }
        for _ in range(200)
    ]


@pytest.fixture
def words_pool(words, tmp_path):
    """Return these records as a file."""
    return write_records(tmp_path / "pool.jsonl", words)

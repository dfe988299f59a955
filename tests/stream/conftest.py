"""Real text for the streams, and the import path of the oracle."""

import random
import sys
from pathlib import Path

import pytest

from entropylaw.io.load import as_corpus
from entropylaw.io.stdlib_pool import stdlib_records

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def texts():
    """2,500 real records, shuffled with a fixed seed."""
    found = [text.decode() for text in as_corpus(stdlib_records()) if text]
    return random.Random(0).sample(found, 2_500)

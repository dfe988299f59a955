"""A pool of real text from three sources that differ in kind: documentation, code, numbers."""

import inspect
import random
from typing import NamedTuple

import pytest

from entropylaw.io.load import as_corpus
from entropylaw.io.stdlib_pool import stdlib_records


class MixedPool(NamedTuple):
    """Records, the source of each, and as many records of each source outside the pool."""

    texts: list[str]
    sources: list[str]
    held_out: dict[str, list[str]]


def code_pieces():
    """Return pieces of the source code of the standard library."""
    import argparse
    import asyncio.base_events
    import datetime
    import email.message
    import tarfile

    modules = (argparse, asyncio.base_events, datetime, email.message, tarfile)
    lines = "\n".join(map(inspect.getsource, modules)).splitlines()
    return ["\n".join(lines[start : start + 12]) for start in range(0, len(lines), 12)]


def sums(count):
    """Return word problems, solved step by step."""
    rng = random.Random(7)
    names, things = ["Tom", "Ann", "Ravi", "Mei"], ["apples", "pens", "stamps", "eggs"]
    texts = []
    for _ in range(count):
        (who, other), what, each = rng.sample(names, 2), rng.choice(things), rng.randint(2, 9)
        boxes, lost = rng.randint(3, 20), rng.randint(1, 5)
        total = each * boxes
        texts.append(
            f"{who} has {boxes} boxes with {each} {what} in each and gives {lost} to {other}. How "
            f"many {what} are left? {who} has {boxes}*{each}={total} {what} in all. After that "
            f"there are {total}-{lost}={total - lost} left. #### {total - lost}"
        )
    return texts


@pytest.fixture(scope="session")
def mixed():
    rng = random.Random(0)
    docs = [text.decode() for text in as_corpus(stdlib_records()) if len(text) > 200]
    parts = {"docs": rng.sample(docs, 400), "code": code_pieces(), "sums": sums(400)}
    rows, held_out = [], {}
    for source, texts in parts.items():
        rng.shuffle(texts)
        rows += [(text, source) for text in texts[:300]]
        held_out[source] = texts[300:350]
    rng.shuffle(rows)
    return MixedPool([text for text, _ in rows], [source for _, source in rows], held_out)

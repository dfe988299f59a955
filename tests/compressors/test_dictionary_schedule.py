"""A long prefix is digested on a schedule; newer bytes have a small dictionary of their own."""

from __future__ import annotations

import random

import numpy as np
import pytest
from dictionary_oracle import after, alone, chunks_of_text

from entropylaw import Corpus, ZipSelector
from entropylaw.compressors import Zstd
from entropylaw.compressors.priming import dictionary

LONG = Zstd(6, long=True)


@pytest.fixture
def whole(monkeypatch):
    """Let prefixes count as long from 20,000 bytes on."""
    monkeypatch.setattr(dictionary, "WHOLE", 20_000)
    return 20_000


def parts_by_the_rule(chunks, whole):
    """The two dictionaries after all chunks: by the documented schedule of lengths."""
    older, recent = chunks[0], b""
    for chunk in chunks[1:]:
        recent += chunk
        if len(recent) > len(older) / 16 or len(recent) + len(older) <= whole:
            older, recent = older + recent, b""
    return older, recent


def test_an_item_counts_with_the_smaller_of_its_sizes(whole):
    chunks = chunks_of_text(120, 700)
    items = [b"x", *chunks_of_text(5, 900, seed=1), chunks[-1][:500], chunks[0][:500]]
    primed, base, lengths = LONG.prime(chunks[0]), alone(LONG, chunks[0]), set()
    for count in range(1, len(chunks) + 1):
        older, recent = parts_by_the_rule(chunks[:count], whole)
        lengths.add(len(recent) // 700)
        added = [after(LONG, older, item) for item in items]
        if recent:
            added = [
                min(one, after(LONG, recent, item)) for one, item in zip(added, items, strict=True)
            ]
        assert (primed.sizes(items) - primed.base + alone(LONG, b"")).tolist() == added
        assert primed.base == base
        if count < len(chunks):
            more = chunks[count]
            grown = after(LONG, older, more)
            if recent:
                grown = min(grown, after(LONG, recent, more))
            base += grown - alone(LONG, b"")
            primed.extend(more)
    assert lengths >= {0, 1, 2, 3}


def test_everything_is_used_wherever_it_is(whole):
    rng = random.Random(0)
    noise = [rng.randbytes(1_500) for _ in range(90)]
    primed = LONG.prime(noise[0])
    for chunk in noise[1:]:
        primed.extend(chunk)
        assert primed.size(chunk) - primed.base < 60
    assert all(primed.size(chunk) - primed.base < 60 for chunk in noise)


def test_forks_share_both_digests_and_grow_apart(whole):
    chunks = chunks_of_text(60, 900)
    items = chunks_of_text(20, 400, seed=3)
    primed = LONG.prime(b"".join(chunks[:40]))
    primed.extend(chunks[40])
    fork = primed.fork()
    expected = primed.sizes(items).tolist()
    for chunk in chunks[41:]:
        fork.extend(chunk)
    assert primed.sizes(items).tolist() == expected
    assert fork.base > primed.base


def test_a_selection_on_a_schedule_is_the_same_for_any_workers(whole):
    pool = Corpus.from_rows(chunks_of_text(300, 700))
    stages = {"k1": 150, "k2": 40, "k3": 8, "compressor": LONG, "progress": False}
    picks = [
        ZipSelector(120, n_jobs=jobs, workers=kind, **stages).select(pool).picks
        for jobs, kind in ((1, "serial"), (2, "threads"), (2, "processes"))
    ]
    assert np.array_equal(picks[0], picks[1])
    assert np.array_equal(picks[0], picks[2])


def test_short_prefixes_are_digested_whole():
    chunks = chunks_of_text(30, 20_000)
    item = chunks_of_text(1, 900, seed=5)[0]
    primed = LONG.prime(chunks[0])
    for chunk in chunks[1:]:
        primed.extend(chunk)
    added = primed.size(item) - primed.base + alone(LONG, b"")
    assert added == after(LONG, b"".join(chunks), item)

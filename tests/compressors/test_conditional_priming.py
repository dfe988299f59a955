"""zstd and lz4 size what an item adds to a prefix: against a fresh dictionary for each item."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from dictionary_oracle import after, alone, chunks_of_text
from hypothesis import given, settings
from hypothesis import strategies as st

from entropylaw.compressors import Lz4, Zlib, Zstd, describe

MIB = 1 << 20
ZSTD = [*(Zstd(level) for level in (1, 3, 5, 6, 9, 19)), Zstd(1, True), Zstd(6, True)]
LZ4 = [Lz4(level) for level in (0, 1, 3, 9, 10, 12)]  # fast, medium, chains, optimal
CODECS = [*ZSTD, *LZ4]


def named(codec):
    return codec.name


@pytest.mark.parametrize("codec", CODECS, ids=named)
def test_sizes_add_to_a_base_that_accumulates(codec):
    first, *more = chunks_of_text(5, 20_000)
    items = [b"", b"x", *chunks_of_text(3, 1_200, seed=1), more[0][:700], first[:5_000]]
    primed, prefix, base = codec.prime(first), first, alone(codec, first)
    assert not primed.exact
    for chunk in more:
        assert primed.base == base
        expected = [base - alone(codec, b"") + after(codec, prefix, item) for item in items]
        assert primed.sizes(items).tolist() == expected
        assert [primed.size(item) for item in items] == expected
        base += after(codec, prefix, chunk) - alone(codec, b"")
        primed.extend(chunk)
        prefix += chunk


@settings(max_examples=300, deadline=None)
@given(
    codec=st.sampled_from(CODECS),
    pieces=st.lists(st.one_of(st.binary(max_size=12), st.binary(max_size=500)), max_size=8),
    items=st.lists(st.binary(max_size=800), max_size=6),
)
def test_any_bytes_in_any_pieces(codec, pieces, items):
    primed, prefix, base = codec.prime(b""), b"", alone(codec, b"")
    items += pieces[-2:]
    for piece in [*pieces, b""]:
        expected = [
            base - alone(codec, b"") + after(codec, prefix, item) if prefix else alone(codec, item)
            for item in items
        ]
        assert primed.base == base
        assert primed.sizes(items).tolist() == expected
        if piece:
            grown = after(codec, prefix, piece) - alone(codec, b"") if prefix else 0
            base = base + grown if prefix else alone(codec, piece)
        primed.extend(piece)
        prefix += piece


@pytest.mark.parametrize("codec", CODECS, ids=named)
def test_no_prefix_is_no_dictionary(codec):
    items = [b"", b"x", *chunks_of_text(2, 900)]
    assert codec.prime(b"").sizes(items).tolist() == [alone(codec, item) for item in items]
    assert [codec.compressed_size(item) for item in items] == [alone(codec, item) for item in items]


@pytest.mark.parametrize("codec", [Zstd(3), Zstd(6, True), Lz4(), Lz4(9)], ids=named)
def test_contexts_reused_thousands_of_times_give_the_same_sizes(codec):
    prefix = b"".join(chunks_of_text(10, 10_000))
    items = [chunk[: 50 + 7 * i] for i, chunk in enumerate(chunks_of_text(100, 1_000, seed=2))]
    primed = codec.prime(prefix)
    first = primed.sizes(items)
    order = np.random.default_rng(0).permutation(np.tile(np.arange(len(items)), 50))
    assert np.array_equal(primed.sizes([items[i] for i in order]), first[order])
    assert np.array_equal(codec.prime(prefix).sizes(items), first)
    added = first - primed.base + alone(codec, b"")
    assert added.tolist() == [after(codec, prefix, item) for item in items]


@pytest.mark.parametrize("codec", CODECS, ids=named)
def test_threads_share_a_digest_and_get_the_same_sizes(codec):
    items = chunks_of_text(60, 700, seed=3)
    primed = codec.prime(b"".join(chunks_of_text(8, 20_000)))
    expected = primed.sizes(items).tolist()
    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            forks = [primed.fork() for _ in range(8)]
            for seen in pool.map(lambda fork: fork.sizes(items).tolist(), forks):
                assert seen == expected


def test_forks_grow_apart():
    primed = Zstd(3).prime(b"".join(chunks_of_text(2, 5_000)))
    fork = primed.fork()
    noise = random.Random(4).randbytes(2_000)
    new = primed.size(noise) - primed.base
    fork.extend(noise)
    assert fork.size(noise) - fork.base < 50
    assert primed.size(noise) - primed.base == new
    assert primed.base < fork.base


@pytest.mark.parametrize("codec", [c for c in CODECS if c.window <= 4 * MIB], ids=named)
def test_window_is_as_far_as_it_sees(codec):
    """A repeat beyond the window costs as much as it does alone; the near half is found.

    Long memory has tests of its own below.
    """
    noise = random.Random(5).randbytes(2 * codec.window)
    primed = codec.prime(noise)
    known = len(noise) - codec.window
    for start, seen in ((known - 9_000, False), (known + codec.window // 2, True)):
        item = noise[start : start + 4_000]
        added = primed.size(item) - primed.base
        assert (added < len(item) / 2) is seen


@pytest.mark.parametrize(
    ("codec", "sees"), [(Zstd(3), False), (Zstd(6), False), (Zstd(6, True), True)], ids=str
)
def test_long_memory_sees_the_whole_prefix(codec, sees):
    noise = random.Random(6).randbytes(12 * MIB)
    primed = codec.prime(noise)
    for start in (0, 3 * MIB):
        item = noise[start : start + 1_000]
        assert (primed.size(item) - primed.base < 100) is sees


def test_fastest_levels_admit_that_zstd_reads_only_16_mib():
    noise = random.Random(7).randbytes(18 * MIB)
    primed = Zstd(1, long=True).prime(noise)
    assert primed.size(noise[:1_000]) - primed.base >= 1_000
    assert primed.size(noise[3 * MIB :][:1_000]) - primed.base < 100
    assert Zstd(1, long=True).window == 16 * MIB
    assert Zstd(6, long=True).window == 128 * MIB


def test_sizes_of_prefix_and_pieces_stay_near_one_shot():
    """Not equal to the one-shot size, but close to it."""
    chunks = chunks_of_text(40, 3_000)
    for codec in (Zstd(3), Zstd(6, True)):
        primed = codec.prime(b"")
        for chunk in chunks:
            primed.extend(chunk)
        assert primed.base == pytest.approx(codec.compressed_size(b"".join(chunks)), rel=0.15)


def test_described():
    assert describe(Zstd()).priming == describe(Lz4()).priming == "conditional"
    assert describe(Zlib()).priming == "exact"

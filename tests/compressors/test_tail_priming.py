"""Sizes after a tail are the codec's own size of tail and item, less that of the tail."""

from __future__ import annotations

import bz2
import random
from concurrent.futures import ThreadPoolExecutor

import brotli
import pytest
from dictionary_oracle import chunks_of_text
from hypothesis import given, settings
from hypothesis import strategies as st

from entropylaw import ZipSelector
from entropylaw.compressors import Brotli, Bz2, describe
from entropylaw.compressors.priming import TailPrimed
from entropylaw.errors import CompressorError

TAIL = 65_536


def by_hand(one_shot, pieces, items, length):
    """Base, and size of each item, after every piece: by whole compressions alone."""
    tail, base = pieces[0][-length:], one_shot(pieces[0])
    for piece in [*pieces[1:], None]:
        alone = one_shot(tail)
        yield base, [base + one_shot(tail + item) - alone for item in items]
        if piece is not None:
            base += one_shot(tail + piece) - alone
            tail = (tail + piece)[-length:]


def assert_sizes(primed, one_shot, pieces, items, length):
    expected = by_hand(one_shot, pieces, items, length)
    for (base, sizes), more in zip(expected, [*pieces[1:], b""], strict=True):
        assert not primed.exact
        assert primed.base == base
        assert primed.sizes(items).tolist() == sizes
        assert [primed.size(item) for item in items] == sizes
        assert primed.fork().sizes(items).tolist() == sizes
        primed.extend(more)


@pytest.mark.parametrize("quality", [2, 3, 5])
def test_brotli_counts_what_an_item_adds_to_the_last_64_kib(quality):
    def one_shot(data):
        return len(brotli.compress(data, quality=quality, lgwin=22))

    pieces = [b"", *chunks_of_text(5, 30_000)]
    items = [b"", b"x", *chunks_of_text(2, 1_200, seed=1), pieces[1][:900], pieces[-1][:900]]
    primed = Brotli(quality, tail=True).prime(pieces[0])
    assert_sizes(primed, one_shot, pieces, items, TAIL)


@settings(max_examples=60, deadline=None)
@given(
    length=st.integers(1, 40),
    pieces=st.lists(st.binary(max_size=30), min_size=1, max_size=5),
    items=st.lists(st.binary(max_size=30), max_size=3),
)
def test_any_bytes_in_any_pieces(length, pieces, items):
    primed = TailPrimed(Bz2(1), pieces[0], length=length)
    assert_sizes(primed, lambda data: len(bz2.compress(data, 1)), pieces, items, length)


@pytest.mark.parametrize("quality", [2, 5])
def test_it_is_recompression_while_the_prefix_is_within_the_tail(quality):
    first, *more = chunks_of_text(3, 20_000, seed=2)
    items = [b"", *chunks_of_text(4, 800, seed=3), more[0][:500]]
    tail, whole = (Brotli(quality, tail=with_tail).prime(first) for with_tail in (True, False))
    for chunk in more:
        assert tail.base == whole.base
        assert tail.sizes(items).tolist() == whole.sizes(items).tolist()
        tail.extend(chunk)
        whole.extend(chunk)


def test_it_sees_as_far_as_its_window():
    assert describe(Brotli(5, tail=True)).window == TAIL
    noise = random.Random(0).randbytes(3 * TAIL)
    primed = Brotli(5, tail=True).prime(noise)
    for start, seen in ((len(noise) - TAIL - 2_000, False), (len(noise) - TAIL, True)):
        added = primed.size(noise[start:][:2_000]) - primed.base
        assert (added < 200) is seen


def test_how_each_form_of_brotli_is_described():
    assert describe(Brotli(5)).priming == "recompress"
    assert describe(Brotli(5, tail=True)).priming == "conditional"
    assert describe(Brotli(5)).window == (1 << 22) - 16


def test_forks_grow_apart_and_may_be_used_at_once():
    chunks = chunks_of_text(4, 30_000, seed=4)
    items = chunks_of_text(8, 700, seed=5)
    primed = Brotli(2, tail=True).prime(b"".join(chunks[:3]))
    expected = primed.sizes(items).tolist()
    forks = [primed.fork() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert all(seen == expected for seen in pool.map(lambda f: f.sizes(items).tolist(), forks))
    forks[0].extend(chunks[3])
    assert primed.sizes(items).tolist() == expected
    assert forks[0].base == primed.size(chunks[3])


def test_a_codec_that_fails_is_named():
    class Fragile:
        name = "fragile"

        def compressed_size(self, data, /):
            return len(data) + 10 // (len(data) != 5)

    primed = TailPrimed(Fragile(), b"abc", length=3)
    with pytest.raises(CompressorError, match="'fragile' raised ZeroDivisionError on 5 bytes"):
        primed.size(b"de")


def test_a_selection_is_the_same_for_any_workers():
    pool = [text.decode() for text in chunks_of_text(120, 300, seed=6)]
    picks = [
        ZipSelector(
            20, k1=40, k2=12, k3=5, compressor="brotli:2:tail",
            n_jobs=jobs, workers=kind, progress=False,
        ).select(pool).indices.tolist()
        for jobs, kind in ((1, "serial"), (2, "threads"), (2, "processes"))
    ]  # fmt: skip
    assert picks[0] == picks[1] == picks[2]

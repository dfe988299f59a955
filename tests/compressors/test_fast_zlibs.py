"""isal and zlib-ng: their own names, and after a prefix the sizes that the codecs themselves give."""

from __future__ import annotations

import zlib

import pytest
from dictionary_oracle import chunks_of_text
from hypothesis import given, settings
from hypothesis import strategies as st
from isal import isal_zlib
from zlib_ng import zlib_ng

from entropylaw import ZipSelector
from entropylaw.compressors import Isal, Zlib, ZlibNg, describe

WINDOW = 32_768
EXACT = [
    level for level in range(10) if describe(ZlibNg(level)).priming == "exact"
]  # by the self-test of this build
FED_APART = [level for level in range(1, 10) if level not in EXACT]

PREFIX = b"".join(chunks_of_text(8, 12_000))
ITEMS = [b"", b"x", *chunks_of_text(3, 1_000, seed=1), PREFIX[:700], PREFIX[-9_000:][:700]]


def grown(compressor, prefix, chunk):
    primed = compressor.prime(b"")
    for start in range(0, len(prefix), chunk):
        primed.extend(prefix[start : start + chunk])
    return primed


def after_dictionary(codec, level, known, item):
    """The stream of an item whose header names a dictionary, proved to hold the item."""
    stream = codec.compressobj(level, zdict=known)
    packed = stream.compress(item) + stream.flush()
    assert packed[1] & 0x20, "expected a header with a dictionary id"
    assert zlib.decompressobj(zdict=known).decompress(packed) == item
    return packed


def streamed(codec, level, item):
    """An item as one stream, not by the one-shot call, of which isal's depends on old memory."""
    stream = codec.compressobj(level)
    return stream.compress(item) + stream.flush()


def by_dictionary(codec, level, pieces, items, whole):
    """Base and sizes by a fresh stream for each item; the id of a dictionary takes 4 bytes."""
    nothing = len(whole(b""))
    prefix, base = pieces[0], len(whole(pieces[0]))
    for piece in pieces[1:]:
        added = len(after_dictionary(codec, level, prefix[-WINDOW:], piece)) - 4
        base, prefix = base + added - nothing, prefix + piece
    added = [len(after_dictionary(codec, level, prefix[-WINDOW:], item)) - 4 for item in items]
    return base, [base + size - nothing for size in added]


class TestIsal:
    @pytest.mark.parametrize("level", range(4))
    def test_sizes_are_those_of_one_stream(self, level):
        for item in (*ITEMS, PREFIX):
            packed = streamed(isal_zlib, level, item)
            assert Isal(level).compressed_size(item) == len(packed)
            assert zlib.decompress(packed) == item

    @pytest.mark.parametrize("level", range(4))
    def test_sizes_add_to_a_base_that_accumulates(self, level):
        pieces = [PREFIX[:20_000], PREFIX[20_000:50_000], PREFIX[50_000:]]
        primed = Isal(level).prime(pieces[0])
        for piece in pieces[1:]:
            primed.extend(piece)
        base, sizes = by_dictionary(
            isal_zlib, level, pieces, ITEMS, lambda item: streamed(isal_zlib, level, item)
        )
        assert not primed.exact
        assert primed.base == base
        assert primed.sizes(ITEMS).tolist() == sizes

    def test_it_is_described(self):
        info = describe(Isal())
        assert (info.name, info.priming, info.window) == ("isal:2", "conditional", WINDOW)


class TestZlibNg:
    @pytest.mark.parametrize("level", range(10))
    def test_one_shot_sizes_are_its_own(self, level):
        for item in (*ITEMS, PREFIX):
            packed = zlib_ng.compress(item, level)
            assert ZlibNg(level).compressed_size(item) == len(packed)
            assert zlib.decompress(packed) == item

    def test_its_densest_levels_prime_exactly(self):
        assert set(EXACT) >= {7, 8, 9}
        assert 0 not in EXACT

    @pytest.mark.parametrize("level", range(10))
    @pytest.mark.parametrize("chunk", [700, 12_345, WINDOW, 70_000])
    def test_every_level_gives_one_shot_sizes(self, level, chunk):
        """Exact or recompressed, it is the size of prefix and item in one go."""
        primed = grown(ZlibNg(level), PREFIX, chunk)
        assert primed.exact
        assert primed.base == len(zlib_ng.compress(PREFIX, level))
        one_shot = [len(zlib_ng.compress(PREFIX + item, level)) for item in ITEMS]
        assert primed.sizes(ITEMS).tolist() == one_shot

    @settings(max_examples=80, deadline=None)
    @given(
        level=st.sampled_from(EXACT),
        length=st.one_of(
            st.integers(0, len(PREFIX)), st.integers(2 * WINDOW - 300, 2 * WINDOW + 40)
        ),
        chunk=st.integers(400, 40_000),
        far=st.integers(1, WINDOW),
    )
    def test_wherever_the_prefix_ends(self, level, length, chunk, far):
        prefix = PREFIX[:length]
        primed = grown(ZlibNg(level), prefix, chunk)
        for item in (b"", prefix[-far:][:300], ITEMS[2]):
            assert primed.size(item) == len(zlib_ng.compress(prefix + item, level))

    @pytest.mark.parametrize("level", EXACT)
    def test_conditional_sizes_are_those_after_a_flush(self, level):
        def added(known, item):
            """Bytes written from the flush after what is known to the end of the stream."""
            stream = zlib_ng.compressobj(level)
            stream.compress(known)
            stream.flush(zlib.Z_PARTIAL_FLUSH)
            return len(stream.compress(item)) + len(stream.flush())

        first, second = PREFIX[:40_000], PREFIX[40_000:]
        primed = ZlibNg(level, conditional=True).prime(first)
        base = len(zlib_ng.compress(first, level))
        assert primed.base == base
        primed.extend(second)
        base += added(first, second) - added(first, b"")
        assert not primed.exact
        assert primed.base == base
        closing = added(PREFIX, b"")
        expected = [base + added(PREFIX, item) - closing for item in ITEMS]
        assert primed.sizes(ITEMS).tolist() == expected

    @pytest.mark.parametrize("level", FED_APART)
    def test_conditional_sizes_where_states_are_not_exact_are_those_after_a_dictionary(self, level):
        pieces = [PREFIX[:20_000], PREFIX[20_000:50_000], PREFIX[50_000:]]
        primed = ZlibNg(level, conditional=True).prime(pieces[0])
        for piece in pieces[1:]:
            primed.extend(piece)
        base, sizes = by_dictionary(
            zlib_ng, level, pieces, ITEMS, lambda item: zlib_ng.compress(item, level)
        )
        assert not primed.exact
        assert primed.base == base
        assert primed.sizes(ITEMS).tolist() == sizes


def test_a_name_of_their_own_since_sizes_differ():
    assert ZlibNg(9) != Zlib(9)
    assert ZlibNg(9).compressed_size(PREFIX) != Zlib(9).compressed_size(PREFIX)
    assert Isal(2).compressed_size(PREFIX) != Zlib(2).compressed_size(PREFIX)
    assert ZlibNg(9).name != Zlib(9).name


@pytest.mark.parametrize("spec", ["isal:2", "zlib-ng:8", "zlib-ng:1:conditional"])
def test_a_selection_is_the_same_for_any_workers_and_from_its_manifest(spec):
    pool = [text.decode() for text in chunks_of_text(150, 400, seed=7)]
    stages = {"k1": 60, "k2": 20, "k3": 6, "progress": False}
    results = [
        ZipSelector(30, compressor=spec, n_jobs=jobs, workers=kind, **stages).select(pool)
        for jobs, kind in ((1, "serial"), (2, "threads"), (2, "processes"))
    ]
    again = ZipSelector.from_manifest(results[0].manifest).select(pool)
    for other in (*results[1:], again):
        assert other.indices.tolist() == results[0].indices.tolist()
    assert results[0].manifest.compressor.name == spec

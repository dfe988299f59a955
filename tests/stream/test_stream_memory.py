"""Memory stays within its bound for streams of any length."""

import tracemalloc

import pytest

from entropylaw import ZipStream
from entropylaw.compressors import Zlib
from entropylaw.errors import ConfigError, SlowCompressorWarning
from entropylaw.stream.memory import RecentMemory


def test_remembered_bytes_never_exceed_the_bound(texts):
    stream = ZipStream(keep=0.9, recent_bytes=5_000, compressor="lz4")
    most = 0
    for text in [*texts[:400], "long " * 9_000, *texts[:400]]:
        stream.offer(text)
        most = max(most, stream.remembered_bytes)
    assert 4_000 < most <= 5_000


def test_the_memory_of_the_process_does_not_grow_with_the_stream():
    def offer(numbers):
        for number in numbers:
            stream.offer(f"record {number} says {number * 7919 % 10007} and {number % 13}")

    stream = ZipStream(keep=0.5, horizon=200, recent_bytes=8_192, compressor="lz4")
    offer(range(2_000))
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    offer(range(2_000, 10_000))
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 50_000


def test_the_saved_state_does_not_grow_with_the_stream(texts, tmp_path):
    stream = ZipStream(keep=0.5, horizon=100, recent_bytes=5_000, compressor="lz4")
    sizes = []
    for start in range(0, 2_000, 500):
        for text in texts[start : start + 500]:
            stream.offer(text)
        stream.save(tmp_path / "state")
        sizes.append((tmp_path / "state").stat().st_size)
    assert max(sizes) < 1.5 * sizes[0] + 5_000


def test_memory_keeps_the_end_of_what_it_was_given():
    memory = RecentMemory(Zlib(), 4_096)
    items = [f"item {number} of many; ".encode() for number in range(1_000)]
    for item in items:
        memory.remember(item)
    kept = b"".join(memory.contents)
    assert b"".join(items).endswith(kept)
    assert 3_000 < len(kept) == len(memory) <= 4_096


def test_what_is_remembered_costs_little_wherever_it_lies():
    memory = RecentMemory(Zlib(), 32_768)
    items = [
        f"{number * 104729 % 1000003:06d}-{number * 7919 % 999983:06d}".encode() * 2
        for number in range(905)
    ]
    for item in items:
        memory.remember(item)
    assert all(memory.contents)
    strange = memory.added(b"neither seen nor heard of before")
    assert max(memory.added(item) for item in items[100::50]) < strange / 2


def test_by_default_the_compressor_sees_all_that_is_remembered():
    assert "of 4,194,304 bytes" in str(ZipStream(keep=0.1))
    assert "of 32,768 bytes" in str(ZipStream(keep=0.1, compressor="zlib"))


def test_more_than_the_compressor_sees_is_refused():
    with pytest.raises(
        ConfigError, match=r"at most 32,768, .*; saw 50,000\. Try recent_bytes=32768"
    ):
        ZipStream(keep=0.1, compressor="zlib", recent_bytes=50_000)


def test_a_compressor_without_priming_is_warned_of(texts):
    with pytest.warns(SlowCompressorWarning, match="smaller recent_bytes"):
        stream = ZipStream(keep=0.5, compressor="bz2", recent_bytes=4_096)
    assert 0 < len(list(stream.filter(texts[:60]))) < 60

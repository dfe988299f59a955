"""The window that a result reports, compared with the bytes of the records picked."""

from __future__ import annotations

import numpy as np
import pytest

from entropylaw import Corpus, ZipSelector, register_compressor
from entropylaw.compressors import Zlib
from entropylaw.errors import ShortMemoryWarning


def pool_of(count):
    return Corpus.from_rows([bytes(f"{i:04d} " * (20 + i % 7), "ascii") for i in range(count)])


class Forgetful:
    """zlib that declares a window of 1,000 bytes."""

    name = "forgetful"
    window = 1_000

    def compressed_size(self, data, /):
        return Zlib().compressed_size(data)


def test_visible_bytes_are_those_of_the_set_at_each_pick():
    register_compressor("forgetful", Forgetful, replace=True)
    pool = pool_of(60)
    owned = [b"owned before " * 9]
    selector = ZipSelector(25, k1=60, k2=12, k3=6, compressor="forgetful")
    with pytest.warns(ShortMemoryWarning):
        result = selector.select(pool, initial_subset=owned)
    for place in range(25):
        done = result.indices[: place // 6 * 6]
        held = b"\n".join([*owned, *pool.records(done)])
        assert result.memory.set_bytes[place] == len(held)
        assert result.memory.visible_bytes[place] == min(len(held), 1_000)
    assert not result.memory.whole
    assert result.memory.visible_share[0] == 1.0
    assert result.memory.visible_share[-1] == 1_000 / result.memory.set_bytes[-1]


def test_a_whole_set_in_sight():
    result = ZipSelector(20, k1=60, k2=12, k3=6, compressor="zstd:6:long").select(pool_of(60))
    assert result.memory.whole
    assert np.array_equal(result.memory.visible_share, np.ones(20))
    assert "the whole set" in str(result)
    assert not result.memory.set_bytes.flags.writeable

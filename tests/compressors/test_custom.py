"""A ten-line class is a compressor: passed directly to ZipSelector, and equal to brute force."""

from __future__ import annotations

import bz2
import random
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entropylaw import ZipSelector, compression_ratio
from entropylaw.compressors import Compressor, PrimingCompressor, describe
from entropylaw.errors import ConfigError
from entropylaw.ratios import conditional_sizes, sample_ratios


class Pairs:
    """Counts each pair of neighbouring bytes once."""

    name = "pairs"

    def compressed_size(self, data, /):
        return 2 + len(set(pairwise(data)))


class Bz2InTenLines:
    name = "my-bz2"

    def compressed_size(self, data, /):
        return len(bz2.compress(data))


def brute_force(texts, budget, k1, k2, k3, compressor):
    """The algorithm as the paper has it, everything compressed again for each candidate."""

    def ratio(rows):
        whole = "\n".join(texts[row] for row in rows).encode()
        return Fraction(len(whole), compressor.compressed_size(whole))

    state = {row: ratio([row]) for row in range(len(texts))}
    chosen = []
    while len(chosen) < budget:
        screened = sorted(state, key=lambda row: (state[row], row))[:k1]
        state |= {row: ratio([*chosen, row]) for row in screened}
        shortlist = sorted(screened, key=lambda row: (state[row], row))[:k2]
        pack = []
        while len(pack) < min(k3, budget - len(chosen), len(shortlist)):
            left = [row for row in shortlist if row not in pack]
            pack.append(min(left, key=lambda row: (ratio([*pack, row]), row)))
        chosen += pack
        state = {row: value for row, value in state.items() if row not in pack}
    return chosen


@settings(max_examples=150, deadline=None)
@given(
    texts=st.lists(st.text("ab cdeé\n", min_size=1, max_size=30), min_size=1, max_size=25),
    data=st.data(),
)
@pytest.mark.parametrize("compressor", [Pairs(), Bz2InTenLines()], ids=lambda c: c.name)
def test_selection_equals_brute_force(compressor, texts, data):
    budget = data.draw(st.integers(1, len(texts)))
    k1, k2, k3 = sorted(data.draw(st.tuples(*[st.integers(1, 12)] * 3)), reverse=True)
    selector = ZipSelector(budget, k1=k1, k2=k2, k3=k3, compressor=compressor, progress=False)
    result = selector.select(texts)
    assert result.indices.tolist() == brute_force(texts, budget, k1, k2, k3, compressor)


def test_the_manifest_records_it():
    result = ZipSelector(2, compressor=Pairs()).select(["abab", "abcd", "aaaa"])
    recorded = result.manifest.compressor
    assert (recorded.name, recorded.version, recorded.window) == ("pairs", "unknown", None)
    assert recorded.priming == "recompress"


def test_a_run_is_repeated_by_passing_it_again():
    texts = [random.Random(i).randbytes(9).hex() for i in range(30)]
    result = ZipSelector(5, compressor=Pairs()).select(texts)
    with pytest.raises(ConfigError, match="no compressor named 'pairs'"):
        ZipSelector.from_manifest(result.manifest)
    again = ZipSelector.from_manifest(result.manifest, compressor=Pairs()).select(texts)
    assert again.indices.tolist() == result.indices.tolist()


def test_ratios_take_it():
    assert compression_ratio(["abab"], Pairs()) == 4 / (2 + 2)
    assert sample_ratios(["abab", "abcd"], Pairs()).tolist() == [4 / 4, 4 / 5]
    assert conditional_sizes(["abab"], ["abab"], Pairs()).tolist() == [2]


def test_protocols_are_recognised_by_attributes():
    assert isinstance(Pairs(), Compressor)
    assert not isinstance(Pairs(), PrimingCompressor)
    assert describe(Pairs()).version == "unknown"

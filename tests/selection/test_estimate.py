"""The estimate before a run: exact counts and measured times."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entropylaw import ZipSelector
from entropylaw.errors import EntropyLawWarning

TEXTS = [f"record {i} says {i * i} and {i % 7}" for i in range(300)]


@given(data=st.data(), variant=st.sampled_from(["paper", "reference"]))
@settings(max_examples=60, deadline=None)
def test_evaluations_and_rounds_are_those_of_the_run(data, variant):
    pool = TEXTS[: data.draw(st.integers(2, 120))]
    k1 = data.draw(st.integers(1, 150))
    k2 = data.draw(st.integers(1, k1))
    k3 = data.draw(st.integers(1, k2))
    budget = data.draw(st.integers(1, len(pool)))
    selector = ZipSelector(budget, k1=k1, k2=k2, k3=k3, variant=variant, compressor="lz4")
    estimate, result = selector.estimate(pool), selector.select(pool)
    assert estimate.evaluations == result.evaluations


@pytest.mark.parametrize("spec", ["zlib:9", "zlib:9:conditional", "zstd:6:long", "lz4", "bz2"])
def test_every_compressor_can_be_estimated(spec):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EntropyLawWarning)
        estimate = ZipSelector(50, k1=100, k2=20, k3=10, compressor=spec).estimate(TEXTS)
    assert estimate.rounds == 5
    assert estimate.seconds > 0
    assert estimate.memory > sum(map(len, TEXTS))
    assert "evaluations" in repr(estimate)
    assert "<table>" in estimate._repr_html_()


def test_owned_records_weigh_in():
    selector = ZipSelector(10, k1=100, k2=20, k3=10, compressor="zstd:6:long")
    owned = ["x" * 100_000]
    more = selector.estimate(TEXTS, initial_subset=owned).memory
    assert more > selector.estimate(TEXTS).memory


def test_weights_are_taken():
    selector = ZipSelector(10, k1=100, k2=20, k3=10, compressor="lz4")
    assert selector.estimate(TEXTS, weights=np.ones(300)).evaluations == 255

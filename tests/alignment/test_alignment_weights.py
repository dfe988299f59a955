"""Alignment as weights: the trade-off with density."""

import math
from statistics import mean

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entropylaw import ZipSelector
from entropylaw.alignment import alignment_scores, alignment_weights


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.floats(-1, 1), min_size=1, max_size=40),
    st.floats(0, 10),
    st.floats(0.1, 50),
    st.floats(-5, 5),
)
def test_weights_keep_the_order_and_stay_in_bounds(scores, mix, scale, shift):
    values = np.array(scores)
    weights = alignment_weights(values, mix)
    assert not weights.flags.writeable
    assert np.all((weights >= math.exp(-3.0001 * mix)) & (weights <= math.exp(3.0001 * mix)))
    order = np.argsort(values, kind="stable")
    assert np.all(np.diff(weights[order]) >= 0)
    assert alignment_weights(values, 0).tolist() == [1.0] * len(values)


def test_weights_by_hand():
    scores = np.array([0.0, 0.1, 0.2, 0.3, 0.4])  # median 0.2, median absolute deviation 0.1
    expected = [math.exp(0.5 * off / (0.1 * 1.4826)) for off in (-0.2, -0.1, 0, 0.1, 0.2)]
    assert alignment_weights(scores, 0.5) == pytest.approx(expected)
    assert alignment_weights(scores * 7 + 1, 0.5) == pytest.approx(expected)
    assert alignment_weights(np.array([0.2, 0.2, 0.2]), 2.0).tolist() == [1, 1, 1]
    outlier = alignment_weights(np.array([0.0, 0.1, 0.2, 0.3, 99.0]), 1.0)
    assert outlier[-1] == pytest.approx(math.exp(3))


def test_more_weight_takes_more_of_the_target_and_less_density(mixed):
    scores = alignment_scores(mixed.texts, mixed.held_out["code"][:20])
    selector = ZipSelector(90, k1=900, k2=60, k3=30, compressor="zstd:6:long", progress=False)
    results = [
        selector.select(mixed.texts, weights=alignment_weights(scores, mix))
        for mix in (0, 0.1, 0.3, 2.0)
    ]
    shares = [mean(mixed.sources[row] == "code" for row in one.indices) for one in results]
    assert shares == sorted(shares) and shares[0] < 0.3 and shares[2] > 0.7
    assert results[2].ratio > results[0].ratio

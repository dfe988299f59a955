"""Length bins, against plain Python."""

import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entropylaw.length_bins import (
    bin_centres,
    doubling_bin,
    equal_count_bins,
    interpolate,
    log_bin,
    median_by_length,
    range_bins,
)

FEW = settings(max_examples=60, deadline=None)
LENGTHS = st.lists(st.integers(1, 5_000), min_size=1, max_size=60)


@FEW
@given(LENGTHS, st.integers(1, 8), st.integers(1, 20))
def test_equal_count_bins_are_sorted_and_even(lengths, most, smallest):
    bins = equal_count_bins(np.array(lengths), most=most, smallest=smallest)
    rows = np.concatenate(bins).tolist()
    assert rows == sorted(range(len(lengths)), key=lengths.__getitem__)
    sizes = [len(of) for of in bins]
    assert len(bins) <= most and max(sizes) - min(sizes) <= 1
    assert min(sizes) >= min(smallest, len(lengths))


@FEW
@given(LENGTHS, st.data())
def test_medians_of_bins_are_met_at_their_centres(lengths, data):
    values = data.draw(st.lists(st.floats(-9, 9), min_size=len(lengths), max_size=len(lengths)))
    at, of = np.array(lengths), np.array(values)
    bins = equal_count_bins(at, most=4, smallest=3)
    medians = [statistics.median(of[rows].tolist()) for rows in bins]
    found = median_by_length(of, at, most=4, smallest=3)
    assert min(medians) <= found.min() and found.max() <= max(medians)
    for centre in set(bin_centres(at, bins).tolist()):
        first = bin_centres(at, bins).tolist().index(centre)
        for row in np.flatnonzero(np.log(at) == centre):
            assert found[row] == pytest.approx(medians[first])


def test_a_line_through_bins_continues_beyond_them():
    lengths, centres = np.array([1, 10, 1_000, 100_000]), np.log([10, 1_000])
    inside = interpolate(lengths, centres, np.array([1.0, 3.0]))
    beyond = interpolate(lengths, centres, np.array([1.0, 3.0]), extrapolate=True)
    assert inside.tolist() == pytest.approx([1, 1, 3, 3])
    assert beyond.tolist() == pytest.approx([0, 1, 3, 5])


@FEW
@given(st.lists(st.integers(0, 300)), st.integers(1, 6))
def test_ranges_contain_their_lengths(lengths, count):
    bins = range_bins(np.array(lengths, np.int64), count)
    assert len(bins.names) <= count
    for length, code in zip(lengths, bins.codes.tolist(), strict=True):
        if length == 0:
            assert code == -1
            continue
        low, _, high = bins.names[code].removesuffix(" bytes").partition("-")
        assert int(low) <= length <= int(high or low)


@given(st.integers(1, 10**9))
def test_numbered_bins_have_a_bounded_width(length):
    assert 2 ** (doubling_bin(length) - 1) <= length < 2 ** doubling_bin(length)
    assert abs(np.log(length) - log_bin(length, factor=1.1) * np.log(1.1)) <= np.log(1.1) / 2 + 1e-9

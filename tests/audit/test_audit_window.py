"""The window curve, on bytes whose redundancy lies at a known distance."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entropylaw import audit
from entropylaw.auditing.window import WindowCurve, compressors_with, window_curve


def curve_of(data):
    return window_curve(data, records=1, whole=True, n_jobs=1)


@pytest.mark.parametrize("log", [12, 14, 16, 18])
def test_copies_at_a_known_distance_need_a_window_that_reaches_them(log):
    block = random.Random(log).randbytes((1 << log) - 200)
    curve = curve_of(block * 6)
    assert curve.needed == 1 << log
    below = curve.windows.index(1 << log) - 1
    assert curve.ratios[below] < 1.02
    assert curve.ratios[below + 1] > 4


def test_a_pool_that_is_there_twice_in_random_order():
    rng = random.Random(0)
    records = [rng.randbytes(300).hex() for _ in range(700)]
    pool = records + records
    rng.shuffle(pool)
    report = audit(pool, forecast_records=50)
    # distances between copies are spread as |x - y| of uniform x and y: 90 % lie within
    # 1 - sqrt(0.1) = 0.68 of the pool, so the window must be the next power of two
    size = sum(map(len, pool)) + len(pool)
    wanted = next(1 << log for log in range(40) if 1 << log >= 0.68 * size)
    assert report.window.whole
    assert report.window.needed == wanted
    assert "zlib:9" not in compressors_with(wanted)


def test_the_curve_of_ordinary_text_rises_throughout(english):
    curve = curve_of("\n".join(english).encode())
    for smaller, larger in zip(curve.ratios, curve.ratios[1:], strict=False):
        assert larger > 0.995 * smaller
    assert curve.ratios[-1] > 1.3 * curve.ratios[0]
    assert curve.seen[0] == 0 and max(curve.seen) == 1
    assert curve.raw / curve.judge_size > curve.ratios[-1]


@settings(max_examples=20, deadline=None)
@given(st.binary(min_size=1, max_size=4000))
def test_any_bytes_give_a_curve(data):
    curve = curve_of(data)
    assert curve.windows[0] <= curve.needed <= curve.windows[-1]
    assert curve.windows[-1] >= min(len(data), 1 << 27)
    assert all(size > 0 for size in curve.sizes)


def test_what_a_window_between_two_points_sees():
    curve = WindowCurve((1024, 2048, 4096), (300, 250, 200), 600, 1, True, "lzma:6", 190)
    assert curve.seen == (0, 0.5, 1)
    assert curve.needed == 4096
    assert curve.seen_by(1) == 0 and curve.seen_by(None) == 1 and curve.seen_by(1 << 20) == 1
    assert curve.seen_by(2048) == 0.5
    assert 0 < curve.seen_by(1448) < 0.5


def test_which_compressors_see_enough():
    assert "zlib:9" in compressors_with(32_768) and "zlib:9" not in compressors_with(32_769)
    assert "zstd:6:long" in compressors_with(1 << 27)
    assert "lzma:9" not in compressors_with(1 << 27)
    assert "zstd:6:long" not in compressors_with(1 << 28)

"""Standard errors of a ratio: against closed forms, simulation and real compression."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from entropylaw.errors import ConfigError, InputError
from entropylaw.law.noise import measure_ratio_noise, ratio_noise, ratio_of_sums


class Zlib:
    def compressed_size(self, data: bytes) -> int:
        return len(zlib.compress(data, 6))


def test_close_to_the_truth_in_simulation():
    rng = np.random.default_rng(0)
    ratios, errors = [], []
    for _ in range(400):
        c = rng.gamma(9, 30, size=800)
        r = 3 * c + rng.normal(0, 40, size=800)
        noise = ratio_noise(r, c)
        ratios.append(noise.compression_ratio)
        errors.append(noise.std_err)
    assert np.mean(errors) == pytest.approx(np.std(ratios), rel=0.15)


def test_a_drift_is_not_noise():
    rng = np.random.default_rng(1)
    raw = np.full(400, 1000.0)
    flat = 300 + rng.normal(0, 10, 400)
    drifting = flat + np.linspace(100, -100, 400)  # later records add less
    assert ratio_noise(raw, drifting).std_err == pytest.approx(
        ratio_noise(raw, flat).std_err, rel=0.1
    )


def test_order_of_blocks_and_totals():
    noise = ratio_noise(np.arange(1, 8) * 10, np.arange(1, 8) * 5, blocks=5)
    assert (noise.compression_ratio, noise.std_err, noise.blocks, noise.records) == (2, 0, 5, 7)
    assert noise.to_dict()["blocks"] == 5


def test_measuring_equals_the_compressor():
    records = [b"record %d of many, %d\n" % (i, i * i % 97) for i in range(300)]
    noise = measure_ratio_noise(records, Zlib(), blocks=10)
    whole = b"".join(records)
    assert noise.compression_ratio == len(whole) / len(zlib.compress(whole, 6))
    assert 0 < noise.std_err < 0.2 * noise.compression_ratio


def test_few_intervals_have_no_error():
    ratio, std_err = ratio_of_sums(np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    assert ratio == 1.5
    assert np.isnan(std_err)


@pytest.mark.parametrize(
    ("raw", "compressed", "options", "error", "match"),
    [
        ([1, 2], [1, 2], {}, InputError, "5 records"),
        ([1] * 6, [1] * 5, {}, InputError, "6 and 5"),
        ([1] * 5 + [-1], [1] * 6, {}, InputError, "raw, row 5"),
        ([1] * 6, [1, 1, float("nan"), 1, 1, 1], {}, InputError, "compressed, row 2"),
        ([1] * 6, [0] * 6, {}, InputError, "total"),
        ([[1] * 6], [1] * 6, {}, InputError, "shape"),
        ([1] * 6, [1] * 6, {"blocks": 2}, ConfigError, "blocks"),
        ([1] * 6, [1] * 6, {"blocks": True}, ConfigError, "blocks"),
    ],
)
def test_bad_input(raw, compressed, options, error, match):
    with pytest.raises(error, match=match):
        ratio_noise(raw, compressed, **options)
    if options:
        with pytest.raises(error, match=match):
            measure_ratio_noise([b"x"] * 9, Zlib(), **options)

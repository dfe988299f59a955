"""A custom compressor that raises or returns nonsense: one typed error, wherever it is used."""

from __future__ import annotations

import numpy as np
import pytest

from entropylaw import ZipSelector, compression_ratio
from entropylaw.compressors import prime
from entropylaw.compressors.base import measured_size
from entropylaw.errors import CompressorError, CompressorSpecError
from entropylaw.ratios import conditional_sizes, group_ratios, sample_ratios

TEXTS = [f"record {i} of several" for i in range(40)]


class Returning:
    """A compressor that returns a fixed value as every size."""

    name = "returning"

    def __init__(self, value):
        self.value = value

    def compressed_size(self, data, /):
        return self.value


class Raising:
    """A compressor that raises on data longer than `limit` bytes."""

    name = "raising"
    releases_gil = True

    def __init__(self, error, limit=0):
        self.error = error
        self.limit = limit

    def compressed_size(self, data, /):
        if len(data) > self.limit:
            raise self.error
        return len(data) + 1


USES = {
    "compression_ratio": lambda c: compression_ratio(TEXTS, c),
    "sample_ratios": lambda c: sample_ratios(TEXTS, c),
    "group_ratios": lambda c: group_ratios(TEXTS, [0] * len(TEXTS), c),
    "conditional_sizes": lambda c: conditional_sizes(TEXTS, TEXTS[:2], c),
    "select": lambda c: ZipSelector(3, compressor=c, n_jobs=1).select(TEXTS),
    "select in threads": lambda c: ZipSelector(3, compressor=c, n_jobs=2).select(TEXTS),
    "rounds": lambda c: list(ZipSelector(3, compressor=c).rounds(TEXTS)),
}
everywhere = pytest.mark.parametrize("use", USES.values(), ids=USES)


@pytest.mark.parametrize(
    "value",
    [3.0, np.float64(3), True, False, None, "3", b"3", -1, np.int64(-1), 0, float("nan"), [3], 1j],
    ids=repr,
)
def test_what_is_no_size(value):
    with pytest.raises(
        CompressorError, match="'returning': expected .* an int of 1 or more"
    ) as failure:
        compression_ratio(TEXTS, Returning(value))
    assert f"saw {value!r} for" in str(failure.value)


@everywhere
@pytest.mark.parametrize("value", [3.0, 0, None])
def test_a_wrong_size_is_an_error_wherever_it_is_measured(use, value):
    with pytest.raises(CompressorError, match="'returning': expected"):
        use(Returning(value))


@everywhere
@pytest.mark.parametrize(
    "error", [ValueError("too long"), MemoryError(), KeyError("x"), OSError(5)], ids=repr
)
def test_what_it_raises_is_the_cause(use, error):
    with pytest.raises(CompressorError, match="'raising' raised .*check_compressor") as failure:
        use(Raising(error))
    assert failure.value.__cause__ is error
    assert type(error).__name__ in str(failure.value)


@pytest.mark.parametrize("n_jobs", [1, 2, 4])
def test_raising_in_the_middle_of_a_selection(n_jobs):
    """Records alone are fine; the first unions are not."""
    error = ValueError("no more than 60")
    selector = ZipSelector(9, k1=40, k2=9, k3=3, compressor=Raising(error, limit=60), n_jobs=n_jobs)
    with pytest.raises(CompressorError, match=r"on \d+ bytes: no more than 60") as failure:
        selector.select(TEXTS)
    assert failure.value.__cause__ is error


@everywhere
@pytest.mark.parametrize("signal", [KeyboardInterrupt, SystemExit])
def test_interrupts_are_not_swallowed(use, signal):
    with pytest.raises(signal):
        use(Raising(signal()))


def test_typed_errors_pass_as_they_are():
    error = CompressorSpecError("already a typed error")
    with pytest.raises(CompressorSpecError) as failure:
        compression_ratio(TEXTS, Raising(error))
    assert failure.value is error


@pytest.mark.parametrize("value", [7, np.int64(7), np.uint8(7)], ids=repr)
def test_any_integer_will_do(value):
    size = measured_size(Returning(value), b"data")
    assert size == 7
    assert type(size) is int
    assert prime(Returning(value), b"data").sizes([b"a", b"b"]).tolist() == [7, 7]


def test_nothing_may_have_no_size():
    assert measured_size(Returning(0), b"") == 0

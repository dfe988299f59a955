"""Checks of compressors that can be primed, one function per promise."""

from __future__ import annotations

import random
from functools import partial

import numpy as np

from entropylaw.compressors import Primed, PrimingCompressor, describe
from entropylaw.testing.material import SAMPLES, TEXT, at_once, is_count, own_sizes


def check_primed_from_nothing(compressor: PrimingCompressor) -> None:
    """After an empty prefix, the size of anything is its size on its own."""
    seen, expected = compressor.prime(b"").sizes(SAMPLES).tolist(), own_sizes(compressor, SAMPLES)
    assert seen == expected, f"expected sizes {expected}, as on their own; saw {seen}"


def check_primed_base(compressor: PrimingCompressor) -> None:
    """The base is the size of the prefix on its own, before and after continuations are sized."""
    for prefix in SAMPLES:
        primed, expected = compressor.prime(prefix), compressor.compressed_size(prefix)
        for when in ("at first", "after sizing"):
            assert primed.base == expected, (
                f"base of a prefix of {len(prefix)} bytes: expected its size, {expected}; "
                f"saw {primed.base} {when}"
            )
            primed.sizes(SAMPLES)


def check_primed_sizes(compressor: PrimingCompressor) -> None:
    """`sizes` is an int64 array of the `size` of each item, in any order."""
    primed = compressor.prime(TEXT)
    sizes = primed.sizes(SAMPLES)
    assert isinstance(sizes, np.ndarray), f"sizes: expected an array; saw {type(sizes).__name__}"
    assert sizes.dtype == np.int64, f"sizes: expected int64; saw {sizes.dtype}"
    assert primed.sizes([]).shape == (0,), "sizes of no items: expected an empty array"
    each = [primed.size(item) for item in SAMPLES[::-1]][::-1]
    assert all(map(is_count, each)), f"size: expected ints >= 0; saw {each}"
    assert sizes.tolist() == each, f"sizes: expected {each}, as size; saw {sizes.tolist()}"


def check_primed_growth(compressor: PrimingCompressor) -> None:
    """A prefix that grew gives the sizes of one read at once, in the declared meaning.

    Exact: sizes equal those of prefix and item compressed in one go. Conditional: the base
    becomes the size of the bytes that were appended, each item adds to it as much as to the
    prefix read at once, and a repetition of the prefix adds less than the prefix itself.
    """
    for chunk in (1, 611, 5_000, 32_650):
        primed, done = compressor.prime(b""), b""
        exact = primed.exact
        assert isinstance(exact, bool), f"exact: expected True or False; saw {exact!r}"
        for start in range(0, min(len(TEXT), 60 * chunk), chunk):
            more = TEXT[start : start + chunk]
            base = primed.size(more)
            primed.extend(more)
            primed.extend(b"")
            done += more
            assert primed.base == base, f"base: expected {base} after extend; saw {primed.base}"
        assert primed.exact == exact, f"exact: expected {exact} as before; saw {primed.exact}"
        _assert_same_sizes(compressor, primed, done)
    noise = random.Random(2).randbytes(2_000)
    first = compressor.compressed_size(noise)
    added = compressor.prime(noise).size(noise) - first
    exempt = primed.exact or 0 < (describe(compressor).window or 0) < len(noise)
    assert exempt or added < first / 2, (
        f"expected a repeat of {first} bytes to add under half; saw {added}"
    )


def check_primed_forks(compressor: PrimingCompressor) -> None:
    """A fork is equal, may be used by another thread at once, and grows on its own."""
    primed = compressor.prime(TEXT[:50_000])
    before = primed.sizes(SAMPLES).tolist()
    forks = [primed.fork() for _ in range(4)]
    for seen in at_once([partial(_sample_sizes, one) for one in (primed, *forks)]):
        assert seen == before, f"expected {before}, as before forking; threads saw {seen}"
    forks[0].extend(TEXT[50_000:60_000])
    assert primed.sizes(SAMPLES).tolist() == before, (
        "expected equal sizes; growing a fork changed the original"
    )
    primed.extend(TEXT[50_000:70_000])
    assert forks[1].sizes(SAMPLES).tolist() == before, (
        "expected equal sizes; growing the original changed a fork"
    )
    _assert_same_sizes(compressor, forks[0], TEXT[:60_000])


def _assert_same_sizes(compressor: PrimingCompressor, grown: Primed, prefix: bytes) -> None:
    """Raise AssertionError unless a prefix that grew sizes items as `prefix` read at once does."""
    sizes = grown.sizes(SAMPLES).tolist()
    if grown.exact:
        meaning = "compressing prefix and item in one go"
        expected = [compressor.compressed_size(prefix + item) for item in SAMPLES]
    else:
        meaning = "base plus the bytes that each item adds to the prefix read at once"
        whole = compressor.prime(prefix)
        expected = (whole.sizes(SAMPLES) - whole.base + grown.base).tolist()
    assert sizes == expected, (
        f"after a prefix of {len(prefix)} bytes that grew: expected {expected} ({meaning}); "
        f"saw {sizes}"
    )


def _sample_sizes(primed: Primed) -> list[int]:
    sizes: list[int] = primed.sizes(SAMPLES).tolist()
    return sizes


OF_PRIMING = (
    check_primed_from_nothing,
    check_primed_base,
    check_primed_sizes,
    check_primed_growth,
    check_primed_forks,
)

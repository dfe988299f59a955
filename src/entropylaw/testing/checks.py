"""Checks of compressors, one function per promise: of all, and of those that can be primed."""

from __future__ import annotations

import copy
import pickle
import random
from functools import partial

import numpy as np

from entropylaw.compressors import (
    Compressor,
    Primed,
    PrimingCompressor,
    available_compressors,
    describe,
    get_compressor,
)
from entropylaw.selection import ZipSelector
from entropylaw.testing.material import SAMPLES, TEXT, assert_twin, at_once, is_count, own_sizes


def check_name(compressor: Compressor) -> None:
    """The name is a non-empty string that stays the same."""
    name = compressor.name
    assert isinstance(name, str), f"name: expected a non-empty string; saw {name!r}"
    assert name, f"name: expected a non-empty string; saw {name!r}"
    assert compressor.name == name, f"name: expected a constant; saw {name!r}, {compressor.name!r}"


def check_described(compressor: Compressor) -> None:
    """Version is a str, window an int or None, releases_gil a bool, where they are offered."""
    version = getattr(compressor, "version", "unknown")
    assert isinstance(version, str), f"version: expected a string; saw {version!r}"
    gil = getattr(compressor, "releases_gil", False)
    assert isinstance(gil, bool), f"releases_gil: expected True or False; saw {gil!r}"
    window = describe(compressor).window
    assert window is None or (is_count(window) and window > 0), (
        f"window: expected a positive int of bytes, or None for no limit; saw {window!r}"
    )


def check_size_is_a_count(compressor: Compressor) -> None:
    """The size of any bytes is an int of 1 or more."""
    for data in filter(None, SAMPLES):
        size = compressor.compressed_size(data)
        fault = f"size of {len(data)} bytes: expected an int >= 1; saw {size!r}"
        assert is_count(size), fault
        assert size, fault


def check_empty_input(compressor: Compressor) -> None:
    """Empty input has a size, an int of 0 or more, not an error."""
    size = compressor.compressed_size(b"")
    assert is_count(size), f"size of empty input: expected an int >= 0; saw {size!r}"


def check_deterministic(compressor: Compressor) -> None:
    """The size depends on the data alone, not on earlier calls."""
    first = own_sizes(compressor, SAMPLES)
    again = own_sizes(compressor, SAMPLES[::-1])[::-1]
    assert first == again, f"expected equal sizes in any order; saw {first}, then {again}"


def check_equality(compressor: Compressor) -> None:
    """A copy is equal, has the same name and hash, and gives the same sizes."""
    assert_twin(compressor, copy.deepcopy(compressor), "copy")
    assert compressor != object(), (
        "expected it to differ from an object of another class; saw equality"
    )


def check_repr(compressor: Compressor) -> None:
    """The repr comes from the options, so that equal compressors have equal reprs."""
    ours, theirs = repr(compressor), repr(copy.deepcopy(compressor))
    assert ours == theirs, f"expected equal reprs of equal compressors; saw {ours} and {theirs}"


def check_pickles(compressor: Compressor) -> None:
    """It can be pickled, as worker processes require."""
    assert_twin(compressor, pickle.loads(pickle.dumps(compressor)), "unpickled compressor")


def check_rebuilt_from_name(compressor: Compressor) -> None:
    """The registry rebuilds it from its name, as reproducing a run from its manifest requires."""
    known = compressor.name.split(":")[0]
    assert known in available_compressors(), (
        f"name: expected a registered one; saw {known!r}. Try register_compressor({known!r}, ...) "
        "or an entry point; if it is only passed as an object, "
        'skip=["check_rebuilt_from_name"]'
    )
    assert_twin(compressor, get_compressor(compressor.name), f"{compressor.name!r}")


def check_selects(compressor: Compressor) -> None:
    """`ZipSelector` selects the same records by it for any number of threads."""
    pool = [text for text in (TEXT[i * 90 : i * 90 + 40 + i] for i in range(40)) if text]
    chosen = [
        ZipSelector(4, k1=40, k2=6, k3=2, compressor=compressor, n_jobs=n_jobs, progress=False)
        .select(pool)
        .indices.tolist()
        for n_jobs in (1, 2)
    ]
    assert chosen[0] == chosen[1], (
        f"expected equal selections; one thread chose {chosen[0]}, two {chosen[1]}"
    )
    assert len(set(chosen[0])) == 4, f"expected 4 distinct records; saw rows {chosen[0]}"


def check_shared_by_threads(compressor: Compressor) -> None:
    """If releases_gil is declared, 8 threads may call it at once and get the same sizes."""
    expected = own_sizes(compressor, SAMPLES)
    for seen in at_once([lambda: own_sizes(compressor, SAMPLES)] * 8):
        assert seen == expected, f"expected {expected}, as from one thread; 8 threads saw {seen}"


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


OF_ALL = (
    check_name,
    check_described,
    check_size_is_a_count,
    check_empty_input,
    check_deterministic,
    check_equality,
    check_repr,
    check_pickles,
    check_rebuilt_from_name,
    check_selects,
)
OF_THREADS = (check_shared_by_threads,)
OF_PRIMING = (
    check_primed_from_nothing,
    check_primed_base,
    check_primed_sizes,
    check_primed_growth,
    check_primed_forks,
)

"""The promises that every compressor makes, one function each."""

from __future__ import annotations

import copy
import pickle

from entropylaw.compressors import Compressor, available_compressors, describe, get_compressor
from entropylaw.selection import ZipSelector
from entropylaw.testing.material import SAMPLES, TEXT, assert_twin, at_once, is_count, own_sizes


def check_name(compressor: Compressor) -> None:
    """The name is a non-empty string that stays the same."""
    name = compressor.name
    assert isinstance(name, str), f"name must be a non-empty string, got {name!r}"
    assert name, f"name must be a non-empty string, got {name!r}"
    assert compressor.name == name, f"name changed from {name!r} to {compressor.name!r}"


def check_described(compressor: Compressor) -> None:
    """What it offers has the right types: version str, window int or None, releases_gil bool."""
    version = getattr(compressor, "version", "unknown")
    assert isinstance(version, str), f"version must be a string, got {version!r}"
    gil = getattr(compressor, "releases_gil", False)
    assert isinstance(gil, bool), f"releases_gil must be True or False, got {gil!r}"
    window = describe(compressor).window
    assert window is None or (is_count(window) and window > 0), (
        f"window must be a positive int of bytes, or None for no limit, got {window!r}"
    )


def check_size_is_a_count(compressor: Compressor) -> None:
    """The size of any bytes is an int of 1 or more."""
    for data in filter(None, SAMPLES):
        size = compressor.compressed_size(data)
        assert is_count(size), f"size of {len(data)} bytes must be an int >= 1, got {size!r}"
        assert size, f"size of {len(data)} bytes must be an int >= 1, got {size!r}"


def check_empty_input(compressor: Compressor) -> None:
    """Empty input has a size, an int of 0 or more, not an error."""
    size = compressor.compressed_size(b"")
    assert is_count(size), f"size of empty input must be an int >= 0, got {size!r}"


def check_deterministic(compressor: Compressor) -> None:
    """The size depends on the data alone: not on what was sized before, nor on how often."""
    first = own_sizes(compressor, SAMPLES)
    again = own_sizes(compressor, SAMPLES[::-1])[::-1]
    assert first == again, f"the same data gave sizes {first}, then in another order {again}"


def check_equality(compressor: Compressor) -> None:
    """A copy is equal, has the same name and hash, and gives the same sizes."""
    assert_twin(compressor, copy.deepcopy(compressor), "copy")
    assert compressor != object(), "it is equal to an object of another kind"


def check_repr(compressor: Compressor) -> None:
    """The repr comes from the options, so that equal compressors have equal reprs."""
    ours, theirs = repr(compressor), repr(copy.deepcopy(compressor))
    assert ours == theirs, f"equal compressors have the reprs {ours} and {theirs}"


def check_pickles(compressor: Compressor) -> None:
    """It survives pickling, as work in other processes needs."""
    assert_twin(compressor, pickle.loads(pickle.dumps(compressor)), "unpickled compressor")


def check_rebuilt_from_name(compressor: Compressor) -> None:
    """The registry rebuilds it from its name, as repeating a run from its manifest needs."""
    known = compressor.name.split(":")[0]
    assert known in available_compressors(), (
        f"nothing is registered as {known!r}. Call register_compressor({known!r}, ...) or publish "
        'an entry point; if it is only passed as an object, skip=["check_rebuilt_from_name"]'
    )
    assert_twin(compressor, get_compressor(compressor.name), f"{compressor.name!r}")


def check_selects(compressor: Compressor) -> None:
    """`ZipSelector` chooses with it, the same records for any number of threads."""
    pool = [text for text in (TEXT[i * 90 : i * 90 + 40 + i] for i in range(40)) if text]
    chosen = [
        ZipSelector(4, k1=40, k2=6, k3=2, compressor=compressor, n_jobs=n_jobs, progress=False)
        .select(pool)
        .indices.tolist()
        for n_jobs in (1, 2)
    ]
    assert chosen[0] == chosen[1], f"one thread chose {chosen[0]}, two chose {chosen[1]}"
    assert len(set(chosen[0])) == 4, f"asked for 4 distinct records, got rows {chosen[0]}"


def check_shared_by_threads(compressor: Compressor) -> None:
    """If releases_gil is declared, 8 threads may call it at once and get the same sizes."""
    expected = own_sizes(compressor, SAMPLES)
    for seen in at_once([lambda: own_sizes(compressor, SAMPLES)] * 8):
        assert seen == expected, f"alone: sizes {expected}; among 8 threads: {seen}"


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

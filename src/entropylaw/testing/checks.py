"""Checks of every compressor, one function per promise."""

from __future__ import annotations

import copy
import pickle

from entropylaw.compressors import Compressor, available_compressors, describe, get_compressor
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

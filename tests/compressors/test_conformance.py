"""Every built-in compressor passes every check, and every check fails for one that breaks it."""

from __future__ import annotations

import itertools
import subprocess
import sys
import zlib
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from entropylaw.compressors import Brotli, Bz2, Isal, Lz4, Lzma, Zlib, ZlibNg, Zstd
from entropylaw.compressors.priming import RecompressPrimed
from entropylaw.errors import ConfigError
from entropylaw.testing import check_compressor, checks, compressor_checks

# One of each algorithm inside a library, and of each way to prime. That every level sizes and
# primes as it should is proved in the tests of each kind of priming.
BUILT_IN = (
    *(Zlib(0), Zlib(9), Zlib(9, conditional=True)),  # recompressed, exact, after a flush
    *(Zstd(3), Zstd(6), Zstd(6, long=True)),
    *(Lz4(0), Lz4(9)),
    *(Brotli(5), Brotli(5, tail=True)),
    Isal(2),
    *(ZlibNg(1), ZlibNg(8)),  # recompressed, exact
    *(ZlibNg(1, conditional=True), ZlibNg(8, conditional=True)),  # after a dictionary, a flush
    *(Bz2(1), Lzma(0)),
)


@pytest.mark.parametrize("check", compressor_checks(*BUILT_IN))
def test_built_in(check):
    check()


@pytest.mark.parametrize("compressor", BUILT_IN, ids=repr)
def test_built_in_ones_take_any_bytes(compressor):
    data = b"to be or not to be, that is the question"
    kept = bytearray(data)
    for view in (kept, memoryview(data)):
        assert compressor.compressed_size(view) == compressor.compressed_size(data)
    assert kept == data


@dataclass(frozen=True)
class Honest:
    """A compressor that meets every requirement; each subclass below violates one."""

    name: str = "honest"
    releases_gil: ClassVar[bool] = True

    def compressed_size(self, data, /):
        return len(zlib.compress(data))

    def prime(self, prefix, /):
        return RecompressPrimed(self, prefix)


def primes_with(primed_class):
    """An honest compressor with another way of priming."""

    class Culprit(Honest):
        def prime(self, prefix, /):
            return primed_class(self, prefix)

    return Culprit


class NameChanges(Honest):
    count = itertools.count()
    name = property(lambda self: f"name {next(self.count)}")

    def __init__(self):
        pass


class WindowOfZero(Honest):
    window = 0


class ReturnsRatio(Honest):
    def compressed_size(self, data, /):
        return len(data) / len(zlib.compress(data))


class FindsNothing(Honest):
    def compressed_size(self, data, /):
        return 0


class ChokesOnNothing(Honest):
    def compressed_size(self, data, /):
        return super().compressed_size(data) if data else None


class KeepsItsStream(Honest):
    """Does not reset, so sizes depend on earlier calls."""

    stream = zlib.compressobj()

    def compressed_size(self, data, /):
        return len(self.stream.compress(data)) + len(self.stream.flush(zlib.Z_SYNC_FLUSH))


class EqualToNone(Honest):
    __eq__ = object.__eq__
    __hash__ = object.__hash__


class ShowsItsAddress(Honest):
    __repr__ = object.__repr__


class HoldsAState(Honest):
    def __reduce__(self):
        raise TypeError("cannot pickle this")

    def __deepcopy__(self, memo):
        return self


class SharesAStream(Honest):
    """Overlapping calls affect each other."""

    inside: ClassVar[list[int]] = []

    def compressed_size(self, data, /):
        self.inside.append(1)
        size = sum(super(SharesAStream, self).compressed_size(data) for _ in range(3)) // 3
        alone = len(self.inside) == 1
        self.inside.pop()
        return size if alone else size + 1


class HeaderOnce(RecompressPrimed):
    """Counts no header for continuations."""

    def sizes(self, items, /):
        return super().sizes(items) - 6


class BaseOfRaw(RecompressPrimed):
    @property
    def base(self):
        return len(self._prefix)


class ListOfSizes(RecompressPrimed):
    def sizes(self, items, /):
        return super().sizes(items).tolist()


class AddsAlone(RecompressPrimed):
    """Declares exact, but adds the sizes of prefix and item."""

    def sizes(self, items, /):
        alone = [self._compressor.compressed_size(item) for item in items]
        return self.base + np.array(alone, np.int64) - self._compressor.compressed_size(b"")

    def size(self, data, /):
        return int(self.sizes([data])[0])


class ForgetsItsPrefix(AddsAlone):
    """The same, declared conditional: nothing of the prefix is used."""

    exact = False


class OneForAll(RecompressPrimed):
    def fork(self):
        return self


CULPRITS = [
    (checks.check_name, NameChanges()),
    (checks.check_name, Honest(name="")),
    (checks.check_name, Honest(name=None)),
    (checks.check_described, WindowOfZero()),
    (checks.check_size_is_a_count, ReturnsRatio()),
    (checks.check_size_is_a_count, FindsNothing()),
    (checks.check_empty_input, ChokesOnNothing()),
    (checks.check_deterministic, KeepsItsStream()),
    (checks.check_equality, EqualToNone()),
    (checks.check_repr, ShowsItsAddress()),
    (checks.check_pickles, HoldsAState()),
    (checks.check_rebuilt_from_name, Honest()),
    (checks.check_rebuilt_from_name, Honest(name="zlib:9")),
    (checks.check_selects, ReturnsRatio()),
    (checks.check_primed_from_nothing, primes_with(HeaderOnce)()),
    (checks.check_primed_base, primes_with(BaseOfRaw)()),
    (checks.check_primed_sizes, primes_with(ListOfSizes)()),
    (checks.check_primed_growth, primes_with(AddsAlone)()),
    (checks.check_primed_growth, primes_with(ForgetsItsPrefix)()),
    (checks.check_primed_forks, primes_with(OneForAll)()),
]


@pytest.mark.parametrize(("check", "culprit"), CULPRITS)
def test_check_catches(check, culprit):
    (bound,) = [c for c in compressor_checks(culprit) if c.check is check]
    with pytest.raises(AssertionError, match=check.__name__):
        bound()


def test_check_catches_shared_state():
    def run_often():
        # Threads collide in almost every run; twenty runs make it certain.
        for _ in range(20):
            checks.check_shared_by_threads(SharesAStream())

    with pytest.raises(AssertionError, match="8 threads"):
        run_often()


def test_every_check_has_a_culprit():
    every = {*checks.OF_ALL, *checks.OF_THREADS, *checks.OF_PRIMING}
    assert {check for check, _ in CULPRITS} == every - {checks.check_shared_by_threads}


def test_all_failures_are_reported_at_once():
    with pytest.raises(AssertionError) as failure:
        check_compressor(ReturnsRatio())
    reported = str(failure.value)
    assert "check_size_is_a_count: size of 1 bytes: expected an int >= 1; saw 0.1" in reported
    assert "check_selects: raised CompressorError" in reported


def test_an_unregistered_compressor_skips_the_check_by_name():
    with pytest.raises(AssertionError, match="skip="):
        check_compressor(Honest())
    check_compressor(Honest(), skip=["check_rebuilt_from_name"])


def test_skip_must_name_a_check():
    with pytest.raises(ConfigError, match="Did you mean 'check_pickles'"):
        compressor_checks(Honest(), skip=["check_pickle"])


def test_checks_apply_to_what_is_offered():
    def names(compressor):
        return {check.check.__name__ for check in compressor_checks(compressor)}

    assert "check_primed_growth" in names(Zlib())
    assert "check_primed_growth" not in names(Bz2())
    assert "check_shared_by_threads" in names(Bz2())


def test_ids_name_compressor_and_promise():
    ids = [check.__name__ for check in compressor_checks(Lz4(level=9))]
    assert "Lz4(level=9):check_pickles" in ids
    assert len(set(ids)) == len(ids)


def test_testing_does_not_import_pytest():
    code = "import entropylaw.testing, sys; sys.exit('pytest' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

"""Compressors by name: options, errors with a suggestion, third parties, processes."""

from __future__ import annotations

import copy
import dataclasses
import multiprocessing
import pickle
import re
from dataclasses import dataclass

import numpy as np
import pytest

from entropylaw import ZipSelector
from entropylaw.compressors import (
    Brotli,
    Bz2,
    Isal,
    Lz4,
    Lzma,
    Zlib,
    ZlibNg,
    Zstd,
    available_compressors,
    describe,
    get_compressor,
    register_compressor,
    registry,
)
from entropylaw.errors import CompressorSpecError

SPECS = [
    ("zlib", Zlib(9)),
    ("zlib:0", Zlib(0)),
    ("zlib:6", Zlib(6)),
    ("zlib:conditional", Zlib(9, conditional=True)),
    ("zlib:6:conditional", Zlib(6, conditional=True)),
    ("zlib-ng", ZlibNg(8)),
    ("zlib-ng:9", ZlibNg(9)),
    ("zlib-ng:1:conditional", ZlibNg(1, conditional=True)),
    ("isal", Isal(2)),
    ("isal:0", Isal(0)),
    ("zstd", Zstd(3)),
    ("zstd:6", Zstd(6)),
    ("zstd:22", Zstd(22)),
    ("zstd:long", Zstd(3, long=True)),
    ("zstd:6:long", Zstd(6, long=True)),
    ("lz4", Lz4(0)),
    ("lz4:12", Lz4(12)),
    ("brotli", Brotli(5)),
    ("brotli:11", Brotli(11)),
    ("brotli:tail", Brotli(5, tail=True)),
    ("brotli:2:tail", Brotli(2, tail=True)),
    ("bz2", Bz2(9)),
    ("bz2:1", Bz2(1)),
    ("lzma", Lzma(6)),
    ("lzma:0", Lzma(0)),
]
WITH_DEFAULTS = [Zlib(), Zstd(), Lz4(), Brotli(), Bz2(), Lzma(), Isal(), ZlibNg()]
WITH_FLAGS = [Zlib(9, True), Zstd(6, True), Brotli(2, True), ZlibNg(1, True)]

WRONG_SPECS = [
    ("gzip", "no compressor named 'gzip'.*Known: brotli, bz2, .*zlib, .*zstd"),
    ("", "no compressor named ''"),
    ("zlb:9", 'Did you mean "zlib"'),
    ("ZSTD", "no compressor named 'ZSTD' .*Did you mean \"zstd\""),
    ("brotil:5", "from 'brotil:5'.*Did you mean \"brotli\""),
    ("zlib:10", 'zlib level: expected an integer from 0 to 9; saw 10. Try "zlib:9"'),
    ("zlib:-1", 'saw -1. Try "zlib:0"'),
    ("zstd:99", 'saw 99. Try "zstd:22"'),
    ("brotli:12", 'brotli quality: expected .*Try "brotli:11"'),
    ("lzma:10", 'lzma preset: expected .*Try "lzma:9"'),
    ("zlibng", 'Did you mean "zlib-ng"'),
    ("zlib-ng:0:conditional", 'saw 0, which stores .*Try "zlib-ng:1:conditional"'),
    ("zlib:0:conditional", 'saw 0, which stores .*Try "zlib:1:conditional"'),
    ("brotli:1:tail", 'quality of at least 2 with tail; saw 1. Try "brotli:2:tail"'),
    ("brotli:5:head", "saw the unknown option 'head'"),
    ("isal:2:conditional", r"isal: expected isal\[:0-3\]; saw the unknown option 'conditional'"),
    ("zlib:best", "zlib level: expected an integer .*; saw 'best'. Try \"zlib:9\""),
    ("zlib:", "saw ''"),
    ("zlib:6.0", "saw '6.0'"),
    ("zlib: 6", "saw ' 6'"),
    ("zlib:\N{ARABIC-INDIC DIGIT SIX}", "expected an integer"),
    ("zlib:" + "9" * 5_000, "expected an integer"),
    ("zlib:6:6", "saw the unknown option '6'"),
    ("zstd:6:lnog", "saw the unknown option 'lnog'.*entropylaw compressors"),
    ("zstd:6:long:x", "unknown option 'x'"),
    ("zstd:long:6", "unknown option '6'"),
]

WRONG_OPTIONS = [
    *(lambda level=level: Zlib(level) for level in (10, "6", 6.0, True, None, np.float64(6))),
    *(lambda value=value: Zstd(3, long=value) for value in ("yes", 1, None, np.int64(1))),
]


@dataclass(frozen=True)
class Nothing:
    """Compresses nothing."""

    factor: int = 1

    @property
    def name(self):
        return f"nothing:{self.factor}"

    def compressed_size(self, data, /):
        return len(data) * self.factor

    @classmethod
    def from_options(cls, factor="1"):
        return cls(int(factor))


@pytest.fixture(autouse=True)
def forget_registered(monkeypatch):
    monkeypatch.setattr(registry, "_registered", {})


@pytest.mark.parametrize(("spec", "compressor"), SPECS)
def test_spec(spec, compressor):
    assert get_compressor(spec) == compressor
    assert get_compressor(compressor.name) == compressor


@pytest.mark.parametrize(("spec", "message"), WRONG_SPECS, ids=[s[:20] for s, _ in WRONG_SPECS])
def test_wrong_spec_suggests_a_right_one(spec, message):
    with pytest.raises(CompressorSpecError, match=message):
        get_compressor(spec)
    with pytest.raises(ValueError, match=message):
        ZipSelector(1, compressor=spec)


@pytest.mark.parametrize("build", WRONG_OPTIONS)
def test_wrong_option_of_a_class(build):
    with pytest.raises(CompressorSpecError, match=r"expected .*; saw "):
        build()


@pytest.mark.parametrize("level", [np.int64(6), np.uint8(6), np.array(6)], ids=repr)
def test_numpy_options_are_stored_as_python_values(level):
    compressor = Zlib(level, conditional=np.True_)
    assert compressor == Zlib(6, conditional=True)
    assert (type(compressor.level), type(compressor.conditional)) == (int, bool)
    assert compressor.name == "zlib:6:conditional"


def test_compressor_is_returned_as_it_is():
    mine = Nothing()
    assert get_compressor(mine) is mine


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (Zlib, "Try an instance, not the class"),
        (Nothing, "Try an instance, not the class"),
        (None, "`name` and `compressed_size"),
        (9, "saw 9"),
        (len, "saw <built-in function len>"),
        (Nothing.compressed_size, "`name` and `compressed_size"),
    ],
)
def test_what_is_no_compressor(wrong, message):
    with pytest.raises(CompressorSpecError, match=message):
        get_compressor(wrong)


@pytest.mark.parametrize("name", ["", None, 3, b"zlib"])
def test_name_must_be_a_string(name):
    class Misnamed:
        def compressed_size(self, data, /):
            return len(data)

    Misnamed.name = name
    with pytest.raises(CompressorSpecError, match="`name` of a compressor: expected a non-empty"):
        get_compressor(Misnamed())


BUILT_IN = {"zlib", "zstd", "lz4", "brotli", "bz2", "lzma", "isal", "zlib-ng"}


def test_all_built_in_are_available():
    assert set(available_compressors()) >= BUILT_IN
    assert list(available_compressors()) == sorted(available_compressors())


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_usage_gives_the_bounds_and_the_flag(name):
    spelled = re.fullmatch(
        rf"{name}\[:([0-9]+)-([0-9]+)\](\[:([a-z]+)\])?", registry.usage_of(name)
    )
    lowest, highest = int(spelled[1]), int(spelled[2])
    for level in (lowest, highest):
        assert get_compressor(f"{name}:{level}").name == f"{name}:{level}"
    for level in (lowest - 1, highest + 1):
        with pytest.raises(CompressorSpecError, match=f"from {lowest} to {highest}"):
            get_compressor(f"{name}:{level}")
    has_flag = len(dataclasses.fields(get_compressor(name))) == 2
    assert has_flag is bool(spelled[4])
    if has_flag:
        flagged = f"{name}:{highest}:{spelled[4]}"
        assert get_compressor(flagged).name == flagged


def test_usage_of_others_is_their_name():
    register_compressor("zstd", Nothing, replace=True)
    assert registry.usage_of("zstd") == "zstd"


class TestRegistering:
    def test_a_class_gets_the_options(self):
        register_compressor("nothing", Nothing.from_options)
        assert get_compressor("nothing") == Nothing(1)
        assert get_compressor("nothing:3") == Nothing(3)
        assert "nothing" in available_compressors()

    def test_a_class_is_built_by_its_from_options(self):
        """As with an entry point."""
        register_compressor("nothing", Nothing)
        assert get_compressor("nothing:3") == Nothing(3)

    def test_a_function_will_do(self):
        register_compressor("quick", lambda: Zlib(1))
        assert get_compressor("quick") == Zlib(1)

    def test_options_that_the_factory_does_not_take(self):
        register_compressor("quick", lambda: Zlib(1))
        with pytest.raises(CompressorSpecError, match=r"'quick' does not take the options \['6'\]"):
            get_compressor("quick:6")

    def test_a_factory_that_builds_no_compressor(self):
        register_compressor("odd", lambda: "zlib")
        with pytest.raises(
            CompressorSpecError, match="factory of 'odd': expected an object .* saw 'zlib'"
        ):
            get_compressor("odd")

    def test_a_factory_of_classes(self):
        register_compressor("odd", lambda: Zlib)
        with pytest.raises(CompressorSpecError, match="not the class"):
            get_compressor("odd")

    @pytest.mark.parametrize("name", ["zlib", "lzma"])
    def test_a_taken_name(self, name):
        with pytest.raises(CompressorSpecError, match="exists already.*replace=True"):
            register_compressor(name, Nothing)
        assert get_compressor(name) == get_compressor(get_compressor(name).name)

    def test_replace(self):
        register_compressor("zlib", Nothing, replace=True)
        assert get_compressor("zlib") == Nothing()
        register_compressor("zlib", Zlib.from_options, replace=True)
        assert get_compressor("zlib:6") == Zlib(6)

    def test_replace_is_a_flag(self):
        with pytest.raises(CompressorSpecError, match="replace: expected True or False; saw 1"):
            register_compressor("zlib", Nothing, replace=1)

    @pytest.mark.parametrize("name", ["", "a:b", None])
    def test_a_name_that_no_spec_could_reach(self, name):
        with pytest.raises(CompressorSpecError, match="without a colon"):
            register_compressor(name, Nothing)

    def test_a_factory_that_cannot_be_called(self):
        with pytest.raises(CompressorSpecError, match="takes the options.*saw 'zlib'"):
            register_compressor("odd", "zlib")

    def test_close_names_include_registered_ones(self):
        register_compressor("nothing", Nothing)
        with pytest.raises(CompressorSpecError, match='Did you mean "nothing"'):
            get_compressor("noting")

    def test_a_selection_by_registered_name(self):
        register_compressor("nothing", Nothing)
        result = ZipSelector(2, compressor="nothing:2", progress=False).select(["a", "bb", "ccc"])
        assert result.manifest.compressor.name == "nothing:2"


class TestEntryPoints:
    """Faulty packages; tests/plugin shows that a correct one is found."""

    @pytest.fixture
    def broken(self, tmp_path, monkeypatch):
        info = tmp_path / "broken_codec-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-codec\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(
            "[entropylaw.compressors]\n"
            "lost = no_such_module_anywhere:Codec\n"
            "hidden = json:NoSuchCodec\n"
            "zlib = json:dumps\n"
        )
        monkeypatch.syspath_prepend(tmp_path)

    @pytest.mark.usefixtures("broken")
    @pytest.mark.parametrize("name", ["lost", "hidden"])
    def test_a_broken_package_is_named(self, name):
        assert name in available_compressors()
        with pytest.raises(CompressorSpecError, match="broken-codec.*cannot be loaded") as failure:
            get_compressor(name)
        assert isinstance(failure.value.__cause__, ImportError | AttributeError)

    @pytest.mark.usefixtures("broken")
    def test_built_in_names_cannot_be_taken_over_by_installing_something(self):
        assert get_compressor("zlib") == Zlib(9)


@pytest.mark.parametrize("compressor", WITH_DEFAULTS + WITH_FLAGS, ids=lambda c: c.name)
class TestValues:
    def test_equality_repr_and_hash_come_from_the_options(self, compressor):
        for twin in (copy.copy(compressor), copy.deepcopy(compressor), eval(repr(compressor))):
            assert twin == compressor
            assert hash(twin) == hash(compressor)
            assert repr(twin) == repr(compressor)
        assert sum(other == compressor for other in WITH_DEFAULTS + WITH_FLAGS) == 1

    def test_pickles(self, compressor):
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
            assert pickle.loads(pickle.dumps(compressor, protocol)) == compressor

    def test_cannot_be_changed(self, compressor):
        option = dataclasses.fields(compressor)[0].name
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(compressor, option, 1)

    def test_version_names_the_library(self, compressor):
        version = describe(compressor).version
        assert any(letter.isdigit() for letter in version)
        assert version.startswith(compressor.name.split(":")[0])


def size_and_name(compressor):
    return compressor.compressed_size(b"the same bytes " * 99), compressor.name


def test_other_processes_give_the_same_sizes():
    custom = [*WITH_DEFAULTS, *WITH_FLAGS]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(size_and_name, custom) == [size_and_name(c) for c in custom]

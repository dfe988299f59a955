"""Compressors whose package is not installed: the rest works, and the error names the package to install."""

from __future__ import annotations

import subprocess
import sys

import pytest

from entropylaw import ZipSelector
from entropylaw.compressors import (
    Isal,
    ZlibNg,
    available_compressors,
    get_compressor,
    register_compressor,
    registry,
)
from entropylaw.compressors.base import extra_module
from entropylaw.errors import CompressorSpecError, MissingExtraError


@pytest.fixture(autouse=True)
def hidden(monkeypatch):
    """Make imports of both packages fail, as where they are not installed."""
    for module in ("isal", "isal.isal_zlib", "zlib_ng", "zlib_ng.zlib_ng"):
        monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setattr(registry, "_registered", {})
    extra_module.cache_clear()
    yield
    extra_module.cache_clear()


@pytest.mark.parametrize(
    ("build", "name"),
    [
        (Isal, "isal"),
        (ZlibNg, "zlib-ng"),
        (lambda: get_compressor("isal:3"), "isal"),
        (lambda: get_compressor("zlib-ng:9:conditional"), "zlib-ng"),
        (lambda: ZipSelector(1, compressor="isal"), "isal"),
    ],
)
def test_the_error_names_what_to_install(build, name):
    wanted = (
        rf"'{name}' needs {name}, which is not installed. Type: pip install 'entropylaw\[fast\]'"
    )
    with pytest.raises(MissingExtraError, match=wanted) as missing:
        build()
    assert isinstance(missing.value, ImportError)
    assert isinstance(missing.value.__cause__, ImportError)
    assert (missing.value.package, missing.value.extra) == (name, "fast")


def test_a_wrong_option_is_reported_first():
    with pytest.raises(CompressorSpecError, match="from 0 to 3"):
        get_compressor("isal:9")


def test_they_are_not_available_and_their_names_stay_theirs():
    assert {"isal", "zlib-ng"}.isdisjoint(available_compressors())
    assert {"isal", "zlib-ng"} <= set(registry.known_compressors())
    with pytest.raises(CompressorSpecError, match="exists already"):
        register_compressor("isal", ZlibNg)
    with pytest.raises(CompressorSpecError, match='Did you mean "isal"'):
        get_compressor("isl")


def test_nothing_imports_them_before_they_are_asked_for():
    code = (
        "import sys, entropylaw, entropylaw.compressors as c; c.available_compressors();"
        "c.get_compressor('zstd:6:long').prime(b'x');"
        "sys.exit(bool({'isal', 'zlib_ng'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

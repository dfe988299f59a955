"""Public names of the package, and the cost of importing it."""

import subprocess
import sys
from importlib import import_module
from types import ModuleType

import pytest

import entropylaw
from entropylaw.ratios import sample_ratios

HEAVY = {
    *("scipy", "pandas", "pyarrow", "matplotlib", "torch", "ray", "datasets", "polars"),
    *("narwhals", "sklearn", "tqdm"),
}
PACKAGES = ["auditing", "baselines", "compressors", "guards", "law", "selection", "stream"]
"""Packages whose `__init__` only re-exports names."""

MODULES = ["alignment", "ratios", "testing"]
"""Public modules that define their names themselves."""


def test_all_is_sorted_and_everything_in_it_can_be_had():
    assert sorted(entropylaw.__all__) == entropylaw.__all__ == dir(entropylaw)
    for name in entropylaw.__all__:
        assert getattr(entropylaw, name) is not None


def public(module):
    """Return what a module holds under a public name: name to value, without modules."""
    return {
        name: value
        for name, value in vars(module).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_exports_what_it_brings_together(package):
    module = import_module(f"entropylaw.{package}")
    assert sorted(module.__all__) == sorted(public(module))


@pytest.mark.parametrize("name", MODULES)
def test_a_module_exports_what_it_defines(name):
    module = import_module(f"entropylaw.{name}")
    defined = [
        name
        for name, value in public(module).items()
        if getattr(value, "__module__", None) == module.__name__
    ]
    assert sorted(module.__all__) == sorted(defined)


def test_each_name_is_the_one_its_home_exports():
    for name, home in entropylaw._HOMES.items():
        module = import_module(f"entropylaw.{home}")
        assert name in getattr(module, "__all__", public(module))
        assert getattr(entropylaw, name) is getattr(module, name)


def test_an_unknown_name():
    with pytest.raises(AttributeError, match="no attribute 'ZipSelektor'"):
        entropylaw.ZipSelektor


@pytest.mark.parametrize("statement", ["import entropylaw", "from entropylaw import ZipSelector"])
def test_importing_brings_in_nothing_heavy(statement):
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & {name.split(".")[0] for name in done.stdout.split()}


def test_a_custom_codec_may_size_nothing_as_nothing():
    class Halves:
        name = "halves"

        def compressed_size(self, data):
            return (len(data) + 1) // 2

    assert entropylaw.compression_ratio([""], Halves()) == 0
    assert sample_ratios(["", "abcd"], Halves()).tolist() == [0, 2]
    with pytest.warns(entropylaw.errors.EmptyRecordWarning):
        result = entropylaw.ZipSelector(1, compressor=Halves()).select(["", "abcd"])
    assert result.indices.tolist() == [1]

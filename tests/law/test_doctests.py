"""The examples in the docstrings of the law run."""

import doctest
import importlib
import pkgutil

import pytest

import entropylaw.law

MODULES = [
    *(f"entropylaw.law.{m.name}" for m in pkgutil.iter_modules(entropylaw.law.__path__)),
    "entropylaw.render.law_tables",
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0

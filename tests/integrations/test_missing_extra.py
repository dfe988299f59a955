"""Without its package, importing an integration names the extra to install."""

from __future__ import annotations

import importlib
import sys

import pytest

from entropylaw.errors import MissingExtraError


@pytest.mark.parametrize("package", ["torch", "transformers"])
def test_names_the_extra(monkeypatch, package):
    monkeypatch.delitem(sys.modules, "entropylaw.integrations.transformers", raising=False)
    monkeypatch.setitem(sys.modules, package, None)  # importing it fails
    with pytest.raises(MissingExtraError, match=r"pip install 'entropylaw\[transformers\]'"):
        importlib.import_module("entropylaw.integrations.transformers")

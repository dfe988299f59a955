"""A selection from records that would break a page without escaping, and its page."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import pytest

from entropylaw import ZipSelector
from entropylaw.errors import EntropyLawWarning
from entropylaw.guards import Guards
from entropylaw.selection import Quotas

sys.path.insert(0, str(Path(__file__).parent))
from nasty import NASTY, POOL


@pytest.fixture(scope="session")
def result():
    selector = ZipSelector(
        60,
        k1=80,
        k2=20,
        k3=10,
        compressor="zlib:9",
        groups="source",
        quotas=Quotas(maximum=0.6),
        guards=Guards.all("warn"),
        n_jobs=1,
    )
    required = list(range(len(POOL) - len(NASTY), len(POOL)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EntropyLawWarning)
        return selector.select(POOL, required=required, forbidden=[0, 1])


@pytest.fixture(scope="session")
def page(result, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("page") / "selection.html"
    result.report(path, draws=2, n_jobs=1)
    return path

"""For tests and examples alike."""

from __future__ import annotations

import pytest

from entropylaw.compressors import registry


@pytest.fixture(autouse=True)
def _compressors_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what a test or an example registers."""
    monkeypatch.setattr(registry, "_registered", dict(registry._registered))

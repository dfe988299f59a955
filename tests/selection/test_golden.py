"""Picks, sizes and traces of every kind of configuration stay those of the record."""

from __future__ import annotations

import json

import pytest
from golden import CONFIGURATIONS, RECORD, record_of, version_of

RECORDED = json.loads(RECORD.read_text(encoding="utf-8"))


def test_every_configuration_is_recorded() -> None:
    assert list(RECORDED) == list(CONFIGURATIONS)
    assert len(CONFIGURATIONS) >= 30


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_picks_are_those_of_the_record(name: str) -> None:
    if version_of(name) != RECORDED[name]["version"]:
        pytest.skip(f"recorded with {RECORDED[name]['version']}, here is {version_of(name)}")
    assert record_of(name) == RECORDED[name]

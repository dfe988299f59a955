"""Manifests and results of format 1 are read, and repeat the same selection."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from golden import CONFIGURATIONS, RECORD, TARGET, Shingles, pool, version_of

from entropylaw import SelectionResult, Target, ZipSelector
from entropylaw.baselines import OwnRatioSelector, RandomSelector
from entropylaw.errors import ConfigError
from entropylaw.selection import Manifest

FOLDER = Path(__file__).with_name("format_1")
RECORDED = json.loads(RECORD.read_text(encoding="utf-8"))
NAMES = {name.replace(", ", "-").replace(" ", "-").replace(":", "-"): name for name in RECORDED}
FILES = sorted(path.stem for path in FOLDER.glob("*.json"))
CLASSES = {"OwnRatioSelector": OwnRatioSelector, "RandomSelector": RandomSelector}


def read(name: str) -> Manifest:
    return Manifest.from_json((FOLDER / f"{name}.json").read_bytes())


@pytest.mark.filterwarnings("ignore::entropylaw.errors.EntropyLawWarning")
@pytest.mark.parametrize("file", FILES)
def test_a_manifest_repeats_the_picks(file: str) -> None:
    manifest, name = read(file), NAMES[file]
    if version_of(name) != RECORDED[name]["version"]:
        pytest.skip("another version of the compressor")
    passed: dict = {} if manifest.compressor.name != "shingles" else {"compressor": Shingles()}
    if manifest.outcome("target") is not None:
        passed["target"] = Target(TARGET, weight=0.5, compressor=Shingles())
    if manifest.selector == "RandomSelector":
        with pytest.raises(ConfigError, match="random_state"):
            RandomSelector.from_manifest(manifest, **passed)
        passed["random_state"] = 5
    selector = CLASSES.get(manifest.selector, ZipSelector).from_manifest(manifest, **passed)
    given = {}
    if file == "weights-required-forbidden":
        import numpy as np

        given = {
            "weights": np.linspace(0.5, 2.0, 240),
            "required": [200, 3, 90],
            "forbidden": list(range(100, 140)),
        }
    again = selector.select(pool(), **given)
    assert again.indices.tolist() == RECORDED[name]["picks"]
    assert again.manifest.digests == manifest.digests
    kept = [one for one in again.manifest.outcomes if one.control != "compare_within"]
    assert kept == list(manifest.outcomes)


@pytest.mark.parametrize("file", ["quality", "reference-both-lazy"])
def test_a_result_is_read(file: str) -> None:
    result = SelectionResult.load(FOLDER / f"{file}.zip")
    assert result.indices.tolist() == RECORDED[NAMES[file]]["picks"]
    assert len(result.take(pool())) == len(result)


@pytest.mark.filterwarnings("ignore::entropylaw.errors.EntropyLawWarning")
def test_a_manifest_of_format_2_comes_back() -> None:
    for name in ("tokens estimated", "quotas bounds, bytes", "lengths and guards"):
        manifest = CONFIGURATIONS[name]().manifest
        assert manifest.format == 2
        assert Manifest.from_json(manifest.to_json()) == manifest

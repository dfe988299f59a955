"""`--json`: one value on stdout, equal to the result of the library."""

import json
import math

import numpy as np
import pytest
from command_runs import INSTRUCTIONS, RUNS, run

from entropylaw import EntropyLawFit, ZipSelector, assess_versions, audit, compression_ratio
from entropylaw.compressors import available_compressors, describe, get_compressor
from entropylaw.ratios import sample_ratios

VERSIONS = "version,compression_ratio,first_epoch_loss\nv1,2.7,1.25\nv2,3.1,1.38\n"


def asked(*arguments):
    return json.loads(run(*arguments, "--json").stdout)


def plain(value):
    """Return a value as it is read back from JSON, where NaN and infinity are null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def test_select_and_its_estimate(pool, tmp_path):
    out = tmp_path / "out.jsonl"
    shown = asked("select", pool, "-b", 20, "-o", out)
    result = ZipSelector(20).select(INSTRUCTIONS)
    assert shown["manifest"] == json.loads(result.manifest.to_json())
    assert shown["manifest"] == json.loads((tmp_path / "out.jsonl.manifest.json").read_text())
    assert shown["compression_ratio"] == result.ratio
    assert shown["evaluations"] == result.evaluations
    assert (shown["output"], shown["report"]) == (str(out), None)
    estimate = asked("select", pool, "-b", 20, "--dry-run")
    assert estimate["evaluations"] == ZipSelector(20).estimate(INSTRUCTIONS).evaluations
    assert set(estimate) == {"evaluations", "rounds", "seconds", "memory", "certainty"}


def test_ratio(pool):
    shown = asked("ratio", pool, "-c", "zstd:3")
    assert shown["compression_ratio"] == compression_ratio(INSTRUCTIONS, "zstd:3")
    assert shown["compressed_fraction"] == pytest.approx(1 / shown["compression_ratio"])
    own = np.sort(sample_ratios(INSTRUCTIONS, "zstd:3"))
    assert shown["own_ratio"]["median"] == own[149]
    assert (shown["records"], shown["skipped"]) == (300, 0)
    assert shown["compressor"]["name"] == "zstd:3"


def test_audit_skips_records_that_cannot_be_read(pool):
    with pool.open("a") as file:
        file.write("{broken\n")
    assert "line 301" in run("audit", pool, "-g", "input", ok=False).stderr
    done = run("audit", pool, "-g", "input", "--on-error", "skip", "--json")
    assert "skipped 1 records" in done.stderr
    assert json.loads(done.stdout) == plain(audit(INSTRUCTIONS, groups="input").to_dict())


def test_audit_by_a_file_of_options(pool, tmp_path):
    config = tmp_path / "run.toml"
    config.write_text(
        '[audit]\nshare = 0.3\nlength_bins = 2\nguards = { noise = "off" }\nrandom_state = 1\n'
    )
    shown = asked("audit", pool, "--config", config, "--random-state", 2)
    lengths = {part["length"] for part in shown["parts"]}
    assert (shown["share"], shown["random_state"], len(lengths)) == (0.3, 2, 3)
    assert "noise" not in {finding["guard"] for finding in shown["guards"]}


def test_fit_and_risk(tmp_path):
    runs, versions, law = tmp_path / "runs.csv", tmp_path / "versions.csv", tmp_path / "law.json"
    runs.write_text(RUNS)
    versions.write_text(VERSIONS)
    shown = asked("fit", runs, "--save", law)
    assert shown == plain(EntropyLawFit().fit(runs).summary().to_dict())
    shown = asked("risk", versions, "--law", law)
    assert shown == plain(assess_versions(versions, law=EntropyLawFit.load(law)).to_dict())
    assert shown["versions"][0]["p_noise"] is None


def test_compressors():
    shown = asked("compressors")
    names = {entry["name"] for entry in shown["compressors"]}
    assert {get_compressor(name).name for name in available_compressors()} <= names
    for entry in shown["compressors"]:
        assert entry["window"] == describe(get_compressor(entry["name"])).window

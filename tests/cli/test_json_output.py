"""`--json`: one value on stdout, with what the library says."""

import json
import math

import numpy as np
import pytest
from command_runs import run
from test_cli import RECORDS, RUNS, pool  # noqa: F401  (pool: a fixture)

from entropylaw import EntropyLawFit, ZipSelector, assess_versions, audit, compression_ratio
from entropylaw.compressors import available_compressors, describe, get_compressor
from entropylaw.ratios import sample_ratios

VERSIONS = "version,compression_ratio,first_epoch_loss\nv1,2.7,1.25\nv2,3.1,1.38\n"


def asked(*arguments):
    return json.loads(run(*arguments, "--json").stdout)


def plain(value):
    """Return a value as it comes back from JSON, in which what is not finite is null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def test_select_and_its_estimate(pool, tmp_path):  # noqa: F811
    out = tmp_path / "out.jsonl"
    told = asked("select", pool, "-b", 20, "-o", out)
    result = ZipSelector(20).select(RECORDS)
    assert told["manifest"] == json.loads(result.manifest.to_json())
    assert told["manifest"] == json.loads((tmp_path / "out.jsonl.manifest.json").read_text())
    assert told["compression_ratio"] == result.ratio
    assert told["evaluations"] == result.evaluations
    assert (told["output"], told["report"]) == (str(out), None)
    estimate = asked("select", pool, "-b", 20, "--dry-run")
    assert estimate["evaluations"] == ZipSelector(20).estimate(RECORDS).evaluations
    assert set(estimate) == {"evaluations", "rounds", "seconds", "memory", "certainty"}


def test_ratio(pool):  # noqa: F811
    told = asked("ratio", pool, "-c", "zstd:3")
    assert told["compression_ratio"] == compression_ratio(RECORDS, "zstd:3")
    assert told["compressed_fraction"] == pytest.approx(1 / told["compression_ratio"])
    own = np.sort(sample_ratios(RECORDS, "zstd:3"))
    assert told["own_ratio"]["median"] == own[149]
    assert (told["records"], told["skipped"]) == (300, 0)
    assert told["compressor"]["name"] == "zstd:3"


def test_audit_which_skips_what_cannot_be_read(pool):  # noqa: F811
    with pool.open("a") as file:
        file.write("{broken\n")
    assert "line 301" in run("audit", pool, "-g", "input", ok=False).stderr
    done = run("audit", pool, "-g", "input", "--on-error", "skip", "--json")
    assert "skipped 1 records" in done.stderr
    assert json.loads(done.stdout) == plain(audit(RECORDS, groups="input").to_dict())


def test_audit_by_a_file_of_options(pool, tmp_path):  # noqa: F811
    config = tmp_path / "run.toml"
    config.write_text(
        '[audit]\nshare = 0.3\nlength_bins = 2\nguards = { noise = "off" }\nrandom_state = 1\n'
    )
    told = asked("audit", pool, "--config", config, "--random-state", 2)
    lengths = {part["length"] for part in told["parts"]}
    assert (told["share"], told["random_state"], len(lengths)) == (0.3, 2, 3)
    assert "noise" not in {finding["guard"] for finding in told["guards"]}


def test_fit_and_risk(tmp_path):
    runs, versions, law = tmp_path / "runs.csv", tmp_path / "versions.csv", tmp_path / "law.json"
    runs.write_text(RUNS)
    versions.write_text(VERSIONS)
    told = asked("fit", runs, "--save", law)
    assert told == plain(EntropyLawFit().fit(runs).summary().to_dict())
    told = asked("risk", versions, "--law", law)
    assert told == plain(assess_versions(versions, law=EntropyLawFit.load(law)).to_dict())
    assert told["versions"][0]["p_noise"] is None


def test_compressors():
    told = asked("compressors")
    names = {entry["name"] for entry in told["compressors"]}
    assert {get_compressor(name).name for name in available_compressors()} <= names
    for entry in told["compressors"]:
        assert entry["window"] == describe(get_compressor(entry["name"])).window

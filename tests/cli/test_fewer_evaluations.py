"""--packing and --screening reach the selection, its manifest, and the repeat of it."""

import json

from command_runs import run
from test_cli import pool  # noqa: F401  (a fixture)


def test_options_reach_the_manifest_and_the_repeat(pool, tmp_path):  # noqa: F811
    out, again = tmp_path / "out.jsonl", tmp_path / "again.jsonl"
    done = run(
        "select", pool, "-b", "40", "-o", out, "--packing", "lazy", "--screening", "adaptive"
    )
    assert "lazy" in done.stderr and "adaptive" in done.stderr
    manifest = tmp_path / "out.jsonl.manifest.json"
    asked = json.loads(manifest.read_text())["parameters"]
    assert (asked["packing"], asked["screening"]) == ("lazy", "adaptive")
    run("select", pool, "--manifest", manifest, "-o", again)
    assert again.read_bytes() == out.read_bytes()
    refused = run("select", pool, "-b", "40", "-o", out, "--packing", "quick", ok=False)
    assert "lazy" in refused.stderr

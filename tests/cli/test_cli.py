"""The commands that read records and runs: their output and their errors."""

import gzip
import json

import pytest
from command_runs import INSTRUCTIONS, RUNS, run, write_records


def test_select_writes_chosen_records_unchanged_and_a_manifest_that_repeats_it(pool, tmp_path):
    out, again = tmp_path / "out.jsonl", tmp_path / "again.jsonl"
    run("select", pool, "--budget", "50", "-o", out)
    lines = out.read_text().splitlines()
    assert len(lines) == len(set(lines)) == 50
    assert set(lines) <= set(pool.read_text().splitlines())
    manifest = tmp_path / "out.jsonl.manifest.json"
    assert json.loads(manifest.read_text())["selected"]["records"] == 50
    run("select", pool, "--manifest", manifest, "-o", again)
    assert again.read_bytes() == out.read_bytes()


def test_manifest_of_another_pool_is_refused(pool, tmp_path):
    run("select", pool, "--budget", "5", "-o", tmp_path / "out.jsonl")
    other = tmp_path / "other.jsonl"
    write_records(other, INSTRUCTIONS[1:])
    done = run(
        "select", other, "--manifest", tmp_path / "out.jsonl.manifest.json",
        "-o", tmp_path / "x.jsonl", ok=False,
    )  # fmt: skip
    assert "pool: expected that of the manifest" in done.stderr
    assert not (tmp_path / "x.jsonl").exists()


def test_packed_input_and_output_and_pool_order(pool, tmp_path):
    packed = tmp_path / "pool.jsonl.gz"
    packed.write_bytes(gzip.compress(pool.read_bytes()))
    out = tmp_path / "out.jsonl.gz"
    run("select", packed, "-b", "10%", "-o", out, "--order", "original", "-c", "zstd:6:long")
    chosen = [json.loads(line)["extra"][0] for line in gzip.open(out, "rt")]
    assert len(chosen) == 30
    assert chosen == sorted(chosen)


def test_broken_line_and_skip(pool, tmp_path):
    broken = tmp_path / "broken.jsonl"
    lines = pool.read_text().splitlines()
    lines[3], lines[7] = '{"instruction": ', '{"instruction": 5, "output": "x"}'
    broken.write_text("\n".join(lines))
    before = broken.read_bytes()
    out = tmp_path / "out.jsonl"
    done = run("select", broken, "-b", "20", "-o", out, ok=False)
    assert "broken.jsonl, line 4" in done.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["broken.jsonl", "pool.jsonl"]
    done = run("select", broken, "-b", "20", "-o", out, "--on-error", "skip")
    assert "skipped 2 records" in done.stderr
    assert set(out.read_text().splitlines()) <= set(lines)
    assert json.loads((tmp_path / "out.jsonl.manifest.json").read_text())["skipped_records"] == 2
    assert broken.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-b", "0"], "budget"),
        (["-b", "301"], "only 300"),
        (["-b", "many"], "budget"),
        ([], "--budget N or --manifest"),
        (["-b", "5", "-c", "gzip"], "gzip"),
        (["-b", "5", "--text", "body"], "Columns seen: instruction"),
    ],
)
def test_errors_are_one_line_and_leave_no_output(pool, tmp_path, arguments, message):
    done = run("select", pool, "-o", tmp_path / "out.jsonl", *arguments, ok=False)
    assert message in done.stderr and done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["pool.jsonl"]


def test_input_is_never_written_over(pool):
    before = pool.read_bytes()
    done = run("select", pool, "-b", "5", "-o", pool, ok=False)
    assert "never changed" in done.stderr
    assert pool.read_bytes() == before


def test_initial_subset(pool, tmp_path):
    owned = write_records(tmp_path / "owned.jsonl", INSTRUCTIONS[:20])
    run("select", pool, "-b", "5", "-o", tmp_path / "out.jsonl", "--initial-subset", owned)
    manifest = json.loads((tmp_path / "out.jsonl.manifest.json").read_text())
    assert manifest["initial_subset"]["records"] == 20


def test_packing_and_screening_reach_the_manifest_and_its_repetition(pool, tmp_path):
    out, again = tmp_path / "out.jsonl", tmp_path / "again.jsonl"
    done = run("select", pool, "-b", "40", "-o", out, "--packing", "lazy", "--screening", "lazy")
    assert "lazy" in done.stderr and "screening" in done.stderr
    manifest = tmp_path / "out.jsonl.manifest.json"
    asked = json.loads(manifest.read_text())["options"]
    assert (asked["packing"], asked["screening"]) == ("lazy", "lazy")
    run("select", pool, "--manifest", manifest, "-o", again)
    assert again.read_bytes() == out.read_bytes()
    refused = run("select", pool, "-b", "40", "-o", out, "--packing", "quick", ok=False)
    assert "lazy" in refused.stderr


def test_dry_run_estimates_the_cost_and_writes_nothing(pool, tmp_path):
    assert "evaluations" in run("select", pool, "-b", "50", "--dry-run").stdout
    assert [p.name for p in tmp_path.iterdir()] == ["pool.jsonl"]
    assert "--dry-run" in run("select", pool, "-b", "50", ok=False).stderr


def test_ratio_and_compressors_and_version(pool):
    assert "compression ratio" in run("ratio", pool, "-c", "zstd:3").stdout
    assert "zstd:6:long" in run("compressors").stdout
    assert "entropylaw 0." in run("--version").stdout


def test_demo_on_a_file(pool, tmp_path):
    out = tmp_path / "demo"
    done = run("demo", pool, "-b", "60", "-o", out, "--source-column", "input")
    assert "random, same size" in done.stdout
    assert len((out / "selected.jsonl").read_text().splitlines()) == 60
    assert (out / "demo.png").read_bytes().startswith(b"\x89PNG")


def test_from_eight_runs_to_a_table_a_plot_and_a_verdict(tmp_path):
    runs, versions = tmp_path / "runs.csv", tmp_path / "versions.csv"
    runs.write_text(RUNS)
    versions.write_text("version,compression_ratio,first_epoch_loss\nv1,2.7,1.25\nv2,3.1,1.38\n")
    done = run("fit", runs, "--plot", tmp_path / "law.png", "--save", tmp_path / "law.json")
    assert "compression_ratio" in done.stdout
    assert (tmp_path / "law.png").read_bytes().startswith(b"\x89PNG")
    assert "likely worse" in run("risk", versions, "--law", tmp_path / "law.json").stdout


def test_fit_names_the_row_that_is_wrong(tmp_path):
    runs = tmp_path / "runs.csv"
    runs.write_text(RUNS.replace("1.26", "nan"))
    done = run("fit", runs, "--plot", tmp_path / "law.png", ok=False)
    assert "row 2 ('c'), column 'first_epoch_loss'" in done.stderr
    assert not (tmp_path / "law.png").exists()

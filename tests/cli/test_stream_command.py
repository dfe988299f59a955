"""`entropylaw stream`, compared with the same stream in Python."""

import json
import random

import pytest
from command_runs import run

from entropylaw import ZipStream

WORDS = ["of", "all", "the", "books", "in", "that", "house", "none", "was", "ever", "read", "but"]


def lines(count, seed=0):
    rng = random.Random(seed)
    records = [{"text": " ".join(rng.choices(WORDS, k=rng.randint(4, 30)))} for _ in range(count)]
    return [json.dumps(record, indent=None) + " " for record in records]


@pytest.fixture
def pool(tmp_path):
    path = tmp_path / "pool.jsonl"
    path.write_text("\n".join(lines(400)) + "\n")
    return path


def kept_by(stream, raws):
    return [raw for raw in raws if stream.offer(json.loads(raw))]


@pytest.mark.parametrize(
    ("typed", "options"),
    [
        (["--keep", 0.2, "--horizon", 50], {"keep": 0.2, "horizon": 50}),
        (
            ["-b", 4000, "--expected", 30000, "--cost", "bytes", "-c", "zlib:6"],
            {"budget": 4000, "expected": 30000, "cost": "bytes", "compressor": "zlib:6"},
        ),
    ],
)
def test_it_keeps_what_the_library_keeps_byte_for_byte(pool, tmp_path, typed, options):
    out = tmp_path / "kept.jsonl"
    done = run("stream", pool, "-o", out, *typed, "--json")
    stream = ZipStream(**options)
    assert out.read_text().splitlines() == kept_by(stream, lines(400))
    shown = json.loads(done.stdout)
    assert (shown["seen"], shown["kept"]) == (stream.tally.seen, stream.tally.kept)
    assert shown["output"] == str(out) and f"wrote {out}" in done.stderr


def test_a_spent_budget_ends_the_reading(pool, tmp_path):
    with pool.open("a") as file:
        file.write("{broken\n")
    shown = run("stream", pool, "-b", 5, "--expected", 20, "-o", tmp_path / "out.jsonl", "--json")
    assert json.loads(shown.stdout)["kept"] == 5


def test_files_after_one_another_are_one_stream(pool, tmp_path):
    raws, state = lines(400), tmp_path / "crawl.state"
    days = [tmp_path / "monday.jsonl", tmp_path / "tuesday.jsonl"]
    for day, part in zip(days, (raws[:150], raws[150:]), strict=True):
        day.write_text("\n".join(part))
        run("stream", day, "--keep", 0.2, "--state", state, "-o", day.with_suffix(".kept.jsonl"))
    kept = [
        line for day in days for line in day.with_suffix(".kept.jsonl").read_text().splitlines()
    ]
    assert kept == kept_by(ZipStream(keep=0.2), raws)
    done = run("stream", days[0], "--keep", 0.3, "--state", state, "-o", pool.parent / "x.jsonl", ok=False)  # fmt: skip
    assert "keep: expected 0.2, as in the stream of" in done.stderr
    run("stream", days[0], "--state", state, "-c", "zstd:6:long", "-o", pool.parent / "x.jsonl")


def test_remembered_records_and_a_file_of_options(pool, tmp_path):
    raws, out = lines(400), tmp_path / "kept.jsonl"
    (tmp_path / "owned.jsonl").write_text("\n".join(raws[:100]))
    config = tmp_path / "run.toml"
    config.write_text('[stream]\nkeep = 0.3\nremember = "owned.jsonl"\ntext = "text"\n')
    run("stream", pool, "--config", config, "--keep", 0.2, "-o", out)
    stream = ZipStream(keep=0.2, text="text")
    stream.remember(json.loads(raw) for raw in raws[:100])
    assert out.read_text().splitlines() == kept_by(stream, raws)


def test_broken_records(pool, tmp_path):
    raws, out, state = lines(50), tmp_path / "out.jsonl", tmp_path / "s.state"
    pool.write_text("\n".join([*raws[:20], '{"text": 7}', "{broken", *raws[20:]]))
    typed = ["stream", pool, "--keep", 0.5, "-o", out, "--state", state]
    assert "pool.jsonl, line 21" in run(*typed, ok=False).stderr
    assert not out.exists() and not state.exists()
    done = run(*typed, "--on-error", "skip")
    assert "skipped 2 records" in done.stderr and "line 22" in done.stderr
    assert set(out.read_text().splitlines()) <= set(raws)
    assert "skipped 2 records" in run(*typed).stderr  # as the saved stream did


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (["--keep", 0.5], "-o kept.jsonl"),
        (["-o", "out.jsonl"], "keep, budget: expected one of them; saw neither"),
        (["-o", "out.jsonl", "-b", 5], "together with expected="),
        (["-o", "pool.jsonl", "--keep", 0.5], "also an input"),
        (["-o", "out.jsonl", "--keep", 0.5, "--state", "out.jsonl"], "also an input"),
        (["-o", "out.parquet", "--keep", 0.5], "JSON records have no fixed types"),
        (["-o", "out.jsonl", "--keep", 0.5, "--state", "pool.jsonl"], "also an input"),
    ],
)
def test_refusals_leave_nothing_behind(pool, monkeypatch, typed, message):
    monkeypatch.chdir(pool.parent)
    assert message in run("stream", "pool.jsonl", *typed, ok=False).stderr
    assert [path.name for path in pool.parent.iterdir()] == ["pool.jsonl"]


def test_parquet_is_refused(pool, monkeypatch):
    monkeypatch.chdir(pool.parent)
    done = run("stream", "pool.parquet", "-o", "kept.jsonl", "--keep", 1, ok=False)
    assert "reads line by line" in done.stderr

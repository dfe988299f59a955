"""Parquet and Arrow IPC files on the command line: in and out, all columns kept."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from command_runs import run

RECORDS = [
    {"id": i, "question": f"Say {i}", "answer": f"{i} {i**7} {i % 7}", "source": f"s{i % 3}", "tags": [i, None]}
    for i in range(300)
]  # fmt: skip
TABLE = pa.Table.from_pylist(RECORDS).replace_schema_metadata({"made": "here"})


@pytest.fixture
def pool(tmp_path: Path) -> Path:
    pq.write_table(TABLE, tmp_path / "pool.parquet", row_group_size=70)
    return tmp_path / "pool.parquet"


def test_parquet_in_parquet_out(pool: Path) -> None:
    out = pool.with_name("chosen.parquet")
    run("select", pool, "--budget", "50", "--output", out, "--order", "original")
    chosen = pq.read_table(out)
    assert chosen.schema.equals(pq.read_schema(pool), check_metadata=True)
    ids = chosen["id"].to_pylist()
    assert ids == sorted(set(ids))
    assert chosen.to_pylist() == [RECORDS[i] for i in ids]
    assert pq.ParquetFile(out).num_row_groups == 1


def test_the_selection_equals_that_from_jsonl_and_a_manifest_repeats_it(pool: Path) -> None:
    lines = pool.with_name("pool.jsonl.zst")
    run("select", pool, "-b", "300", "-o", lines, "--order", "original")
    run("select", pool, "-b", "50", "-o", pool.with_name("a.parquet"))
    manifest = pool.with_name("a.parquet.manifest.json")
    run("select", lines, "--manifest", manifest, "-o", pool.with_name("b.jsonl"))
    rows = [json.loads(line) for line in pool.with_name("b.jsonl").read_text().splitlines()]
    assert rows == pq.read_table(pool.with_name("a.parquet")).to_pylist()


def test_several_columns_and_a_template(pool: Path) -> None:
    fingerprints = set()
    for options in (["--text", "question", "--text", "answer"], ["--text", "{question}\n{answer}"]):
        run("select", pool, "-b", "9", "-o", pool.with_name("c.arrow"), *options)
        manifest = json.loads(pool.with_name("c.arrow.manifest.json").read_text())
        fingerprints.add(manifest["pool"]["fingerprint"])
    assert len(fingerprints) == 1
    assert pa.ipc.open_file(pool.with_name("c.arrow")).read_all().num_rows == 9


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--text", "body"], "Columns seen: id, question, answer, source, tags"),
        (["--text", "{question}{body}"], "names column 'body'"),
        (["--text", "tags"], "record 0: column 'tags' holds list"),
        (["-o", "chosen.parquet.gz"], "not compressed as a whole"),
        (["-o", "pool.parquet"], "never changed"),
    ],
)
def test_errors_are_one_line_and_leave_no_output(pool: Path, options: list, message: str) -> None:
    out = pool.with_name("chosen.parquet")
    if options[0] == "-o":
        options = ["-o", pool.with_name(options[1])]
    done = run("select", pool, "-b", "5", "-o", out, *options, ok=False)
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in pool.parent.iterdir()] == ["pool.parquet"]


def test_jsonl_to_parquet_is_refused_before_any_work(pool: Path) -> None:
    source = pool.with_name("pool.jsonl")
    source.write_text('{"text": "a"}\n{"text": "b"}\n')
    done = run("select", source, "-b", "1", "-o", pool.with_name("x.parquet"), ok=False)
    assert "JSON records have no fixed types" in done.stderr


def test_other_commands_read_it_too(pool: Path) -> None:
    assert "compression ratio" in run("ratio", pool).stdout
    run("select", pool, "-b", "9", "-o", pool.with_name("d.jsonl"), "--initial-subset", pool)
    done = run("demo", pool, "-b", "40", "-o", pool.with_name("demo"))
    assert "composition by source" in done.stdout
    assert pq.read_table(pool.with_name("demo") / "selected.parquet").num_rows == 40

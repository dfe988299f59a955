"""The chosen records of a file, written: what is kept, what is converted, what is refused."""

from __future__ import annotations

import decimal
import json
import math
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import entropylaw.io.arrow_files as arrow_files
from entropylaw.errors import ConfigError, FingerprintError
from entropylaw.io.arrow_files import ArrowFile
from entropylaw.io.jsonl import RecordFile
from entropylaw.io.load import load_file
from entropylaw.io.reading import read_columns
from entropylaw.io.write import check_destination, write_chosen

RECORDS = [{"id": i, "text": f"record {i} \u4e2d", "tags": ["a", str(i)], "x": i / 3} for i in range(500)]  # fmt: skip
ROWS = np.array([400, 3, 499, 0])


@pytest.fixture
def parquet(tmp_path: Path) -> Path:
    table = pa.Table.from_pylist(RECORDS).replace_schema_metadata({"made": "here"})
    pq.write_table(table, tmp_path / "pool.parquet", row_group_size=99)
    return tmp_path / "pool.parquet"


@pytest.fixture
def jsonl(tmp_path: Path) -> Path:
    path = tmp_path / "pool.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in RECORDS))
    return path


@pytest.mark.parametrize("rows", [ROWS, np.sort(ROWS)], ids=["as chosen", "as in the pool"])
class TestWritten:
    @pytest.mark.parametrize("name", ["out.parquet", "out.arrow", "out.feather"])
    def test_tables_keep_schema_and_columns(
        self, parquet: Path, rows: np.ndarray, name: str
    ) -> None:
        out = parquet.with_name(name)
        assert write_chosen(out, parquet, load_file(parquet), rows) == 4
        written = ArrowFile(out).take(np.arange(4))
        assert written.to_pylist() == [RECORDS[row] for row in rows]
        assert written.schema.equals(pq.read_schema(parquet), check_metadata=True)
        assert pq.read_table(out).num_rows == 4 if name.endswith("parquet") else True

    @pytest.mark.parametrize("name", ["out.jsonl", "out.json", "out.jsonl.zst", "out.jsonl.gz"])
    def test_tables_become_json(self, parquet: Path, rows: np.ndarray, name: str) -> None:
        out = parquet.with_name(name)
        assert write_chosen(out, parquet, load_file(parquet), rows) == 4
        assert [record.value for record in RecordFile(out)] == [RECORDS[row] for row in rows]

    def test_text_files_keep_their_bytes(self, jsonl: Path, rows: np.ndarray) -> None:
        out = jsonl.with_name("out.jsonl")
        write_chosen(out, jsonl, load_file(jsonl), rows)
        lines = jsonl.read_bytes().splitlines()
        assert out.read_bytes().splitlines() == [lines[row] for row in rows]

    def test_rows_are_those_of_the_usable_records(self, tmp_path: Path, rows: np.ndarray) -> None:
        gaps = [record if i % 2 else {**record, "text": None} for i, record in enumerate(RECORDS)]
        path, out = tmp_path / "pool.parquet", tmp_path / "out.parquet"
        pq.write_table(pa.Table.from_pylist(gaps), path)
        write_chosen(out, path, load_file(path, on_error="skip"), rows % 250)
        ids = read_columns(ArrowFile(out), ["id"])["id"]
        assert ids == [2 * (row % 250) + 1 for row in rows]


class TestStreams:
    def test_a_stream_stays_a_stream(self, tmp_path: Path) -> None:
        table = pa.Table.from_pylist(RECORDS)
        with pa.ipc.new_stream(tmp_path / "pool.arrow", table.schema) as writer:
            writer.write_table(table)
        source = tmp_path / "pool.arrow"
        write_chosen(tmp_path / "out.arrow", source, load_file(source), ROWS)
        assert ArrowFile(tmp_path / "out.arrow").form == "stream"
        assert read_columns(ArrowFile(tmp_path / "out.arrow"), ["id"])["id"] == ROWS.tolist()


class TestGroups:
    def test_few_rows_of_many_groups_are_one_group(self, parquet: Path) -> None:
        pool = load_file(parquet)
        for rows in (ROWS, np.sort(ROWS)):
            write_chosen(parquet.with_name("out.parquet"), parquet, pool, rows)
            assert pq.ParquetFile(parquet.with_name("out.parquet")).num_row_groups == 1

    def test_many_rows_are_several(self, parquet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(arrow_files, "_ROWS", 100)
        monkeypatch.setattr(arrow_files, "_GROUP_ROWS", 200)
        out = parquet.with_name("out.parquet")
        write_chosen(out, parquet, load_file(parquet), np.arange(500))
        assert pq.ParquetFile(out).num_row_groups == 3
        assert pq.read_table(out).to_pylist() == RECORDS

    @pytest.mark.parametrize("name", ["out.arrow", "out.feather", "out.parquet"])
    def test_each_batch_with_a_dictionary_of_its_own(
        self, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(arrow_files, "_ROWS", 100)
        monkeypatch.setattr(arrow_files, "_GROUP_ROWS", 30)
        source = tmp_path / "pool.parquet"
        parts = [
            pa.table({"text": ["a"] * 100, "kind": pa.array([f"k{i}"] * 100).dictionary_encode()})
            for i in range(4)
        ]
        with pq.ParquetWriter(source, parts[0].schema) as writer:
            for part in parts:
                writer.write_table(part)
        rows = np.arange(0, 400, 3)
        write_chosen(tmp_path / name, source, load_file(source), rows)
        assert read_columns(ArrowFile(tmp_path / name), ["kind"])["kind"] == [
            f"k{row // 100}" for row in rows
        ]


class TestRefused:
    @pytest.mark.parametrize("name", ["out.parquet", "out.arrow"])
    def test_json_to_a_table(self, jsonl: Path, name: str) -> None:
        with pytest.raises(ConfigError, match="no fixed types.*ends in .jsonl"):
            check_destination(jsonl.with_name(name), jsonl)
        with pytest.raises(ConfigError, match="no fixed types"):
            check_destination(jsonl.with_name(name))

    def test_types_that_json_does_not_have(self, tmp_path: Path) -> None:
        for cell in (decimal.Decimal("1.5"), b"\xff", {"deep": [b"\xff"]}):
            path = tmp_path / "pool.parquet"
            pq.write_table(pa.table({"text": ["a"], "cell": [cell]}), path)
            with pytest.raises(ConfigError, match=r"column 'cell' is of type .*ends in .parquet"):
                check_destination(tmp_path / "out.jsonl", path)

    def test_the_source_is_never_written_over(self, parquet: Path) -> None:
        with pytest.raises(ConfigError, match="also an input"):
            check_destination(parquet, parquet)

    def test_a_packed_table(self, parquet: Path) -> None:
        with pytest.raises(ConfigError, match="not compressed as a whole"):
            check_destination(parquet.with_name("out.parquet.gz"), parquet)

    def test_lines_of_text_from_a_table(self, parquet: Path) -> None:
        with pytest.raises(ConfigError, match="only lines of a .txt file"):
            check_destination(parquet.with_name("out.txt"), parquet)

    @pytest.mark.parametrize("source", ["parquet", "jsonl"])
    def test_a_source_that_has_changed(self, source: str, request: pytest.FixtureRequest) -> None:
        path = request.getfixturevalue(source)
        pool = load_file(path)
        before = path.read_bytes()
        path.write_bytes(before + (b'{"text": "more"}\n' if source == "jsonl" else b""))
        if source == "parquet":
            pq.write_table(pq.read_table(path).slice(1), path)
        out = path.with_name("out." + source)
        with pytest.raises(FingerprintError, match="has changed since its records were read"):
            write_chosen(out, path, pool, ROWS)
        assert not out.exists()

    def test_a_failure_leaves_nothing(self, parquet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        out = parquet.with_name("out.parquet")
        out.write_bytes(b"older")

        def broken(self: ArrowFile, rows: np.ndarray):
            yield from self.take(rows[:1]).to_batches()
            raise RuntimeError("power cut")

        pool = load_file(parquet)
        monkeypatch.setattr(ArrowFile, "chosen", broken)
        with pytest.raises(RuntimeError, match="power cut"):
            write_chosen(out, parquet, pool, ROWS)
        assert out.read_bytes() == b"older"
        assert sorted(path.name for path in parquet.parent.iterdir()) == [
            "out.parquet",
            "pool.parquet",
        ]


def test_numbers_that_json_does_not_have_are_null(tmp_path: Path) -> None:
    path = tmp_path / "pool.parquet"
    pq.write_table(
        pa.table({"text": ["a"], "x": [math.nan], "y": [[{"z": math.inf}, {"z": 1.5}]]}), path
    )
    write_chosen(tmp_path / "out.jsonl", path, load_file(path), np.array([0]))
    [record] = RecordFile(tmp_path / "out.jsonl")
    assert record.value == {"text": "a", "x": None, "y": [{"z": None}, {"z": 1.5}]}


def test_neither_file_is_ever_in_memory(tmp_path: Path) -> None:
    code = """
    import sys
    from pathlib import Path
    import numpy as np, pyarrow as pa, pyarrow.parquet as pq
    import entropylaw.io.arrow_files as arrow_files
    from entropylaw.io.write import write_chosen
    from entropylaw.io.load import load_file

    folder = Path(sys.argv[1])
    schema = pa.schema({"text": pa.string(), "heavy": pa.string()})
    with pq.ParquetWriter(folder / "pool.parquet", schema) as writer:
        for _ in range(40):
            heavy = [np.random.bytes(1_000).hex() for _ in range(1_000)]
            writer.write_batch(pa.record_batch([[text[:20] for text in heavy], heavy], schema))
    arrow_files._GROUP_BYTES = 1 << 22
    pool = load_file(folder / "pool.parquet")
    write_chosen(folder / "out.parquet", folder / "pool.parquet", pool, np.arange(40_000))
    print(pa.default_memory_pool().max_memory() / 2**20)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), str(tmp_path)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert (tmp_path / "out.parquet").stat().st_size > 70 << 20
    assert float(done.stdout) < 35

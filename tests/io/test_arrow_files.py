"""Parquet and Arrow IPC files wherever a path is accepted: read, chosen from, mapped, broken."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import datasets
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

import entropylaw.io.arrow_files as module
from entropylaw import ZipSelector, compression_ratio
from entropylaw.errors import (
    ColumnError,
    ConfigError,
    FileFormatError,
    FingerprintError,
    MissingExtraError,
    TextColumnError,
)
from entropylaw.io.arrow_files import ArrowFile
from entropylaw.io.load import as_corpus, load_file, record_count, take_records
from entropylaw.io.mapped import build_mapped, open_mapped

RECORDS = [
    {"id": i, "text": f"record {i} \u00e9\u4e2d", "turns": [{"role": "user", "content": str(i)}]}
    for i in range(3_000)
]
TABLE = pa.Table.from_pylist(RECORDS).replace_schema_metadata({"made": "here"})
EXPECTED = as_corpus([record["text"] for record in RECORDS])


def write_stream(table: pa.Table, path: Path) -> None:
    with pa.ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=700)


def write_file(table: pa.Table, path: Path) -> None:
    with pa.ipc.new_file(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=700)


WRITERS = {
    "a.parquet": lambda table, path: pq.write_table(table, path, row_group_size=400),
    "one-group.parquet": pq.write_table,
    "by-polars.parquet": lambda table, path: pl.from_arrow(table).write_parquet(path),
    "stream.arrow": write_stream,
    "file.arrow": write_file,
    "file.ipc": write_file,
    "lz4.feather": pyarrow.feather.write_feather,
}


@pytest.fixture(params=WRITERS.items(), ids=WRITERS)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    name, write = request.param
    write(TABLE, tmp_path / name)
    return tmp_path / name


class TestReading:
    def test_its_corpus_is_that_of_the_records(self, path: Path) -> None:
        for options in ({}, {"text": "text"}, {"text": "{text}"}, {"render": lambda r: r["text"]}):
            assert as_corpus(path, **options).fingerprint == EXPECTED.fingerprint
        assert as_corpus(path).shapes == {"text": 3_000}
        assert record_count(path) is None
        assert compression_ratio(path) == compression_ratio(EXPECTED)

    def test_take_gives_a_table(self, path: Path) -> None:
        taken = take_records(path, [2_999, 0, 1_001, 1_000])
        assert isinstance(taken, pa.Table)
        assert taken.schema.names == TABLE.schema.names
        assert taken.to_pylist() == [RECORDS[row] for row in (2_999, 0, 1_001, 1_000)]

    def test_a_selection_from_it(self, path: Path) -> None:
        selector = ZipSelector(20, k1=100, k2=20, k3=10, n_jobs=1)
        result = selector.select(path)
        assert (result.picks == selector.select(RECORDS).picks).all()
        assert result.take(path).column("id").to_pylist() == result.indices.tolist()

    def test_rows_lost(self, path: Path) -> None:
        with pytest.raises(FingerprintError, match="only 3000 records"):
            take_records(path, [3_000])

    def test_missing_columns(self, path: Path) -> None:
        with pytest.raises(TextColumnError, match="Columns seen: id, text, turns"):
            as_corpus(path, text="body")
        with pytest.raises(ColumnError, match="Columns seen: id, text, turns"):
            list(ArrowFile(path).record_batches(["body"]))

    def test_cells_of_what_is_no_text_name_file_and_record(self, path: Path) -> None:
        with pytest.raises(FileFormatError, match=rf"{path.name}: record 0: column 'id' holds int"):
            as_corpus(path, text="id")

    def test_a_mapped_pool_from_it(self, path: Path, tmp_path: Path) -> None:
        for source in (path, str(path)):
            pool = build_mapped(source, tmp_path / "pool")
            assert pool.fingerprint == EXPECTED.fingerprint
            assert pool.shapes == open_mapped(tmp_path / "pool").shapes == {"text": 3_000}


class TestMapped:
    def test_ipc_that_is_not_packed_is_never_in_memory(self, tmp_path: Path) -> None:
        write_stream(TABLE, tmp_path / "pool.arrow")
        before = pa.total_allocated_bytes()
        corpus = as_corpus(tmp_path / "pool.arrow")
        assert pa.total_allocated_bytes() == before
        assert corpus.fingerprint == EXPECTED.fingerprint

    def test_any_container_can_be_built_from(self, tmp_path: Path) -> None:
        stream = datasets.Dataset.from_list(RECORDS).to_iterable_dataset()
        for source in (
            TABLE,
            TABLE.to_pandas(),
            pl.from_arrow(TABLE).lazy(),
            stream,
            iter(RECORDS),
        ):
            assert build_mapped(source, tmp_path / "pool").fingerprint == EXPECTED.fingerprint

    @pytest.mark.parametrize("group", [2_000, 1_000_000], ids=["groups", "one group"])
    def test_memory_is_bounded(self, tmp_path: Path, group: int) -> None:
        code = """
        import resource, sys
        from pathlib import Path
        import numpy as np, pyarrow as pa, pyarrow.parquet as pq
        from entropylaw.io.mapped import build_mapped

        folder, group = Path(sys.argv[1]), int(sys.argv[2])
        rng = np.random.default_rng(0)
        schema = pa.schema({"text": pa.string(), "heavy": pa.string()})
        with pq.ParquetWriter(folder / "pool.parquet", schema) as writer:
            batches = []
            for _ in range(40):
                texts = [rng.bytes(1_000).hex() for _ in range(1_000)]
                writer.write_batch(pa.record_batch([texts, texts], schema), row_group_size=group)
        def peak():
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        before = peak()
        build_mapped(folder / "pool.parquet", folder / "pool", text="text")
        print((peak() - before) / 1024, (folder / "pool").stat().st_size / 2**20)
        """
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code), str(tmp_path), str(group)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        grown, size = map(float, done.stdout.split())
        assert size > 75
        assert grown < size / 2


GAPS = [
    {"text": "a", "n": 0},
    {"text": None, "n": 1},
    {"text": "b", "n": 2},
    {"text": None, "n": 3},
]


class TestSkipping:
    def test_rows_that_cannot_be_rendered(self, tmp_path: Path) -> None:
        path = tmp_path / "pool.parquet"
        pq.write_table(pa.Table.from_pylist(GAPS), path)
        with pytest.raises(
            FileFormatError, match="pool.parquet: record 1: column 'text' holds None"
        ):
            load_file(path)
        pool = load_file(path, on_error="skip")
        assert list(pool.corpus) == [b"a", b"b"]
        assert pool.places.tolist() == [0, 2]
        assert pool.skipped == 2
        assert "record 1" in pool.reasons[0]
        assert pool.column(path, "n") == [0, 2]

    def test_nothing_left(self, tmp_path: Path) -> None:
        path = tmp_path / "pool.parquet"
        pq.write_table(pa.table({"text": pa.array([None, None], pa.string())}), path)
        with pytest.raises(FileFormatError, match="none of its 2 records can be rendered"):
            load_file(path, on_error="skip")

    def test_no_rows(self, tmp_path: Path) -> None:
        for name, write in WRITERS.items():
            write(TABLE.slice(0, 0), tmp_path / name)
            with pytest.raises(FileFormatError, match="expected at least one row; saw none"):
                as_corpus(tmp_path / name)

    def test_another_word(self, tmp_path: Path) -> None:
        pq.write_table(TABLE, tmp_path / "pool.parquet")
        with pytest.raises(ConfigError, match="on_error: expected .*saw 'ignore'"):
            load_file(tmp_path / "pool.parquet", on_error="ignore")


class TestBroken:
    def test_cut_short(self, path: Path) -> None:
        whole = path.read_bytes()
        for kept in (0, 3, len(whole) // 2, len(whole) - 9):
            path.write_bytes(whole[:kept])
            if path.name.startswith("stream") and kept == len(whole) - 9:
                continue  # a stream may end without its mark
            with pytest.raises(
                FileFormatError, match=f"{path.name}: .*(neither, or a broken file)"
            ):
                as_corpus(path)

    @pytest.mark.parametrize("name", ["pool.parquet", "pool.arrow"])
    def test_something_else(self, tmp_path: Path, name: str) -> None:
        (tmp_path / name).write_text('{"text": "a"}\n' * 20)
        with pytest.raises(FileFormatError, match="neither, or a broken file"):
            as_corpus(tmp_path / name)

    def test_missing(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            as_corpus(tmp_path / "none.parquet")

    def test_packed(self, tmp_path: Path) -> None:
        (tmp_path / "pool.parquet.gz").write_bytes(b"")
        with pytest.raises(ConfigError, match="not compressed as a whole"):
            as_corpus(tmp_path / "pool.parquet.gz")

    def test_old_feather(self, tmp_path: Path) -> None:
        (tmp_path / "pool.feather").write_bytes(b"FEA1" + bytes(100))
        with pytest.raises(FileFormatError, match="Feather version 1"):
            as_corpus(tmp_path / "pool.feather")

    def test_columns_of_the_same_name(self, tmp_path: Path) -> None:
        write_file(pa.Table.from_arrays([["a"], ["b"]], ["text", "text"]), tmp_path / "a.arrow")
        with pytest.raises(ValueError, match="saw two called 'text'"):
            as_corpus(tmp_path / "a.arrow")

    def test_without_pyarrow(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module.importlib.util, "find_spec", lambda _: None)
        pq.write_table(TABLE, tmp_path / "pool.parquet")
        with pytest.raises(MissingExtraError, match=r"entropylaw\[arrow\]"):
            as_corpus(tmp_path / "pool.parquet")


def test_pandas_metadata_survives(tmp_path: Path) -> None:
    frame = pd.DataFrame({"text": ["a", "b"], "day": pd.to_datetime(["2020-01-01", "2021-01-01"])})
    frame.to_parquet(tmp_path / "pool.parquet")
    taken = take_records(tmp_path / "pool.parquet", np.array([1]))
    pd.testing.assert_frame_equal(taken.to_pandas(), frame.iloc[[1]].reset_index(drop=True))

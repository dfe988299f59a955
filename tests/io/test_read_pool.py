"""`read_pool`: text and columns of every container come from one pass over it."""

from __future__ import annotations

import gzip
import json
import pickle
from collections.abc import Iterator
from pathlib import Path

import datasets
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

import entropylaw.io.jsonl as jsonl
from entropylaw.corpus import Corpus
from entropylaw.errors import ColumnError, ConfigError, EmptyPoolError, FingerprintError
from entropylaw.io.arrow_files import ArrowFile
from entropylaw.io.load import as_corpus, load_file, read_pool

RECORDS = [
    {"text": f"record {i}", "source": "ab"[i % 2], "n": i, "score": None if i == 3 else i / 2}
    for i in range(2_000)
]
LINES = "\n".join(map(json.dumps, RECORDS)).encode()


def table(records: list[dict] = RECORDS) -> pa.Table:
    return pa.Table.from_pylist(records)


def dataset(records: list[dict] = RECORDS) -> datasets.Dataset:
    return datasets.Dataset.from_list(records)


def splits() -> datasets.DatasetDict:
    return datasets.DatasetDict(train=dataset(RECORDS[:1_500]), test=dataset(RECORDS[1_500:]))


def streamed_splits() -> datasets.IterableDatasetDict:
    return datasets.IterableDatasetDict(
        {name: split.to_iterable_dataset() for name, split in splits().items()}
    )


def parquet(folder: Path) -> Path:
    pq.write_table(table(), folder / "pool.parquet", row_group_size=300)
    return folder / "pool.parquet"


def ipc(folder: Path) -> Path:
    with pa.ipc.new_stream(folder / "pool.arrow", table().schema) as writer:
        writer.write_table(table(), max_chunksize=700)
    return folder / "pool.arrow"


def file_of(name: str, content: bytes):
    def write(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return write


CONTAINERS = {
    "list": lambda _: RECORDS,
    "iterator": lambda _: iter(RECORDS),
    "generator": lambda _: (record for record in RECORDS),
    "pandas": lambda _: pd.DataFrame(RECORDS),
    "polars": lambda _: pl.DataFrame(RECORDS),
    "lazy": lambda _: pl.LazyFrame(RECORDS),
    "Arrow": lambda _: table(),
    "batch": lambda _: pa.RecordBatch.from_pylist(RECORDS),
    "reader": lambda _: table().to_reader(max_chunksize=300),
    "dataset": lambda _: dataset(),
    "shuffled": lambda _: dataset(RECORDS[::-1]).select(range(1_999, -1, -1)),
    "stream": lambda _: dataset().to_iterable_dataset(),
    "splits": lambda _: splits(),
    "streamed splits": lambda _: streamed_splits(),
    "Parquet": parquet,
    "Arrow IPC": ipc,
    "JSONL": file_of("pool.jsonl", LINES),
    "gzip": file_of("pool.jsonl.gz", gzip.compress(LINES)),
    "zstd": file_of("pool.json.zst", zstandard.compress(json.dumps(RECORDS).encode())),
    "file pool": lambda folder: load_file(parquet(folder), columns=["source"]),
}


@pytest.fixture(params=CONTAINERS.values(), ids=CONTAINERS)
def data(request: pytest.FixtureRequest, tmp_path: Path) -> object:
    return request.param(tmp_path)


class TestEveryContainer:
    def test_two_columns_and_the_text(self, data: object) -> None:
        pool = read_pool(data, columns=["source", "score"])
        assert list(pool.corpus) == [record["text"].encode() for record in RECORDS]
        assert pool.corpus.shapes == {"text": 2_000}
        assert pool.columns == {
            name: [record[name] for record in RECORDS] for name in ("source", "score")
        }
        assert {type(value) for value in pool.columns["score"]} == {float, type(None)}

    def test_a_missing_column_lists_those_seen(self, data: object) -> None:
        seen = r"no column 'sourse'.*text, source, n, score.*mean 'source'"
        with pytest.raises(ColumnError, match=seen) as caught:
            read_pool(data, columns=["n", "sourse"])
        assert caught.value.column == "sourse"
        assert caught.value.parameters == ()


@pytest.mark.parametrize(
    "text", ["text", "{text} of {source}", ["source", "text"], lambda record: record["text"] * 2]
)
@pytest.mark.parametrize("name", ["iterator", "pandas", "lazy", "reader", "splits", "JSONL", "Arrow IPC"])  # fmt: skip
def test_columns_that_are_text_too(name: str, text: object, tmp_path: Path) -> None:
    pool = read_pool(CONTAINERS[name](tmp_path), text=text, columns=["text", "n", "text"])
    assert pool.corpus.fingerprint == as_corpus(RECORDS, text=text).fingerprint
    assert pool.columns == {"text": [r["text"] for r in RECORDS], "n": list(range(2_000))}


class Counted:
    """Records that count how often they are iterated."""

    passes = 0

    def __iter__(self) -> Iterator[dict]:
        self.passes += 1
        yield from RECORDS


class TestOnePass:
    def test_over_anything_that_is_looped_over(self) -> None:
        records = Counted()
        assert len(read_pool(records, columns=["source", "n"]).columns["n"]) == 2_000
        assert records.passes == 1

    def test_over_a_streamed_dataset(self) -> None:
        passes = []

        def rows() -> Iterator[dict]:
            passes.append(1)
            yield from RECORDS

        stream = datasets.IterableDataset.from_generator(rows)
        passes.clear()
        read_pool(stream, columns=["source", "n"])
        assert passes == [1]

    @pytest.mark.parametrize("name", ["JSONL", "gzip", "zstd"])
    def test_over_a_text_file(
        self, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        opened = []
        real = jsonl.open_binary
        monkeypatch.setattr(jsonl, "open_binary", lambda path: opened.append(path) or real(path))
        read_pool(CONTAINERS[name](tmp_path), columns=["source", "n"])
        assert len(opened) == 1

    @pytest.mark.parametrize("name", ["Parquet", "Arrow IPC"])
    @pytest.mark.parametrize("missing", [False, True])
    def test_over_a_table_in_a_file(
        self, name: str, missing: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if missing:  # in the last batch, so that the text is not all strings
            monkeypatch.setitem(RECORDS[-1], "text", None)
        opened = []
        real = ArrowFile.record_batches
        monkeypatch.setattr(
            ArrowFile, "record_batches", lambda *args: opened.append(args[1]) or real(*args)
        )
        pool = load_file(CONTAINERS[name](tmp_path), columns=["n"], on_error="skip")
        assert opened == [["text", "n"]]
        assert pool.columns == {"n": list(range(2_000 - missing))}

    def test_over_a_lazy_frame(self) -> None:
        runs = []
        lazy = pl.LazyFrame(RECORDS).map_batches(lambda frame: runs.append(1) or frame)
        read_pool(lazy, columns=["source", "n"])
        assert runs == [1]

    def test_text_of_a_table_is_not_copied(self) -> None:
        before = pa.total_allocated_bytes()
        whole = table()
        built = pa.total_allocated_bytes() - before
        pool = read_pool(whole, columns=["n"])
        assert pa.total_allocated_bytes() - before == built
        assert not isinstance(pool.corpus.buffer, bytes)

    def test_only_text_and_columns_of_an_iterator_are_kept(self) -> None:
        alive = most = 0

        class Heavy(dict):
            def __init__(self, **cells: object) -> None:
                nonlocal alive
                super().__init__(cells)
                alive += 1

            def __del__(self) -> None:
                nonlocal alive
                alive -= 1

        def records() -> Iterator[dict]:
            nonlocal most
            for row in range(3_000):
                most = max(most, alive)
                yield Heavy(text=f"record {row}", n=row)

        assert read_pool(records(), columns=["n"]).columns["n"] == list(range(3_000))
        assert most < 1_000


class TestMissing:
    def test_in_one_record(self) -> None:
        records = [*RECORDS[:300], {"text": "a"}]
        with pytest.raises(ColumnError, match="no column 'n' in record 300. Columns seen: text"):
            read_pool(records, columns=["text", "n"])

    def test_in_records_that_are_strings(self) -> None:
        with pytest.raises(ColumnError, match="record 0 is str and has no column 'n'") as caught:
            read_pool(["a", "b"], columns=["n"])
        assert caught.value.column == "n"
        assert pickle.loads(pickle.dumps(caught.value)).column == "n"

    def test_in_a_corpus(self) -> None:
        corpus = Corpus.from_rows([b"a"])
        assert read_pool(corpus).corpus is corpus
        with pytest.raises(ColumnError, match="a Corpus holds text only, no column 'n'"):
            read_pool(corpus, columns=["n"])

    def test_in_one_split(self) -> None:
        whole = splits()
        parts = {**whole, "test": whole["test"].remove_columns("n")}
        streams = {name: split.to_iterable_dataset() for name, split in parts.items()}
        for data in (datasets.DatasetDict(parts), datasets.IterableDatasetDict(streams)):
            with pytest.raises(ColumnError, match="no column 'n' in record 1500") as caught:
                read_pool(data, text="text", columns=["n"])
            assert "split 'test', whose first record is 1500" in caught.value.__notes__[0]

    def test_names_as_one_string(self) -> None:
        with pytest.raises(ConfigError, match=r"columns: expected .*saw 'n'. Try \['n'\]"):
            read_pool(RECORDS, columns="n")

    def test_no_records(self) -> None:
        with pytest.raises(EmptyPoolError):
            read_pool([], columns=["n"])


def test_repr_is_one_line() -> None:
    expected = "PoolData(Corpus(2,000 records, 20,890 bytes), columns: n)"
    assert repr(read_pool(RECORDS, columns=["n"])) == expected


class TestFilePools:
    BROKEN = b'{"text": "a", "n": 0}\n{"text": \n{"text": null}\n{"text": "b", "n": 3}\n{"n": 4}\n'

    def test_columns_are_those_of_usable_records(self, tmp_path: Path) -> None:
        path = file_of("pool.jsonl", self.BROKEN)(tmp_path)
        pool = load_file(path, text="text", columns=["n"], on_error="skip")
        assert list(pool.corpus) == [b"a", b"b"]
        assert pool.columns == {"n": [0, 3]}
        assert read_pool(pool, columns=["text", "n"]).columns == {"text": ["a", "b"], "n": [0, 3]}

    @pytest.mark.parametrize("on_error", ["raise", "skip"])
    def test_a_usable_record_without_it(self, on_error: str, tmp_path: Path) -> None:
        path = file_of("pool.jsonl", b'{"text": "a", "n": 0}\n\n{"text": "b"}\n')(tmp_path)
        with pytest.raises(ColumnError, match=r"pool.jsonl, line 3: no column 'n' in record 1"):
            load_file(path, columns=["n"], on_error=on_error)

    def test_what_was_kept_does_without_the_file(self, tmp_path: Path) -> None:
        path = parquet(tmp_path)
        pool = load_file(path, columns=["n"])
        path.unlink()
        assert read_pool(pool, columns=["n"]).columns == {"n": list(range(2_000))}
        with pytest.raises(FileNotFoundError):
            read_pool(pool, columns=["n", "source"])

    def test_the_file_is_read_again_only_if_it_is_the_same(self, tmp_path: Path) -> None:
        path = file_of("pool.jsonl", LINES)(tmp_path)
        pool = load_file(path, columns=["n"])
        path.write_bytes(LINES * 2)
        assert len(read_pool(pool, columns=["n"]).columns["n"]) == 2_000
        with pytest.raises(FingerprintError, match="has changed since its records were read"):
            read_pool(pool, columns=["source"])

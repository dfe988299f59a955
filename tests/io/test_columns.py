"""`column_of`: the values of a column from every container, and what it says of missing ones."""

from __future__ import annotations

import json
from pathlib import Path

import datasets
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from entropylaw import group_ratios
from entropylaw.corpus import Corpus
from entropylaw.errors import ColumnError, FileFormatError, FingerprintError, TextColumnError
from entropylaw.io.columns import column_of
from entropylaw.io.load import load_file

RECORDS = [{"text": f"record {i}", "source": "ab"[i % 2], "n": i, "score": None if i == 3 else i / 2} for i in range(2_000)]  # fmt: skip


def parquet(folder: Path) -> Path:
    pq.write_table(pa.Table.from_pylist(RECORDS), folder / "pool.parquet")
    return folder / "pool.parquet"


def jsonl(folder: Path) -> Path:
    (folder / "pool.jsonl").write_text("\n".join(map(json.dumps, RECORDS)))
    return folder / "pool.jsonl"


def splits(streamed: bool = False) -> datasets.DatasetDict | datasets.IterableDatasetDict:
    whole = datasets.Dataset.from_list(RECORDS)
    parts = {"train": whole.select(range(1_500)), "test": whole.select(range(1_500, 2_000))}
    if streamed:
        return datasets.IterableDatasetDict({k: v.to_iterable_dataset() for k, v in parts.items()})
    return datasets.DatasetDict(parts)


CONTAINERS = {
    "list": lambda _: RECORDS,
    "iterator": lambda _: iter(RECORDS),
    "pandas": lambda _: pd.DataFrame(RECORDS),
    "polars": lambda _: pl.DataFrame(RECORDS),
    "lazy": lambda _: pl.LazyFrame(RECORDS),
    "Arrow": lambda _: pa.Table.from_pylist(RECORDS),
    "batch": lambda _: pa.RecordBatch.from_pylist(RECORDS),
    "dataset": lambda _: datasets.Dataset.from_list(RECORDS),
    "shuffled": lambda _: datasets.Dataset.from_list(RECORDS[::-1]).select(range(1_999, -1, -1)),
    "stream": lambda _: datasets.Dataset.from_list(RECORDS).to_iterable_dataset(),
    "splits": lambda _: splits(),
    "streamed splits": lambda _: splits(streamed=True),
    "Parquet": parquet,
    "JSONL": jsonl,
}


@pytest.mark.parametrize("build", CONTAINERS.values(), ids=CONTAINERS)
class TestEveryContainer:
    @pytest.mark.parametrize("name", ["source", "n", "score"])
    def test_python_values_in_order(self, build, name: str, tmp_path: Path) -> None:
        values = column_of(build(tmp_path), name, 2_000)
        assert values == [record[name] for record in RECORDS]
        assert {type(value) for value in values} == {type(record[name]) for record in RECORDS}

    def test_a_missing_column_lists_those_seen(self, build, tmp_path: Path) -> None:
        with pytest.raises(ColumnError, match="no column 'sourse'.*text, source, n, score.*mean 'source'"):  # fmt: skip
            column_of(build(tmp_path), "sourse")

    def test_another_number_of_records(self, build, tmp_path: Path) -> None:
        with pytest.raises(FingerprintError, match="each of 1999 records, got 2000"):
            column_of(build(tmp_path), "n", 1_999)


def test_one_record_without_it() -> None:
    with pytest.raises(ColumnError, match="no column 'source' in record 1. Columns seen: text"):
        column_of([*RECORDS[:1], {"text": "a"}], "source")


def test_records_that_are_strings() -> None:
    with pytest.raises(ColumnError, match="record 0 is str and has no column 'source'"):
        column_of(["a", "b"], "source")


def test_a_corpus_holds_text_only() -> None:
    with pytest.raises(ColumnError, match="holds text only"):
        column_of(Corpus.from_rows([b"a"]), "source")


def test_a_text_column_error_is_a_column_error() -> None:
    assert issubclass(TextColumnError, ColumnError)


def test_an_iterator_read_before() -> None:
    records = iter(RECORDS)
    list(records)
    with pytest.raises(FingerprintError, match="got 0.*read only once"):
        column_of(records, "n", 2_000)


class TestOfAFile:
    def test_only_usable_records_count(self, tmp_path: Path) -> None:
        path = tmp_path / "pool.jsonl"
        path.write_text('{"text": "a", "n": 0}\n{"text": \n{"text": null}\n{"text": "b", "n": 3}\n{"n": 4}\n')  # fmt: skip
        pool = load_file(path, text="text", on_error="skip")
        assert pool.column(path, "n") == [0, 3]
        with pytest.raises(ColumnError, match="Columns seen: text, n"):
            pool.column(path, "m")
        with pytest.raises(FileFormatError, match="line 2"):
            column_of(path, "n")

    def test_a_file_that_has_changed(self, tmp_path: Path) -> None:
        path = jsonl(tmp_path)
        pool = load_file(path)
        path.write_text('{"text": "a", "n": 0}\n')
        with pytest.raises(FingerprintError, match="has changed"):
            pool.column(path, "n")


def test_ratios_of_groups_by_a_column() -> None:
    records = [{"text": f"{i} {i**5}", "source": "ab"[i % 2]} for i in range(40)]
    by_values = group_ratios(records, [record["source"] for record in records])
    for data in (records, pd.DataFrame(records), pa.Table.from_pylist(records)):
        assert group_ratios(data, "source") == by_values
    with pytest.raises(ColumnError, match="no column 'sauce'.*Did you mean 'source'"):
        group_ratios(records, "sauce")

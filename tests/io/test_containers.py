"""Every container gives the corpus of its records, and takes records back as its own type."""

from __future__ import annotations

import io
import json
from array import array
from collections import OrderedDict

import datasets
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from container_records import CONTAINERS, RECORDS, ROWS, TEXTS, rows_of

from entropylaw import ZipSelector
from entropylaw.errors import FingerprintError, InputError, RecordError, TextColumnError
from entropylaw.io.load import as_corpus, record_count, take_records


@pytest.fixture(params=CONTAINERS.values(), ids=CONTAINERS)
def data(request: pytest.FixtureRequest) -> object:
    return request.param()


@pytest.fixture(
    params=["list", "pandas", "polars lazy", "Arrow table", "dataset", "streamed dataset"]
)
def one_of_each(request: pytest.FixtureRequest) -> object:
    """Return a container of each class; the variants of a class differ only in reading."""
    return CONTAINERS[request.param]()


class TestEveryContainer:
    def test_its_corpus_is_that_of_the_strings(self, data: object) -> None:
        corpus = as_corpus(data)
        assert list(corpus) == [text.encode() for text in TEXTS]
        assert corpus.fingerprint == as_corpus(TEXTS).fingerprint
        assert corpus.shapes == {"text": 700}
        assert as_corpus(data, text="text").fingerprint == corpus.fingerprint

    def test_a_render_function_sees_whole_records(self, data: object) -> None:
        def render(record: dict) -> str:
            return json.dumps([record[key] for key in ("id", "text", "meta", "score")])

        assert list(as_corpus(data, render=render)) == list(as_corpus(RECORDS, render=render))

    def test_a_template_and_several_columns(self, data: object) -> None:
        for text in ("<{text}> {text}", ["text"]):
            corpus = as_corpus(data, text=text)
            assert list(corpus) == list(as_corpus(RECORDS, text=text))

    def test_take_gives_the_same_type_with_all_columns(self, data: object) -> None:
        taken = take_records(data, ROWS)
        assert type(taken) is type(data)
        assert [{**row, "score": pytest.approx(row["score"])} for row in rows_of(taken)] == [
            RECORDS[row] for row in ROWS
        ]

    def test_take_keeps_types_and_index(self, data: object) -> None:
        taken = take_records(data, ROWS)
        if isinstance(data, pd.DataFrame):
            pd.testing.assert_frame_equal(taken, data.iloc[ROWS])
        elif isinstance(data, pl.DataFrame | pl.LazyFrame):
            assert taken.collect_schema() == data.collect_schema()
        elif isinstance(data, pa.Table | pa.RecordBatch):
            assert taken.schema == data.schema
        elif isinstance(data, datasets.Dataset):
            assert taken.features == data.features
            assert taken.format == data.format

    def test_count(self, data: object) -> None:
        unknown = isinstance(data, pl.LazyFrame | datasets.IterableDataset)
        assert record_count(data) == (None if unknown else 700)

    def test_missing_columns_are_named(self, one_of_each: object) -> None:
        data = one_of_each
        with pytest.raises(TextColumnError, match='id, text, meta, score.*Try text="text"'):
            as_corpus(data, text="body")
        with pytest.raises(TextColumnError, match=r"'\{txt\}' names column 'txt'.*id, text"):
            as_corpus(data, text="{txt}")
        with pytest.raises(RecordError, match=r"needs a column 'messages'. Columns seen: id, text"):
            as_corpus(data, render="messages")

    def test_a_column_that_is_no_text_names_the_row(self, one_of_each: object) -> None:
        with pytest.raises(RecordError, match=r"record 0: column 'id' holds int"):
            as_corpus(one_of_each, text="id")

    def test_the_selection_is_the_same_and_comes_back(self, one_of_each: object) -> None:
        data = one_of_each
        selector = ZipSelector(20, k1=60, k2=20, k3=10, n_jobs=1)
        with pytest.warns(Warning, match="no text"):
            result = selector.select(data)
        with pytest.warns(Warning, match="no text"):
            assert result.indices.tolist() == selector.select(RECORDS).indices.tolist()
        taken = result.take(data)
        assert type(taken) is type(data)
        assert [row["id"] for row in rows_of(taken)] == result.indices.tolist()

    def test_records_come_back_in_their_original_order_too(self, one_of_each: object) -> None:
        data = one_of_each
        selector = ZipSelector(20, k1=60, k2=20, k3=10, n_jobs=1, text="{text}")
        with pytest.warns(Warning, match="no text"):
            result = selector.select(data)
        taken = result.take(data, order="original")
        assert type(taken) is type(data)
        assert [row["id"] for row in rows_of(taken)] == sorted(result.indices.tolist())
        assert sorted(result.indices.tolist()) != result.indices.tolist()

    def test_changed_rows_are_an_error(self, one_of_each: object) -> None:
        data = one_of_each
        selector = ZipSelector(20, k1=60, k2=20, k3=10, n_jobs=1)
        with pytest.warns(Warning, match="no text"):
            result = selector.select(RECORDS[1:] + RECORDS[:1])
        for order in ("choice", "original"):
            with pytest.raises(FingerprintError, match="changed since"):
                result.take(data, order=order)


class TestRowsLost:
    @pytest.mark.parametrize("name", ["Arrow table", "streamed dataset"])
    def test_fewer_rows_than_asked_for(self, name: str) -> None:
        with pytest.raises(FingerprintError, match="record 700 .*only 700 records"):
            take_records(CONTAINERS[name](), [1, 700])


CHATS = [
    {"messages": [{"role": "user", "content": "Hi", "tool_calls": None},
                  {"role": "assistant", "content": None, "tool_calls": [{"name": "f", "arguments": "{}"}]}]},
    {"messages": [{"role": "user", "content": "Bye", "tool_calls": None}]},
]  # fmt: skip
PARTS = [
    {"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]},
]  # fmt: skip
SHAREGPT = [{"system": "s", "conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}]  # fmt: skip


class TestChats:
    @pytest.mark.parametrize("records", [CHATS, PARTS, SHAREGPT], ids=["tools", "parts", "sharegpt"])  # fmt: skip
    @pytest.mark.parametrize(
        "build",
        [
            pd.DataFrame,
            lambda records: pa.Table.from_pylist(records).to_pandas(),
            lambda records: pa.Table.from_pylist(records).to_pandas(types_mapper=pd.ArrowDtype),
            pl.DataFrame,
            pl.LazyFrame,
            pa.Table.from_pylist,
            datasets.Dataset.from_list,
            lambda records: datasets.Dataset.from_list(records).to_iterable_dataset(),
            lambda records: pl.DataFrame(records).rows(named=True),
            lambda records: [{k: pl.Series(v) if isinstance(v, list) else v for k, v in r.items()} for r in records],
        ],
        ids=["pandas", "pandas from Arrow", "pandas by Arrow", "polars", "lazy", "Arrow", "dataset", "stream", "rows", "series"],
    )  # fmt: skip
    def test_the_same_text_from_every_container(self, records: list, build) -> None:
        assert list(as_corpus(build(records))) == list(as_corpus(records))


class TestWhatIsNoContainer:
    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ("pool.jsonl", r"pathlib.Path\('pool.jsonl'\)"),
            ({"text": ["a"]}, "one dict"),
            (OrderedDict(text=["a"]), "one dict"),
            ({"a", "b"}, "saw set"),
            (7, "saw int"),
            (None, "saw NoneType"),
            (b"abc", "saw bytes"),
            (np.zeros((2, 2)), "1-d array"),
            (io.StringIO('{"text": "a"}\n'), "an open file.*pathlib.Path"),
        ],
    )
    def test_says_what_was_expected(self, data: object, words: str) -> None:
        for call in (as_corpus, record_count, lambda data: take_records(data, [0])):
            with pytest.raises(InputError, match=words):
                call(data)

    def test_a_table_of_another_library(self) -> None:
        class Relation:
            columns = ("text",)

            def __iter__(self):
                return iter(self.columns)

        with pytest.raises(InputError, match=r"Relation, whose rows cannot be read.*pyarrow.Table"):
            as_corpus(Relation())

    def test_an_array_of_numbers(self) -> None:
        with pytest.raises(RecordError, match="record 0: it is int"):
            as_corpus(array("q", [1]))

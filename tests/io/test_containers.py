"""Every container gives the corpus of its records, and takes records back as its own type."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import textwrap
from array import array
from collections import OrderedDict
from pathlib import Path

import datasets
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import entropylaw.io
from entropylaw import ZipSelector
from entropylaw.errors import (
    EmptyPoolError,
    FingerprintError,
    InputError,
    RecordError,
    TextColumnError,
    UnknownShapeError,
)
from entropylaw.io.load import as_corpus, record_count, take_records

RECORDS = [
    {"id": i, "text": f"record {i} \u00e9\u4e2d\U0001f600" * (i % 3), "meta": {"tags": ["a", str(i)]}, "score": i / 7}
    for i in range(700)
]  # fmt: skip
TEXTS = [record["text"] for record in RECORDS]
ROWS = [699, 3, 0, 257, 4]


def chunked_table() -> pa.Table:
    whole = pa.Table.from_pylist(RECORDS)
    return pa.concat_tables([whole.slice(0, 100), whole.slice(100, 1), whole.slice(101)])


def object_frame() -> pd.DataFrame:
    return pd.DataFrame({key: pd.Series([r[key] for r in RECORDS], dtype=object) for key in RECORDS[0]})  # fmt: skip


CONTAINERS = {
    "list": lambda: RECORDS,
    "tuple": lambda: tuple(RECORDS),
    "object array": lambda: np.array(RECORDS, dtype=object),
    "pandas": lambda: pd.DataFrame(RECORDS),
    "pandas of objects": object_frame,
    "pandas with an index": lambda: pd.DataFrame(RECORDS, index=[f"r{i}" for i in range(700)]),
    "pandas by Arrow": lambda: pa.Table.from_pylist(RECORDS).to_pandas(types_mapper=pd.ArrowDtype),
    "pandas python strings": lambda: pd.DataFrame(RECORDS).astype({"text": "string[python]"}),
    "polars": lambda: pl.DataFrame(RECORDS),
    "polars lazy": lambda: pl.DataFrame(RECORDS).lazy(),
    "Arrow table": lambda: pa.Table.from_pylist(RECORDS),
    "Arrow table in chunks": chunked_table,
    "Arrow slice": lambda: pa.Table.from_pylist([RECORDS[5], *RECORDS]).slice(1),
    "record batch": lambda: pa.RecordBatch.from_pylist(RECORDS),
    "dataset": lambda: datasets.Dataset.from_list(RECORDS),
    "shuffled dataset": lambda: datasets.Dataset.from_list(RECORDS[::-1]).select(range(699, -1, -1)),
    "formatted dataset": lambda: datasets.Dataset.from_list(RECORDS).with_format("numpy", columns=["id"]),
    "transformed dataset": lambda: datasets.Dataset.from_list(RECORDS).with_transform(lambda batch: batch),
    "streamed dataset": lambda: datasets.Dataset.from_list(RECORDS).to_iterable_dataset(),
    "narwhals over Arrow": lambda: nw.from_native(pa.Table.from_pylist(RECORDS)),
}  # fmt: skip


def rows_of(data: object) -> list[dict]:
    """Return records as dicts, by each library's own means."""
    if isinstance(data, pd.DataFrame):
        return json.loads(data.to_json(orient="records"))
    if isinstance(data, pl.LazyFrame):
        data = data.collect()
    if isinstance(data, pl.DataFrame):
        return data.to_dicts()
    if isinstance(data, pa.Table | pa.RecordBatch):
        return data.to_pylist()
    if isinstance(data, nw.DataFrame):
        return list(data.iter_rows(named=True))
    if isinstance(data, datasets.Dataset):
        return data.with_format(None).to_list()
    return list(data)


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


class TestSeries:
    @pytest.mark.parametrize(
        "series",
        [
            pd.Series(TEXTS, index=range(5, 705)),
            pd.Series(TEXTS, dtype=object),
            pl.Series("text", TEXTS),
            pl.Series("text", TEXTS, dtype=pl.Categorical),
            pa.chunked_array([TEXTS[:10], TEXTS[10:]]),
            pa.array(TEXTS, pa.large_string()),
        ],
        ids=lambda series: f"{type(series).__module__}.{type(series).__name__}",
    )
    def test_each_cell_is_a_record(self, series: object) -> None:
        assert as_corpus(series).fingerprint == as_corpus(TEXTS).fingerprint
        taken = take_records(series, ROWS)
        assert type(taken) in (type(series), pa.StringArray)
        assert [str(text) for text in taken] == [TEXTS[row] for row in ROWS]
        assert record_count(series) == 700

    def test_a_missing_cell_names_its_row(self) -> None:
        for series in (pd.Series(["a", None]), pl.Series(["a", None]), pa.array(["a", None])):
            with pytest.raises(RecordError, match="record 1: it is None"):
                as_corpus(series)


class TestStreams:
    def test_an_iterator_is_gone_through_once(self) -> None:
        corpus = as_corpus(iter(RECORDS))
        assert corpus.fingerprint == as_corpus(TEXTS).fingerprint
        assert record_count(iter(RECORDS)) is None

    def test_take_from_an_iterator_says_what_to_do(self) -> None:
        records = (record for record in RECORDS)
        as_corpus(records)
        with pytest.raises(
            FingerprintError, match="generator can be read only once.*pass a new one"
        ):
            take_records(records, [0])

    def test_take_from_an_iterator_made_anew(self) -> None:
        selector = ZipSelector(20, k1=60, k2=20, k3=10, n_jobs=1)
        result = selector.select({"text": f"record {i}"} for i in range(100))
        taken = result.take({"text": f"record {i}", "n": i} for i in range(100))
        assert [record["n"] for record in taken] == result.indices.tolist()
        with pytest.raises(FingerprintError, match="changed since"):
            result.take({"text": f"record {i + 1}"} for i in range(100))

    def test_a_reader_of_record_batches(self) -> None:
        def reader() -> pa.RecordBatchReader:
            return chunked_table().to_reader(max_chunksize=90)

        for text in (None, "text", "{text}", lambda record: record["text"]):
            assert as_corpus(reader(), text=text).fingerprint == as_corpus(TEXTS).fingerprint
        assert record_count(reader()) is None
        assert take_records(reader(), ROWS).to_pylist() == [RECORDS[row] for row in ROWS]
        assert take_records(reader(), ROWS).schema == reader().schema
        used = reader()
        as_corpus(used)
        with pytest.raises(FingerprintError, match="RecordBatchReader can be read only once"):
            take_records(used, ROWS)

    def test_a_reader_with_a_missing_cell_far_in(self) -> None:
        table = pa.table({"text": ["a"] * 500 + [None]})
        with pytest.raises(RecordError, match="record 500: column 'text' holds None"):
            as_corpus(table.to_reader(max_chunksize=100))

    def test_an_iterator_already_used_up(self) -> None:
        with pytest.raises(EmptyPoolError):
            as_corpus(iter([]))

    def test_take_from_what_can_be_looped_over_again(self) -> None:
        class Again:
            def __iter__(self):
                return iter(RECORDS)

        assert as_corpus(Again()).fingerprint == as_corpus(TEXTS).fingerprint
        assert take_records(Again(), [2, 1]) == [RECORDS[2], RECORDS[1]]

    def test_an_index_and_a_length_are_enough(self) -> None:
        class Indexed:
            def __len__(self):
                return len(RECORDS)

            def __getitem__(self, row):
                return RECORDS[row]

        assert as_corpus(Indexed()).fingerprint == as_corpus(TEXTS).fingerprint
        assert take_records(Indexed(), [2, 1]) == [RECORDS[2], RECORDS[1]]
        assert record_count(Indexed()) == 700

    def test_a_streamed_dataset_is_not_held(self) -> None:
        """Of each record only the text is kept."""
        alive = []

        class Heavy(dict):
            def __init__(self, row: int) -> None:
                super().__init__(text=f"record {row}")
                alive.append(1)

            def __del__(self) -> None:
                alive.pop()

        most = 0

        def records():
            nonlocal most
            for row in range(5_000):
                most = max(most, len(alive))
                yield Heavy(row)

        assert len(as_corpus(records())) == 5_000
        assert most < 1_000


class TestDatasets:
    def test_a_column_of_a_dataset(self) -> None:
        column = datasets.Dataset.from_list(RECORDS)["text"]
        assert as_corpus(column).fingerprint == as_corpus(TEXTS).fingerprint

    def test_a_transform_is_applied(self) -> None:
        loud = datasets.Dataset.from_list(RECORDS).with_transform(
            lambda batch: {"text": [text.upper() for text in batch["text"]]}
        )
        assert list(as_corpus(loud)) == [text.upper().encode() for text in TEXTS]

    def test_a_stream_of_a_generator_keeps_its_features(self) -> None:
        def records():
            yield from ({"text": f"record {i}", "n": i} for i in range(50))

        features = datasets.Features({"text": datasets.Value("string"), "n": datasets.Value("int16")})  # fmt: skip
        stream = datasets.IterableDataset.from_generator(records, features=features)
        taken = take_records(stream, [40, 2])
        assert list(taken) == list(taken) == [{"text": "record 40", "n": 40}, {"text": "record 2", "n": 2}]  # fmt: skip
        assert taken.features == features

    def test_chunks_on_disk_are_not_copied(self, tmp_path: Path) -> None:
        datasets.Dataset.from_list(RECORDS).save_to_disk(tmp_path / "set")
        loaded = datasets.load_from_disk(tmp_path / "set")
        before = pa.total_allocated_bytes()
        corpus = as_corpus(loaded)
        assert pa.total_allocated_bytes() == before
        assert not isinstance(corpus.buffer, bytes)
        assert corpus.fingerprint == as_corpus(TEXTS).fingerprint


class TestFrames:
    @pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
    @pytest.mark.parametrize("dtype", [object, "str", "string[python]"])
    def test_missing_text_in_pandas(self, missing: object, dtype: object) -> None:
        frame = pd.DataFrame({"text": pd.Series(["a", missing], dtype=dtype)})
        with pytest.raises(RecordError, match="record 1: column 'text' holds None"):
            as_corpus(frame)

    def test_missing_text_in_polars_and_arrow(self) -> None:
        for frame in (pl.DataFrame({"text": ["a", None]}), pa.table({"text": ["a", None]})):
            with pytest.raises(RecordError, match="record 1: column 'text' holds None"):
                as_corpus(frame)

    def test_an_optional_part_may_be_missing(self) -> None:
        records = [
            {"instruction": "a", "input": None, "output": "b"},
            {"instruction": "c", "input": "d", "output": "e"},
        ]
        for frame in (pd.DataFrame(records), pl.DataFrame(records), pa.Table.from_pylist(records)):
            assert list(as_corpus(frame)) == [b"a\nb", b"c\nd\ne"]
            assert as_corpus(frame).shapes == {"alpaca": 2}

    def test_mixed_types_name_the_row(self) -> None:
        frame = pd.DataFrame({"text": pd.Series(["a", "b", 7, "c"], dtype=object)})
        with pytest.raises(RecordError, match="record 2: column 'text' holds int"):
            as_corpus(frame)

    def test_a_column_of_lists(self) -> None:
        for frame in (
            pd.DataFrame({"text": [["a"], ["b"]]}),
            pl.DataFrame({"text": [["a"], ["b"]]}),
            pa.table({"text": [["a"], ["b"]]}),
        ):
            with pytest.raises(RecordError, match="record 0: column 'text' holds list"):
                as_corpus(frame)

    def test_bytes_are_taken_as_they_are(self) -> None:
        cells = [b"\xff\x00", b"b"]
        for frame in (
            pd.DataFrame({"text": cells}),
            pl.DataFrame({"text": cells}),
            pa.table({"text": cells}),
        ):
            assert list(as_corpus(frame, text="text")) == cells

    def test_lone_surrogates_name_the_row(self) -> None:
        frame = pd.DataFrame({"text": pd.Series(["a", "\ud800"], dtype=object)})
        with pytest.raises(RecordError, match="record 1: .*lone surrogate"):
            as_corpus(frame)

    @pytest.mark.parametrize(
        "frame",
        [
            pd.DataFrame({"text": []}, dtype=str),
            pd.DataFrame({"text": []}, dtype=object),
            pl.DataFrame({"text": []}, schema={"text": pl.String}),
            pl.LazyFrame({"text": []}, schema={"text": pl.String}),
            pa.table({"text": pa.array([], pa.string())}),
            datasets.Dataset.from_dict({"text": []}),
        ],
        ids=lambda frame: type(frame).__module__.split(".")[0],
    )
    def test_an_empty_frame(self, frame: object) -> None:
        with pytest.raises(EmptyPoolError, match="at least one"):
            as_corpus(frame, text="text")

    def test_no_columns_at_all(self) -> None:
        for frame in (pd.DataFrame(), pl.DataFrame()):
            with pytest.raises(UnknownShapeError, match="Columns seen: none"):
                as_corpus(frame)

    def test_columns_of_the_same_name(self) -> None:
        twice = pd.DataFrame([["a", "b"]], columns=["text", "text"])
        for frame in (twice, pa.Table.from_arrays([["a"], ["b"]], ["text", "text"])):
            with pytest.raises(InputError, match="'text'.*renaming one"):
                as_corpus(frame, text="text")

    def test_only_the_columns_that_are_read_are_collected(self) -> None:
        def fail(_: object) -> object:
            raise AssertionError("collected")

        lazy = pl.LazyFrame(RECORDS).with_columns(
            bad=pl.col("id").map_batches(fail, return_dtype=pl.Int64)
        )
        assert as_corpus(lazy).fingerprint == as_corpus(TEXTS).fingerprint
        assert take_records(lazy, ROWS).drop("bad").collect()["id"].to_list() == ROWS

    def test_narwhals_frames_are_read_too(self) -> None:
        for frame in (
            nw.from_native(pl.DataFrame(RECORDS)),
            nw.from_native(pl.Series(TEXTS), series_only=True),
        ):
            assert as_corpus(frame).fingerprint == as_corpus(TEXTS).fingerprint
            assert type(take_records(frame, ROWS)) is type(frame)


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


def imported(code: str) -> set[str]:
    code = textwrap.dedent(code) + "\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    assert done.returncode == 0, done.stderr
    return {name.split(".")[0] for name in done.stdout.split()}


HEAVY = {"pandas", "polars", "pyarrow", "datasets", "transformers", "torch", "scipy"}


class TestNothingIsImportedToAsk:
    @pytest.mark.parametrize(
        "code",
        [
            "import entropylaw.io as io; [getattr(io, name) for name in io.__all__]",
            "from entropylaw import ZipSelector; ZipSelector(1).select(['a', 'b']).take(['a', 'b'])",
            "from entropylaw import compression_ratio; compression_ratio(iter(['a', 'b']))",
        ],
    )
    def test_without_a_frame_no_library_of_frames(self, code: str) -> None:
        found = imported(code)
        assert not found & HEAVY
        assert "narwhals" not in found

    def test_the_package_loads_its_names_on_first_use(self) -> None:
        code = "import entropylaw.io as io, sys; assert dir(io) == sorted(io.__all__)"
        assert "numpy" not in imported(code)
        with pytest.raises(AttributeError, match="no attribute 'as_corpora'"):
            entropylaw.io.as_corpora

    def test_polars_does_without_the_others(self) -> None:
        found = imported(
            """
            import polars as pl
            from entropylaw import ZipSelector
            frame = pl.DataFrame({"text": ["a", "b", "c"], "n": [1, 2, 3]})
            for data in (frame, frame.lazy()):
                ZipSelector(2).select(data).take(data)
            """
        )
        assert not found & (HEAVY - {"polars"})

    def test_a_module_of_the_user_called_datasets(self, tmp_path: Path) -> None:
        (tmp_path / "datasets.py").write_text("Dataset = 'mine'\n")
        found = imported(
            f"""
            import sys; sys.path.insert(0, {str(tmp_path)!r})
            import datasets
            from entropylaw.io.load import as_corpus
            assert len(as_corpus(["a"])) == 1
            """
        )
        assert "pyarrow" not in found

"""Data frames, tables and their columns: missing text, odd cells, no rows, lazy columns."""

from __future__ import annotations

import datasets
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from container_records import RECORDS, ROWS, TEXTS

from entropylaw.errors import EmptyPoolError, InputError, RecordError, UnknownShapeError
from entropylaw.io.load import as_corpus, record_count, take_records


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

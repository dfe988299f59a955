"""Arrow columns become corpora without their text being copied, whatever their layout."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entropylaw import ZipSelector
from entropylaw.corpus import Corpus, Pieces
from entropylaw.errors import FingerprintError
from entropylaw.io.arrow import corpus_of_chunks, rows_in_order, table_of_rows
from entropylaw.io.load import as_corpus, take_records

STRINGS = st.lists(st.text(st.characters(codec="utf-8"), max_size=8), max_size=30)
TYPES = [
    pa.string(),
    pa.large_string(),
    pa.string_view(),
    pa.dictionary(pa.int8(), pa.string()),
    pa.dictionary(pa.int32(), pa.large_string()),
]


def address(buffer: object) -> int:
    return np.frombuffer(buffer, np.uint8).__array_interface__["data"][0]


class TestNoCopy:
    @pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.binary(), pa.large_binary()])  # fmt: skip
    def test_one_chunk_is_arrows_own_buffer(self, kind: pa.DataType) -> None:
        column = pa.array([f"record {i}" for i in range(100)]).cast(kind)
        corpus = as_corpus(pa.table({"text": column}))
        assert address(corpus.buffer) == column.buffers()[2].address
        assert corpus[99] == b"record 99"

    def test_a_slice_begins_inside_it(self) -> None:
        column = pa.array([f"record {i:02}" for i in range(100)])
        corpus = as_corpus(pa.table({"text": column}).slice(10, 5))
        assert address(corpus.buffer) == column.buffers()[2].address + 10 * len("record 00")
        assert list(corpus) == [b"record %d" % i for i in range(10, 15)]

    def test_chunks_are_seen_as_one(self) -> None:
        chunks = [pa.array([f"{n} {i}" for i in range(100)]) for n in range(3)]
        before = pa.total_allocated_bytes()
        corpus = as_corpus(pa.table({"text": pa.chunked_array(chunks)}))
        assert pa.total_allocated_bytes() == before
        assert isinstance(corpus.buffer, Pieces)
        assert corpus.total_bytes == sum(len(str(t)) for chunk in chunks for t in chunk)

    def test_pandas_that_holds_arrow(self) -> None:
        series = pd.Series(["abc", "de"], dtype=pd.ArrowDtype(pa.string()))
        corpus = as_corpus(pd.DataFrame({"text": series}))
        held = series.array.__arrow_array__().chunk(0).buffers()[2]
        assert address(corpus.buffer) == held.address

    def test_tiny_chunks_are_copied_together(self) -> None:
        column = pa.chunked_array([[f"record {i}"] for i in range(1_000)])
        corpus = as_corpus(pa.table({"text": column}))
        assert isinstance(corpus.buffer, bytes)
        assert list(corpus) == [b"record %d" % i for i in range(1_000)]

    def test_the_buffer_outlives_the_table(self) -> None:
        table = pa.table({"text": ["kept"] * 9})
        corpus = as_corpus(table)
        del table
        assert set(corpus) == {b"kept"}


class TestEveryLayout:
    @given(st.lists(STRINGS, max_size=4), st.sampled_from(TYPES), st.data())
    @settings(max_examples=100, deadline=None)
    def test_rows_are_those_that_arrow_gives(
        self, parts: list[list[str]], kind: pa.DataType, data: st.DataObject
    ) -> None:
        column = pa.chunked_array([pa.array(part, pa.string()).cast(kind) for part in parts], kind)
        start = data.draw(st.integers(0, len(column)))
        column = column.slice(start, data.draw(st.integers(0, len(column))))
        corpus = corpus_of_chunks(column.chunks)
        texts = [text.encode() for text in column.to_pylist()]
        assert list(corpus) == texts
        assert corpus.fingerprint == Corpus.from_rows(texts).fingerprint
        backwards = np.arange(len(corpus))[::-1]
        assert corpus.records(backwards) == texts[::-1]
        assert list(corpus.take(backwards)) == texts[::-1]

    @pytest.mark.parametrize("kind", TYPES, ids=str)
    def test_a_missing_cell_anywhere(self, kind: pa.DataType) -> None:
        column = pa.array(["a", None, "b"]).cast(kind)
        assert corpus_of_chunks([column]) is None
        assert list(corpus_of_chunks([column.slice(2)])) == [b"b"]

    @pytest.mark.parametrize("cells", [[1, 2], [["a"]], [{"a": "b"}], [None, None], [True]])
    def test_what_is_no_text(self, cells: list) -> None:
        assert corpus_of_chunks([pa.array(cells)]) is None

    def test_all_strings_empty(self) -> None:
        assert list(corpus_of_chunks([pa.array(["", ""])])) == [b"", b""]

    def test_selection_from_pieces_is_that_from_bytes(self) -> None:
        texts = [f"{i} {i**7} {i**5}" for i in range(400)]
        table = pa.concat_tables(pa.table({"text": texts[at : at + 100]}) for at in (0, 100, 200, 300))  # fmt: skip
        for workers in ("serial", "processes"):
            selector = ZipSelector(30, k1=50, k2=20, k3=10, workers=workers, n_jobs=2)
            assert (selector.select(table).picks == selector.select(texts).picks).all()


class TestPieces:
    @given(st.lists(st.binary(max_size=5), max_size=6), st.data())
    @settings(max_examples=100, deadline=None)
    def test_slices_are_those_of_the_joined_bytes(
        self, parts: list[bytes], data: st.DataObject
    ) -> None:
        whole, pieces = b"".join(parts), Pieces([memoryview(part) for part in parts])
        start = data.draw(st.integers(0, len(whole)))
        end = data.draw(st.integers(0, len(whole)))
        assert len(pieces) == len(whole)
        assert pieces[start:end] == whole[start:end]

    def test_a_step_is_refused(self) -> None:
        with pytest.raises(ValueError, match="step: expected 1; saw 2"):
            Pieces([memoryview(b"abc")])[::2]


class TestRows:
    @given(
        st.lists(st.integers(0, 5), min_size=1, max_size=6),
        st.data(),
    )
    @settings(max_examples=60, deadline=None)
    def test_rows_of_batches_are_those_of_the_table(
        self, sizes: list[int], data: st.DataObject
    ) -> None:
        total = sum(sizes)
        rows = np.array(
            data.draw(st.lists(st.integers(0, max(total - 1, 0)), max_size=8 if total else 0)),
            np.int64,
        )
        table = pa.table(
            {"n": pa.array(range(total), pa.int64()), "t": [str(i) for i in range(total)]}
        )
        batches, start = [], 0
        for size in sizes:
            batches += table.slice(start, size).to_batches()
            start += size
        taken = table_of_rows(iter(batches), table.schema, rows)
        assert taken.to_pylist() == [{"n": row, "t": str(row)} for row in rows.tolist()]
        ordered = np.sort(rows)
        found = [
            n for batch in rows_in_order(iter(batches), ordered) for n in batch["n"].to_pylist()
        ]
        assert found == ordered.tolist()

    def test_too_few_rows(self) -> None:
        table = pa.table({"text": ["a", "b"]})
        with pytest.raises(FingerprintError, match="record 5 was asked for.*only 2"):
            take_records(table, [0, 5])

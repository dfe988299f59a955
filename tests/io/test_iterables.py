"""Iterators, readers and data sets: what is read once, what again, and what is held."""

from __future__ import annotations

from pathlib import Path

import datasets
import pyarrow as pa
import pytest
from container_records import RECORDS, ROWS, TEXTS, chunked_table

from entropylaw import ZipSelector
from entropylaw.errors import EmptyPoolError, FingerprintError, RecordError
from entropylaw.io.load import as_corpus, record_count, take_records


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

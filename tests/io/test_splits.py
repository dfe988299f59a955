"""Dictionaries of splits: all splits are the pool, and each keeps its own records."""

from __future__ import annotations

import random
from pathlib import Path

import datasets
import numpy as np
import pyarrow as pa
import pytest
from datasets import Dataset, DatasetDict, IterableDataset, IterableDatasetDict
from hypothesis import given, settings
from hypothesis import strategies as st

from entropylaw import Quality, Quotas, SelectionResult, ZipSelector, audit, compression_ratio
from entropylaw.errors import (
    ColumnError,
    EmptyPoolError,
    FingerprintError,
    InputError,
    RecordError,
    TextColumnError,
    UnknownShapeError,
)
from entropylaw.io.containers import container_of
from entropylaw.io.load import as_corpus, record_count, take_records, taken_records
from entropylaw.io.mapped import build_mapped
from entropylaw.io.reading import read_columns
from entropylaw.ratios import group_ratios

RANDOM = random.Random(7)
RECORDS = [
    {"id": i, "text": f"{RANDOM.randbytes(RANDOM.randint(10, 30)).hex()} \u00e9", "source": "abc"[i % 3], "score": i / 200}
    for i in range(200)
]  # fmt: skip
WHOLE = Dataset.from_list(RECORDS)
SIZES = {"train": 120, "validation": 0, "test": 80}
SELECTOR = ZipSelector(20, k1=100, k2=50, k3=10, n_jobs=1)


def splits(sizes: dict[str, int] = SIZES, whole: Dataset = WHOLE) -> DatasetDict:
    """Return consecutive rows as splits of these sizes."""
    ends = np.cumsum(list(sizes.values())).tolist()
    return DatasetDict(
        {
            name: whole.select(range(end - size, end))
            for (name, size), end in zip(sizes.items(), ends, strict=True)
        }
    )


def streams(stored: DatasetDict | None = None) -> IterableDatasetDict:
    stored = splits() if stored is None else stored
    return IterableDatasetDict({name: stream(split, name) for name, split in stored.items()})


def stream(split: Dataset, name: str) -> IterableDataset:
    return IterableDataset.from_generator(
        iter_rows, features=split.features, gen_kwargs={"split": split}, split=name
    )


def iter_rows(split: Dataset):
    yield from split


def held(data: DatasetDict | IterableDatasetDict, column: str = "id") -> dict[str, list]:
    """Return what each split holds in a column."""
    return {name: [record[column] for record in split] for name, split in data.items()}


def expected(rows: list[int], sizes: dict[str, int] = SIZES) -> dict[str, list[int]]:
    """Return which of these rows each split has, according to `datasets`, which joins them."""
    named = splits(sizes)
    homes = datasets.concatenate_datasets(
        [named[name].add_column("home", [name] * len(named[name])) for name in sizes if sizes[name]]
    )
    chosen = homes.select(rows)
    return {
        name: [i for i, home in zip(chosen["id"], chosen["home"], strict=True) if home == name]
        for name in sizes
    }


@pytest.fixture(params=[splits, streams], ids=["stored", "streamed"])
def data(request: pytest.FixtureRequest) -> DatasetDict | IterableDatasetDict:
    return request.param()


class TestAllSplitsAreThePool:
    def test_its_corpus_is_that_of_the_splits_joined(self, data) -> None:
        joined = datasets.concatenate_datasets(list(splits().values()))
        corpus = as_corpus(data)
        assert corpus.fingerprint == as_corpus(joined).fingerprint
        assert corpus.shapes == {"text": 200}
        for options in ({"text": "text"}, {"text": "{source}: {text}"}, {"render": str}):
            assert list(as_corpus(data, **options)) == list(as_corpus(joined, **options))

    def test_count(self, data) -> None:
        assert record_count(data) == (200 if isinstance(data, DatasetDict) else None)

    def test_the_selection_is_that_from_the_splits_joined(self, data) -> None:
        joined = datasets.concatenate_datasets(list(splits().values()))
        for options in (
            {"groups": "source", "quotas": Quotas({"a": 0.5, "b": 0.5, "c": 0})},
            {"quality": Quality("score", minimum=0.3)},
        ):
            selector = ZipSelector(20, k1=100, k2=50, k3=10, n_jobs=1, **options)
            assert np.array_equal(selector.select(data).indices, selector.select(joined).indices)

    def test_ratios_and_audit(self, data) -> None:
        assert compression_ratio(data) == compression_ratio(WHOLE)
        assert group_ratios(data, "source") == group_ratios(WHOLE, "source")
        page = audit(data, groups="source", share=0.2, forecast_records=100, n_jobs=1)
        of_whole = audit(WHOLE, groups="source", share=0.2, forecast_records=100, n_jobs=1)
        assert page.to_dict() == of_whole.to_dict()

    def test_a_mapped_pool(self, data, tmp_path: Path) -> None:
        pool = build_mapped(data, tmp_path / "pool.entropylaw")
        assert pool.fingerprint == as_corpus(WHOLE).fingerprint

    def test_the_split_may_be_the_group(self) -> None:
        data = splits({"train": 120, "validation": 30, "test": 50})
        names = [name for name, split in data.items() for _ in range(len(split))]
        quotas = Quotas({"train": 0.5, "validation": 0.2, "test": 0.3})
        selector = ZipSelector(20, k1=100, k2=50, k3=10, n_jobs=1, quotas=quotas)
        chosen = selector.select(data, groups=names).take(data)
        assert chosen.num_rows == {"train": 10, "validation": 4, "test": 6}


class TestTake:
    @pytest.mark.parametrize("order", ["choice", "original"])
    def test_each_split_keeps_its_own(self, data, order: str) -> None:
        result = SELECTOR.select(data)
        chosen = result.take(data, order=order)
        assert type(chosen) is type(data)
        rows = result.indices.tolist()
        assert held(chosen) == expected(rows if order == "choice" else sorted(rows))
        assert rows != sorted(rows)
        assert all(len(expected(rows)[name]) > 1 for name in ("train", "test"))
        assert chosen["train"].features == data["train"].features

    def test_split_by_split_in_the_order_asked_for(self, data) -> None:
        taken, places = taken_records(data, [199, 3, 120, 0, 119])
        assert held(taken) == {"train": [3, 0, 119], "validation": [], "test": [199, 120]}
        assert places.tolist() == [1, 3, 4, 0, 2]

    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.integers(0, 12), min_size=1, max_size=5), st.data())
    def test_nothing_is_lost_or_moved(self, sizes: list[int], draw: st.DataObject) -> None:
        named = {f"split{number}": size for number, size in enumerate(sizes)}
        count = sum(sizes)
        rows = draw.draw(st.permutations(range(count)))[: draw.draw(st.integers(0, count))]
        for data in (splits(named), streams(splits(named))):
            taken, places = taken_records(data, rows)
            assert held(taken) == (expected(rows, named) if count else {name: [] for name in named})
            assert [i for split in taken.values() for i in held({"": split})[""]] == [
                rows[place] for place in places
            ]

    def test_a_split_of_which_nothing_was_taken_is_kept(self, data) -> None:
        taken = take_records(data, [5])
        assert list(taken) == ["train", "validation", "test"]
        assert list(taken["test"]) == list(taken["validation"]) == []
        assert taken["test"].features == WHOLE.features

    def test_the_names_and_kind_of_splits_are_kept(self) -> None:
        stored = DatasetDict({datasets.Split.TRAIN: Dataset.from_list(RECORDS[:9], split="train")})
        assert take_records(stored, [1])["train"].split == "train"
        assert [split.split for split in take_records(streams(), [1]).values()] == list(SIZES)

    def test_what_is_taken_is_not_copied(self) -> None:
        data = splits()
        before = pa.total_allocated_bytes()
        taken = take_records(data, list(range(0, 200, 2)))
        assert taken["train"].data.table.nbytes == data["train"].data.table.nbytes
        assert pa.total_allocated_bytes() - before < data["train"].data.table.nbytes

    def test_more_rows_than_there_are(self, data) -> None:
        with pytest.raises(FingerprintError, match="record 200 .*only 200 records"):
            take_records(data, [1, 200])

    def test_streams_are_gone_through_once_each_time(self) -> None:
        passes = []

        def rows(name: str):
            passes.append(name)
            yield from splits()[name]

        data = IterableDatasetDict(
            {
                name: IterableDataset.from_generator(rows, gen_kwargs={"name": name})
                for name in ("train", "test")
            }
        )
        as_corpus(data)
        assert passes == ["train", "test"]
        taken = take_records(data, [199, 0])
        assert passes == ["train", "test"] * 2
        assert held(taken) == held(taken) == {"train": [0], "test": [199]}
        assert len(passes) == 4

    def test_back_from_a_file(self, data, tmp_path: Path) -> None:
        ZipSelector(20, k1=100, k2=50, k3=10, n_jobs=1, groups="source").select(data).save(
            tmp_path / "chosen"
        )
        result = SelectionResult.load(tmp_path / "chosen")
        assert held(result.take(data)) == expected(result.indices.tolist())
        assert result.explain(7, data).outcome.fate
        assert result.to_frame(data)["group"].tolist() == [
            RECORDS[row]["source"] for row in result.indices
        ]
        result.report(tmp_path / "report.html", data, draws=1, held_out=20, n_jobs=1)
        compared = result.compare(data, draws=1, held_out=20, n_jobs=1)
        assert (
            compared["selection"]
            == result.compare(WHOLE, draws=1, held_out=20, n_jobs=1)["selection"]
        )


class TestTextIsNotCopied:
    def test_splits_on_disk(self, tmp_path: Path) -> None:
        half = Dataset.from_list(RECORDS[:100])
        DatasetDict({"train": half, "test": half}).save_to_disk(tmp_path / "set")
        loaded = datasets.load_from_disk(tmp_path / "set")
        before = pa.total_allocated_bytes()
        corpus = as_corpus(loaded)
        assert pa.total_allocated_bytes() == before
        assert not isinstance(corpus.buffer, bytes)
        assert list(corpus) == 2 * [record["text"].encode() for record in RECORDS[:100]]

    def test_types_and_order_of_columns_may_differ(self) -> None:
        tables = [
            pa.table({"text": pa.array(["a" * 99] * 70, kind), "n": pa.array(range(70))})
            for kind in (pa.string(), pa.large_string())
        ]
        data = DatasetDict(
            {"train": Dataset(tables[0]), "test": Dataset(tables[1].select(["n", "text"]))}
        )
        assert data["train"].features != data["test"].features
        before = pa.total_allocated_bytes()
        corpus = as_corpus(data)
        assert pa.total_allocated_bytes() == before
        assert list(corpus) == [b"a" * 99] * 140
        assert read_columns(container_of(data), ["n"])["n"] == 2 * list(range(70))
        taken = take_records(data, [0, 139])
        assert {k: v.features for k, v in taken.items()} == {k: v.features for k, v in data.items()}


class TestSplitsThatDiffer:
    ANSWERS = ({"question": f"{i}?", "answer": f"{i}!"} for i in range(4))
    DATA = DatasetDict(
        {
            "train": Dataset.from_list([{"text": f"record {i}", "n": i} for i in range(300)]),
            "test": Dataset.from_list(list(ANSWERS)),
        }
    )

    def test_each_record_is_recognised(self) -> None:
        for data in (self.DATA, streams(self.DATA)):
            corpus = as_corpus(data)
            assert corpus.shapes == {"question-answer": 4, "text": 300}
            assert corpus[302] == b"2?\n2!"
            taken = take_records(data, [302, 1])
            assert list(taken["test"]) == [{"question": "2?", "answer": "2!"}]
            assert list(taken["train"]) == [{"text": "record 1", "n": 1}]

    def test_an_optional_column_of_one_split_is_read(self) -> None:
        short = {"instruction": "Add 1 and 1.", "output": "2"}
        data = DatasetDict(
            {
                "train": Dataset.from_list([short]),
                "test": Dataset.from_list([{**short, "input": "x"}]),
            }
        )
        assert list(as_corpus(data)) == [b"Add 1 and 1.\n2", b"Add 1 and 1.\nx\n2"]

    def test_the_text_column_in_all(self) -> None:
        data = DatasetDict({"train": WHOLE, "test": WHOLE.remove_columns(["source", "score"])})
        assert as_corpus(data, text="text").total_bytes == 2 * as_corpus(WHOLE).total_bytes
        for kind in (data, streams(data)):
            with pytest.raises(ColumnError, match="no column 'source' in record 200") as caught:
                read_columns(container_of(kind), ["source"])["source"]
            assert "'test', whose first record is 200" in caught.value.__notes__[0]

    def test_the_text_column_not_in_all(self) -> None:
        for data in (self.DATA, streams(self.DATA)):
            with pytest.raises(TextColumnError, match="'text' in record 300") as caught:
                as_corpus(data, text="text")
            assert caught.value.__notes__ == ["It was read in split 'test', whose first record is 300."]  # fmt: skip

    def test_a_split_of_unknown_shape(self) -> None:
        data = DatasetDict({"train": WHOLE, "test": Dataset.from_list([{"body": "a"}])})
        with pytest.raises(UnknownShapeError, match="record 200: .*Columns seen: body"):
            as_corpus(data)

    def test_a_missing_cell_names_record_and_split(self) -> None:
        data = DatasetDict({"train": WHOLE, "test": Dataset.from_dict({"text": ["a", None]})})
        for kind in (data, streams(data)):
            with pytest.raises(RecordError, match="record 201: column 'text' holds None") as caught:
                as_corpus(kind)
            assert "'test', whose first record is 200" in caught.value.__notes__[0]

    def test_an_empty_split_has_no_say(self) -> None:
        data = DatasetDict({"train": WHOLE, "test": Dataset.from_dict({})})
        assert as_corpus(data, text="text").fingerprint == as_corpus(WHOLE).fingerprint
        assert read_columns(container_of(data), ["source"])["source"] == WHOLE["source"][:]
        with pytest.raises(TextColumnError, match='id, text, source, score.*Try text="text"'):
            as_corpus(data, text="body")


class TestTransforms:
    LOUD = splits().with_transform(lambda batch: {"text": [t.upper() for t in batch["text"]]})

    def test_are_applied_and_kept(self) -> None:
        assert list(as_corpus(self.LOUD)) == [r["text"].upper().encode() for r in RECORDS]
        result = SELECTOR.select(self.LOUD)
        chosen = result.take(self.LOUD)
        assert held(chosen, "text") == {
            name: [RECORDS[row]["text"].upper() for row in rows]
            for name, rows in expected(result.indices.tolist()).items()
        }
        assert chosen["test"].format == self.LOUD["test"].format

    def test_of_one_split_only(self) -> None:
        data = DatasetDict({**splits(), "train": self.LOUD["train"]})
        texts = [r["text"].upper() for r in RECORDS[:120]] + [r["text"] for r in RECORDS[120:]]
        assert list(as_corpus(data)) == [text.encode() for text in texts]


class TestSplitsThatHaveChanged:
    def test_another_number_of_records(self) -> None:
        result = SELECTOR.select(splits())
        with pytest.raises(FingerprintError, match="from 200 records, this data has 199"):
            result.take(splits({**SIZES, "test": 79}))

    @pytest.mark.parametrize("order", ["choice", "original"])
    def test_another_text_or_order(self, order: str) -> None:
        result = SELECTOR.select(splits())
        other = splits()
        other["test"] = other["test"].select(range(79, -1, -1))
        turned = DatasetDict({name: splits()[name] for name in reversed(SIZES)})
        for data in (other, turned, streams(other), streams(turned)):
            with pytest.raises(FingerprintError, match="changed since"):
                result.take(data, order=order)


class TestNothingToRead:
    @pytest.mark.parametrize("kind", [DatasetDict, IterableDatasetDict])
    def test_no_splits(self, kind: type) -> None:
        for options in ({}, {"text": "text"}):
            with pytest.raises(EmptyPoolError, match="at least one"):
                as_corpus(kind(), **options)

    def test_empty_splits_only(self) -> None:
        empty = splits({"train": 0, "test": 0})
        for data in (empty, streams(empty), DatasetDict({"train": Dataset.from_dict({})})):
            for options in ({}, {"text": "text"}):
                with pytest.raises(EmptyPoolError, match="at least one"):
                    as_corpus(data, **options)

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (DatasetDict({"a": WHOLE, "b": RECORDS}), "split 'b': expected Dataset, .*DatasetDict; saw list"),
            (DatasetDict({"a": streams()["train"]}), "split 'a': .*saw IterableDataset"),
            (IterableDatasetDict({"a": WHOLE}), "split 'a': expected IterableDataset,.*saw Dataset"),
        ],
    )  # fmt: skip
    def test_what_is_no_split(self, data, words: str) -> None:
        for call in (as_corpus, record_count, lambda data: take_records(data, [0])):
            with pytest.raises(InputError, match=words):
                call(data)

"""`take`: the requested order, and only records that were selected."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entropylaw import Corpus, ZipSelector
from entropylaw.errors import ConfigError, FingerprintError, InputError
from entropylaw.io.load import as_corpus
from entropylaw.selection import SelectionResult

RECORDS = [{"title": f"On {i}", "body": f"{i} {i**7} {i % 7}", "n": i} for i in range(90)]


def words(record: dict) -> str:
    return record["title"] + ": " + record["body"]


TEXTS = [
    {"text": "body"},
    {"text": ["title", "body"]},
    {"text": "{title}: {body}"},
    {"text": words},
    {"render": words},
    {"render": "zip-reference"},
]
NAMES = ["column", "columns", "template", "function", "render function", "rule"]


def selected(**options: object) -> SelectionResult:
    return ZipSelector(12, k1=60, k2=20, k3=5, n_jobs=1, **options).select(RECORDS)


@pytest.fixture(params=TEXTS, ids=NAMES)
def options(request: pytest.FixtureRequest) -> dict:
    return request.param


class TestOrder:
    def test_as_chosen_or_as_in_the_data(self, options: dict) -> None:
        result = selected(**options)
        rows = result.indices.tolist()
        assert rows != sorted(rows)
        assert result.take(RECORDS) == [RECORDS[row] for row in rows]
        assert result.take(RECORDS, order="choice") == result.take(RECORDS)
        assert result.take(RECORDS, order="original") == [RECORDS[row] for row in sorted(rows)]
        assert result.take(tuple(RECORDS), order="original") == tuple(
            RECORDS[row] for row in sorted(rows)
        )

    def test_of_a_corpus(self) -> None:
        corpus = as_corpus(RECORDS, text="body")
        result = selected(text="body")
        taken = result.take(corpus, order="original")
        assert list(taken) == [corpus[row] for row in sorted(result.indices.tolist())]

    def test_another_word(self) -> None:
        with pytest.raises(ConfigError, match='"choice" or "original"; saw \'pool\''):
            selected(text="body").take(RECORDS, order="pool")  # type: ignore[arg-type]


class TestOtherRecords:
    def test_in_another_order(self, options: dict) -> None:
        result = selected(**options)
        for order in ("choice", "original"):
            with pytest.raises(FingerprintError, match="changed since, or is in another order"):
                result.take(RECORDS[::-1], order=order)
        with pytest.raises(FingerprintError, match="90 records, this data has 89"):
            result.take(RECORDS[:-1])

    @given(st.integers(0, 11), st.sampled_from(["choice", "original"]), st.sampled_from(TEXTS))
    @settings(max_examples=20, deadline=None)
    def test_one_changed_record_is_enough(self, pick: int, order: str, options: dict) -> None:
        result = selected(**options)
        changed = [dict(record) for record in RECORDS]
        changed[result.indices[pick]]["body"] += "."
        with pytest.raises(FingerprintError):
            result.take(changed, order=order)

    def test_two_that_changed_places(self) -> None:
        result = selected(text="body")
        first, second = np.sort(result.indices)[:2]
        changed = list(RECORDS)
        changed[first], changed[second] = changed[second], changed[first]
        for order in ("choice", "original"):
            with pytest.raises(FingerprintError):
                result.take(changed, order=order)


class TestFromAFile:
    def test_a_function_is_needed_again(self, options: dict, tmp_path: Path) -> None:
        result = selected(**options)
        result.save(tmp_path / "r.zip")
        function = next((given for given in options.values() if callable(given)), None)
        if function is not None:
            with pytest.raises(
                InputError, match=r"function words that rendered .*\.load\(path, render="
            ):
                SelectionResult.load(tmp_path / "r.zip").take(RECORDS)
        again = SelectionResult.load(tmp_path / "r.zip", render=function)
        assert again.take(RECORDS, order="original") == result.take(RECORDS, order="original")
        with pytest.raises(FingerprintError):
            again.take(RECORDS[::-1])

    def test_a_corpus_needs_no_function(self, tmp_path: Path) -> None:
        result = selected(text=words)
        result.save(tmp_path / "r.zip")
        corpus = as_corpus(RECORDS, text=words)
        taken = SelectionResult.load(tmp_path / "r.zip").take(corpus)
        assert list(taken) == [words(RECORDS[row]).encode() for row in result.indices]

    def test_the_selector_comes_back(self, options: dict) -> None:
        result = selected(**options)
        function = next((given for given in options.values() if callable(given)), None)
        again = ZipSelector.from_manifest(result.manifest, render=function, n_jobs=1)
        assert again.select(RECORDS) == result


def test_a_result_and_its_pool_can_be_sent_to_another_process():
    texts = ["abc " * 40, "a quick brown fox", "jinxed wizards", "abc " * 41]
    result = ZipSelector(2, n_jobs=1).select(texts)
    again = pickle.loads(pickle.dumps(result))
    assert again == result
    assert again.take(texts) == result.take(texts)
    assert again.explain(0).outcome == result.explain(0).outcome
    corpus = Corpus.from_rows([b"one", b"two"])
    assert pickle.loads(pickle.dumps(corpus)).fingerprint == corpus.fingerprint

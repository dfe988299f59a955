"""Bad input gives a typed error with a suggestion, or a documented behaviour."""

import math
from pathlib import Path

import numpy as np
import pytest

from entropylaw import Bytes, Corpus, Tokens, ZipSelector, compression_ratio
from entropylaw import errors as e
from entropylaw.ratios import group_ratios

TEXTS = [f"record number {i} of the pool" for i in range(20)]


@pytest.mark.parametrize("pool", [[], (), np.array([], object)])
def test_empty_pool(pool):
    with pytest.raises(e.EmptyPoolError, match="at least one"):
        ZipSelector(1).select(pool)


@pytest.mark.parametrize(
    "budget", [0, -1, 0.0, -0.5, 1.5, math.nan, math.inf, "ten", None, True, 2 + 0j]
)
def test_budget_that_is_none(budget):
    with pytest.raises(e.BudgetError, match="budget"):
        ZipSelector(budget)


def test_budget_as_a_whole_float_says_what_to_type():
    with pytest.raises(e.BudgetError, match="try 500"):
        ZipSelector(500.0)


def test_budget_larger_than_the_pool():
    with pytest.raises(e.BudgetError, match="only 20 .*budget=20 or less"):
        ZipSelector(21).select(TEXTS)


def test_budget_larger_than_what_is_left_to_choose():
    with pytest.raises(e.BudgetError, match="only 18 .*2 more are empty, owned"):
        ZipSelector(19).select(TEXTS, initial_subset=[0, 1])


@pytest.mark.parametrize("stages", [(0, 1, 1), (10, 20, 5), (10, 5, 6), (1.5, 1, 1), (True, 1, 1)])
def test_stages_that_do_not_narrow_down(stages):
    with pytest.raises(e.ConfigError, match="k1|k2|k3"):
        ZipSelector(1, k1=stages[0], k2=stages[1], k3=stages[2])


@pytest.mark.parametrize(
    ("option", "error", "match"),
    [
        ({"compressor": "zlob"}, e.CompressorSpecError, 'Did you mean "zlib"'),
        ({"compressor": "zstd:99"}, e.CompressorSpecError, "from 1 to 22"),
        ({"compressor": 9}, e.CompressorSpecError, "compressed_size"),
        ({"variant": "papper"}, e.ConfigError, '"paper" or "reference"'),
        ({"render": "alpacca"}, e.ConfigError, "alpaca"),
        ({"render": "alpaca", "text": "x"}, e.ConfigError, "only one"),
        ({"n_jobs": 0}, e.ConfigError, "n_jobs"),
    ],
)
def test_options(option, error, match):
    with pytest.raises(error, match=match):
        ZipSelector(1, **option)


@pytest.mark.parametrize("value", [math.nan, math.inf, 0.0, -1.0])
def test_weights_that_cannot_count(value):
    weights = np.ones(20)
    weights[7] = value
    with pytest.raises(e.WeightError, match="record 7"):
        ZipSelector(2).select(TEXTS, weights=weights)


@pytest.mark.parametrize("weights", [[1.0], np.ones((20, 1)), ["a"] * 20])
def test_weights_of_the_wrong_form(weights):
    with pytest.raises(e.WeightError, match="one per record"):
        ZipSelector(2).select(TEXTS, weights=weights)


def test_missing_column_names_those_seen():
    with pytest.raises(e.TextColumnError, match='Columns seen: id, text.*Try text="text"'):
        ZipSelector(1, text="txt").select([{"id": 1, "text": "words"}])


def test_unknown_shape_names_columns_and_what_to_type():
    with pytest.raises(e.UnknownShapeError, match=r'Columns seen: title, abstract.*text="COLUMN"'):
        ZipSelector(1).select([{"title": "a", "abstract": "b"}])


@pytest.mark.parametrize("data", ["one string", {"text": ["a"]}, 7, None, {1, 2}])
def test_data_that_is_no_sequence_of_records(data):
    with pytest.raises(e.InputError, match="expected a"):
        ZipSelector(1).select(data)


def test_the_error_for_a_string_like_a_path_suggests_path():
    with pytest.raises(e.InputError, match=r"pathlib.Path\('pool.jsonl'\)"):
        ZipSelector(1).select("pool.jsonl")


def test_lone_surrogate_names_the_record():
    with pytest.raises(e.RecordError, match="record 1.*lone surrogate"):
        ZipSelector(1).select(["fine", "half \ud800 pair"])


def test_bytes_need_not_be_utf8():
    pool = [b"\xff\xfe\x00", b"\x80abc", "text"]
    assert sorted(ZipSelector(3).select(pool).indices) == [0, 1, 2]


def test_empty_records_are_never_selected_and_give_a_warning():
    pool = ["", "alpha", "", "beta"]
    with pytest.warns(e.EmptyRecordWarning, match=r"2 of 4 .*rows 0, 2"):
        result = ZipSelector(2).select(pool)
    assert sorted(result.indices) == [1, 3]
    assert result.manifest.empty_records == 2
    with (
        pytest.warns(e.EmptyRecordWarning),
        pytest.raises(e.BudgetError, match="only 2 to choose from"),
    ):
        ZipSelector(3).select(pool)


def test_the_whole_pool_leaves_out_empty_records():
    with pytest.warns(e.EmptyRecordWarning):
        assert len(ZipSelector(1.0).select(["a", "", "b"])) == 2


def test_a_pool_of_empty_records_only():
    with pytest.warns(e.EmptyRecordWarning), pytest.raises(e.BudgetError):
        ZipSelector(1).select(["", ""])


def test_a_record_of_fifty_megabytes():
    large = b"0123456789abcdef" * (50 * 2**16)
    pool = [large, b"alpha beta", b"gamma delta", b"epsilon"]
    with pytest.warns(e.ShortMemoryWarning):
        result = ZipSelector(4, compressor="zstd:1").select(pool, initial_subset=[large])
    assert sorted(result.indices) == [0, 1, 2, 3]


def test_duplicate_ids_name_both_records():
    with pytest.raises(e.DuplicateIdError, match="record 0 and at record 2"):
        Corpus.from_rows([b"a", b"b", b"c"], ids=["x", "y", "x"])
    with pytest.raises(e.DuplicateIdError, match="ids: expected 3"):
        Corpus.from_rows([b"a", b"b", b"c"], ids=["x"])


@pytest.mark.parametrize("rows", [[0, 0], [-1], [20], [3, 99]])
def test_owned_rows_outside_the_pool(rows):
    with pytest.raises(e.InputError, match="expected distinct rows from 0 to 19"):
        ZipSelector(1).select(TEXTS, initial_subset=rows)


def test_broken_line_names_file_and_line(tmp_path):
    path = tmp_path / "pool.jsonl"
    path.write_text('{"text": "a"}\n{"text": \n')
    with pytest.raises(e.FileFormatError, match=r"pool\.jsonl, line 2") as caught:
        ZipSelector(1).select(path)
    assert caught.value.line == 2


def test_unreadable_record_names_file_and_line(tmp_path):
    path = tmp_path / "pool.jsonl"
    path.write_text('{"text": "a"}\n\n{"text": 5}\n')
    with pytest.raises(e.FileFormatError, match=r"pool\.jsonl, line 3"):
        compression_ratio(path)


def test_missing_file():
    with pytest.raises(FileNotFoundError):
        ZipSelector(1).select(Path("no-such-file.jsonl"))


@pytest.mark.parametrize(
    ("groups", "saw"),
    [
        (5, "int"),
        ({"a", "b"}, "set"),
        (dict.fromkeys(range(20), "a"), "dict"),
        (np.full((20, 1), "a"), "20x1"),
        (iter("ab"), "2"),
    ],
)
def test_groups_that_are_not_one_for_each_record(groups, saw):
    with pytest.raises(e.InputError, match=f"one group for each of the 20 records; saw {saw}"):
        ZipSelector(1).select(TEXTS, groups=groups)


def test_groups_and_rows_may_be_iterators():
    names = ["a", "b"] * 10
    listed = ZipSelector(4, quotas="equal").select(TEXTS, groups=names, required=[3, 5])
    lazy = ZipSelector(4, quotas="equal").select(TEXTS, groups=iter(names), required=iter([3, 5]))
    assert lazy == listed
    assert group_ratios(TEXTS, iter(names)) == group_ratios(TEXTS, names)
    with pytest.raises(e.InputError, match="required: expected row numbers"):
        ZipSelector(4).select(TEXTS, required=3)


@pytest.mark.parametrize("kind", [Bytes, Tokens])
def test_an_amount_as_text_says_where_the_text_belongs(kind):
    with pytest.raises(e.BudgetError, match=f'budget="10% {kind.__name__.lower()}"'):
        kind("10%")

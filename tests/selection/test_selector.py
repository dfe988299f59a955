"""Documented behaviour of ZipSelector beyond agreement with the oracle."""

import json
import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entropylaw import Corpus, ZipSelector, compression_ratio
from entropylaw.compressors import get_compressor
from entropylaw.errors import (
    FingerprintError,
    InputError,
    ShortMemoryWarning,
    SlowCompressorWarning,
)
from entropylaw.selection import Manifest, SelectionResult, Tokens
from entropylaw.selection.eligibility import Eligibility
from entropylaw.selection.limits import Limits
from entropylaw.selection.problem import Problem
from entropylaw.selection.search import SearchOptions, zip_rounds
from entropylaw.selection.stages import lowest, screen
from entropylaw.sizing import Sizer

RECORDS = [
    {"question": f"What is {i} times {j}?", "answer": f"It is {i * j}.", "id": (i, j)}
    for i in range(12)
    for j in range(12)
]


def small(budget, **options):
    options = {"k1": 60, "k2": 12, "k3": 6, "compressor": "zlib:9"} | options
    return ZipSelector(budget, **options)


@pytest.mark.parametrize("variant", ["paper", "reference"])
@pytest.mark.parametrize("budget", [1, 5, 6, 7, 100, 144, 1.0, 0.5, 0.001])
def test_exact_budget_and_no_row_twice(variant, budget):
    result = small(budget, variant=variant).select(RECORDS)
    expected = budget if isinstance(budget, int) else max(1, int(budget * 144))
    assert len(result) == expected == len(set(result.indices.tolist()))


@pytest.mark.parametrize("variant", ["paper", "reference"])
def test_any_prefix_answers_a_smaller_budget(variant):
    whole = small(50, variant=variant).select(RECORDS)
    for budget in (1, 6, 13, 49):
        assert (small(budget, variant=variant).select(RECORDS).picks == whole.picks[:budget]).all()


def test_rounds_are_the_selection():
    rounds = list(small(20).rounds(RECORDS))
    result = small(20).select(RECORDS)
    assert np.concatenate([r.rows for r in rounds]).tolist() == result.indices.tolist()
    assert [len(r.rows) for r in rounds] == [6, 6, 6, 2]
    assert rounds[-1].ratio == result.ratio


def test_rounds_can_be_left_early():
    rows = next(small(100).rounds(RECORDS)).rows
    assert rows.tolist() == small(6).select(RECORDS).indices.tolist()


def test_ratio_of_an_exact_selection_is_that_of_its_text():
    result = small(40).select(RECORDS)
    assert compression_ratio(result.take(RECORDS), "zlib:9") == result.ratio


def test_evidence_is_consistent():
    result = small(40).select(RECORDS)
    picks = result.picks
    assert (picks["own_raw"] <= picks["union_raw"]).all()
    assert (result.own_ratios[:6] == result.union_ratios[:6]).all()  # the first round: empty set
    assert (picks["state"][:6] == result.own_ratios[:6]).all()
    firsts = np.flatnonzero(np.diff(picks["round"], prepend=-1))
    assert (picks["pack_raw"][firsts] == picks["own_raw"][firsts]).all()
    assert result.evaluations == result.trace["evaluations"].sum()
    assert not picks.flags.writeable


def test_owned_rows_are_not_chosen_again_and_count_as_known():
    first = small(30).select(RECORDS)
    more = small(30).select(RECORDS, initial_subset=first.indices)
    assert not set(first.indices.tolist()) & set(more.indices.tolist())
    by_records = small(30).select(RECORDS, initial_subset=first.take(RECORDS))
    assert (
        by_records.picks["union_raw"][0] > more.picks["own_raw"][0]
    ) and by_records.manifest.initial_subset
    assert more.manifest.initial_subset.records == 30
    assert more.manifest.set_raw > first.manifest.set_raw


def test_owning_nothing_is_the_default():
    assert small(9).select(RECORDS, initial_subset=[]) == small(9).select(RECORDS)


def test_a_repeated_record_is_chosen_once():
    pool = ["the very same words, again and again"] * 30 + [
        f"{i}: {i**9} {i**7}" for i in range(30)
    ]
    result = small(25, k1=60, k2=60, k3=25, compressor="zstd:6:long").select(pool)
    assert sum(row < 30 for row in result.indices.tolist()) <= 1


def test_neutral_weights_change_nothing_and_large_ones_attract():
    plain = small(20).select(RECORDS)
    neutral = small(20).select(RECORDS, weights=np.ones(144))
    assert (neutral.picks == plain.picks).all()
    unchosen = sorted(set(range(144)) - set(plain.indices.tolist()))[:10]
    weights = np.ones(144)
    weights[unchosen] = 50.0
    assert set(unchosen) <= set(small(20).select(RECORDS, weights=weights).indices.tolist())


def test_save_and_load(tmp_path):
    result = small(20).select(RECORDS)
    result.save(tmp_path / "choice.zip")
    again = SelectionResult.load(tmp_path / "choice.zip")
    assert again == result
    assert again.take(RECORDS) == result.take(RECORDS)
    again.save(tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == (tmp_path / "choice.zip").read_bytes()


@pytest.mark.parametrize("content", [b"", b"PK nonsense", b'{"format": 1}'])
def test_load_of_something_else(tmp_path, content):
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(InputError, match="no saved selection"):
        SelectionResult.load(tmp_path / "x.zip")


def test_load_of_a_folder(tmp_path):
    with pytest.raises(InputError, match="no saved selection"):
        SelectionResult.load(tmp_path)


def test_token_counts_may_come_from_an_iterator():
    selector = ZipSelector(Tokens(3))
    counts = [1] * len(RECORDS)
    assert selector.select(RECORDS, tokens=iter(counts)).indices.tolist() == (
        selector.select(RECORDS, tokens=counts).indices.tolist()
    )


def test_manifest_repeats_the_selection():
    result = small(20, compressor="zstd:6:long", variant="reference").select(RECORDS)
    manifest = Manifest.from_json(result.manifest.to_json())
    assert manifest == result.manifest
    assert ZipSelector.from_manifest(manifest).select(RECORDS) == result


def test_manifest_of_another_kind():
    with pytest.raises(InputError, match="no manifest"):
        Manifest.from_json('{"format": 2}')


def test_take_gives_back_the_callers_container():
    texts = [f"{i} {i**5}" for i in range(40)]
    result = small(5).select(texts)
    wanted = [texts[i] for i in result.indices]
    assert result.take(texts) == wanted
    assert result.take(tuple(texts)) == tuple(wanted)
    assert result.take(np.array(texts)).tolist() == wanted
    assert list(result.take(Corpus.from_rows([t.encode() for t in texts]))) == [
        w.encode() for w in wanted
    ]


def test_take_reads_a_file(tmp_path):
    path = tmp_path / "pool.jsonl"
    path.write_text("\n".join(json.dumps({"text": f"{i} {i**5}"}) for i in range(40)))
    result = small(5).select(path)
    assert result.take(path) == [{"text": f"{i} {i**5}"} for i in result.indices]


def test_take_refuses_data_that_has_changed():
    texts = [f"{i} {i**5}" for i in range(40)]
    result = small(5).select(texts)
    with pytest.raises(FingerprintError, match="40 records, this data has 39"):
        result.take(texts[1:])
    with pytest.raises(FingerprintError, match="changed since, or is in another order"):
        result.take(texts[::-1])


def test_render_function_is_used_and_asked_for_again():
    selector = small(5, render=lambda record: record["answer"])
    result = selector.select(RECORDS)
    assert result.manifest.shapes == {"function": 144}
    assert len(result.take(RECORDS)) == 5
    with pytest.raises(Exception, match="Pass render= to from_manifest"):
        ZipSelector.from_manifest(result.manifest)
    again = ZipSelector.from_manifest(result.manifest, render=lambda record: record["answer"])
    assert (again.select(RECORDS).picks == result.picks).all()


def test_the_warning_of_a_short_window_suggests_a_compressor():
    pool = [" ".join(str(i * j % 9973) for j in range(300)) for i in range(200)]
    with pytest.warns(ShortMemoryWarning, match='compressor="zstd:6:long"'):
        result = small(150).select(pool)
    assert result.memory.visible_share[-1] < 0.5
    assert "% of the set" in str(result)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert small(150, compressor="zstd:6:long").select(pool).memory.visible_share.min() == 1.0


def test_a_slow_compressor_gives_a_warning():
    pool = [f"{i}" for i in range(2000)]
    selector = ZipSelector(1000, k1=2000, k2=200, k3=10, compressor="bz2")
    with pytest.warns(SlowCompressorWarning, match="prime"):
        next(selector.rounds(pool))


def test_progress_bar_is_quiet_unless_asked(capsys):
    small(20).select(RECORDS)
    assert capsys.readouterr().err == ""
    small(20, progress=True).select(RECORDS)
    assert "20/20" in capsys.readouterr().err


def test_repr_and_html():
    result = small(20).select(RECORDS)
    assert "20 of 144 records" in repr(result)
    assert "<table>" in result._repr_html_()
    assert repr(small(20)).startswith("ZipSelector(budget=20")


def test_another_ranking_takes_the_place_of_ours():
    """The parity benchmark puts in the ranking of the published script."""
    corpus = Corpus.from_rows([b"%d" % i for i in range(50)])
    problem = Problem(corpus, get_compressor("zlib"), Eligibility.of_all(50), Limits(10))
    search = SearchOptions(50, 10, 5)
    calls = []

    def rank(values, k):
        calls.append(k)
        return lowest(values, k)

    with Sizer(corpus, get_compressor("zlib")) as scorer:
        rows = [r.rows.tolist() for r in zip_rounds(scorer, problem, search, rank=rank)]
        assert rows == [r.rows.tolist() for r in zip_rounds(scorer, problem, search)]
    assert {50, 10, 1} <= set(calls)


@given(
    values=st.lists(st.sampled_from([0.5, 1.0, 1.5, 2.0, 3.25]), min_size=1, max_size=40),
    data=st.data(),
)
@settings(max_examples=200)
def test_lowest_is_the_stable_sort(values, data):
    k = data.draw(st.integers(1, len(values)))
    expected = sorted(sorted(range(len(values)), key=lambda i: (values[i], i))[:k])
    assert lowest(np.array(values), k).tolist() == expected


def test_screen_never_returns_what_is_gone():
    state = np.array([np.inf, 2.0, np.inf, 1.0])
    assert screen(state, k1=4).tolist() == [1, 3]


def test_repr_shows_what_differs_from_the_defaults_by_value():
    selector = ZipSelector(5, k1=300, variant="paper", compressor="".join(["z", "lib"]))
    assert repr(selector) == "ZipSelector(budget=5, k1=300)"
    assert repr(pickle.loads(pickle.dumps(selector))) == repr(selector)

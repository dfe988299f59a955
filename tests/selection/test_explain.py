"""Explanations agree with the slow oracle, and with the records that the run measured."""

from __future__ import annotations

import math
import warnings
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import oracle
from test_controls import POOL, SMALL, column
from test_oracle import cases

from entropylaw import Corpus, ZipSelector
from entropylaw import errors as e
from entropylaw.baselines import RandomSelector
from entropylaw.selection import Bytes, Quality, Quotas, SelectionResult, Tokens, search
from entropylaw.selection.explain.matches import GRAM, longest_match, overlaps

pytestmark = pytest.mark.filterwarnings("ignore::entropylaw.errors.EntropyLawWarning")

TEXTS = [record["text"] for record in POOL]


def expected(row, seen):
    """Return fate, least margin, rounds screened and shortlisted, from what the oracle saw."""
    tries = {"not packed": [], "not shortlisted": [], "not screened": []}
    for state, screened, unions, short, steps in seen:
        if row not in state:
            continue
        if row not in screened:
            tries["not screened"].append(state[row] / state[screened[-1]])
        elif row not in short:
            tries["not shortlisted"].append(
                Fraction(*unions[row]) / max(Fraction(*unions[i]) for i in short)
            )
        else:
            tries["not packed"].append(
                min(Fraction(*tried[row]) / Fraction(*tried[best]) for best, tried in steps)
            )
    fate = next(stage for stage, found in tries.items() if found)
    passed = len(tries["not shortlisted"]) + len(tries["not packed"])
    return fate, float(min(tries[fate]) - 1), passed, len(tries["not packed"])


@pytest.mark.parametrize("spec", ["zlib:9", "zstd:3", "brotli:1"])
@given(case=cases())
@settings(max_examples=25, deadline=None)
def test_every_record_as_the_oracle_saw_it(spec, case):
    rows, budget, k1, k2, k3, variant, owned = case
    seen = []
    picks = oracle(
        rows, budget, k1, k2, k3, spec, variant,
        owned=[rows[i] for i in owned], banned=owned, seen=seen,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", e.EntropyLawWarning)
        selector = ZipSelector(
            budget, k1=k1, k2=k2, k3=k3, compressor=spec, variant=variant, n_jobs=1
        )
        result = selector.select(Corpus.from_rows(rows), initial_subset=owned)
    chosen = {pick[0]: pick for pick in picks}
    for row in range(len(rows)):
        explained = result.explain(row)
        outcome = explained.outcome
        assert explained.chosen == (row in chosen)
        assert explained.text == rows[row]
        if not rows[row] or row in owned:
            assert (outcome.fate, outcome.reason) == ("left out", "owned" if rows[row] else "empty")
        elif row in chosen:
            check_chosen(outcome, chosen[row], seen)
        else:
            fate, margin, screened, shortlisted = expected(row, seen)
            assert (outcome.fate, outcome.screened, outcome.shortlisted) == (
                fate, screened, shortlisted,
            )  # fmt: skip
            assert outcome.margin == pytest.approx(margin, abs=1e-12)
        assert str(row) in str(explained) and "<table>" in explained._repr_html_()


def check_chosen(outcome, pick, seen):
    row, number, union_raw, union_size, pack_raw, pack_size = pick
    assert (outcome.fate, outcome.round) == ("chosen", number)
    assert outcome.union_ratio == union_raw / union_size
    assert outcome.ratio == pack_raw / pack_size
    _, _, unions, short, steps = seen[number]
    assert outcome.rank == 1 + sum(Fraction(*unions[i]) < Fraction(*unions[row]) for i in short)
    tried = next(tried for best, tried in steps if best == row)
    runner_ups = [Fraction(*tried[i]) for i in tried if i != row]
    if runner_ups:
        assert outcome.limit == pytest.approx(float(min(runner_ups)), abs=1e-12)
        assert Fraction(*tried[outcome.runner_up]) == min(runner_ups)
        assert outcome.margin <= 0
    else:
        assert outcome.runner_up is None


def spied(monkeypatch, selector, *args, **given):
    """Return a result, and for each round who was really screened."""
    screened, real = [], search.screening_cutoff

    def spy(number, rows, state, groups):
        screened.append(set(rows.tolist()))
        return real(number, rows, state, groups)

    monkeypatch.setattr(search, "screening_cutoff", spy)
    return selector.select(*args, **given), screened


HELD = {
    "quotas": {
        "budget": 60,
        "groups": "source",
        "quotas": Quotas(maximum={"web": 0.3}, minimum={"books": 20}),
    },
    "shares": {"budget": 60, "groups": "source", "quotas": Quotas("equal")},
    "tokens": {"budget": Tokens(900, counts="n_tokens")},
    "bytes": {"budget": Bytes(9_000)},
    "quality": {"budget": 60, "quality": Quality("score", minimum=0.2, weight=0.3, tie_break=True)},
    "like": {"budget": 60, "groups": "source", "compare_within": "group and length"},
    "retired": {"budget": 60, "variant": "reference", "k1": 40},
    "retired under quotas": {
        "budget": 90,
        "variant": "reference",
        "k2": 60,
        "k1": 120,
        "groups": "source",
        "quotas": Quotas("pool"),
    },
    "retired with tokens": {
        "budget": Tokens(1_500, counts="n_tokens"),
        "variant": "reference",
        "k2": 60,
    },
}


@pytest.mark.parametrize("name", HELD)
def test_stages_are_those_of_the_run(monkeypatch, name):
    options = {"k1": 80, "k2": 20, "k3": 10, "n_jobs": 1, "compressor": "zstd:3"} | HELD[name]
    result, screened = spied(monkeypatch, ZipSelector(**options), POOL, required=[3, 399])
    short = result.evidence.shortlisted
    fates = {}
    for row in range(0, len(POOL), 3):
        outcome = result.explain(row, matches=1).outcome
        fates.setdefault(outcome.fate, []).append(row)
        if row in result.indices:
            assert outcome.fate == ("required" if row in (3, 399) else "chosen")
            assert outcome.runner_up is None or outcome.margin <= 0
            continue
        assert outcome.screened == sum(row in rows for rows in screened)
        assert outcome.shortlisted == (short["row"] == row).sum()
        assert outcome.fate != "left out" or POOL[row]["score"] < 0.2
        if not math.isnan(outcome.margin):
            assert outcome.margin >= 0
    assert {"chosen", "required", "not packed"} <= fates.keys()
    assert ("left out" in fates) == (name == "quality")


def test_lazy_searches_say_that_a_record_was_not_measured():
    lazy = ZipSelector(60, packing="lazy", screening="lazy", compressor="zstd:3", **SMALL)
    result = lazy.select(TEXTS)
    short = result.evidence.shortlisted
    for row in range(0, 400, 7):
        explained = result.explain(row, matches=1)
        if explained.chosen:
            continue
        assert explained.outcome.shortlisted == (short["row"] == row).sum()
        assert explained.outcome.fate in ("not packed", "not shortlisted")
        assert (explained.outcome.margin < 0) == ("did not measure it" in str(explained))


def test_a_record_that_no_budget_fits():
    long = "one long record " * 400
    result = ZipSelector(Bytes(900), **SMALL).select([*TEXTS, long])
    explained = result.explain(len(TEXTS))
    assert explained.outcome.fate == "barred" and "left of the budget" in explained.outcome.reason
    held = ZipSelector(30, quotas=Quotas({"a": 1, "b": 0}), **SMALL)
    result = held.select(TEXTS, groups=["a"] * 399 + ["b"])
    assert "its group had no room" in str(result.explain(399))


def test_selectors_that_take_records_in_an_order():
    result = RandomSelector(30, n_jobs=1).select(TEXTS)
    lost = np.setdiff1d(np.arange(400), result.indices)[0]
    explained = result.explain(int(lost))
    assert explained.outcome.fate == "not reached" and "RandomSelector" in explained.outcome.reason
    assert result.explain(int(result.indices[4])).order == 4


def test_the_end_is_measured_with_the_whole_choice():
    import zlib

    result = ZipSelector(30, compressor="zlib:9", **SMALL).select(TEXTS)
    row = next(i for i in range(400) if i not in result.indices)
    joined = "\n".join([*(TEXTS[i] for i in result.indices), TEXTS[row]]).encode()
    explained = result.explain(row)
    assert explained.final_union_ratio == len(joined) / len(zlib.compress(joined, 9))
    assert explained.own_ratio == len(TEXTS[row]) / len(zlib.compress(TEXTS[row].encode(), 9))
    assert explained.final_ratio == result.ratio


@pytest.mark.parametrize("row", [-1, 400, 1.5, True, "7", None])
def test_no_such_row(row):
    result = ZipSelector(5, **SMALL).select(TEXTS)
    with pytest.raises(e.InputError, match="0 to 399"):
        result.explain(row)


def test_a_loaded_result_explains_alike(tmp_path):
    selector = ZipSelector(
        Tokens(900, counts="n_tokens"), groups="source", quotas=Quotas(maximum=0.6),
        quality=Quality("score", minimum=0.1), **SMALL,
    )  # fmt: skip
    result = selector.select(POOL, required=[5], forbidden=[8])
    result.save(tmp_path / "r.zip")
    loaded = SelectionResult.load(tmp_path / "r.zip")
    with pytest.raises(e.InputError, match="data="):
        loaded.explain(3)
    with pytest.raises(e.FingerprintError):
        loaded.explain(3, POOL[::-1])
    for row in (5, 8, *range(20, 60)):
        assert repr(loaded.explain(row, POOL)) == repr(result.explain(row))
    assert "forbidden" in str(loaded.explain(8, POOL))


def test_what_a_file_does_not_hold_is_named(tmp_path):
    result = ZipSelector(20, **SMALL).select(TEXTS, weights=np.linspace(1, 2, 400))
    result.save(tmp_path / "r.zip")
    with pytest.raises(e.InputError, match="also decided by weights"):
        SelectionResult.load(tmp_path / "r.zip").explain(3, TEXTS)


@given(st.binary(max_size=60), st.binary(max_size=60), st.integers(1, 4))
@settings(max_examples=200, deadline=None)
def test_longest_match_is_the_longest(one, other, letters):
    one, other = (bytes(byte % letters for byte in side) for side in (one, other))
    found = longest_match(one, other)
    shared = {
        one[i:j] for i in range(len(one)) for j in range(i, len(one) + 1) if one[i:j] in other
    }
    assert found.length == max(map(len, shared), default=0)
    text = one[found.start : found.start + found.length]
    assert text == other[found.other_start : found.other_start + found.length]


@given(st.lists(st.text("ab", max_size=70), min_size=2, max_size=8), st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_overlaps_are_those_with_the_longest_matches(texts, most):
    rows = [(text + texts[i // 2][:30]).encode() for i, text in enumerate(texts)]
    found = overlaps(Corpus.from_rows(rows), 0, np.arange(1, len(rows)), most=most)
    ranked = sorted((-longest_match(rows[0], row).length, i) for i, row in enumerate(rows) if i)
    assert [(-one.match.length, one.row) for one in found.longest] == [
        pair for pair in ranked if -pair[0] >= GRAM
    ][:most]
    covered = set()
    for place in range(len(rows[0]) - GRAM + 1):
        if any(rows[0][place : place + GRAM] in row for row in rows[1:]):
            covered.update(range(place, place + GRAM))
    assert found.shared == len(covered)


def test_frames():
    result = ZipSelector(20, groups="source", **SMALL).select(POOL)
    frame = result.to_frame()
    assert frame["row"].tolist() == result.indices.tolist()
    assert frame["group"].tolist() == column("source", result.indices).tolist()
    assert frame["union_ratio"].tolist() == result.union_ratios.tolist()
    assert result.to_frame(library="polars").to_dicts() == frame.to_dict("records")
    assert result.to_frame(library="pyarrow").to_pylist() == frame.to_dict("records")
    with pytest.raises(e.ConfigError, match="pandas"):
        result.to_frame(library="dask")


def test_a_frame_without_its_library(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    result = ZipSelector(5, **SMALL).select(TEXTS)
    with pytest.raises(e.MissingExtraError, match="pip install pandas"):
        result.to_frame()


def test_the_pool_given_again_does_not_lose_the_weights_of_the_run():
    weights = np.linspace(0.2, 5.0, len(TEXTS))
    result = ZipSelector(10, k1=40, k2=20, k3=5).select(TEXTS, weights=weights)
    left = sorted(set(range(len(TEXTS))) - set(result.indices.tolist()))[:20]
    for row in left:
        assert str(result.explain(row, TEXTS)) == str(result.explain(row))
    with pytest.raises(e.FingerprintError, match="data: expected the pool"):
        result.explain(left[0], TEXTS[::-1])


def test_a_saved_result_names_every_criterion_that_it_cannot_repeat(tmp_path):
    selector = ZipSelector(10, typicality=0.5, compare_within="length")
    selector.select(TEXTS).save(tmp_path / "saved.entropylaw")
    loaded = SelectionResult.load(tmp_path / "saved.entropylaw")
    row = int(np.setdiff1d(np.arange(len(TEXTS)), loaded.indices)[0])
    with pytest.raises(e.InputError, match="typicality, compare_within"):
        loaded.explain(row, TEXTS)

"""Comparison: numbers that anyone can compute from the rows alone."""

from __future__ import annotations

import lzma
import math
import zlib

import numpy as np
import pytest
from test_controls import POOL, SMALL, column

from entropylaw import ZipSelector
from entropylaw import errors as e
from entropylaw.compressors import Zlib
from entropylaw.selection import Bytes, SelectionResult, Tokens

pytestmark = pytest.mark.filterwarnings("ignore::entropylaw.errors.ShortMemoryWarning")

TEXTS = [record["text"].encode() for record in POOL]
RESULT = ZipSelector(60, groups="source", compressor="zlib:9", **SMALL).select(POOL)
COMPARED = RESULT.compare(draws=3)


def test_rows_of_the_selection_itself():
    row = COMPARED["selection"]
    joined = b"\n".join(TEXTS[i] for i in RESULT.indices)
    assert row.records == 60
    assert row.amount == sum(len(TEXTS[i]) for i in RESULT.indices)
    assert row.ratio == len(joined) / len(zlib.compress(joined, 9)) == RESULT.ratio
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9}]
    assert row.judge_ratio == pytest.approx(
        len(joined) / len(lzma.compress(joined, filters=filters)), rel=0.01
    )
    assert math.isnan(row.ratio_spread)
    assert row.lengths[2] == int(
        np.percentile([len(TEXTS[i]) for i in RESULT.indices], 50, method="nearest")
    )
    weights = np.array([len(TEXTS[i]) for i in RESULT.indices])
    web = weights[column("source", RESULT.indices) == "web"].sum() / weights.sum()
    assert row.composition["web"] == pytest.approx(web)


def test_drift_is_half_the_sum_of_differences():
    row = COMPARED["selection"]
    apart = [abs(row.composition[g] - s) for g, s in COMPARED.pool_composition.items()]
    assert row.drift == pytest.approx(sum(apart) / 2)
    assert COMPARED["random"].drift < 0.15


@pytest.mark.parametrize("name", ["random", "own ratio", "deduplicated"])
def test_others_have_as_much(name):
    longest = max(map(len, TEXTS))
    assert abs(COMPARED[name].amount - COMPARED["selection"].amount) <= longest
    assert (name == "own ratio") == math.isnan(COMPARED[name].ratio_spread)


def test_like_length_has_like_lengths():
    ours, alike = COMPARED["selection"].lengths, COMPARED["random, length-matched"].lengths
    assert alike == pytest.approx(ours, rel=0.15)


def test_copies_cover_less_than_distinct_records():
    """Copies of one record cover less of the pool than distinct records."""
    texts = [f"{i * 7919 % 1000} {POOL[i]['text']}" for i in range(200)] + [POOL[0]["text"]] * 200
    copies = ZipSelector(Bytes(3_000), **SMALL).select(texts, forbidden=np.arange(200))
    both = ZipSelector(Bytes(3_000), **SMALL).select(texts)
    tested = {"held_out": 20, "draws": 1}
    assert both.compare(**tested)["selection"].coverage < 8
    assert copies.compare(**tested)["selection"].ratio > both.compare(**tested)["selection"].ratio


def test_forms():
    assert repr(COMPARED).startswith("Comparison(ratio ") and "\n" not in repr(COMPARED)
    for form in (str(COMPARED), COMPARED.to_markdown(), COMPARED.to_latex()):
        assert "deduplicated" in form and "drift" in form
    assert COMPARED.to_dict()["rows"][0]["name"] == "selection"
    assert COMPARED.to_frame()["ratio"].iloc[0] == COMPARED["selection"].ratio
    assert "<table>" in COMPARED._repr_html_()
    with pytest.raises(e.ConfigError, match="expected one of selection, random"):
        COMPARED["randon"]


def test_a_loaded_result_is_compared_with_its_data(tmp_path):
    RESULT.save(tmp_path / "r.zip")
    loaded = SelectionResult.load(tmp_path / "r.zip")
    with pytest.raises(e.InputError, match="data="):
        loaded.compare()
    with pytest.raises(e.FingerprintError):
        loaded.compare(POOL[::-1])
    again = loaded.compare(POOL, draws=3)
    assert again.rows == COMPARED.rows or repr(again) == repr(COMPARED)


def test_tokens_are_compared_in_tokens():
    result = ZipSelector(Tokens(900, counts="n_tokens"), **SMALL).select(POOL)
    compared = result.compare(draws=2)
    assert compared.unit == "tokens"
    assert compared["selection"].amount == column("n_tokens", result.indices).sum()


def test_a_compressor_that_no_registry_knows():
    class Mine(Zlib):
        name = "mine"

    result = ZipSelector(20, compressor=Mine(5), **SMALL).select(POOL)
    assert result.compare(draws=1)["selection"].ratio == result.ratio


def test_jobs_and_progress_change_nothing(capsys):
    shown = RESULT.compare(draws=2, n_jobs=3, progress=True)
    assert "8/8" in capsys.readouterr().err  # three ways of two draws, two of one
    assert RESULT.compare(draws=2, n_jobs=1, progress=False).to_dict() == shown.to_dict()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("wrong", [{"draws": 0}, {"held_out": 0}, {"draws": 1.5}])
def test_bad_options(wrong):
    with pytest.raises(e.ConfigError, match=next(iter(wrong))):
        RESULT.compare(**wrong)

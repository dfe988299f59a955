"""Baselines are selectors with the same options, and results with the same evidence."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_controls import POOL, SMALL, column

from entropylaw import Target, ZipSelector
from entropylaw import errors as e
from entropylaw.alignment import alignment_scores
from entropylaw.selection import Bytes, Quality, Quotas, SelectionResult, Tokens
from entropylaw.selection.baselines import (
    DedupSelector,
    OwnRatioSelector,
    RandomSelector,
    TargetSelector,
)

pytestmark = pytest.mark.filterwarnings("ignore::entropylaw.errors.ShortMemoryWarning")

LENGTHS = np.array([len(record["text"].encode()) for record in POOL])
KINDS = [
    RandomSelector,
    DedupSelector,
    OwnRatioSelector,
    lambda budget, **options: TargetSelector(budget, target=Target([POOL[0]]), **options),
]


@pytest.mark.parametrize("kind", KINDS)
def test_same_options_same_kind_of_result(kind, tmp_path):
    selector = kind(
        Tokens(1_500, counts="n_tokens"),
        groups="source",
        quotas=Quotas({"web": 1, "code": 1, "books": 1}),
        quality=Quality("score", minimum=0.3),
        min_bytes=20,
        n_jobs=1,
    )
    result = selector.select(POOL, forbidden=[3], required=[5])
    rows = result.indices
    assert isinstance(result, SelectionResult)
    assert rows[0] == 5 and 3 not in rows
    assert column("score", rows[1:]).min() >= 0.3
    assert LENGTHS[rows[1:]].min() >= 20
    sources, tokens = column("source", rows), column("n_tokens", rows)
    for name in ("web", "code", "books"):
        assert 450 < tokens[sources == name].sum() <= 500
    result.save(tmp_path / "r.zip")
    assert SelectionResult.load(tmp_path / "r.zip") == result
    assert result.manifest.selector == type(selector).__name__
    with pytest.raises(e.ConfigError, match="expected one by ZipSelector"):
        ZipSelector.from_manifest(result.manifest)


@pytest.mark.parametrize("kind", KINDS)
def test_evidence_is_that_of_the_rows_in_their_order(kind):
    result = kind(30, compressor="zlib:6", n_jobs=1).select(POOL)
    texts = [POOL[row]["text"].encode() for row in result.indices]
    assert result.picks["own_size"].tolist() == [len(zlib.compress(t, 6)) for t in texts]
    packs = [len(zlib.compress(b"\n".join(texts[: n + 1]), 6)) for n in range(30)]
    assert result.picks["pack_size"].tolist() == packs
    assert result.manifest.set_size == packs[-1]


def test_random_is_a_plain_draw():
    draws = [RandomSelector(100, random_state=s, n_jobs=1).select(POOL).indices for s in range(30)]
    counts = np.bincount(np.concatenate(draws), minlength=400)
    assert counts.sum() == 3_000
    assert abs(counts - 7.5).max() < 9
    again = RandomSelector(100, random_state=7, n_jobs=1).select(POOL).indices
    assert again.tolist() == draws[7].tolist()


def test_random_of_like_lengths():
    short = np.sort(LENGTHS)[:80]
    result = RandomSelector(80, like_lengths=short, n_jobs=1).select(POOL)
    assert sorted(LENGTHS[result.indices].tolist()) == pytest.approx(short.tolist(), rel=0.12)


def test_dedup_takes_copies_last():
    texts = ["One two, three!", "one two three", "Four.", "four", "five"]
    result = DedupSelector(5, n_jobs=1).select(texts)
    assert {texts[r].strip(".!,").lower()[0] for r in result.indices[:3]} == {"o", "f"}
    assert set(result.indices[:3]) == {0, 2, 4}


def test_own_ratio_takes_the_lowest_ratio():
    result = OwnRatioSelector(25, compressor="zlib:9", n_jobs=1).select(POOL)
    ratios = [len(t) / len(zlib.compress(t, 9)) for t in (r["text"].encode() for r in POOL)]
    assert result.indices.tolist() == np.argsort(ratios, kind="stable")[:25].tolist()


def test_target_by_alignment_alone_and_mixed():
    code = [f"def f{i}(x):\n    return x * {i} + len(str(x))" for i in range(50)]
    texts = [record["text"] for record in POOL] + code
    target = Target([f"def g{i}(y):\n    return y + {i}" for i in range(20)], weight=1.0)
    alone = TargetSelector(50, target=target, n_jobs=1).select(texts)
    assert (alone.indices >= 400).mean() > 0.9
    plain = ZipSelector(50, compressor="zstd:6:long", **SMALL).select(texts)
    mixed = ZipSelector(50, compressor="zstd:6:long", target=target, **SMALL).select(texts)
    close = alignment_scores(texts, target.data)
    assert close[plain.indices].mean() < 0.9 * close[mixed.indices].mean()
    assert mixed.manifest.outcome("target").chosen["mean"] == pytest.approx(
        close[mixed.indices].mean()
    )
    assert (
        mixed.manifest.outcome("target").chosen["mean"]
        > mixed.manifest.outcome("target").pool["mean"]
    )
    assert "alignment" in str(mixed)
    with pytest.raises(e.ConfigError, match="target="):
        ZipSelector.from_manifest(mixed.manifest)
    again = ZipSelector.from_manifest(mixed.manifest, target=target, n_jobs=1)
    assert again.select(texts).indices.tolist() == mixed.indices.tolist()


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_budget_of_bytes_is_filled_whatever_the_order(data):
    kind = data.draw(st.sampled_from(KINDS[:3]))
    total = data.draw(st.integers(1_000, int(LENGTHS.sum()) - 1))
    result = kind(Bytes(total), n_jobs=1).select(POOL)
    left = np.delete(LENGTHS, result.indices)
    assert 0 <= total - LENGTHS[result.indices].sum() < left.min()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RandomSelector(5, quality=Quality("score", weight=1)), "draws at random"),
        (lambda: TargetSelector(5, target=Target(["a"]), quality=Quality(tie_break=True)), "alone"),
        (lambda: RandomSelector(5, random_state=-1), "random_state"),
        (lambda: DedupSelector(5, random_state=0.5), "random_state"),
        (lambda: OwnRatioSelector(5, compare_within="all"), "compare_within"),
    ],
)
def test_options_that_cannot_work(make, message):
    with pytest.raises(e.ConfigError, match=message):
        make()

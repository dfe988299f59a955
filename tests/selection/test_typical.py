"""Typicality: how much a sample of the pool explains of a record, compared with other computations."""

from __future__ import annotations

import random
import warnings

import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from entropylaw import Bytes, Corpus, Quotas, ZipSelector, audit
from entropylaw.errors import ConfigError
from entropylaw.selection import Manifest
from entropylaw.selection.criteria.representativeness import typicality_scores, typicality_weights
from entropylaw.selection.orders import random_rows
from entropylaw.selection.report.coverage import coverage

pytestmark = pytest.mark.filterwarnings("ignore::entropylaw.errors.EntropyLawWarning")

WORDS = sorted(
    {word for line in (random.__doc__ + np.__doc__).splitlines() for word in line.split()}
)


def sentences(count, seed, words=WORDS):
    rng = random.Random(seed)
    return [" ".join(rng.choices(words, k=rng.randint(20, 60))) for _ in range(count)]


def strangers(count, seed):
    rng = random.Random(seed)
    return ["".join(chr(rng.randint(33, 126)) for _ in range(200)) for _ in range(count)]


def test_a_record_like_the_others_is_typical():
    pool = Corpus.from_rows([text.encode() for text in sentences(300, 1) + strangers(30, 2)])
    scores = typicality_scores(pool, np.ones(330, np.bool_), n_jobs=1)
    assert scores[:300].min() > scores[300:].max()


def test_scores_are_what_a_plain_dictionary_saves():
    """By zstd with half of the pool in front, for the other half."""
    texts = [text.encode() for text in sentences(200, 3) + sentences(100, 4, WORDS[:40])]
    scores = typicality_scores(Corpus.from_rows(texts), np.ones(300, np.bool_), n_jobs=1)
    known = zstandard.ZstdCompressionDict(
        b"\n".join(texts[::2]), dict_type=zstandard.DICT_TYPE_RAWCONTENT
    )
    alone, after = zstandard.ZstdCompressor(6), zstandard.ZstdCompressor(6, dict_data=known)
    saved = [1 - len(after.compress(text)) / len(alone.compress(text)) for text in texts[1::2]]
    assert np.corrcoef(scores[1::2], saved)[0, 1] > 0.7
    assert scores[200:].mean() > scores[:200].mean()


def test_no_record_is_judged_by_a_sample_that_has_it():
    """Copies of one text would explain each other fully if they were not kept in the same half."""
    texts = strangers(60, 5)
    pool = Corpus.from_rows([text.encode() for text in texts * 3])
    scores = typicality_scores(pool, np.ones(len(pool), np.bool_), n_jobs=1).reshape(3, 60)
    assert scores.max() < 0.5  # random characters do not explain each other
    assert (scores == scores[0]).all()


@settings(max_examples=40, deadline=None)
@given(
    texts=st.lists(st.text(max_size=20), min_size=1, max_size=30),
    drop=st.sets(st.integers(0, 29)),
    jobs=st.sampled_from([1, 2]),
)
def test_any_pool_has_finite_scores_that_repeat(texts, drop, jobs):
    pool = Corpus.from_rows([text.encode() for text in texts])
    selectable = np.array([bool(text) and row not in drop for row, text in enumerate(texts)])
    scores = typicality_scores(pool, selectable, n_jobs=jobs)
    assert scores.shape == (len(texts),)
    assert np.isfinite(scores).all()
    assert (scores == typicality_scores(pool, selectable, n_jobs=1)).all()


def test_weights_compare_within_groups():
    scores, groups = np.array([0.1, 0.2, 0.4, 0.7, 0.8, 1.0]), np.array([0, 0, 0, 1, 1, 1])
    weights = typicality_weights(scores, groups, 0.5)
    assert weights[[1, 4]].tolist() == [1, 1]
    assert weights[:3] == pytest.approx(weights[3:])


def test_a_choice_that_is_typical_covers_more_than_a_dense_one():
    """If a fifth of a pool is unlike the rest, selection by density alone takes mostly that fifth."""
    texts = sentences(1_000, 6) + strangers(250, 7)
    random.Random(8).shuffle(texts)
    pool = Corpus.from_rows([text.encode() for text in texts])
    held = np.arange(200)
    may = np.arange(200, len(pool))
    total = pool.total_bytes // 10

    def bits(rows):
        return coverage(pool, rows, held, n_jobs=1).bits_per_byte

    found = {
        weight: bits(
            ZipSelector(Bytes(total), compressor="zstd:6:long", typicality=weight, n_jobs=1)
            .select(pool, forbidden=held)
            .indices
        )
        for weight in (0.0, 0.3)
    }
    drawn = np.mean(
        [bits(may[random_rows(pool.lengths[may], total=total, seed=s)]) for s in range(3)]
    )
    assert found[0.3] < found[0.0]
    assert found[0.0] > drawn


def test_the_option_is_reported_recorded_and_reproduced():
    rows = [{"text": text, "source": "a"} for text in sentences(150, 10)]
    rows += [{"text": text, "source": "b"} for text in strangers(50, 11)]
    selector = ZipSelector(
        40, groups="source", quotas=Quotas("pool"), typicality=0.2, k1=60, k2=20, k3=10, n_jobs=1
    )
    result = selector.select(rows)
    line = result.manifest.outcome("typicality")
    assert line.asked["weight"] == 0.2
    assert line.chosen["mean"] > line.pool["mean"]
    assert "typicality" in result.facts()
    again = Manifest.from_json(result.manifest.to_json())
    assert ZipSelector.from_manifest(again, n_jobs=1).select(rows) == result
    assert ZipSelector(40, n_jobs=1).select(rows).manifest.outcome("typicality") is None


@pytest.mark.parametrize("weight", [-0.1, 11, float("nan"), "much", True])
def test_a_weight_that_cannot_work(weight):
    with pytest.raises(ConfigError, match="typicality: expected a finite number from 0 to 10"):
        ZipSelector(10, typicality=weight)


def test_an_audit_names_it_where_a_choice_would_cover_less():
    texts = sentences(900, 12) + strangers(300, 13)
    random.Random(14).shuffle(texts)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        report = audit(texts, n_jobs=1)
    named = [reason for reason in report.reasons if reason.harm == "coverage"]
    assert named
    assert "typicality=0.1" in named[0].remedy
    assert "typicality=0.1" in report.remedied.options

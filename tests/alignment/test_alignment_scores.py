"""Alignment scores: against oracles, invariances, and the records that they rank first."""

import gzip
import zlib
from statistics import mean

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entropylaw.alignment import alignment_scores
from entropylaw.compressors import get_compressor

WORDS = st.lists(st.sampled_from(["apple", "pear", "12", "=", "the", "größe"]), max_size=30)
TEXTS = st.lists(WORDS.map(" ".join), min_size=1, max_size=6)


class Gzip:
    """gzip files, the format of the published ZIP-FIT."""

    name = "gzip:9"

    def compressed_size(self, data):
        return len(gzip.compress(bytes(data), 9))


def published_zip_fit(pool, target, size):
    """The published formula."""
    scores = []
    for x in pool:
        distances = []
        for v in target:
            cx, cv, cxv = size(x.encode()), size(v.encode()), size((x + v).encode())
            distances.append((cxv - min(cx, cv)) / max(cx, cv))
        scores.append(1 - mean(distances))
    return scores


@settings(max_examples=25, deadline=None)
@given(pool=TEXTS, target=TEXTS.filter(any))
def test_zip_fit_is_the_published_formula(pool, target):
    known = [text for text in target if text]
    for spec, size in [
        (Gzip(), lambda data: len(gzip.compress(data, 9))),
        ("zlib:9", lambda data: len(zlib.compress(data, 9))),
    ]:
        scores = alignment_scores(pool, target, method="zip-fit", compressor=spec)
        assert scores == pytest.approx(published_zip_fit(pool, known, size), abs=1e-12)


@settings(max_examples=25, deadline=None)
@given(pool=TEXTS, target=TEXTS.filter(any))
def test_conditional_is_the_share_that_the_target_saves(pool, target):
    known = "\n".join(text for text in target if text).encode()

    def added(prefix, data):
        return len(zlib.compress(prefix + data, 9)) - len(zlib.compress(prefix, 9))

    def share(text):
        item = b"\n" + text.encode()
        return 1 - added(known, item) / added(b"", item) if text else 0.0

    scores = alignment_scores(pool, target, compressor="zlib:9")
    assert scores == pytest.approx([share(text) for text in pool], abs=1e-12)


@pytest.mark.parametrize("method", ["conditional", "zip-fit"])
def test_scores_do_not_depend_on_order_copies_or_workers(mixed, method):
    pool, target = mixed.texts[:120], mixed.held_out["code"][:8]
    scores = alignment_scores(pool, target, method=method, n_jobs=1)
    assert scores.dtype == np.float64 and scores.shape == (120,) and not scores.flags.writeable
    backwards = alignment_scores(pool[::-1], target, method=method, n_jobs=2)
    assert np.array_equal(backwards[::-1], scores)
    twice = alignment_scores(pool + pool, target, method=method, n_jobs=3)
    assert np.array_equal(twice, np.concatenate([scores, scores]))


@pytest.mark.parametrize(("method", "end"), [("conditional", "40/40"), ("zip-fit", "5/5")])
def test_progress_and_steps_change_nothing(mixed, method, end, monkeypatch, capsys):
    pool, target = mixed.texts[:40], mixed.held_out["code"][:5]
    silent = alignment_scores(pool, target, method=method)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("entropylaw.sizing.steps.STEP", 7)
    shown = alignment_scores(pool, target, method=method, progress=True)
    assert end in capsys.readouterr().err
    assert np.array_equal(shown, silent)


@pytest.mark.parametrize("compressor", [None, "zlib", "zstd:3", "lz4"])
def test_what_the_target_holds_is_explained_and_noise_is_not(mixed, compressor):
    noise = np.random.default_rng(0).bytes(600)
    target = mixed.held_out["docs"][:20]
    scores = alignment_scores([*target, noise.hex(), ""], target, compressor=compressor)
    assert scores[:20].min() > 0.6
    assert scores[:20].min() > scores[20] + 0.3
    assert scores[20] < 0.15
    assert scores[21] == 0


def test_dictionary_compressors_count_no_header(mixed):
    """An unrelated target explains nothing, even of short records."""
    short = ["zq", "x7k", "j"]
    assert alignment_scores(short, ["0123456789" * 9]).tolist() == [0, 0, 0]
    assert get_compressor("zstd:6:long").compressed_size(b"") > 0


@pytest.mark.parametrize(
    ("source", "method"),
    [("docs", "conditional"), ("code", "zip-fit"), ("sums", "conditional"), ("sums", "zip-fit")],
)
def test_the_records_closest_to_a_source_are_of_that_source(mixed, source, method):
    target = mixed.held_out[source][:20]
    scores = alignment_scores(mixed.texts, target, method=method)
    closest = np.argsort(-scores, kind="stable")[: len(scores) // 10]
    assert mean(mixed.sources[row] == source for row in closest) > 0.85


def test_records_of_any_shape_and_a_column(mixed):
    pool = [{"body": text, "id": row} for row, text in enumerate(mixed.texts[:30])]
    target = [{"body": text} for text in mixed.held_out["sums"][:5]]
    by_column = alignment_scores(pool, target, text="body")
    plain = alignment_scores(mixed.texts[:30], mixed.held_out["sums"][:5])
    assert np.array_equal(by_column, plain)


def test_a_longer_target_does_not_make_a_record_less_aligned_with_itself(mixed):
    few, many = mixed.held_out["docs"][:5], mixed.held_out["docs"] + mixed.held_out["code"]
    record = [few[0]]
    assert abs(alignment_scores(record, few) - alignment_scores(record, many))[0] < 0.1

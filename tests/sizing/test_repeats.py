"""Records with the same bytes are sized once, which changes no result."""

import random
import zlib

import numpy as np
import pytest
from codecs_for_workers import Counting
from hypothesis import given, settings
from hypothesis import strategies as st

from entropylaw import Corpus, ZipSelector
from entropylaw.corpus import LINES, PYTHON_LIST
from entropylaw.sizing import Sizer, first_copies, sets

TEXTS = [b"row %d of %d, %d" % (i, i * i, i**5) for i in range(60)]
POOL = [random.Random(i).choice(TEXTS) for i in range(400)]


@given(st.lists(st.sampled_from([b"", b"a", b"b", b"ab", b"\x00"]), max_size=30))
def test_first_copies_is_the_obvious_search(rows):
    expected = [rows.index(row) for row in rows]
    found = first_copies(Corpus.from_rows(rows))
    assert (list(range(len(rows))) if found is None else found.tolist()) == expected
    assert (found is None) == (len(set(rows)) == len(rows))


def test_equal_hashes_of_different_bytes_are_kept_apart(monkeypatch):
    monkeypatch.setattr(sets, "hash", lambda text: len(text), raising=False)
    rows = [b"aa", b"bb", b"aa", b"c"]
    assert first_copies(Corpus.from_rows(rows)).tolist() == [0, 1, 0, 3]


@pytest.mark.parametrize(
    ("spec", "variant", "framing"),
    [("zlib:9", "paper", LINES), ("zstd:6:long", "reference", PYTHON_LIST)],
)
def test_the_full_run_gives_the_same_result(monkeypatch, spec, variant, framing):
    """Picks, sizes and the trace, `evaluations` included: that counts requested sizes."""
    pool = Corpus.from_rows(POOL, framing=framing)
    selector = ZipSelector(150, k1=200, k2=40, k3=15, compressor=spec, variant=variant, n_jobs=1)
    quick = selector.select(pool, initial_subset=[3, 77])
    monkeypatch.setattr(sets, "first_copies", lambda corpus: None)
    assert selector.select(pool, initial_subset=[3, 77]) == quick


@given(rows=st.lists(st.sampled_from(TEXTS[:6]), min_size=1, max_size=30), data=st.data())
@settings(max_examples=50, deadline=None)
def test_any_batch_has_the_sizes_of_its_records(rows, data):
    corpus = Corpus.from_rows(rows)
    asked = data.draw(st.lists(st.integers(0, len(rows) - 1), unique=True))
    with Sizer(corpus, Counting()) as sizer:
        assert sizer.own_sizes.tolist() == [len(zlib.compress(row)) for row in rows]
        grown = sizer.empty_set()
        grown.extend(np.array([0]))
        assert grown.union_sizes(np.array(asked, np.int64)).tolist() == [
            len(zlib.compress(rows[0] + b"\n" + rows[row])) for row in asked
        ]


def test_each_text_is_sized_once_in_a_batch():
    codec = Counting()
    with Sizer(Corpus.from_rows(POOL), codec) as sizer:
        before = codec.calls
        sizer.own_sizes
        assert codec.calls - before == len(set(POOL))
        grown = sizer.empty_set()
        grown.extend(np.array([5]))
        before = codec.calls
        grown.union_sizes(np.arange(len(POOL)))
        assert codec.calls - before == len(set(POOL))

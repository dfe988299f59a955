"""The fast path agrees with the slow oracle pick by pick, with identical integer sizes."""

import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import oracle

from entropylaw import Corpus, ZipSelector
from entropylaw.corpus import PYTHON_LIST, Framing
from entropylaw.errors import EntropyLawWarning

SPECS = [
    "zlib:9", "zlib:1", "zlib:6", "zlib:0", "zlib:9:conditional", "zlib:2:conditional", "zstd:3", "zstd:1", "zstd:6:long", "zstd:19",
    "lz4:0", "lz4:9", "brotli:5", "brotli:1", "bz2:9", "lzma:0",
]  # fmt: skip

WORDS = [
    b"alpha",
    b"beta",
    b"gamma",
    b"delta",
    b" the same phrase again ",
    b"0123456789",
    b"\xff\x00",
]

records = st.one_of(
    st.binary(min_size=0, max_size=40),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=30).map(b" ".join),
    st.lists(st.sampled_from(WORDS), min_size=200, max_size=400).map(b"-".join),
)


@st.composite
def cases(draw):
    rows = draw(st.lists(records, min_size=1, max_size=14))
    filled = [i for i, row in enumerate(rows) if row]
    if not filled:
        rows.append(b"something")
        filled = [len(rows) - 1]
    k1 = draw(st.integers(1, 16))
    k2 = draw(st.integers(1, k1))
    k3 = draw(st.integers(1, k2))
    owned = draw(st.sampled_from([[], filled[:1], filled[-2:]])) if len(filled) > 2 else []
    budget = draw(st.integers(1, len(filled) - len(owned)))
    variant = draw(st.sampled_from(["paper", "reference"]))
    return rows, budget, k1, k2, k3, variant, owned


def as_tuples(result):
    fields = ["row", "round", "union_raw", "union_size", "pack_raw", "pack_size"]
    return [tuple(int(pick[f]) for f in fields) for pick in result.picks]


def select(corpus, spec, case, n_jobs=1):
    _, budget, k1, k2, k3, variant, owned = case
    selector = ZipSelector(
        budget, k1=k1, k2=k2, k3=k3, compressor=spec, variant=variant, n_jobs=n_jobs
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EntropyLawWarning)
        return selector.select(corpus, initial_subset=owned)


@pytest.mark.parametrize("spec", SPECS)
@given(case=cases())
@settings(max_examples=40, deadline=None)
def test_fast_path_equals_oracle(spec, case):
    rows, budget, k1, k2, k3, variant, owned = case
    result = select(Corpus.from_rows(rows), spec, case)
    expected = oracle(
        rows, budget, k1, k2, k3, spec, variant, owned=[rows[i] for i in owned], banned=owned
    )
    assert as_tuples(result) == expected


@pytest.mark.parametrize("spec", ["zlib:9", "zstd:3", "lz4:0"])
@pytest.mark.parametrize("framing", [PYTHON_LIST, Framing(b"<", b"|sep|", b"/>")])
@given(case=cases())
@settings(max_examples=15, deadline=None)
def test_framings_equal_oracle(spec, framing, case):
    rows, budget, k1, k2, k3, variant, owned = case
    result = select(Corpus.from_rows(rows, framing=framing), spec, case)
    parts = (framing.opening, framing.joiner, framing.closing)
    expected = oracle(
        rows, budget, k1, k2, k3, spec, variant, parts, [rows[i] for i in owned], owned
    )
    assert as_tuples(result) == expected


def test_sets_longer_than_the_window_equal_oracle():
    """Forty records of 2.5 KB outgrow zlib's 32 KiB and lz4's 64 KiB."""
    rows = [b" ".join(b"%d-%d" % (i * j % 97, i * i + j) for j in range(300)) for i in range(50)]
    assert sum(sorted(map(len, rows))[:40]) > 1 << 16
    for spec in ("zlib:9", "zlib:9:conditional", "lz4:0", "zstd:1"):
        for variant in ("paper", "reference"):
            case = (rows, 40, 30, 12, 6, variant, [])
            result = select(Corpus.from_rows(rows), spec, case, n_jobs=2)
            assert as_tuples(result) == oracle(rows, 40, 30, 12, 6, spec, variant)


@pytest.mark.parametrize(
    "spec", ["zlib:6", "zlib:6:conditional", "zstd:3", "zstd:6:long", "lz4:0", "brotli:1"]
)
def test_threads_change_nothing(spec):
    rows = [b"record %d says %d times %d" % (i % 40, i, i * 7919 % 1013) for i in range(600)]
    case = (rows, 100, 400, 60, 30, "paper", [])
    one = select(Corpus.from_rows(rows), spec, case, n_jobs=1)
    for n_jobs in (2, 3, 8):
        assert select(Corpus.from_rows(rows), spec, case, n_jobs=n_jobs) == one

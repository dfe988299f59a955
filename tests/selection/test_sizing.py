"""What is not measured: nothing that changes a pick, except with lazy packing or screening."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lazy_oracle import lazy_oracle

from entropylaw import Corpus, ZipSelector
from entropylaw.corpus import LINES, PYTHON_LIST
from entropylaw.errors import ConfigError, EntropyLawWarning
from entropylaw.selection import Manifest
from entropylaw.sizing import CompressedSet

FEWER = [("lazy", "full"), ("full", "lazy"), ("lazy", "lazy")]
WORDS = [b"alpha", b"beta", b"gamma", b" the same phrase again ", b"0123456789", b"\xff\x00"]
TEXTS = [
    f"record {i % 40} says {i} times {i * 7919 % 1013}, {'and so on ' * (i % 5)}".encode()
    for i in range(300)
]


class DistinctWords:
    """Sizes a text by its different words: what a record adds never grows with the set."""

    name = "distinct-words"

    def compressed_size(self, data, /):
        return len(set(bytes(data).split()))


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EntropyLawWarning)
        yield


def as_tuples(result):
    fields = ["row", "round", "union_raw", "union_size", "pack_raw", "pack_size"]
    return [tuple(int(pick[f]) for f in fields) for pick in result.picks]


@st.composite
def cases(draw):
    words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(b" ".join)
    rows = draw(
        st.lists(st.one_of(words, st.binary(min_size=1, max_size=30)), min_size=25, max_size=60)
    )
    k1 = draw(st.integers(20, 60))
    k2 = draw(st.integers(1, k1))
    k3 = draw(st.integers(1, min(k2, 12)))
    budget = draw(st.integers(1, len(rows) - 2))
    owned = draw(st.sampled_from([[], [0, 3]]))
    weights = draw(st.sampled_from([None, [1, 2, 4]]))
    weights = None if weights is None else [weights[i % 3] for i in range(len(rows))]
    variant = draw(st.sampled_from(["paper", "reference"]))
    return rows, budget, k1, k2, k3, variant, owned, weights


@pytest.mark.parametrize(("packing", "screening"), FEWER)
@pytest.mark.parametrize("spec", ["zlib:9", "zlib:6:conditional", "zstd:3", "zstd:6:long", "lz4:0"])
@given(case=cases(), framing=st.sampled_from([LINES, PYTHON_LIST]))
@settings(max_examples=8, deadline=None)
def test_fewer_evaluations_as_defined(spec, packing, screening, case, framing):
    rows, budget, k1, k2, k3, variant, owned, weights = case
    options = {"k1": k1, "k2": k2, "k3": k3, "compressor": spec, "variant": variant, "n_jobs": 1}
    result = ZipSelector(budget, packing=packing, screening=screening, **options).select(
        Corpus.from_rows(rows, framing=framing), initial_subset=owned, weights=weights
    )
    expected, evaluations = lazy_oracle(
        rows, budget, k1, k2, k3, spec, variant,
        lazy=packing == "lazy", adaptive=screening == "lazy",
        framing=(framing.opening, framing.joiner, framing.closing),
        owned=owned, weights=weights or [1] * len(rows),
    )  # fmt: skip
    assert as_tuples(result) == expected
    assert result.evaluations == evaluations


@given(
    k1=st.integers(20, 120),
    data=st.data(),
    fewer=st.sampled_from(FEWER),
    variant=st.sampled_from(["paper", "reference"]),
    spec=st.sampled_from(["zlib:1", "zstd:1", "lz4"]),
    size=st.integers(30, 300),
)
@settings(max_examples=40, deadline=None)
def test_exact_budget_no_row_twice_and_never_more_evaluations(k1, data, fewer, variant, spec, size):
    k2 = data.draw(st.integers(1, k1))
    k3 = data.draw(st.integers(1, k2))
    budget = data.draw(st.integers(1, size))
    options = {"k1": k1, "k2": k2, "k3": k3, "compressor": spec, "variant": variant, "n_jobs": 1}
    full = ZipSelector(budget, **options).select(TEXTS[:size])
    some = ZipSelector(budget, packing=fewer[0], screening=fewer[1], **options)
    result = some.select(TEXTS[:size])
    assert len(result) == budget == len(set(result.indices.tolist()))
    assert (result.trace["evaluations"] <= full.trace["evaluations"]).all()
    estimate = some.estimate(TEXTS[:size])
    assert result.evaluations <= estimate.evaluations == full.evaluations
    assert estimate.certainty == "at most" and "at most" in str(estimate)


@given(st.lists(st.lists(st.sampled_from("abcdefghijklm"), min_size=1), min_size=20, max_size=60))
@settings(max_examples=30, deadline=None)
def test_the_picks_of_the_full_run_where_no_record_comes_to_add_more(rows):
    pool = [" ".join(words) for words in rows]
    options = {"k2": 18, "k3": 9, "compressor": DistinctWords()}
    for k1, packing, screening in ((19, "lazy", "full"), (60, "lazy", "lazy")):
        full = ZipSelector(20, k1=k1, **options).select(pool)
        some = ZipSelector(20, k1=k1, packing=packing, screening=screening, **options).select(pool)
        assert (some.picks[["row", "union_size", "pack_size"]]
                == full.picks[["row", "union_size", "pack_size"]]).all()  # fmt: skip


@pytest.mark.parametrize("spec", ["zlib:6", "zstd:3", "lz4"])
def test_fewer_evaluations_and_most_of_the_picks(spec):
    options = {"k1": 300, "k2": 40, "k3": 20, "compressor": spec}
    full = ZipSelector(100, **options).select(TEXTS)
    lazy = ZipSelector(100, packing="lazy", **options).select(TEXTS)
    both = ZipSelector(100, packing="lazy", screening="lazy", **options).select(TEXTS)
    assert both.evaluations < lazy.evaluations < full.evaluations
    assert both.ratio < 1.1 * full.ratio


@pytest.mark.parametrize("spec", ["zlib:6", "zstd:6:long"])
def test_workers_change_nothing(spec):
    options = {"k1": 300, "k2": 60, "k3": 30, "packing": "lazy", "screening": "lazy"}
    one = ZipSelector(90, compressor=spec, n_jobs=1, **options).select(TEXTS)
    for n_jobs, workers in ((2, "threads"), (3, "threads"), (2, "processes")):
        again = ZipSelector(90, compressor=spec, n_jobs=n_jobs, workers=workers, **options)
        assert again.select(TEXTS) == one


def test_reuse_of_own_ratios_changes_no_pick(monkeypatch):
    """The first round, and the first step of each pack, are those of the full run."""

    def measured_anew(grown, rows):
        sizer = grown._sizer
        if grown._prefix is None:
            return sizer.sizes_alone(rows)
        return sizer.sizes(grown._prefix, rows, grown._affixes)

    pool = Corpus.from_rows(TEXTS, framing=PYTHON_LIST)
    for spec in ("zlib:9", "zlib:9:conditional", "zstd:3", "zstd:6:long", "lz4"):
        selector = ZipSelector(60, k1=100, k2=30, k3=15, compressor=spec, n_jobs=1)
        quick = selector.select(pool)
        with monkeypatch.context() as patch:
            patch.setattr(CompressedSet, "union_sizes", measured_anew)
            assert selector.select(pool) == quick


def test_manifest_keeps_the_options_and_reads_one_without():
    selector = ZipSelector(30, k1=60, k2=20, k3=10, packing="lazy", screening="lazy")
    result = selector.select(TEXTS)
    assert {"packing: lazy", "screening: lazy"} <= {
        f"{label}: {shown}" for label, shown in result.facts().items()
    }
    again = ZipSelector.from_manifest(Manifest.from_json(result.manifest.to_json()))
    assert again.select(TEXTS) == result

    plain = ZipSelector(30, k1=60, k2=20, k3=10).select(TEXTS)
    assert not {"packing", "screening"} & set(plain.facts())


@pytest.mark.parametrize(("option", "match"), [("packing", '"lazy"'), ("screening", '"lazy"')])
def test_other_words(option, match):
    with pytest.raises(ConfigError, match=match):
        ZipSelector(1, **{option: "quick"})


def test_weights_attract_in_a_lazy_run_too():
    weights = np.ones(300)
    weights[200:210] = 50.0
    selector = ZipSelector(20, k1=300, k2=60, k3=20, packing="lazy", screening="lazy")
    assert set(range(200, 210)) <= set(selector.select(TEXTS, weights=weights).indices.tolist())

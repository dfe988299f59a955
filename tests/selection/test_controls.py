"""Budgets, quotas, quality, length, rows and guards, together in one greedy run."""

from __future__ import annotations

import random
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import oracle

from entropylaw import ZipSelector
from entropylaw import errors as e
from entropylaw.errors import EntropyLawWarning
from entropylaw.guards import Guards
from entropylaw.selection import Bytes, Quality, Quotas, SelectionResult, Tokens

pytestmark = pytest.mark.filterwarnings("ignore::entropylaw.errors.ShortMemoryWarning")

WORDS = [line.split() for line in (random.__doc__ + np.__doc__ + warnings.__doc__).splitlines()]
WORDS = sorted({word for line in WORDS for word in line})


def pool(count=400, seed=0):
    rng = random.Random(seed)
    return [
        {
            "text": " ".join(rng.choices(WORDS, k=rng.randint(3, 60))),
            "source": rng.choice(["web", "web", "web", "code", "code", "books"]),
            "score": rng.random(),
            "n_tokens": rng.randint(0, 50),
        }
        for _ in range(count)
    ]


POOL = pool()
SMALL = {"k1": 80, "k2": 20, "k3": 10, "n_jobs": 1}


def column(name, rows=None):
    values = np.array([record[name] for record in POOL])
    return values if rows is None else values[rows]


def test_token_budget_by_column_is_filled_to_within_the_smallest_left():
    result = ZipSelector(Tokens(2_000, counts="n_tokens"), **SMALL).select(POOL)
    spent = column("n_tokens", result.indices).sum()
    left = np.delete(column("n_tokens"), result.indices)
    line = result.manifest.budget
    assert spent == line.chosen["amount"] <= line.asked["total"] == 2_000
    assert line.pool["smallest left"] == left.min()
    assert spent == 2_000 or 2_000 - spent < left.min()
    assert "of 2,000 tokens, counted by column 'n_tokens'" in str(result)


@pytest.mark.parametrize(
    ("budget", "cost"),
    [
        (Bytes(9_000), lambda text: len(text.encode())),
        (Tokens(3_000, bytes_per_token=3.5), lambda text: -(-len(text.encode()) * 2 // 7)),
        (Tokens(1_500, tokenizer=str.split), lambda text: len(text.split())),
        (Tokens(1_500, tokenizer=lambda t: {"input_ids": t.split()}), lambda t: len(t.split())),
        (Tokens(1_500, tokenizer=lambda t: len(t.split())), lambda text: len(text.split())),
    ],
)
def test_budgets_count_what_they_say(budget, cost):
    result = ZipSelector(budget, **SMALL).select(POOL)
    costs = np.array([cost(record["text"]) for record in POOL])
    spent, left = costs[result.indices].sum(), np.delete(costs, result.indices)
    assert spent == result.manifest.budget.chosen["amount"]
    assert 0 <= budget.amount - spent < left.min()


def test_an_estimate_of_tokens_is_labelled_as_one():
    result = ZipSelector(Tokens(500, bytes_per_token=4), **SMALL).select(POOL)
    assert "an estimate" in str(result)


def test_a_fraction_of_tokens():
    result = ZipSelector(Tokens(0.25, counts="n_tokens"), **SMALL).select(POOL)
    assert result.manifest.budget.asked["total"] == int(column("n_tokens").sum() * 0.25)


@pytest.mark.parametrize("variant", ["paper", "reference"])
@pytest.mark.parametrize("packing", ["full", "lazy"])
def test_shares_of_records_are_met_exactly(variant, packing):
    quotas = Quotas({"web": 1, "code": 2, "books": 1})
    selector = ZipSelector(
        100, groups="source", quotas=quotas, variant=variant, packing=packing, **SMALL
    )
    result = selector.select(POOL)
    chosen = column("source", result.indices)
    assert {name: int((chosen == name).sum()) for name in ("web", "code", "books")} == {
        "web": 25,
        "code": 50,
        "books": 25,
    }
    assert all(line.kept for line in result.manifest.outcomes_of("group"))
    half = column("source", result.indices[:50])
    assert abs(int((half == "code").sum()) - 25) <= 2


def test_minimum_and_maximum_bind_only_where_they_must():
    plain = ZipSelector(100, **SMALL).select(POOL)
    free = ZipSelector(
        100, groups="source", quotas=Quotas(minimum=0.01, maximum=0.99), **SMALL
    ).select(POOL)
    assert set(free.indices) == set(plain.indices)
    held = ZipSelector(
        100, groups="source", quotas=Quotas(minimum={"books": 30}, maximum={"web": 0.4}), **SMALL
    ).select(POOL)
    chosen = column("source", held.indices)
    assert (chosen == "books").sum() >= 30
    assert (chosen == "web").sum() <= 40
    assert len(held) == 100


def test_one_group_with_its_share_is_the_plain_run_of_that_group():
    rows = np.flatnonzero(column("source") == "code")
    alone = ZipSelector(40, **SMALL).select([POOL[row] for row in rows])
    grouped = ZipSelector(
        40, groups="source", quotas=Quotas({"web": 0, "code": 1, "books": 0}), **SMALL
    ).select(POOL)
    assert grouped.indices.tolist() == rows[alone.indices].tolist()


def test_quality_minimum_weight_and_tie_break():
    plain = ZipSelector(80, **SMALL).select(POOL)
    held = ZipSelector(80, quality=Quality("score", minimum=0.5), **SMALL).select(POOL)
    assert column("score", held.indices).min() >= 0.5
    means = [
        column(
            "score",
            ZipSelector(80, quality=Quality("score", weight=weight), **SMALL).select(POOL).indices,
        ).mean()
        for weight in (0.05, 0.3, 3.0)
    ]
    assert column("score", plain.indices).mean() < means[0] < means[1] < means[2]
    assert held.manifest.outcome("quality").chosen["lowest"] >= 0.5
    assert "minimum 0.5" in str(held)


def test_ties_go_to_the_better_record():
    rng = random.Random(3)
    ten = [rng.randbytes(100).hex() for _ in range(10)]
    texts = [ten[i % 10] for i in range(40)]
    scores = np.random.default_rng(0).permutation(40).astype(float)
    selector = ZipSelector(10, quality=Quality(tie_break=True), k1=40, k2=40, k3=10, n_jobs=1)
    result = selector.select(texts, quality=scores)
    best = {max(range(i, 40, 10), key=lambda row: scores[row]) for i in range(10)}
    assert set(result.indices.tolist()) == best


def test_required_rows_come_first_and_forbidden_never():
    forbidden = ZipSelector(50, **SMALL).select(POOL).indices[:20]
    required = [7, 399, 3]
    result = ZipSelector(50, **SMALL).select(
        POOL, required=[r for r in required if r not in forbidden], forbidden=forbidden
    )
    assert result.indices[: len(required)].tolist() == required
    assert not set(result.indices) & set(forbidden)
    assert len(result) == 50
    assert result.manifest.left_out == {"forbidden": 20}


def test_required_rows_count_as_if_they_were_owned():
    """What follows the required rows is what follows them as an initial subset."""
    required = [5, 10, 20]
    after = ZipSelector(43, **SMALL).select(POOL, required=required)
    owned = ZipSelector(40, **SMALL).select(POOL, initial_subset=required)
    assert after.indices[3:].tolist() == owned.indices.tolist()
    sizes = ["union_raw", "union_size", "pack_raw", "pack_size"]
    assert after.picks[sizes][3:].tolist() == owned.picks[sizes].tolist()


def test_length_limits():
    lengths = np.array([len(record["text"].encode()) for record in POOL])
    result = ZipSelector(60, min_bytes=100, max_bytes=300, **SMALL).select(POOL)
    assert ((lengths[result.indices] >= 100) & (lengths[result.indices] <= 300)).all()
    assert sum(result.manifest.left_out.values()) == ((lengths < 100) | (lengths > 300)).sum()


def test_compared_within_length_short_records_do_not_win_by_their_frame():
    lengths = np.array([len(record["text"].encode()) for record in POOL])
    wide = {"k1": 400, "k2": 40, "k3": 40, "n_jobs": 1}
    plain = ZipSelector(40, **wide).select(POOL)
    like = ZipSelector(40, compare_within="length", **wide).select(POOL)
    assert 2 * lengths[plain.indices].mean() < lengths[like.indices].mean()


def test_compared_within_group_code_is_not_starved():
    rng = random.Random(1)
    prose = [" ".join(rng.choices(WORDS, k=30)) for _ in range(100)]
    code = [
        "".join(f"    self.{w} = self.{w}.copy()\n" for w in rng.choices(WORDS, k=6))
        for _ in range(100)
    ]
    groups = ["prose"] * 100 + ["code"] * 100
    options = {"k1": 200, "k2": 20, "k3": 20, "n_jobs": 1, "compressor": "zstd:3"}
    plain = ZipSelector(20, **options).select(prose + code)
    like = ZipSelector(20, compare_within="group", **options).select(prose + code, groups=groups)
    assert (plain.indices >= 100).sum() < (like.indices >= 100).sum()


def test_guards_drop_before_anything_is_chosen():
    rng = random.Random(2)
    import base64

    noisy = [base64.b64encode(rng.randbytes(150)).decode() for _ in range(30)]
    texts = [record["text"] for record in POOL] + noisy
    plain = ZipSelector(60, **SMALL).select(texts)
    guarded = ZipSelector(60, guards=Guards.all("off"), **SMALL).select(texts)
    assert guarded.indices.tolist() == plain.indices.tolist()
    dropped = ZipSelector(60, guards=Guards(encoded="drop"), **SMALL)
    with pytest.warns(EntropyLawWarning):
        result = dropped.select(texts + texts[:5])
    assert (plain.indices >= 400).any()
    assert not ((result.indices >= 400) & (result.indices < 430)).any()
    lines = {line.item: line for line in result.manifest.outcomes_of("guard")}
    assert lines["encoded"].pool["records"] == 30 and lines["encoded"].chosen["records"] == 0
    assert lines["exact"].pool["records"] == 5


def test_all_controls_in_one_call():
    selector = ZipSelector(
        Tokens(2_000, counts="n_tokens"),
        groups="source",
        quotas=Quotas(minimum={"books": 0.2}, maximum=0.6),
        compare_within="group and length",
        quality=Quality("score", minimum=0.2, weight=0.1, tie_break=True),
        min_bytes=30,
        max_bytes=500,
        guards=Guards(exact="drop", normalised="drop"),
        compressor="zstd:6:long",
        **SMALL,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EntropyLawWarning)
        result = selector.select(POOL, forbidden=[1, 2], required=[0])
    rows = result.indices
    tokens, sources = column("n_tokens", rows), column("source", rows)
    assert rows[0] == 0
    assert tokens.sum() <= 2_000
    assert tokens[sources == "books"].sum() >= 400
    assert all(tokens[sources == name].sum() <= 1_200 for name in ("web", "code", "books"))
    assert column("score", rows[1:]).min() >= 0.2
    facts = result.facts()
    for label in ("budget", "quotas", "quality", "guards", "left out", "compare within"):
        assert label in facts
    assert "3 groups, all kept" in facts["quotas"]


def test_result_with_controls_survives_saving_and_repeats(tmp_path):
    selector = ZipSelector(
        Tokens(900, counts="n_tokens"),
        groups="source",
        quotas=Quotas("pool"),
        quality=Quality("score", weight=0.2),
        **SMALL,
    )
    result = selector.select(POOL)
    result.save(tmp_path / "result.zip")
    again = SelectionResult.load(tmp_path / "result.zip")
    assert again == result
    repeated = ZipSelector.from_manifest(again.manifest, n_jobs=1).select(POOL)
    assert repeated.indices.tolist() == result.indices.tolist()


def test_a_tokenizer_is_asked_for_again():
    result = ZipSelector(Tokens(500, tokenizer=str.split), **SMALL).select(POOL)
    with pytest.raises(e.ConfigError, match="tokenizer="):
        ZipSelector.from_manifest(result.manifest)
    again = ZipSelector.from_manifest(result.manifest, tokenizer=str.split, n_jobs=1)
    assert again.select(POOL).indices.tolist() == result.indices.tolist()


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_controls_that_bind_nobody_change_nothing(data):
    """With costs of one, and quotas that leave all free, the picks are those of the oracle."""
    count = data.draw(st.integers(4, 14))
    rows = [data.draw(st.binary(min_size=1, max_size=40)) for _ in range(count)]
    groups = [data.draw(st.sampled_from("ab")) for _ in rows]
    k1 = data.draw(st.integers(1, 16))
    k2 = data.draw(st.integers(1, k1))
    k3 = data.draw(st.integers(1, k2))
    budget = data.draw(st.integers(1, count))
    spec = data.draw(st.sampled_from(["zlib:9", "zstd:3"]))
    selector = ZipSelector(
        Tokens(budget), k1=k1, k2=k2, k3=k3, compressor=spec, quotas=Quotas(maximum=1.0), n_jobs=1
    )
    result = selector.select(rows, tokens=np.ones(count, int), groups=groups)
    expected = oracle(rows, budget, k1, k2, k3, spec, "paper")
    assert result.indices.tolist() == [pick[0] for pick in expected]


BAD = [
    ({"quotas": Quotas("pool")}, {}, e.ConfigError, "groups="),
    ({"compare_within": "group"}, {}, e.ConfigError, "groups="),
    ({"groups": "sauce"}, {}, e.ColumnError, "source"),
    ({"groups": "source", "quotas": Quotas(minimum={"books": 395})}, {}, e.QuotaError, "books"),
    ({"groups": "source", "quotas": Quotas({"web": 1})}, {}, e.QuotaError, "no weight for"),
    ({}, {"required": [1], "forbidden": [1]}, e.ConfigError, "required and forbidden"),
    ({}, {"required": [1], "initial_subset": [1]}, e.ConfigError, "in initial_subset"),
    ({}, {"required": [400]}, e.InputError, "required: expected distinct rows"),
    ({}, {"forbidden": [0, 0]}, e.InputError, "forbidden: expected distinct rows"),
    ({}, {"forbidden": [True, False]}, e.InputError, "flatnonzero"),
    ({}, {"quality": [1.0] * 400}, e.ConfigError, "Quality"),
    ({"quality": Quality(minimum=1)}, {}, e.ConfigError, "expected a column or scores"),
    (
        {"quality": Quality(minimum=1)},
        {"quality": [np.nan] * 400},
        e.ScoreError,
        "expected finite scores",
    ),
    ({"quality": Quality(minimum=1)}, {"quality": [1.0] * 4}, e.ScoreError, "expected 400"),
    ({"quality": Quality(minimum=2)}, {"quality": [1.0] * 400}, e.BudgetError, "only 0"),
    ({}, {"tokens": [1] * 400}, e.ConfigError, "expected a budget in tokens"),
    ({"budget": Tokens(50)}, {}, e.BudgetError, "expected a way to count"),
    ({"budget": Tokens(50)}, {"tokens": [-1] * 400}, e.ScoreError, "first is -1 at record 0"),
    ({"budget": Tokens(50)}, {"tokens": [1.5] * 400}, e.ScoreError, "whole numbers"),
    ({"budget": Bytes(10**9)}, {}, e.BudgetError, "have only"),
    ({"min_bytes": 10_000}, {}, e.BudgetError, "only 0"),
    ({"budget": 3}, {"required": [1, 2, 3, 4]}, e.BudgetError, "required records"),
    (
        {"groups": "source", "quotas": Quotas("pool"), "screening": "lazy"},
        {},
        e.ConfigError,
        "lazy screening ranks",
    ),
]


@pytest.mark.parametrize(("options", "call", "error", "message"), BAD)
def test_bad_input_says_what_is_wrong(options, call, error, message):
    with pytest.raises(error, match=message):
        ZipSelector(**({"budget": 50} | SMALL | options)).select(POOL, **call)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_bytes": 0}, "min_bytes"),
        ({"min_bytes": 9, "max_bytes": 8}, "at most max_bytes=8"),
        ({"quotas": {"web": 1}}, "quotas: expected a Quotas"),
        ({"quality": "score"}, "quality: expected a Quality"),
        ({"guards": True}, "guards: expected "),
        ({"compare_within": "all"}, "compare_within"),
    ],
)
def test_options_that_cannot_work(options, message):
    with pytest.raises(e.ConfigError, match=message):
        ZipSelector(5, **options)


def test_a_tokenizer_that_raises_names_the_record():
    def fussy(text):
        if text == POOL[17]["text"]:
            raise ValueError("what is this?")
        return text.split()

    with pytest.raises(e.RecordError, match="ValueError: what is this") as caught:
        ZipSelector(Tokens(50, tokenizer=fussy), **SMALL).select(POOL)
    assert caught.value.row == 17


def test_params_as_in_scikit_learn():
    selector = ZipSelector(50, quality=Quality("score", weight=0.1), **SMALL)
    params = selector.get_params()
    assert ZipSelector(**params).get_params() == params
    assert selector.set_params(budget=20, k3=5) is selector
    assert (selector.budget, selector.k3) == (20, 5)
    with pytest.raises(e.ConfigError, match="no option 'k4'"):
        selector.set_params(k4=1)
    with pytest.raises(e.ConfigError):
        selector.set_params(k3=10**6)
    assert selector.k3 == 5

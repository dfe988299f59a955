"""Quotas and budgets are kept whatever order records are taken in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entropylaw.errors import ConfigError, QuotaError
from entropylaw.selection.limits import NO_LIMIT, Limits, QuotaTracker
from entropylaw.selection.quotas import Quotas, groups_of, resolve_quotas


def run(limits, count, seed, per_round=4):
    """Take random records that the tracker allows until none is left; return the rows."""
    rng, tracker, live, taken = (
        np.random.default_rng(seed),
        QuotaTracker(limits),
        np.arange(count),
        [],
    )
    while len(live) and tracker.remaining > 0:
        may = tracker.start_round(live, per_round)
        if not may.any():
            break
        for _ in range(per_round):
            allowed = live[tracker.may_add(live)]
            if not len(allowed):
                break
            row = int(rng.choice(allowed))
            tracker.add(row)
            taken.append(row)
            live = live[live != row]
    return taken, tracker


@st.composite
def quota_cases(draw):
    count = draw(st.integers(3, 60))
    codes = np.array(draw(st.lists(st.integers(0, 3), min_size=count, max_size=count)))
    codes = np.unique(codes, return_inverse=True)[1].astype(np.int64)
    supply = np.bincount(codes)
    low = np.array([draw(st.integers(0, int(s))) for s in supply], np.int64)
    high = np.array(
        [draw(st.integers(int(a), int(s))) for a, s in zip(low, supply, strict=True)], np.int64
    )
    total = draw(st.integers(max(1, int(low.sum())), max(1, int(high.sum()))))
    return count, codes, low, high, total


@settings(max_examples=150, deadline=None)
@given(case=quota_cases(), seed=st.integers(0, 9))
def test_quotas_in_records_are_met_exactly(case, seed):
    count, codes, low, high, total = case
    if high.sum() < 1:
        return
    taken, tracker = run(Limits(total, None, codes, low, high), count, seed)
    by_group = np.bincount(codes[taken], minlength=len(low))
    assert len(taken) == len(set(taken)) == total == tracker.spent
    assert (low <= by_group).all()
    assert (by_group <= high).all()


@settings(max_examples=150, deadline=None)
@given(
    costs=st.lists(st.integers(1, 50), min_size=2, max_size=60),
    share=st.floats(0.05, 1.0),
    seed=st.integers(0, 9),
)
def test_costs_are_filled_to_within_the_smallest_record_left(costs, share, seed):
    costs = np.array(costs, np.int64)
    total = max(int(costs.min()), int(costs.sum() * share))
    taken, tracker = run(Limits(total, costs), len(costs), seed)
    left = np.delete(costs, taken)
    assert costs[taken].sum() == tracker.spent <= total
    assert not len(left) or total - tracker.spent < left.min()


@settings(max_examples=150, deadline=None)
@given(
    records=st.lists(st.tuples(st.integers(1, 50), st.integers(0, 2)), min_size=6, max_size=80),
    share=st.floats(0.2, 0.9),
    seed=st.integers(0, 9),
)
def test_shares_of_costs_are_filled_to_within_the_smallest_record_of_each_group(
    records, share, seed
):
    costs = np.array([cost for cost, _ in records], np.int64)
    groups = groups_of([group for _, group in records], len(records))
    supply = groups.sums(costs)
    total = max(1, int(costs.sum() * share))
    low, high = resolve_quotas(Quotas("pool"), groups, supply, total=total, unit="tokens")
    assert high.sum() == total
    taken, _ = run(Limits(total, costs, groups.codes, low, high), len(costs), seed)
    spent = np.bincount(groups.codes[taken], costs[taken], minlength=len(high))
    left = np.setdiff1d(np.arange(len(costs)), taken)
    for group, most in enumerate(high):
        remaining = costs[left][groups.codes[left] == group]
        assert spent[group] <= most
        assert not len(remaining) or most - spent[group] < remaining.min()


@settings(max_examples=100, deadline=None)
@given(
    records=st.lists(st.tuples(st.integers(1, 30), st.integers(0, 1)), min_size=20, max_size=80),
    share=st.floats(0.1, 0.45),
    seed=st.integers(0, 9),
)
def test_minima_of_costs_are_reached(records, share, seed):
    costs = np.array([cost for cost, _ in records], np.int64)
    groups = groups_of([group for _, group in records], len(records))
    supply = groups.sums(costs)
    total = int(costs.sum() * 0.5)
    low = np.zeros(len(supply), np.int64)
    low[0] = min(int(total * share), int(supply[0]) // 2)
    high = np.full(len(supply), NO_LIMIT, np.int64)
    taken, _ = run(Limits(total, costs, groups.codes, low, high), len(costs), seed)
    spent = int(costs[taken][groups.codes[taken] == 0].sum())
    remaining = np.setdiff1d(np.flatnonzero(groups.codes == 0), taken)
    short = low[0] - spent
    assert short <= 0 or short < costs[remaining].min()


def test_every_prefix_has_about_the_shares_of_the_whole():
    codes = np.repeat([0, 1, 2], [600, 300, 100])
    high = np.array([60, 30, 10], np.int64)
    taken, _ = run(Limits(100, None, codes, np.zeros(3, np.int64), high), 1000, 0, per_round=10)
    for end in range(10, 101, 10):
        seen = np.bincount(codes[taken[:end]], minlength=3)
        assert (np.abs(seen - high * end / 100) <= 1).all()


def test_quotas_that_cannot_be_met_name_the_group():
    groups = groups_of(["code"] * 5 + ["chat"] * 95, 100)
    supply = groups.sums(np.ones(100, np.int64))

    def resolve(quotas, total=50):
        return resolve_quotas(quotas, groups, supply, total=total, unit="records")

    with pytest.raises(QuotaError, match=r"'code' has 5 of 25"):
        resolve(Quotas("equal"))
    with pytest.raises(QuotaError, match=r"'code' has 5 of 10"):
        resolve(Quotas(minimum={"code": 10}))
    with pytest.raises(QuotaError, match=r"minima of all groups are 60"):
        resolve(Quotas(minimum={"chat": 56, "code": 4}))
    with pytest.raises(QuotaError, match=r"no more than 15 records of a budget of 50"):
        resolve(Quotas(maximum={"chat": 10}))
    with pytest.raises(QuotaError, match=r"does not have: 'chatt'"):
        resolve(Quotas(minimum={"chatt": 1}))
    with pytest.raises(QuotaError, match=r"no weight for 'chat'"):
        resolve(Quotas({"code": 1.0}))
    with pytest.raises(ConfigError, match="share of the budget"):
        Quotas(maximum=3.5)
    with pytest.raises(ConfigError, match="Try one of them"):
        Quotas("pool", minimum=1)


def test_shares_add_up_to_the_budget():
    groups = groups_of(["a"] * 7 + ["b"] * 7 + ["c"] * 7, 21)
    supply = groups.sums(np.ones(21, np.int64))
    for total in range(1, 22):
        low, high = resolve_quotas(Quotas("pool"), groups, supply, total=total, unit="records")
        assert high.sum() == total
        assert low.sum() == 0
        assert (high - high.min() <= 1).all()


def test_a_group_of_one_row():
    groups = groups_of(["lone"] + ["many"] * 20, 21)
    supply = groups.sums(np.ones(21, np.int64))
    low, high = resolve_quotas(Quotas(minimum={"lone": 1}), groups, supply, total=5, unit="records")
    taken, _ = run(Limits(5, None, groups.codes, low, high), 21, 0)
    assert 0 in taken

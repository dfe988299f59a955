"""The requested amount is kept for every kind of stream."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entropylaw import ZipStream

ORDERS = {
    "shuffled": lambda texts: texts,
    "by length": lambda texts: sorted(texts, key=len),
    "by text": sorted,
    "half of it copies": lambda texts: [*texts[:1250], *(texts[:1] * 1250)],
    "known, then new": lambda texts: [*(texts[:5] * 250), *texts[1250:]],
}


@pytest.fixture(params=ORDERS)
def pool(request, texts):
    return ORDERS[request.param](texts)


def test_a_share_is_met_within_the_horizon_at_every_point(pool):
    keep, horizon = 0.15, 100
    stream = ZipStream(keep=keep, horizon=horizon, compressor="lz4")
    for seen, text in enumerate(pool, start=1):
        stream.offer(text)
        assert abs(stream.tally.kept - keep * seen) <= horizon
    assert stream.tally.kept == pytest.approx(keep * len(pool), abs=horizon)


def test_a_budget_of_records_is_met_exactly(pool):
    stream = ZipStream(budget=333, expected=len(pool), compressor="lz4")
    assert len(list(stream.filter(pool))) == 333


@pytest.mark.parametrize("cost", ["bytes", len])
def test_a_budget_in_another_unit_is_met_within_one_record(pool, cost):
    costs = [len(text.encode()) if cost == "bytes" else len(text) for text in pool]
    budget = sum(costs) // 7
    stream = ZipStream(budget=budget, expected=sum(costs), cost=cost, compressor="lz4")
    list(stream.filter(pool))
    assert budget - max(costs) < stream.tally.kept_cost <= budget


def test_a_stream_that_goes_on_fills_the_budget_and_one_that_ends_early_does_not(texts):
    longer = ZipStream(budget=100, expected=500, compressor="lz4")
    assert len(list(longer.filter(texts))) == 100
    shorter = ZipStream(budget=500, expected=2 * len(texts), compressor="lz4", horizon=100)
    assert 150 <= len(list(shorter.filter(texts))) <= 350


@pytest.mark.parametrize("budgeted", [False, True])
def test_each_stretch_of_a_drifting_stream_gets_its_share(texts, budgeted):
    keep, horizon, stretch = 0.2, 50, 500
    asked = {"budget": 500, "expected": 2500} if budgeted else {"keep": keep}
    stream = ZipStream(**asked, horizon=horizon, compressor="lz4")
    outcomes = [bool(stream.offer(text)) for text in sorted(texts)]
    for start in range(0, len(texts), stretch):
        assert abs(sum(outcomes[start : start + stretch]) - keep * stretch) <= horizon


WORDS = st.sampled_from(["same again", "abc", "x" * 50, "quantum", "12", "y" * 50 + "z"])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(WORDS | st.text(min_size=1, max_size=30, alphabet="abcd "), max_size=150),
    st.floats(0.02, 1.0),
    st.integers(1, 40),
)
def test_no_stream_leads_a_share_astray(texts, keep, horizon):
    stream = ZipStream(keep=keep, horizon=horizon, compressor="lz4", recent_bytes=4096)
    for seen, text in enumerate(texts, start=1):
        stream.offer(text)
        assert abs(stream.tally.kept - keep * seen) <= horizon


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_stream_leads_a_budget_astray(data):
    texts = data.draw(st.lists(WORDS, min_size=1, max_size=80))
    budget = data.draw(st.integers(1, len(texts)))
    stream = ZipStream(budget=budget, expected=len(texts), compressor="lz4", recent_bytes=4096)
    assert len(list(stream.filter(texts))) == budget

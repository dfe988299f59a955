"""Guards refuse what cannot work; a report holds together; odd pools are gone through."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entropylaw.corpus import Corpus
from entropylaw.errors import ConfigError, InputError
from entropylaw.guards import Guards, check_records, warn_of
from entropylaw.guards.options import GUARDS

ACTIONS = st.sampled_from(["off", "warn", "drop"])
BLOB = b"U2VlIHlvdSBhZ2Fpbg5Kq9Zx4T1bQ7rW0pLmN3sVcXy8HdJfGk2AeBi6" * 2


@pytest.mark.parametrize(
    ("option", "value", "hint"),
    [
        ("exact", "remove", '"drop"'),
        ("near", True, '"drop"'),
        ("noise_deviations", 0, "above 0"),
        ("noise_deviations", float("nan"), "above 0"),
        ("template_share", 1.5, "at most 1"),
        ("shuffled_bits", "0.7", "above 0"),
        ("random_state", -1, "random_state=0"),
        ("random_state", 1.0, "random_state=0"),
    ],
)
def test_options_that_cannot_work_are_refused_by_name(option, value, hint):
    with pytest.raises(ConfigError, match=option) as refused:
        Guards(**{option: value})
    assert hint in str(refused.value)


def test_guards_are_frozen_and_show_what_differs():
    guards = Guards(exact="drop", noise_deviations=4.0)
    assert repr(guards) == "Guards(exact='drop', noise_deviations=4.0)"
    with pytest.raises(dataclasses.FrozenInstanceError):
        guards.exact = "off"
    assert {Guards.all("drop", near="warn").action(guard) for guard in GUARDS} == {"drop", "warn"}


def test_a_guard_that_does_not_exist_is_named():
    with pytest.raises(ConfigError, match="no guard 'noisy'"):
        Guards().action("noisy")
    with pytest.raises(ConfigError, match="'near' did not look"):
        check_records(Corpus.from_rows([b"one"]), Guards())["near"]


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(st.sampled_from([b"", b"a", b"A", b"to be " * 30, BLOB, b"\xff\xfe" * 40])),
    actions=st.fixed_dictionaries({guard: ACTIONS for guard in GUARDS if guard != "near"}),
)
def test_masks_rows_and_tables_say_the_same(rows, actions):
    report = check_records(Corpus.from_rows(rows), Guards(**actions))
    assert [f.guard for f in report.findings] == [
        guard for guard in GUARDS if actions.get(guard, "off") != "off"
    ]
    caught, dropped = np.zeros(len(rows), bool), np.zeros(len(rows), bool)
    for finding in report.findings:
        assert np.all(np.diff(finding.rows) > 0)
        assert finding.rows.dtype == np.int64
        assert not finding.rows.flags.writeable
        assert len(finding.rows) == len(finding.evidence)
        assert [example.row for example in finding.examples] == finding.rows[:2].tolist()
        caught[finding.rows] = True
        dropped[finding.rows] |= finding.action == "drop"
    assert report.caught.tolist() == caught.tolist()
    assert report.dropped.tolist() == dropped.tolist()
    assert len(report.to_rows()) == sum(len(f.rows) for f in report.findings)
    assert list(report.facts()) == ["caught", *(f.guard for f in report.findings)]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from([BLOB, b"real text here", b"\xc3\x83\xc2\xa9" * 9]), max_size=12),
    st.randoms(),
)
def test_what_a_record_holds_is_judged_alike_in_any_order(rows, rng):
    order = rng.sample(range(len(rows)), len(rows))
    report = check_records(Corpus.from_rows(rows), Guards())
    other = check_records(Corpus.from_rows([rows[row] for row in order]), Guards())
    for guard in ("encoded", "mojibake", "repeated_lines"):
        assert {order[row] for row in other.rows(guard).tolist()} == set(report.rows(guard))


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [b""],
        [b"", b""],
        [b"one"],
        [b"\x00" * 500],
        [bytes(range(256)) * 4] * 3,
        [b"\xe4"] * 300,
    ],
)
def test_odd_pools_are_gone_through(rows):
    report = check_records(Corpus.from_rows(rows), Guards.all("drop", near="drop"))
    copies = len(rows) - len(set(rows))
    assert len(report.rows("exact")) == copies
    assert len(report.dropped) == len(rows)
    assert "GuardReport" in repr(report)


def test_a_huge_record_is_judged_whole():
    text = b"".join(
        b"Line %d of a long book is unlike all others.\n" % line for line in range(60_000)
    )
    rows = [b"short", text, BLOB * 30_000]
    report = check_records(Corpus.from_rows(rows), Guards())
    assert report.rows("encoded").tolist() == [2]
    assert report["encoded"].evidence.tolist() == pytest.approx([1.0], abs=1e-3)
    assert report.rows("repeated_lines").tolist() == []


def test_one_ratio_for_each_record_is_needed():
    with pytest.raises(InputError, match="expected 2 own ratios"):
        check_records(Corpus.from_rows([b"a", b"b"]), Guards(), own_ratios=np.ones(3))


def test_nothing_caught_is_nothing_warned():
    report = check_records(Corpus.from_rows([b"one", b"two"]), Guards())
    warn_of(report)
    assert report.facts()["exact"] == "none"


def test_a_fact_has_an_example():
    report = check_records(Corpus.from_rows([b"some text\nto read"] * 3), Guards(exact="drop"))
    assert report.facts()["exact"] == "2 dropped, such as record 1: 'some text to read'"

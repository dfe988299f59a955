"""Options of guards, consistency of a report, degenerate pools."""

import dataclasses
import json

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


def test_options_out_of_range_are_refused_by_name():
    for option, value, hint in (
        ("exact", "remove", '"drop"'),
        ("near", True, '"drop"'),
        ("noise_deviations", 0, "above 0"),
        ("noise_deviations", float("nan"), "above 0"),
        ("template_share", 1.5, "at most 1"),
        ("shuffled_bits", "0.7", "above 0"),
        ("random_state", -1, "at least 0"),
        ("random_state", 1.0, "an integer"),
    ):
        with pytest.raises(ConfigError, match=f"^{option}: expected") as refused:
            Guards(**{option: value})
        assert hint in str(refused.value)
        assert refused.value.parameters == (option,)


def test_options_are_stored_as_plain_values():
    guards = Guards(exact=np.str_("drop"), noise_deviations=np.float32(4), random_state=np.array(3))
    assert guards == Guards(exact="drop", noise_deviations=4.0, random_state=3)
    stored = (guards.exact, guards.noise_deviations, guards.random_state)
    assert list(map(type, stored)) == [str, float, int]


def test_guards_by_a_word():
    assert Guards.of("drop") == Guards.all("drop") and Guards.of("warn") == Guards()
    assert Guards.of(None) is None
    guards = Guards(encoded="drop")
    assert Guards.of(guards) is guards
    for wrong in ("off", True, {"encoded": "drop"}):
        with pytest.raises(ConfigError, match="^guards: expected .*encoded="):
            Guards.of(wrong)
    copies = Corpus.from_rows([b"one", b"one"])
    assert check_records(copies, "drop").dropped.tolist() == [False, True]


def test_guards_are_frozen_and_show_changed_options():
    guards = Guards(exact="drop", noise_deviations=4.0)
    assert repr(guards) == "Guards(exact='drop', noise_deviations=4.0)"
    with pytest.raises(dataclasses.FrozenInstanceError):
        guards.exact = "off"
    assert {Guards.all("drop", near="warn").action(guard) for guard in GUARDS} == {"drop", "warn"}


def test_a_guard_that_does_not_exist_is_named():
    with pytest.raises(ConfigError, match="^guard: expected .*saw 'noisy'"):
        Guards().action("noisy")
    with pytest.raises(ConfigError, match=r"one that was on \(exact, .*saw 'near'"):
        check_records(Corpus.from_rows([b"one"]), Guards())["near"]


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(st.sampled_from([b"", b"a", b"A", b"to be " * 30, BLOB, b"\xff\xfe" * 40])),
    actions=st.fixed_dictionaries({guard: ACTIONS for guard in GUARDS if guard != "near"}),
)
def test_masks_rows_and_tables_agree(rows, actions):
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
    assert report.to_frame().to_dict("records") == report.to_rows()
    plain = json.loads(json.dumps(report.to_dict()))
    assert [f["rows"] for f in plain["findings"]] == [f.rows.tolist() for f in report.findings]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from([BLOB, b"real text here", b"\xc3\x83\xc2\xa9" * 9]), max_size=12),
    st.randoms(),
)
def test_guards_of_single_records_do_not_depend_on_order(rows, rng):
    order = rng.sample(range(len(rows)), len(rows))
    report = check_records(Corpus.from_rows(rows), Guards())
    other = check_records(Corpus.from_rows([rows[row] for row in order]), Guards())
    for guard in ("encoded", "mojibake", "repeated_lines"):
        assert {order[row] for row in other.rows(guard).tolist()} == set(report.rows(guard))


@pytest.mark.parametrize(
    "rows", [[], [b"", b""], [b"one"], [bytes(range(256)) * 4] * 3, [b"\xe4"] * 300]
)
def test_degenerate_pools(rows):
    report = check_records(Corpus.from_rows(rows), Guards.all("drop", near="drop"))
    copies = len(rows) - len(set(rows))
    assert len(report.rows("exact")) == copies
    assert len(report.dropped) == len(rows)
    assert repr(report).startswith("GuardReport(") and "\n" not in repr(report)


def test_a_huge_record_is_judged_whole():
    text = b"".join(
        b"Line %d of a long book is unlike all others.\n" % line for line in range(60_000)
    )
    rows = [b"short", text, BLOB * 30_000]
    report = check_records(Corpus.from_rows(rows), Guards())
    assert report.rows("encoded").tolist() == [2]
    assert report["encoded"].evidence.tolist() == pytest.approx([1.0], abs=1e-3)
    assert report.rows("repeated_lines").tolist() == []


def test_own_ratios_of_the_wrong_length():
    with pytest.raises(InputError, match="own_ratios: expected 2 ratios"):
        check_records(Corpus.from_rows([b"a", b"b"]), Guards(), own_ratios=np.ones(3))


def test_no_warning_if_nothing_was_caught():
    report = check_records(Corpus.from_rows([b"one", b"two"]), Guards())
    warn_of(report)
    assert report.facts()["exact"] == "none"


def test_printed_forms():
    report = check_records(Corpus.from_rows([b"some <text>\nto read"] * 3), Guards(exact="drop"))
    assert report.facts()["exact"] == "2 dropped, such as record 1: 'some <text> to read'"
    assert report.facts()["exact"] in str(report) and "&lt;text&gt;" in report._repr_html_()
    finding = report["exact"]
    assert repr(finding) == "Finding('exact', 'drop', 2 records)"
    assert finding.to_frame().to_dict("list") == {"row": [1, 2], "evidence": [0, 0]}

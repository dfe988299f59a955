"""Detection of planted records, and false alarms among 3,000 real ones."""

from dataclasses import replace

import numpy as np
import pytest

from entropylaw.corpus import Corpus
from entropylaw.errors import GuardWarning
from entropylaw.guards import Guards, check_records, warn_of

CATCHERS = [
    ("base64", "encoded", 1.0),
    ("hexadecimal", "encoded", 1.0),
    ("random characters", "shuffled", 0.9),
    ("shuffled characters", "shuffled", 0.95),
    ("shuffled words", "shuffled", 0.75),
    ("mojibake", "mojibake", 1.0),
    ("template", "template", 1.0),
    ("repeated lines", "repeated_lines", 1.0),
    ("base64", "noise", 0.5),
    ("random characters", "noise", 0.8),
    ("repeated lines", "repetitive", 0.9),
]
"""A kind, a guard that catches it, and the least share of it that is caught."""

FALSE_ALARMS = {"encoded": 0.002, "mojibake": 0.0, "noise": 0.01, "repetitive": 0.02}
"""Largest share of the real records that a guard catches."""


@pytest.fixture(scope="module")
def report(pool):
    return check_records(pool, Guards())


def rows_of(kind, texts, planted):
    first = len(texts) + sum(len(planted[k]) for k in list(planted)[: list(planted).index(kind)])
    return np.arange(first, first + len(planted[kind]))


@pytest.mark.parametrize(("kind", "guard", "least"), CATCHERS)
def test_a_planted_kind_is_caught_by_its_guard(kind, guard, least, report, texts, planted):
    caught = np.isin(rows_of(kind, texts, planted), report.rows(guard))
    assert caught.mean() >= least


def test_real_records_are_rarely_caught(report, texts):
    for guard, share in FALSE_ALARMS.items():
        assert (report.rows(guard) < len(texts)).sum() <= share * len(texts)
    assert report["noise"].evidence.max() <= -3.0


def test_guards_that_are_off_do_not_run_and_do_not_affect_others(pool, report):
    alone = check_records(pool, replace(Guards.all("off"), shuffled="warn"))
    assert [finding.guard for finding in alone.findings] == ["shuffled"]
    assert alone.rows("shuffled").tolist() == report.rows("shuffled").tolist()


def test_results_do_not_depend_on_threads(pool, report):
    again = check_records(pool, Guards(), n_jobs=2)
    assert again.to_rows() == report.to_rows()


def test_given_ratios_are_used(pool, report):
    ratios = np.full(len(pool), 2.0)
    ratios[17] = 1.0
    found = check_records(pool, Guards(), own_ratios=ratios)
    assert found.rows("noise").tolist() == ([17] if len(pool[17]) >= 64 else [])
    assert found.rows("encoded").tolist() == report.rows("encoded").tolist()


def test_default_guards_drop_nothing_and_warn(pool, report):
    assert not report.dropped.any()
    with pytest.warns(GuardWarning, match='encoded="drop"') as warned:
        warn_of(report)
    assert warned[0].filename == __file__


def test_records_are_compared_within_their_script(texts):
    """Chinese is twice as dense per byte; in a pool with as many English records, none is flagged as noise."""
    rng = np.random.default_rng(0)
    common = [chr(0x4E00 + place) for place in range(0, 4_000, 8)]
    share = 1 / np.arange(1, len(common) + 1)
    chinese = ["".join(rng.choice(common, 120, p=share / share.sum())) for _ in range(400)]
    rows = [*texts[:1_000], *chinese]
    report = check_records(Corpus.from_rows(row.encode() for row in rows), Guards(shuffled="off"))
    assert (report.rows("noise") >= 1_000).sum() <= 0.02 * len(chinese)

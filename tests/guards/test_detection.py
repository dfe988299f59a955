"""What guards catch of planted records, and how little of real ones; on 3,000 real records."""

from dataclasses import replace

import numpy as np
import pytest

from entropylaw.corpus import Corpus
from entropylaw.errors import GuardWarning
from entropylaw.guards import Guards, check_records, warn_of

CATCHERS = {
    "base64": ("encoded", 1.0),
    "hexadecimal": ("encoded", 1.0),
    "random characters": ("shuffled", 0.9),
    "shuffled characters": ("shuffled", 0.95),
    "shuffled words": ("shuffled", 0.75),
    "mojibake": ("mojibake", 1.0),
    "template": ("template", 1.0),
    "repeated lines": ("repeated_lines", 1.0),
}
"""Which guard catches which kind, and at least how much of it."""

FALSE_ALARMS = {"encoded": 0.002, "mojibake": 0.0, "noise": 0.01, "repetitive": 0.02}
"""At most which share of the real records a guard catches."""


@pytest.fixture(scope="module")
def report(pool):
    return check_records(pool, Guards())


def rows_of(kind, texts, planted):
    first = len(texts) + sum(len(planted[k]) for k in list(planted)[: list(planted).index(kind)])
    return np.arange(first, first + len(planted[kind]))


@pytest.mark.parametrize("kind", CATCHERS)
def test_a_planted_kind_is_caught_by_its_guard(kind, report, texts, planted):
    guard, least = CATCHERS[kind]
    caught = np.isin(rows_of(kind, texts, planted), report.rows(guard))
    assert caught.mean() >= least


@pytest.mark.parametrize(("kind", "least"), [("base64", 0.5), ("random characters", 0.8)])
def test_noise_compresses_far_less_than_its_like(kind, least, report, texts, planted):
    caught = np.isin(rows_of(kind, texts, planted), report.rows("noise"))
    assert caught.mean() >= least
    assert report["noise"].evidence.max() <= -3.0


def test_what_repeats_itself_compresses_far_more_than_its_like(report, texts, planted):
    caught = np.isin(rows_of("repeated lines", texts, planted), report.rows("repetitive"))
    assert caught.mean() >= 0.9


@pytest.mark.parametrize("guard", FALSE_ALARMS)
def test_real_records_are_left_alone(guard, report, texts):
    assert (report.rows(guard) < len(texts)).sum() <= FALSE_ALARMS[guard] * len(texts)


def test_guards_that_are_off_do_not_look_and_change_nothing_for_others(pool, report):
    alone = check_records(pool, replace(Guards.all("off"), shuffled="warn"))
    assert [finding.guard for finding in alone.findings] == ["shuffled"]
    assert alone.rows("shuffled").tolist() == report.rows("shuffled").tolist()


def test_threads_do_not_change_what_is_caught(pool, report):
    again = check_records(pool, Guards(), n_jobs=2)
    assert again.to_rows() == report.to_rows()


def test_ratios_given_are_used_instead_of_compressing_again(pool, report):
    ratios = np.full(len(pool), 2.0)
    ratios[17] = 1.0
    found = check_records(pool, Guards(), own_ratios=ratios)
    assert found.rows("noise").tolist() == ([17] if len(pool[17]) >= 64 else [])
    assert found.rows("encoded").tolist() == report.rows("encoded").tolist()


def test_default_guards_drop_nothing_and_say_how_to(pool, report):
    assert not report.dropped.any()
    with pytest.warns(GuardWarning, match='encoded="drop"') as warned:
        warn_of(report, stacklevel=1)
    assert warned[0].filename == __file__


def test_a_script_is_compared_with_its_own(texts):
    """Chinese is twice as dense per byte; among as many English records none is taken for noise."""
    rng = np.random.default_rng(0)
    common = [chr(0x4E00 + place) for place in range(0, 4_000, 8)]
    share = 1 / np.arange(1, len(common) + 1)
    chinese = ["".join(rng.choice(common, 120, p=share / share.sum())) for _ in range(400)]
    rows = [*texts[:1_000], *chinese]
    report = check_records(Corpus.from_rows(row.encode() for row in rows), Guards(shuffled="off"))
    assert (report.rows("noise") >= 1_000).sum() <= 0.02 * len(chinese)

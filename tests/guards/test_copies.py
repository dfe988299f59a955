"""Copies, exact, normalised and near, against oracles that compare all pairs."""

import re
import sys
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entropylaw.corpus import Corpus
from entropylaw.errors import MissingExtraError
from entropylaw.guards import Guards, check_records
from entropylaw.guards.duplicates import exact_firsts, normalised_firsts

COPIES = replace(Guards.all("off"), exact="warn", normalised="warn")
FEW = settings(max_examples=40, deadline=None)
SMALL = st.lists(st.sampled_from([b"", b"a", b"A.", b"a b", b"A,  b!", b"5-3", b"5/3", b"\xff"]))


def firsts_by(form, rows):
    """Return for each row the lowest row of the same form; a row of no form is its own."""
    lowest: dict[bytes, int] = {}
    return [lowest.setdefault(form(row), i) if form(row) else i for i, row in enumerate(rows)]


def written_plainly(row: bytes) -> bytes:
    """Return ASCII in lower case without punctuation, except arithmetic signs."""
    return b" ".join(re.sub(rb"[!\"'(),.:;?\[\]_{}]", b" ", row.lower()).split())


@FEW
@given(SMALL)
def test_firsts_are_the_lowest_rows_of_the_same_form(rows):
    corpus = Corpus.from_rows(rows)
    assert exact_firsts(corpus).tolist() == firsts_by(lambda row: row or b"empty", rows)
    assert normalised_firsts(corpus).tolist() == firsts_by(written_plainly, rows)


@FEW
@given(SMALL)
def test_dropping_copies_leaves_exactly_one_of_each_form(rows):
    report = check_records(Corpus.from_rows(rows), replace(COPIES, exact="drop", normalised="drop"))
    left = [row for row, out in zip(rows, report.dropped, strict=True) if not out]
    forms = [written_plainly(row) for row in left if written_plainly(row)]
    assert len(forms) == len(set(forms))
    assert set(forms) == {written_plainly(row) for row in rows} - {b""}
    assert not report.dropped[:1].any()


@FEW
@given(SMALL, st.randoms())
def test_the_number_of_copies_does_not_depend_on_order(rows, rng):
    shuffled = rng.sample(rows, len(rows))
    one, other = (check_records(Corpus.from_rows(order), COPIES) for order in (rows, shuffled))
    for guard in ("exact", "normalised"):
        assert len(one.rows(guard)) == len(other.rows(guard))


def test_copies_are_found_at_any_distance(texts):
    rows = [text.encode() for text in texts]
    for distance in (1, 100, 2_500):
        rows[distance] = rows[0]
        rows[distance + 1] = b" " * distance + rows[0].upper()
    report = check_records(Corpus.from_rows(rows), COPIES)
    for distance in (1, 100, 2_500):
        for guard, row in (("exact", distance), ("normalised", distance + 1)):
            finding = report[guard]
            assert finding.evidence[finding.rows == row].tolist() == [0]


def test_unicode_is_compared_in_one_form():
    rows = ["Ｈｅｌｌｏ， Straße！", "hello strasse", "HELLO “STRASSE”…", "hello  strasse２"]
    corpus = Corpus.from_rows(row.encode() for row in rows)
    assert normalised_firsts(corpus).tolist() == [0, 0, 0, 3]


@pytest.mark.parametrize(
    ("exact", "normalised", "listed"),
    [
        ("warn", "warn", [2]),
        ("drop", "drop", [2]),
        ("off", "warn", [1, 2]),
        ("warn", "drop", [1, 2]),
    ],
)
def test_a_copy_is_listed_by_the_strictest_guard(exact, normalised, listed):
    corpus = Corpus.from_rows([b"To be", b"To be", b"to be!"])
    report = check_records(corpus, Guards(exact=exact, normalised=normalised))
    assert report.rows("normalised").tolist() == listed


def shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9]+", text.lower())
    return set(zip(words, words[1:], words[2:], strict=False))


def test_near_copies_are_those_that_a_comparison_of_all_pairs_finds(texts):
    rng = np.random.default_rng(0)
    originals = [text for text in texts if text.isascii() and 60 < len(text.split()) < 300][:150]
    edited = []
    for text, share in zip(originals, np.linspace(0.01, 0.12, len(originals)), strict=True):
        words = text.split(" ")
        for place in rng.choice(len(words), max(1, int(share * len(words))), replace=False):
            words[place] = f"changed{place}"
        edited.append(" ".join(words))
    rows = [*originals, *edited]
    sets = [shingles(row) for row in rows]
    alike = {
        (one, other): len(sets[one] & sets[other]) / len(sets[one] | sets[other])
        for one, other in combinations(range(len(rows)), 2)
    }
    report = check_records(
        Corpus.from_rows(row.encode() for row in rows),
        Guards.all("off", near="warn"),
    )
    found = dict(zip(report.rows("near").tolist(), report["near"].evidence.tolist(), strict=True))
    assert all(alike[first, row] >= 0.8 for row, first in found.items())
    surely = {other for (_, other), share in alike.items() if share >= 0.85}
    assert len(surely & found.keys()) >= 0.97 * len(surely) > 20


def test_without_datasketch_near_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasketch", None)
    with pytest.raises(MissingExtraError, match=r"entropylaw\[near\]"):
        check_records(Corpus.from_rows([b"one"]), Guards(near="warn"))

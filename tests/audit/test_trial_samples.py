"""Samples that keep copies together."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from entropylaw.auditing.trial import first_copies, first_part, random_order, split_off
from entropylaw.corpus import Corpus
from entropylaw.guards import Guards, check_records

COPIES = replace(Guards.all("off"), exact="warn", normalised="warn")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["", "a b", "A b!", "a  b", "c", "d e", "D E"]), min_size=1))
def test_copies_are_adjacent_and_no_record_is_lost(texts):
    corpus = Corpus.from_rows([text.encode() for text in texts])
    firsts = first_copies(check_records(corpus, COPIES))
    order = random_order(corpus, firsts, seed=0)
    assert sorted(order.tolist()) == [row for row, text in enumerate(texts) if text]
    runs = [first for place, first in enumerate(firsts[order]) if not place
            or first != firsts[order[place - 1]]]  # fmt: skip
    assert len(runs) == len(set(runs))
    keys = {}
    for text, first in zip(texts, firsts.tolist(), strict=True):
        key = "".join(letter for letter in text.lower() if letter.isalnum())
        if text:
            assert keys.setdefault(key, first) == first


def test_a_part_is_bounded_by_records_and_by_bytes_and_never_empty():
    corpus = Corpus.from_rows([b"x" * 100] * 10)
    order = np.arange(10)
    assert len(first_part(corpus, order, records=3, size=10_000)) == 3
    assert len(first_part(corpus, order, records=9, size=450)) == 4
    assert len(first_part(corpus, order, records=9, size=5)) == 1


def test_no_copy_of_a_held_out_record_remains():
    firsts = np.array([0, 0, 2, 2, 4])
    split, rest = split_off(np.array([2, 3, 0, 1, 4]), firsts, 1)
    assert split.tolist() == [2] and rest.tolist() == [0, 1, 4]

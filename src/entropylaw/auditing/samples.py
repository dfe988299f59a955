"""Samples of a pool that keep copies together, so that repetition is not sampled away."""

from __future__ import annotations

import numpy as np

from entropylaw.corpus import Corpus
from entropylaw.guards import GuardReport
from entropylaw.types import IntArray

COPIES = ("exact", "normalised")
"""Guards whose evidence is the record that is repeated."""


def first_copies(report: GuardReport) -> IntArray:
    """Return the first record that each record repeats, itself if none; shape (n,).

    Examples
    --------
    >>> from entropylaw.guards import Guards, check_records
    >>> pool = Corpus.from_rows([b"To be!", b"and", b"to be", b"to be"])
    >>> first_copies(check_records(pool, Guards())).tolist()
    [0, 1, 0, 0]
    """
    firsts = np.arange(report.records)
    for finding in report.findings:
        if finding.guard in COPIES:
            firsts[finding.rows] = finding.evidence
    return firsts[firsts]  # the record that an exact copy repeats may itself be a loose one


def random_order(corpus: Corpus, firsts: IntArray, *, seed: int) -> IntArray:
    """Return all records with text in a random order in which copies follow one another.

    Any first part of it is a sample in which a record has as many copies as in the pool. A
    sample of single records would hold a tenth of the records but a hundredth of the pairs.
    """
    rng = np.random.default_rng(seed)
    place = rng.permutation(len(corpus))
    order = np.lexsort((np.arange(len(corpus)), place[firsts]))
    found: IntArray = order[corpus.lengths[order] > 0]
    return found


def first_part(corpus: Corpus, order: IntArray, *, records: int, size: int) -> IntArray:
    """Return the first of these records: at most so many, of at most `size` bytes; at least one."""
    fitting = int(np.searchsorted(np.cumsum(corpus.lengths[order]), size, side="right"))
    return order[: max(1, min(records, fitting))]


def split_off(order: IntArray, firsts: IntArray, count: int) -> tuple[IntArray, IntArray]:
    """Return the first `count` records of an order, and the rest without any copy of them."""
    split = order[:count]
    rest = order[count:]
    return split, rest[~np.isin(firsts[rest], firsts[split])]

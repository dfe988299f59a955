"""What is in each part of a pool: each group, each range of lengths, and each group by length."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from entropylaw.auditing.window import ratio_of_whole
from entropylaw.corpus import Corpus
from entropylaw.guards import GuardReport
from entropylaw.selection.quotas import Groups
from entropylaw.types import AnyArray, BoolArray, FloatArray, IntArray

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

UNION_BYTES = 1 << 20
"""Most bytes of a part that are compressed as a whole: parts of like size can be compared."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a pool.

    Attributes
    ----------
    group : str or None
        Its group; None for all groups.
    length : str or None
        Its range of lengths; None for all.
    records, bytes, empty : int
        Records, their bytes without framing, and how many of them hold no text.
    own_ratios : tuple of float, or None
        Compression ratio of each record alone: the quantiles 5, 25, 50, 75 and 95 %, records
        without text left out; None if all are.
    whole_ratio : float or None
        Compression ratio of its records as one text, by a compressor that sees all of it.
    whole_bytes : int
        Bytes of that text: of at most 1 MiB of the records, drawn at random.
    caught : mapping
        Guard to the number of records that it caught.
    """

    group: str | None
    length: str | None
    records: int
    bytes: int
    empty: int
    own_ratios: tuple[float, ...] | None
    whole_ratio: float | None
    whole_bytes: int
    caught: Mapping[str, int]

    def share_caught(self, *guards: str) -> float:
        """Return the records caught by these guards, added up, as a share of the part's."""
        return sum(self.caught.get(guard, 0) for guard in guards) / self.records

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self) | {"caught": dict(self.caught)}


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """Ranges of lengths with about as many records each.

    Attributes
    ----------
    names : tuple of str
        Such as ``"61-240 bytes"``, shortest first.
    codes : int64 array, shape (n,)
        Range of each record, as a place in `names`; -1 for records without text.
    """

    names: tuple[str, ...]
    codes: IntArray


def length_bins(lengths: IntArray, count: int) -> Bins:
    """Divide the records with text into at most `count` ranges of length.

    Examples
    --------
    >>> bins = length_bins(np.array([0, 10, 20, 30, 40]), 2)
    >>> bins.names, bins.codes.tolist()
    (('10-20 bytes', '21-40 bytes'), [-1, 0, 0, 1, 1])
    """
    with_text = lengths[lengths > 0]
    if not len(with_text):
        return Bins((), np.full(len(lengths), -1))
    inner = np.arange(1, count) / count
    upper: AnyArray = np.quantile(with_text, inner, method="inverted_cdf")
    tops = np.unique(np.append(upper, with_text.max()).astype(np.int64))
    lows = np.append(with_text.min(), tops[:-1] + 1)
    names = tuple(
        f"{low:,}-{top:,} bytes" if low < top else f"{low:,} bytes"
        for low, top in zip(lows.tolist(), tops.tolist(), strict=True)
    )
    codes: IntArray = np.where(lengths > 0, np.searchsorted(tops, lengths), -1)
    return Bins(names, codes)


def parts_of(
    corpus: Corpus,
    own_ratios: FloatArray,
    report: GuardReport,
    groups: Groups,
    bins: Bins,
    order: IntArray,
) -> tuple[Part, ...]:
    """Return the whole pool, each range of lengths, each group, and each range within a group.

    Parameters
    ----------
    corpus : Corpus
        The pool.
    own_ratios : float64 array, shape (n,)
        Compression ratio of each record alone.
    report : GuardReport
        What guards caught in it.
    groups, bins
        Group and range of lengths of each record. With a single group it is not named.
    order : int64 array
        All records with text in random order.
    """
    caught = {finding.guard: marked(finding.rows, len(corpus)) for finding in report.findings}
    place = np.full(len(corpus), len(order))
    place[order] = np.arange(len(order))
    return tuple(
        _part(corpus, own_ratios, caught, rows[np.argsort(place[rows])], group=group, length=length)
        for group, length, rows in _divided(len(corpus), groups, bins)
        if len(rows)
    )


def marked(rows: IntArray, count: int) -> BoolArray:
    """Return whether each of `count` records is one of these rows."""
    found = np.zeros(count, bool)
    found[rows] = True
    return found


def _divided(
    count: int, groups: Groups, bins: Bins
) -> Iterator[tuple[str | None, str | None, IntArray]]:
    yield None, None, np.arange(count)
    for place, length in enumerate(bins.names):
        yield None, length, np.flatnonzero(bins.codes == place)
    if len(groups.names) < 2:
        return
    by_group = np.argsort(groups.codes, kind="stable")
    ends = np.cumsum(np.bincount(groups.codes, minlength=len(groups.names)))
    for group, rows in zip(groups.names, np.split(by_group, ends[:-1]), strict=True):
        yield group, None, rows
        for place, length in enumerate(bins.names):
            yield group, length, rows[bins.codes[rows] == place]


def _part(
    corpus: Corpus,
    own_ratios: FloatArray,
    caught: Mapping[str, BoolArray],
    rows: IntArray,
    *,
    group: str | None,
    length: str | None,
) -> Part:
    """Describe these records, which are in random order."""
    lengths = corpus.lengths[rows]
    with_text = rows[lengths > 0]
    quantiles, whole_ratio, text = None, None, b""
    if len(with_text):
        quantiles = tuple(np.quantile(own_ratios[with_text], QUANTILES).tolist())
        text = _text(corpus, with_text)
        whole_ratio = ratio_of_whole(text)
    return Part(
        group=group,
        length=length,
        records=len(rows),
        bytes=int(lengths.sum()),
        empty=len(rows) - len(with_text),
        own_ratios=quantiles,
        whole_ratio=whole_ratio,
        whole_bytes=len(text),
        caught={guard: int(found[rows].sum()) for guard, found in caught.items()},
    )


def _text(corpus: Corpus, rows: IntArray) -> bytes:
    """Return the first records, joined, until there is enough of them."""
    enough = int(np.searchsorted(np.cumsum(corpus.lengths[rows]), UNION_BYTES)) + 1
    return corpus.framing.whole(corpus.records(rows[:enough]))[:UNION_BYTES]

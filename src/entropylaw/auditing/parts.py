"""Statistics of each part of a pool: each group, each range of lengths, each group by length."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np

from entropylaw.auditing.window import ratio_of_whole
from entropylaw.corpus import Corpus
from entropylaw.guards import GuardReport
from entropylaw.length_bins import RangeBins
from entropylaw.progress import with_bar
from entropylaw.render.result import Result
from entropylaw.render.tables import Table, human_bytes
from entropylaw.selection.quotas import Groups
from entropylaw.sizing import in_threads
from entropylaw.types import BoolArray, FloatArray, IntArray

COPIES = ("exact", "normalised")
"""Guards whose evidence is the record that is repeated."""

PART_HEADERS = ("records", "bytes", "own ratio", "(5-95 %)", "as a whole", "copies")
"""Columns of a table of parts, before those of guards."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles of own ratios."""

UNION_BYTES = 1 << 20
"""Most bytes of a part that are compressed as a whole, so that parts can be compared."""


@dataclass(frozen=True, slots=True, repr=False)
class Part(Result):
    """Statistics of one part of a pool.

    Attributes
    ----------
    group : str or None
        Its group; None for all groups.
    length : str or None
        Its range of lengths; None for all.
    records, bytes, empty : int
        Records, their bytes without framing, and how many of them have no text.
    own_ratios : tuple of float, or None
        Compression ratio of each record alone: the quantiles 5, 25, 50, 75 and 95 %, records
        without text left out; None if all are.
    whole_ratio : float or None
        Compression ratio of its records as one text, by a compressor that sees all of it.
    whole_bytes : int
        Bytes of that text: at most 1 MiB of the records, drawn at random.
    caught : mapping
        Guard name to the number of records that it caught.
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
        """Return the sum of the records caught by each of these guards, as a share of the part."""
        return sum(self.caught.get(guard, 0) for guard in guards) / self.records

    def to_dict(self) -> dict[str, Any]:
        """Return the statistics as plain values that JSON can hold."""
        return asdict(self) | {"caught": dict(self.caught)}

    def _headline(self) -> str:
        return f"{label_of(self)!r}, {self.records:,} records, {human_bytes(self.bytes)}"

    def _table(self) -> Table:
        guards = [guard for guard in self.caught if guard not in COPIES]
        names = [*PART_HEADERS[:-1], *(f"{guard}, %" for guard in ("copies", *guards))]
        facts = dict(zip(names, cells_of(self, guards), strict=True))
        return Table.of_facts(f"Part: {label_of(self)}", facts)

    def _columns(self) -> Mapping[str, Any]:
        return columns_of([self])


def parts_of(
    corpus: Corpus,
    own_ratios: FloatArray,
    report: GuardReport,
    groups: Groups,
    bins: RangeBins,
    order: IntArray,
    *,
    n_jobs: int,
    progress: bool | None,
) -> tuple[Part, ...]:
    """Return the whole pool, each range of lengths, each group, and each range within a group.

    Parameters
    ----------
    corpus : Corpus
        The pool.
    own_ratios : float64 array, shape (n,)
        Compression ratio of each record alone.
    report : GuardReport
        Records that guards caught.
    groups, bins
        Group and range of lengths of each record. A single group is not listed.
    order : int64 array
        All records with text in random order.
    n_jobs : int
        Threads, one part each.
    progress : bool or None
        A bar on stderr; None: only on a terminal or in a notebook.
    """
    caught = {finding.guard: marked(finding.rows, len(corpus)) for finding in report.findings}
    place = np.full(len(corpus), len(order))
    place[order] = np.arange(len(order))
    divided = [part for part in _divided(len(corpus), groups, bins) if len(part.rows)]

    def statistics(division: _Division) -> Part:
        rows = division.rows[np.argsort(place[division.rows])]
        return _part(corpus, own_ratios, caught, division._replace(rows=rows))

    parts = with_bar(
        in_threads(statistics, divided, n_jobs=n_jobs),
        label="parts",
        total=len(divided),
        unit="part",
        size=lambda _: 1,
        progress=progress,
    )
    return tuple(parts)


def label_of(part: Part) -> str:
    """Return the name of a part in tables: its group, its length, both, or "the pool"."""
    return ", ".join(name for name in (part.group, part.length) if name) or "the pool"


def cells_of(part: Part, guards: Sequence[str]) -> tuple[str, ...]:
    """Return the row of a part in tables: `PART_HEADERS`, and percent that guards caught."""
    own = part.own_ratios
    return (
        f"{part.records:,}",
        human_bytes(part.bytes),
        "-" if own is None else f"{own[2]:.2f}",
        "-" if own is None else f"{own[0]:.2f}-{own[-1]:.2f}",
        "-" if part.whole_ratio is None else f"{part.whole_ratio:.2f}",
        f"{100 * part.share_caught('exact', 'normalised'):.1f}",
        *(f"{100 * part.share_caught(guard):.1f}" for guard in guards),
    )


def columns_of(parts: Sequence[Part]) -> dict[str, Any]:
    """Return the columns of a data frame with a row per part."""
    plain = ("group", "length", "records", "bytes", "empty", "whole_ratio", "whole_bytes")
    columns: dict[str, Any] = {name: [getattr(part, name) for part in parts] for name in plain}
    for place, quantile in enumerate(QUANTILES):
        columns[f"own_ratio_{round(100 * quantile)}"] = [
            None if part.own_ratios is None else part.own_ratios[place] for part in parts
        ]
    for guard in parts[0].caught:
        columns[f"caught_{guard}"] = [part.caught[guard] for part in parts]
    return columns


def marked(rows: IntArray, count: int) -> BoolArray:
    """Return whether each of `count` records is one of these rows."""
    found = np.zeros(count, bool)
    found[rows] = True
    return found


class _Division(NamedTuple):
    """A group, a range of lengths (None: all), and the rows of their records."""

    group: str | None
    length: str | None
    rows: IntArray


def _divided(count: int, groups: Groups, bins: RangeBins) -> Iterator[_Division]:
    yield _Division(None, None, np.arange(count))
    for place, length in enumerate(bins.names):
        yield _Division(None, length, np.flatnonzero(bins.codes == place))
    if len(groups.names) < 2:
        return
    by_group = np.argsort(groups.codes, kind="stable")
    ends = np.cumsum(np.bincount(groups.codes, minlength=len(groups.names)))
    for group, rows in zip(groups.names, np.split(by_group, ends[:-1]), strict=True):
        yield _Division(group, None, rows)
        for place, length in enumerate(bins.names):
            yield _Division(group, length, rows[bins.codes[rows] == place])


def _part(
    corpus: Corpus,
    own_ratios: FloatArray,
    caught: Mapping[str, BoolArray],
    division: _Division,
) -> Part:
    """Return the statistics of the records of a division, which are in random order."""
    group, length, rows = division
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
    """Return the first records, joined, up to `UNION_BYTES`."""
    enough = int(np.searchsorted(np.cumsum(corpus.lengths[rows]), UNION_BYTES)) + 1
    return corpus.framing.whole(corpus.records(rows[:enough]))[:UNION_BYTES]

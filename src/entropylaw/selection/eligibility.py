"""Eligibility of records: rows that the caller names, and reasons that rule others out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from entropylaw.corpus import Corpus
from entropylaw.errors import ConfigError, InputError
from entropylaw.guards import GuardReport
from entropylaw.selection.criteria.quality import Quality, good_enough
from entropylaw.types import AnyArray, BoolArray, FloatArray, IntArray


class LengthsAndQuality(Protocol):
    """The options that rule records out."""

    min_bytes: int | None
    max_bytes: int | None
    quality: Quality | None


@dataclass(frozen=True, slots=True, eq=False)
class Eligibility:
    """Records that may be chosen in addition to those required, and the reasons against others.

    Attributes
    ----------
    selectable : bool array, shape (n,)
        Records that may be chosen.
    left_out : mapping
        Number of records that each reason rules out; a record counts for the first.
    reasons : uint8 array, shape (n,)
        The place of that reason in `left_out`, from 1; 0 for none.
    """

    selectable: BoolArray
    left_out: Mapping[str, int]
    reasons: AnyArray

    @classmethod
    def of_all(cls, count: int) -> Eligibility:
        """Return the eligibility of a pool of which every record may be chosen."""
        return cls(np.ones(count, np.bool_), {}, np.zeros(count, np.uint8))

    def with_required(self, required: IntArray) -> BoolArray:
        """Return which records may be chosen, those required included; bool, shape (n,)."""
        may = self.selectable.copy()
        may[required] = True
        return may


def rows_of(name: str, rows: Sequence[int] | AnyArray | None, count: int) -> IntArray:
    """Return rows of a pool as int64, in their order.

    Raises
    ------
    InputError
        If they are not distinct whole numbers from 0 to `count` - 1.
    """
    values: AnyArray = np.asarray(list(rows) if isinstance(rows, Iterator) else rows)
    if rows is None or values.shape == (0,):
        return np.empty(0, np.int64)
    if values.ndim != 1 or not np.issubdtype(values.dtype, np.integer):
        raise InputError(
            f"{name}: expected row numbers (a flat sequence of integers); saw {values.dtype} of "
            f"shape {values.shape}. For a mask m try np.flatnonzero(m)."
        )
    distinct = len(np.unique(values))
    if values.min() < 0 or values.max() >= count or distinct < len(values):
        raise InputError(
            f"{name}: expected distinct rows from 0 to {count - 1}; saw {len(values)} rows, "
            f"{distinct} distinct, from {values.min()} to {values.max()}."
        )
    return values.astype(np.int64)


def eligibility_of(
    pool: Corpus,
    options: LengthsAndQuality,
    scores: FloatArray | None,
    guarded: GuardReport | None,
    *,
    required: IntArray,
    owned: IntArray,
    forbidden: IntArray,
) -> Eligibility:
    """Return which records may be chosen in addition to those required, and why others may not.

    Parameters
    ----------
    pool : Corpus
        The records.
    options : LengthsAndQuality
        Of the selector.
    scores : float64 array, shape (n,), or None
        Quality of each record.
    guarded : GuardReport or None
        Findings of the guards; those of guards that drop rule records out.
    required, owned, forbidden : int64 array
        Rows.
    """
    lengths, selectable = pool.lengths, np.ones(len(pool), np.bool_)
    reasons: list[tuple[str, BoolArray]] = [
        ("empty", lengths == 0),
        ("owned", _marked(owned, len(pool))),
        ("forbidden", _marked(forbidden, len(pool))),
    ]
    if options.min_bytes is not None:
        reasons.append((f"shorter than {options.min_bytes:,} bytes", lengths < options.min_bytes))
    if options.max_bytes is not None:
        reasons.append((f"longer than {options.max_bytes:,} bytes", lengths > options.max_bytes))
    if options.quality is not None and scores is not None:
        enough = good_enough(options.quality, scores)
        reasons.append((f"quality below {options.quality.minimum}", ~enough))
    for finding in () if guarded is None else guarded.findings:
        if finding.action == "drop":
            reasons.append((f"guard {finding.guard}", _marked(finding.rows, len(pool))))
    left_out: dict[str, int] = {}
    by_row = np.zeros(len(pool), np.uint8)
    selectable[required] = False
    for reason, out in reasons:
        now = selectable & out
        if now.any():
            left_out[reason] = int(np.count_nonzero(now))
            by_row[now] = len(left_out)
        selectable &= ~out
    return Eligibility(selectable, left_out, by_row)


def _marked(rows: IntArray, count: int) -> BoolArray:
    marked = np.zeros(count, np.bool_)
    marked[rows] = True
    return marked


def check_required(pool: Corpus, required: IntArray, forbidden: IntArray, owned: IntArray) -> None:
    """Raise if required records are ruled out, or hold no text."""
    for name, others in (("forbidden", forbidden), ("in initial_subset", owned)):
        both = np.intersect1d(required, others)
        if len(both):
            raise ConfigError(
                f"{len(both)} rows are required and {name}, the first is {both[0]}. "
                "Take them out of one of the two."
            )
    empty = required[pool.lengths[required] == 0]
    if len(empty):
        raise InputError(
            f"{len(empty)} required records hold no text, the first is {empty[0]}. "
            "Take them out of required=."
        )

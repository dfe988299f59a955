"""Who may be chosen at all: rows that are named, and what rules others out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from entropylaw.corpus import Corpus
from entropylaw.errors import ConfigError, InputError
from entropylaw.guards import GuardReport
from entropylaw.selection.controls import Controls
from entropylaw.selection.quality import good_enough
from entropylaw.types import AnyArray, BoolArray, FloatArray, IntArray


def rows_of(name: str, rows: Sequence[int] | AnyArray | None, count: int) -> IntArray:
    """Return rows of a pool as int64, in their order.

    Raises
    ------
    InputError
        If they are not distinct whole numbers from 0 to `count` - 1.
    """
    if rows is None or not len(rows):
        return np.empty(0, np.int64)
    values: AnyArray = np.asarray(rows)
    if values.ndim != 1 or not np.issubdtype(values.dtype, np.integer):
        raise InputError(
            f"{name} must be row numbers, a flat sequence of integers, got {values.dtype} of shape "
            f"{values.shape}. For a mask m pass np.flatnonzero(m)."
        )
    distinct = len(np.unique(values))
    if values.min() < 0 or values.max() >= count or distinct < len(values):
        raise InputError(
            f"{name} as rows must be distinct and from 0 to {count - 1}; seen: {len(values)} "
            f"rows, {distinct} distinct, from {values.min()} to {values.max()}."
        )
    return values.astype(np.int64)


def selectable_rows(
    pool: Corpus,
    controls: Controls,
    scores: FloatArray | None,
    guarded: GuardReport | None,
    *,
    required: IntArray,
    owned: IntArray,
    forbidden: IntArray,
) -> tuple[BoolArray, dict[str, int], AnyArray]:
    """Return which records may be chosen beside those required, and why others may not.

    Returns
    -------
    selectable : bool array
    left_out : dict
        How many each reason keeps out; a record counts for the first.
    reasons : uint8 array
        Which of these reasons, counted from 1, keeps each record out; 0 for none.
    """
    lengths, selectable = pool.lengths, np.ones(len(pool), np.bool_)
    reasons: list[tuple[str, BoolArray]] = [
        ("empty", lengths == 0),
        ("owned", _marked(owned, len(pool))),
        ("forbidden", _marked(forbidden, len(pool))),
    ]
    if controls.min_bytes is not None:
        reasons.append((f"shorter than {controls.min_bytes:,} bytes", lengths < controls.min_bytes))
    if controls.max_bytes is not None:
        reasons.append((f"longer than {controls.max_bytes:,} bytes", lengths > controls.max_bytes))
    if controls.quality is not None and scores is not None:
        enough = good_enough(controls.quality, scores)
        reasons.append((f"quality below {controls.quality.minimum}", ~enough))
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
    return selectable, left_out, by_row


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

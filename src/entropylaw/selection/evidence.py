"""What a run keeps of records that it did not choose: shortlists, cut-offs, reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from entropylaw.types import AnyArray, FloatArray, IntArray

SHORTLISTED = np.dtype([("round", "<i4"), ("row", "<i8"), ("ratio", "<f8")])
"""A record that reached the third stage of a round, and the ratio of its union at which it did."""

LAST_SCREENED = np.dtype([("round", "<i4"), ("group", "<i4"), ("row", "<i8"), ("state", "<f8")])
"""The last record of a group to pass the first stage of a round, and the ratio at which it did.

Without quotas there is one group, 0.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What a run keeps of records that it did not choose.

    Attributes
    ----------
    shortlisted : structured array, dtype SHORTLISTED
        Round by round; empty for selectors that know no stages.
    last_screened : structured array, dtype LAST_SCREENED
        Round by round.
    left_out : uint8 array, shape (pool,)
        Why a record could not be chosen: the place, from 1, of the reason in
        `Manifest.left_out`; 0 if it could.
    """

    shortlisted: AnyArray
    last_screened: AnyArray
    left_out: AnyArray

    def __post_init__(self) -> None:
        for array in (self.shortlisted, self.last_screened, self.left_out):
            array.setflags(write=False)


def shortlisted(number: int, rows: IntArray, ratios: FloatArray) -> AnyArray:
    """Return the shortlist of a round."""
    found = np.empty(len(rows), SHORTLISTED)
    found["round"], found["row"], found["ratio"] = number, rows, ratios
    return found


def last_screened(
    number: int, rows: IntArray, state: FloatArray, groups: IntArray | None
) -> AnyArray:
    """Return which record of each group passed the screen of a round last.

    Parameters
    ----------
    number : int
        The round.
    rows : int64 array
        The screened rows, those to prefer among equals first.
    state : float64 array, shape (rows,)
        The ratios at which they were screened.
    groups : int64 array, shape (pool,), or None
        Number of each record's group.

    Examples
    --------
    >>> last_screened(0, np.array([4, 7, 9]), np.array([1.5, 2.0, 2.0]), None)["row"].tolist()
    [9]
    """
    codes = np.zeros(len(rows), np.int64) if groups is None else groups[rows]
    order = np.lexsort((state, codes))
    last = order[np.flatnonzero(np.diff(codes[order], append=-1))]
    found = np.empty(len(last), LAST_SCREENED)
    found["round"], found["group"] = number, codes[last]
    found["row"], found["state"] = rows[last], state[last]
    return found


def gathered(parts: Sequence[AnyArray], kind: np.dtype[np.void]) -> AnyArray:
    """Return the parts of all rounds as one array."""
    return np.concatenate([np.empty(0, kind), *parts])

"""The trace of a run: rounds, evidence for picks and for other records, and what was in view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from entropylaw.selection.stages import Packed, Unions
from entropylaw.sizing import Sizer
from entropylaw.types import AnyArray, FloatArray, IntArray

SHORTLISTED = np.dtype([("round", "<i4"), ("row", "<i8"), ("ratio", "<f8")])
"""A record that reached the third stage of a round, and the ratio of its union at which it did."""

SCREENING_CUTOFF = np.dtype([("round", "<i4"), ("group", "<i4"), ("row", "<i8"), ("state", "<f8")])
"""The last record of a group to pass the first stage of a round, and the ratio at which it did.

Without quotas there is one group, 0.
"""


PICK = np.dtype(
    [
        ("row", "<i8"),
        ("round", "<i4"),
        ("state", "<f8"),
        ("own_raw", "<i8"),
        ("own_size", "<i8"),
        ("union_raw", "<i8"),
        ("union_size", "<i8"),
        ("pack_raw", "<i8"),
        ("pack_size", "<i8"),
    ]
)
"""Evidence for one pick.

row: which record. round: counted from 0. state: the ratio at which it was screened.
own, union, pack: raw and compressed bytes of the record alone, of it with the set chosen
before this round, and of it with the records packed before it in this round.
"""

TRACE = np.dtype(
    [
        ("round", "<i4"),
        ("packed", "<i8"),
        ("screened", "<i8"),
        ("shortlisted", "<i8"),
        ("evaluations", "<i8"),
        ("set_raw", "<i8"),
        ("set_size", "<i8"),
    ]
)
"""One row per round; see `Round`."""


@dataclass(frozen=True, slots=True, eq=False)
class Round:
    """The outcome of one round.

    Attributes
    ----------
    number : int
        Counted from 0.
    picks : structured array, dtype PICK, shape (packed,)
        The records chosen, in order, with the evidence for each.
    screened, shortlisted : int
        How many records reached the second and the third stage.
    evaluations : int
        Unions evaluated. Of byte-identical records one is sized for all, so fewer may have been
        computed.
    set_raw, set_size : int
        Bytes and compressed bytes of everything chosen so far (and owned before).
    shortlist : structured array, dtype SHORTLISTED, shape (shortlisted,)
        Records that reached the third stage; empty where there was none.
    screening_cutoff : structured array, dtype SCREENING_CUTOFF
        Last record of each group to pass the first stage; empty where there was none.
    """

    number: int
    picks: AnyArray
    screened: int
    shortlisted: int
    evaluations: int
    set_raw: int
    set_size: int
    shortlist: AnyArray
    screening_cutoff: AnyArray

    @property
    def rows(self) -> IntArray:
        """The rows chosen in this round, in order."""
        rows: IntArray = self.picks["row"]
        return rows

    @property
    def ratio(self) -> float:
        """Compression ratio of everything chosen so far."""
        return self.set_raw / self.set_size


def picks_of(
    number: int,
    sizer: Sizer,
    screened: IntArray,
    state: FloatArray,
    unions: Unions,
    picked: IntArray,
    packed: Packed,
) -> AnyArray:
    """Return the evidence for each pick; `picked` are positions among the screened rows."""
    rows = screened[picked]
    picks = np.empty(len(rows), PICK)
    picks["row"], picks["round"], picks["state"] = rows, number, state[picked]
    picks["own_raw"], picks["own_size"] = sizer.own_raw[rows], sizer.own_sizes[rows]
    picks["union_raw"], picks["union_size"] = unions.raw[picked], unions.sizes[picked]
    picks["pack_raw"], picks["pack_size"] = packed.raw, packed.sizes
    picks.setflags(write=False)
    return picks


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Evidence on records that were not chosen.

    Attributes
    ----------
    shortlisted : structured array, dtype SHORTLISTED
        Round by round; empty for selectors without stages.
    screening_cutoff : structured array, dtype SCREENING_CUTOFF
        Round by round.
    left_out : uint8 array, shape (pool,)
        Why a record could not be chosen: the place, from 1, of the reason in
        `Manifest.left_out`; 0 if it could.
    """

    shortlisted: AnyArray
    screening_cutoff: AnyArray
    left_out: AnyArray

    def __post_init__(self) -> None:
        for array in (self.shortlisted, self.screening_cutoff, self.left_out):
            array.setflags(write=False)


def shortlisted(number: int, rows: IntArray, ratios: FloatArray) -> AnyArray:
    """Return the shortlist of a round."""
    found = np.empty(len(rows), SHORTLISTED)
    found["round"], found["row"], found["ratio"] = number, rows, ratios
    return found


def screening_cutoff(
    number: int, rows: IntArray, state: FloatArray, groups: IntArray | None
) -> AnyArray:
    """Return the last record of each group to pass the screen of a round.

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
    >>> screening_cutoff(0, np.array([4, 7, 9]), np.array([1.5, 2.0, 2.0]), None)["row"].tolist()
    [9]
    """
    codes = np.zeros(len(rows), np.int64) if groups is None else groups[rows]
    order = np.lexsort((state, codes))
    last = order[np.flatnonzero(np.diff(codes[order], append=-1))]
    found = np.empty(len(last), SCREENING_CUTOFF)
    found["round"], found["group"] = number, codes[last]
    found["row"], found["state"] = rows[last], state[last]
    return found


def gathered(parts: Sequence[AnyArray], kind: np.dtype[np.void]) -> AnyArray:
    """Return the parts of all rounds as one array."""
    return np.concatenate([np.empty(0, kind), *parts])


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """How much of the chosen set the compressor could see when each record was picked.

    Records of one round are picked with the set of the rounds before it in view, and of what
    was owned before.

    Attributes
    ----------
    window : int or None
        Bytes of history that the compressor can see; None for no limit or unknown.
    set_bytes : int64 array, shape (picks,)
        Bytes of the set that each pick was compared with.
    visible_bytes : int64 array, shape (picks,)
        How many of them the compressor could see: the last ones.

    Examples
    --------
    >>> memory = memory_of(32_768, np.array([0, 16_384, 65_536]))
    >>> memory.visible_share.tolist(), memory.whole
    ([1.0, 1.0, 0.5], False)
    """

    window: int | None
    set_bytes: IntArray
    visible_bytes: IntArray

    @property
    def visible_share(self) -> FloatArray:
        """Share of the set that was in sight at each pick; shape (picks,), 1 for the empty set."""
        shares = np.ones(len(self.set_bytes))
        np.divide(self.visible_bytes, self.set_bytes, out=shares, where=self.set_bytes > 0)
        return shares

    @property
    def whole(self) -> bool:
        """Whether the whole set was in sight at every pick."""
        return bool(np.array_equal(self.visible_bytes, self.set_bytes))

    def __repr__(self) -> str:
        return f"Memory({self})"

    def __str__(self) -> str:
        if self.whole:
            return "the whole set"
        return f"{self.window:,} bytes: {self.visible_share[-1]:.0%} of the set at the end"


def memory_of(window: int | None, set_bytes: IntArray) -> Memory:
    """Return what a compressor of this window could see of sets of so many bytes."""
    visible = set_bytes if window is None else np.minimum(set_bytes, window)
    for array in (set_bytes, visible):
        array.setflags(write=False)
    return Memory(window, set_bytes, visible)

"""What one round did, and the evidence for each of its picks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from entropylaw.selection.sizing import Unions
from entropylaw.selection.stages import Packed
from entropylaw.sizing import Sizer
from entropylaw.types import AnyArray, FloatArray, IntArray

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
    """What one round did.

    Attributes
    ----------
    number : int
        Counted from 0.
    picks : structured array, dtype PICK, shape (packed,)
        The records chosen, in order, with the evidence for each.
    screened, shortlisted : int
        How many records reached the second and the third stage.
    evaluations : int
        How many unions were asked for. Of records that are the same to the byte one is sized
        and counts for all, so fewer may have been computed.
    set_raw, set_size : int
        Bytes and compressed bytes of everything chosen so far (and owned before).
    shortlist : structured array, dtype SHORTLISTED, shape (shortlisted,)
        Who reached the third stage; empty where there was none.
    last_screened : structured array, dtype LAST_SCREENED
        Who passed the first stage last; empty where there was none.
    """

    number: int
    picks: AnyArray
    screened: int
    shortlisted: int
    evaluations: int
    set_raw: int
    set_size: int
    shortlist: AnyArray
    last_screened: AnyArray

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
    scorer: Sizer,
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
    picks["own_raw"], picks["own_size"] = scorer.own_raw[rows], scorer.own_sizes[rows]
    picks["union_raw"], picks["union_size"] = unions.raw[picked], unions.sizes[picked]
    picks["pack_raw"], picks["pack_size"] = packed.raw, packed.sizes
    picks.setflags(write=False)
    return picks

"""What a compressor remembers of the chosen set, and what of it was out of its sight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from entropylaw.types import FloatArray, IntArray


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

"""zlib: the compressor of the paper. Priming is exact, at a cost free of the prefix's length."""

from __future__ import annotations

import random
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Self

import numpy as np

from entropylaw.compressors.base import Primed, RecompressPrimed
from entropylaw.compressors.options import check_integer, no_more_options, read_integer
from entropylaw.types import BytesLike, IntArray

WINDOW = 32_768
MIN_LOOKAHEAD = 262
"""Bytes that deflate wants to see ahead; it decides when its window slides."""


@dataclass(frozen=True, slots=True)
class Zlib:
    """Deflate in a zlib wrapper, as ``zlib.compress``.

    Parameters
    ----------
    level : int, default 9
        0 (store) to 9 (densest).

    Examples
    --------
    >>> 0 < Zlib(level=9).compressed_size(b"to be or not to be, " * 50) < 100
    True
    """

    level: int = 9

    window: ClassVar[int] = WINDOW
    releases_gil: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_integer("zlib", "level", self.level, lowest=0, highest=9)

    @classmethod
    def from_options(cls, *options: str) -> Self:
        """Build from the options of a specification such as ``"zlib:6"``."""
        no_more_options("zlib", options[1:])
        return cls(*(read_integer("zlib", "level", text) for text in options))

    @property
    def name(self) -> str:
        """Name and options."""
        return f"zlib:{self.level}"

    @property
    def version(self) -> str:
        """The zlib that Python was linked with at run time."""
        return f"zlib {zlib.ZLIB_RUNTIME_VERSION}"

    def compressed_size(self, data: BytesLike, /) -> int:
        """Return the compressed size of `data` on its own, in bytes."""
        return len(zlib.compress(data, self.level))

    def prime(self, prefix: bytes, /) -> Primed:
        """Return `prefix` read once; exact."""
        if not state_copy_is_exact(zlib, self.level):
            return RecompressPrimed(self, prefix)
        primed = StateCopyPrimed(zlib.compressobj(self.level))
        primed.extend(prefix)
        return primed


class StateCopyPrimed:
    """A deflate state kept open after the prefix, and copied for each continuation.

    Deflate slides its window when it asks for input; a state left less than MIN_LOOKAHEAD
    bytes short of a window boundary would slide earlier than one-shot compression does and
    could lose a match at the far edge. So those last bytes are held back and given together
    with each continuation.
    """

    exact = True

    def __init__(
        self, state: Any, *, held: bytes = b"", consumed: int = 0, written: int = 0
    ) -> None:
        self._state = state
        self._held = held
        self._consumed = consumed
        self._written = written

    @property
    def base(self) -> int:
        """Size of the prefix itself, in bytes."""
        return self.size(b"")

    def size(self, data: bytes, /) -> int:
        """Return the compressed size of the prefix followed by `data`, in bytes."""
        return int(self.sizes([data])[0])

    def sizes(self, items: Sequence[bytes], /) -> IntArray:
        """Return the compressed size of the prefix followed by each item on its own."""
        return self._written + np.fromiter(map(self._tail_size, items), np.int64, len(items))

    def extend(self, more: bytes, /) -> None:
        """Grow the prefix by `more`."""
        pending = self._held + more
        past_boundary = (self._consumed + len(pending)) % WINDOW - (WINDOW - MIN_LOOKAHEAD)
        ready = len(pending) - max(0, past_boundary + 1)
        self._written += len(self._state.compress(pending[:ready]))
        self._consumed += ready
        self._held = pending[ready:]

    def fork(self) -> Self:
        """Return an equal primed prefix for another thread."""
        return type(self)(
            self._state.copy(), held=self._held, consumed=self._consumed, written=self._written
        )

    def _tail_size(self, item: bytes) -> int:
        state = self._state.copy()
        return len(state.compress(self._held + item)) + len(state.flush())


@lru_cache(maxsize=64)
def state_copy_is_exact(codec: Any, level: int) -> bool:
    """Return whether copying the state of this build gives one-shot sizes.

    Builds other than zlib's own (zlib-ng among them) are exact at some levels only, so each
    is tried on text with repeats near and at the edge of the window, in several chunkings.
    """
    rng = random.Random(20240706)
    words = [rng.randbytes(rng.randint(1, 9)) for _ in range(300)]
    text = b" ".join(rng.choice(words) for _ in range(24_000))
    edge = text[: WINDOW - 300] + rng.randbytes(40) + text[:400]
    for prefix in (text[:0], text[:700], text[: WINDOW - 150], text[: 2 * WINDOW + 11], edge):
        for chunk in (611, 5_000, 40_000):
            primed = StateCopyPrimed(codec.compressobj(level))
            for start in range(0, len(prefix), chunk):
                primed.extend(prefix[start : start + chunk])
            for item in (b"", text[30:900], text[60_000:60_400]):
                if primed.size(item) != len(codec.compress(prefix + item, level)):
                    return False
    return True

"""zlib: the compressor of the paper. Priming is exact, at a cost free of the prefix's length."""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Self

import numpy as np

from entropylaw.compressors.base import Primed, RecompressPrimed
from entropylaw.compressors.dictionary import BatchSizer, DictionaryPrimed
from entropylaw.compressors.options import check_flag, check_integer, level_and_flag
from entropylaw.errors import CompressorSpecError
from entropylaw.types import BytesLike, IntArray

WINDOW = 32_768
MIN_LOOKAHEAD = 262
"""Bytes that deflate wants to see ahead; it decides when its window slides."""

DICTIONARY_ID = 4
"""Bytes by which the header of a stream is longer if it names a dictionary."""


@dataclass(frozen=True, slots=True)
class Zlib:
    """Deflate in a zlib wrapper, as ``zlib.compress``.

    Parameters
    ----------
    level : int, default 9
        0 (store) to 9 (densest).
    conditional : bool, default False
        Size continuations after a flush at the end of the prefix: a third to a half of the cost,
        near the exact sizes but not equal to them, so that other records may be chosen. From
        level 1 on.

    Examples
    --------
    >>> 0 < Zlib(level=9).compressed_size(b"to be or not to be, " * 50) < 100
    True
    """

    level: int = 9
    conditional: bool = False

    window: ClassVar[int] = WINDOW
    releases_gil: ClassVar[bool] = True

    _family: ClassVar[str] = "zlib"
    _usual_level: ClassVar[int] = 9

    def __post_init__(self) -> None:
        check_integer(self._family, "level", self.level, lowest=0, highest=9)
        check_flag(self._family, "conditional", self.conditional)
        if self.conditional and self.level == 0:
            raise CompressorSpecError(
                f"{self._family}: level 0 stores and remembers nothing, so it cannot be "
                f'conditional. Try "{self._family}:1:conditional".'
            )

    @classmethod
    def from_options(cls, *options: str) -> Self:
        """Build from the options of a specification such as ``"zlib:9:conditional"``."""
        level, conditional = level_and_flag(
            cls._family, options, flag="conditional", default=cls._usual_level
        )
        return cls(level, conditional)

    @property
    def name(self) -> str:
        """Name and options."""
        name = f"{self._family}:{self.level}"
        return f"{name}:conditional" if self.conditional else name

    @property
    def version(self) -> str:
        """The zlib that Python was linked with at run time."""
        return f"zlib {zlib.ZLIB_RUNTIME_VERSION}"

    def compressed_size(self, data: BytesLike, /) -> int:
        """Return the compressed size of `data` on its own, in bytes."""
        return len(self._codec.compress(data, self.level))

    def prime(self, prefix: bytes, /) -> Primed:
        """Return `prefix` read once; exact unless this compressor is conditional."""
        if state_copy_is_exact(self._codec, self.level):
            state = StateCopyPrimed(self._codec.compressobj(self.level))
            if self.conditional:
                return FlushedPrimed(prefix, state)
            state.extend(prefix)
            return state
        if self.conditional:
            return self._primed_by_dictionary(prefix)
        return RecompressPrimed(self, prefix)

    @property
    def _codec(self) -> Any:
        """The module that does the work; it has the interface of `zlib`."""
        return zlib

    def _primed_by_dictionary(self, prefix: bytes) -> Primed:
        """Return `prefix` read once, for builds whose states depend on how they were fed."""
        return DictionaryPrimed(
            prefix,
            one_shot=self.compressed_size,
            digest=lambda visible: self._codec.compressobj(self.level, zdict=visible),
            encoder=_sizes_after,
            window=WINDOW,
        )


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

    def flushed(self) -> Any:
        """Return a copy of the state with everything written out, the window kept."""
        state = self._state.copy()
        if self._consumed or self._held:  # a flush of nothing would still write a block
            state.compress(self._held)
            state.flush(zlib.Z_PARTIAL_FLUSH)
        return state

    def _tail_size(self, item: bytes) -> int:
        state = self._state.copy()
        return len(state.compress(self._held + item)) + len(state.flush())


class FlushedPrimed:
    """A conditional primed prefix: the state is flushed once, then copied for each continuation.

    The flush of a continuation then encodes its own symbols only, not those of the prefix that
    share a block with it.
    """

    exact = False

    def __init__(self, prefix: bytes, state: StateCopyPrimed) -> None:
        self._exact = state
        self._exact.extend(prefix)
        self._base = state.base
        self._settle()

    @property
    def base(self) -> int:
        """Size of the prefix itself, in bytes."""
        return self._base

    def size(self, data: bytes, /) -> int:
        """Return the size of the prefix plus what `data` adds to it, in bytes."""
        return int(self.sizes([data])[0])

    def sizes(self, items: Sequence[bytes], /) -> IntArray:
        """Return the size of the prefix plus what each item on its own adds to it."""
        added = np.fromiter(map(self._tail_size, items), np.int64, len(items))
        return self._base - self._closing + added

    def extend(self, more: bytes, /) -> None:
        """Grow the prefix by `more`; its size grows by what was added to what was known."""
        self._base = self.size(more)
        self._exact.extend(more)
        self._settle()

    def fork(self) -> FlushedPrimed:
        """Return an equal primed prefix for another thread."""
        twin = FlushedPrimed(b"", self._exact.fork())
        twin._base = self._base
        return twin

    def _settle(self) -> None:
        self._state = self._exact.flushed()
        self._closing = self._tail_size(b"")

    def _tail_size(self, item: bytes) -> int:
        state = self._state.copy()
        return len(state.compress(item)) + len(state.flush())


def _sizes_after(dictionary: Any) -> BatchSizer:
    """Return what sizes items after a state that has been given a dictionary and no data."""

    def sizes(items: Sequence[bytes]) -> Iterator[int]:
        for item in items:
            state = dictionary.copy()
            yield len(state.compress(item)) + len(state.flush()) - DICTIONARY_ID

    return sizes


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

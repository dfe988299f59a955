"""Priming for codecs with zlib's interface: copies of an open state, or a dictionary."""

from __future__ import annotations

import copy
import random
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Self

import numpy as np

from entropylaw.compressors.priming.dictionary import BatchSizer, DictionaryPrimed
from entropylaw.compressors.priming.generic import ConditionalPrimed
from entropylaw.types import IntArray

DEFLATE_WINDOW = 32_768

_MIN_LOOKAHEAD = 262
"""Bytes of input that deflate requires ahead of its position; decides when its window slides."""

_DICTIONARY_ID = 4
"""Bytes by which the header of a zlib stream is longer if it names a dictionary."""


class StateCopyPrimed:
    """A deflate state that has read the prefix, and is copied for each continuation.

    Deflate slides its window when it asks for input. A state left less than 262 bytes short of a
    window boundary would slide earlier than one-shot compression does, and could lose a match at
    the far edge. So those last bytes are held back and passed with each continuation.
    """

    exact = True

    def __init__(self, state: Any) -> None:
        self._state = state
        self._held = b""
        self._consumed = 0
        self._written = 0

    @property
    def base(self) -> int:
        """Size of the prefix itself, in bytes."""
        return self.size(b"")

    def size(self, data: bytes, /) -> int:
        """Return the compressed size of the prefix followed by `data`, in bytes."""
        return int(self.sizes([data])[0])

    def sizes(self, items: Sequence[bytes], /) -> IntArray:
        """Return the compressed size of the prefix followed by each item on its own."""
        return self._written + np.fromiter(map(self._rest_size, items), np.int64, len(items))

    def extend(self, more: bytes, /) -> None:
        """Append `more` to the prefix."""
        pending = self._held + more
        past_boundary = (self._consumed + len(pending)) % DEFLATE_WINDOW
        past_boundary -= DEFLATE_WINDOW - _MIN_LOOKAHEAD
        ready = len(pending) - max(0, past_boundary + 1)
        self._written += len(self._state.compress(pending[:ready]))
        self._consumed += ready
        self._held = pending[ready:]

    def fork(self) -> Self:
        """Return an equal primed prefix for another thread."""
        twin = copy.copy(self)
        twin._state = self._state.copy()
        return twin

    def flushed(self) -> Any:
        """Return a copy of the state with all output written and the window kept."""
        state = self._state.copy()
        if self._consumed or self._held:  # flushing an empty state would still write a block
            state.compress(self._held)
            state.flush(zlib.Z_PARTIAL_FLUSH)
        return state

    def _rest_size(self, item: bytes) -> int:
        state = self._state.copy()
        return len(state.compress(self._held + item)) + len(state.flush())


@lru_cache(maxsize=64)
def state_copy_is_exact(codec: Any, level: int) -> bool:
    """Return whether copying the state of this build of deflate gives one-shot sizes.

    Builds other than zlib's own (zlib-ng among them) are exact at some levels only, so each
    is tried on text with repeats near and at the edge of the window, in several chunkings.
    """
    rng = random.Random(20240706)
    words = [rng.randbytes(rng.randint(1, 9)) for _ in range(300)]
    text = b" ".join(rng.choice(words) for _ in range(24_000))
    window = DEFLATE_WINDOW
    edge = text[: window - 300] + rng.randbytes(40) + text[:400]
    for prefix in (text[:0], text[:700], text[: window - 150], text[: 2 * window + 11], edge):
        for chunk in (611, 5_000, 40_000):
            primed = StateCopyPrimed(codec.compressobj(level))
            for start in range(0, len(prefix), chunk):
                primed.extend(prefix[start : start + chunk])
            for item in (b"", text[30:900], text[60_000:60_400]):
                if primed.size(item) != len(codec.compress(prefix + item, level)):
                    return False
    return True


class FlushedPrimed(ConditionalPrimed):
    """A deflate state that is flushed after the prefix, then copied for each continuation.

    The flush of a continuation then encodes its own symbols only, not those of the prefix that
    share a block with it.
    """

    def __init__(self, state: StateCopyPrimed) -> None:
        super().__init__(state.base)
        self._exact = state
        self._flush()

    def fork(self) -> Self:
        """Return an equal primed prefix for another thread."""
        twin = super().fork()
        twin._exact = self._exact.fork()
        twin._flush()
        return twin

    def _added(self, items: Sequence[bytes]) -> IntArray:
        return np.fromiter(map(self._rest_size, items), np.int64, len(items)) - self._closing

    def _grow(self, more: bytes) -> None:
        self._exact.extend(more)
        self._flush()

    def _flush(self) -> None:
        self._state = self._exact.flushed()
        self._closing = self._rest_size(b"")

    def _rest_size(self, item: bytes) -> int:
        state = self._state.copy()
        return len(state.compress(item)) + len(state.flush())


def deflate_dictionary(
    prefix: bytes,
    *,
    one_shot: Callable[[bytes], int],
    stream_after: Callable[[bytes], Callable[[], Any]],
) -> DictionaryPrimed[Callable[[], Any]]:
    """Return the last 32 KiB of `prefix` as the dictionary of a codec with zlib's interface.

    Parameters
    ----------
    prefix : bytes
        The prefix.
    one_shot : callable
        Size of bytes compressed on their own, in bytes.
    stream_after : callable
        From a dictionary to a function that opens a new stream with it.
    """
    return DictionaryPrimed(
        prefix, one_shot=one_shot, digest=stream_after, encoder=_stream_sizer, window=DEFLATE_WINDOW
    )


def _stream_sizer(open_stream: Callable[[], Any]) -> BatchSizer:
    """Return a function that sizes each item in a new stream, less the dictionary's id."""

    def sizes(items: Sequence[bytes]) -> Iterator[int]:
        for item in items:
            stream = open_stream()
            yield len(stream.compress(item)) + len(stream.flush()) - _DICTIONARY_ID

    return sizes

"""What was kept last, read by the compressor, within a bound of bytes."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral

from entropylaw.compressors import Compressor, describe, prime
from entropylaw.errors import ConfigError

DEFAULT_BYTES = 1 << 22
"""Bytes that are remembered, where the compressor can see so many."""

FEWEST_BYTES = 1 << 12

PARTS = 3
SHRINK = 8
"""The memory has so many parts, each smaller than the one before by this factor."""


class RecentMemory:
    """Remembers the end of a growing set, and sizes records after it.

    To read megabytes anew for each record that is kept would cost more than all else. So the
    memory has parts. What is kept joins the smallest, and only that is read anew; once it is
    full, its content moves on into the next larger one; the largest forgets its oldest bytes.
    A record counts with the least that it adds to any part. So nothing remembered is ever out
    of sight, but a record that repeats something of two parts is given credit for one only.

    Parameters
    ----------
    compressor : Compressor
        What measures.
    limit : int
        Most bytes to remember.
    contents : sequence of bytes, optional
        Of the parts of an earlier memory, the largest first.

    Examples
    --------
    >>> from entropylaw.compressors import Zstd
    >>> memory = RecentMemory(Zstd(), 5000)
    >>> memory.remember(b"the quick brown fox jumps over the lazy dog")
    >>> memory.added(b"the quick brown fox") < memory.added(b"quantum theories")
    True
    """

    def __init__(
        self, compressor: Compressor, limit: int, contents: Sequence[bytes] = (b"",) * PARTS
    ) -> None:
        smaller = [limit // SHRINK**part for part in range(1, PARTS)]
        self._limits = [limit - sum(smaller), *smaller]
        self._compressor = compressor
        self.limit = limit
        self.contents = list(contents)
        self._read: list[_Read | None] = [None] * PARTS

    def __len__(self) -> int:
        return sum(map(len, self.contents))

    def added(self, item: bytes) -> int:
        """Return the bytes that an item adds to what is remembered; at least 1."""
        parts = [part for part, content in enumerate(self.contents) if content] or [0]
        return max(1, min(self._ready(part).added(item) for part in parts))

    def remember(self, item: bytes) -> None:
        """Remember an item, and forget the oldest bytes beyond the limit."""
        self._grow(PARTS - 1, item)
        for part in range(PARTS - 1, 0, -1):
            if len(self.contents[part]) > self._limits[part]:
                self._grow(part - 1, self.contents[part])
                self.contents[part] = b""
        self.contents[0] = self.contents[0][-self._limits[0] :]

    def _grow(self, part: int, more: bytes) -> None:
        self.contents[part] += more
        self._read[part] = None

    def _ready(self, part: int) -> _Read:
        read = self._read[part]
        if read is None:
            read = self._read[part] = _Read(self._compressor, self.contents[part])
        return read


class _Read:
    """Bytes that a compressor has read."""

    def __init__(self, compressor: Compressor, content: bytes) -> None:
        self._primed = prime(compressor, content)
        self._base = self._primed.base

    def added(self, item: bytes) -> int:
        """Return the bytes that an item adds."""
        return self._primed.size(item) - self._base


def checked_limit(recent_bytes: object, compressor: Compressor) -> int:
    """Return how many bytes to remember: what was asked for, or what suits the compressor.

    Raises
    ------
    ConfigError
        If it is too few, or more than the compressor can see.
    """
    window = describe(compressor).window
    if recent_bytes is None:
        return DEFAULT_BYTES if window is None else max(min(DEFAULT_BYTES, window), FEWEST_BYTES)
    if (
        isinstance(recent_bytes, bool)
        or not isinstance(recent_bytes, Integral)
        or int(recent_bytes) < FEWEST_BYTES
    ):
        raise ConfigError(
            f"recent_bytes must be an integer of at least {FEWEST_BYTES}, got {recent_bytes!r}. "
            f"Leave it out for {DEFAULT_BYTES:,}, or what the compressor can see if that is less.",
            parameters=("recent_bytes",),
        )
    if window is not None and int(recent_bytes) > window:
        raise ConfigError(
            f"recent_bytes={int(recent_bytes):,} is more than {compressor.name} can see, which is "
            f'{window:,} bytes. Use recent_bytes={window}, or compressor="zstd:6:long".',
            parameters=("recent_bytes", "compressor"),
        )
    return int(recent_bytes)

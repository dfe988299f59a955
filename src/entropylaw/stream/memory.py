"""The memory of a stream: the text kept last, primed, within a bound of bytes."""

from __future__ import annotations

from collections.abc import Sequence

from entropylaw.compressors import Compressor, Primed, describe, prime
from entropylaw.errors import ConfigError
from entropylaw.validation import integer

DEFAULT_BYTES = 1 << 22
"""Default limit of the memory, if the compressor's window is that large."""

FEWEST_BYTES = 1 << 12

PARTS = 3
SHRINK = 8
"""The memory has `PARTS` parts, each smaller than the one before by this factor."""


class RecentMemory:
    """The end of a growing set, and the bytes that records add to it.

    Priming megabytes again for each kept record would cost more than everything else. So the
    memory has parts. A kept record joins the smallest, and only that is primed again; once it is
    full, its content moves into the next larger one; the largest drops its oldest bytes. A record
    counts with the fewest bytes that it adds to any part. So all remembered text is used, but a
    record that repeats parts of two is credited for one of them only.

    Parameters
    ----------
    compressor : Compressor
        Sizes the records.
    limit : int
        Most bytes to remember.
    contents : sequence of bytes, optional
        Parts of an earlier memory, the largest first.

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
        self._primed: list[tuple[Primed, int] | None] = [None] * PARTS  # with its base

    def __getstate__(self) -> dict[str, object]:
        """Return the state without what is primed: it cannot be copied, and is made again."""
        return {**vars(self), "_primed": [None] * PARTS}

    def __len__(self) -> int:
        return sum(map(len, self.contents))

    def added(self, item: bytes) -> int:
        """Return the bytes that an item adds to the remembered text; at least 1."""
        parts = [part for part, content in enumerate(self.contents) if content] or [0]
        return max(1, min(self._added_to(part, item) for part in parts))

    def remember(self, item: bytes) -> None:
        """Append an item, and drop the oldest bytes beyond the limit."""
        self._grow(PARTS - 1, item)
        for part in range(PARTS - 1, 0, -1):
            if len(self.contents[part]) > self._limits[part]:
                self._grow(part - 1, self.contents[part])
                self.contents[part] = b""
        self.contents[0] = self.contents[0][-self._limits[0] :]

    def _grow(self, part: int, more: bytes) -> None:
        self.contents[part] += more
        self._primed[part] = None

    def _added_to(self, part: int, item: bytes) -> int:
        ready = self._primed[part]
        if ready is None:
            primed = prime(self._compressor, self.contents[part])
            ready = self._primed[part] = (primed, primed.base)
        return ready[0].size(item) - ready[1]


def checked_limit(recent_bytes: object, compressor: Compressor) -> int:
    """Return the number of bytes to remember; by default as the compressor's window allows.

    Raises
    ------
    ConfigError
        If it is too small, or exceeds the compressor's window.
    """
    window = describe(compressor).window
    if recent_bytes is None:
        return DEFAULT_BYTES if window is None else max(min(DEFAULT_BYTES, window), FEWEST_BYTES)
    hint = f"Leave it out for {DEFAULT_BYTES:,}, or the compressor's window if that is smaller."
    limit = integer("recent_bytes", recent_bytes, at_least=FEWEST_BYTES, hint=hint)
    if window is not None and limit > window:
        raise ConfigError(
            f"recent_bytes: expected at most {window:,}, the window of {compressor.name}; saw "
            f'{limit:,}. Try recent_bytes={window}, or compressor="zstd:6:long".',
            parameters=("recent_bytes", "compressor"),
        )
    return limit

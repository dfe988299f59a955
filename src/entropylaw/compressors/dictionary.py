"""Priming for codecs that take the prefix as a dictionary: conditional, read on a schedule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, Self, TypeVar

import numpy as np

from entropylaw.types import IntArray

Digest = TypeVar("Digest")

BatchSizer = Callable[[Sequence[bytes]], Iterable[int]]
"""From a batch of items to the compressed size of each."""

WHOLE = 1 << 23
"""Bytes of prefix up to which it is digested anew, whole, after each extension."""

RECENT_SHARE = 16
"""Beyond, what is new is digested on its own until it is one byte in so many of the prefix."""


class DictionaryPrimed(Generic[Digest]):
    """A conditional primed prefix: its visible bytes become a dictionary.

    The size of the prefix is accumulated: what each extension added to what was known.

    A long prefix is not digested anew for every extension: that would cost more than all else.
    The bytes added since its last digest are a second, small dictionary, and an item counts with
    the smaller of its sizes after either. So everything visible is seen, but an item that repeats
    something of both is given credit for one of them only. The schedule depends on nothing but
    the lengths of prefix and extensions.

    Parameters
    ----------
    prefix : bytes
        The prefix; only its last `window` bytes are kept.
    one_shot : callable
        Size of bytes compressed on their own, in bytes.
    digest : callable
        From visible bytes to whatever form the codec reads fast; may be shared by threads.
    encoder : callable
        From a digest to a function that returns the compressed size of each item of a batch;
        used by one thread.
    window : int
        Bytes of prefix that the codec can see.
    """

    exact = False

    def __init__(
        self,
        prefix: bytes,
        *,
        one_shot: Callable[[bytes], int],
        digest: Callable[[bytes], Digest],
        encoder: Callable[[Digest], BatchSizer],
        window: int,
    ) -> None:
        self._one_shot = one_shot
        self._window = window
        self._overhead = one_shot(b"")
        self._base = one_shot(prefix)
        self._settled = _Dictionary(prefix[-window:], digest, encoder)
        self._recent = _Dictionary(b"", digest, encoder)

    @property
    def base(self) -> int:
        """Size of the prefix itself, in bytes."""
        return self._base

    def size(self, data: bytes, /) -> int:
        """Return the size of the prefix plus what `data` adds to it, in bytes."""
        return int(self.sizes([data])[0])

    def sizes(self, items: Sequence[bytes], /) -> IntArray:
        """Return the size of the prefix plus what each item on its own adds to it."""
        return self._base - self._overhead + self._added(items)

    def extend(self, more: bytes, /) -> None:
        """Grow the prefix by `more`."""
        if not more:
            return
        self._base = self.size(more)
        self._recent.append(more)
        recent, settled = len(self._recent.content), len(self._settled.content)
        if recent * RECENT_SHARE > settled or recent + settled <= WHOLE:
            self._settled.append(self._recent.content, keep=self._window)
            self._recent.clear()

    def fork(self) -> DictionaryPrimed[Digest]:
        """Return an equal primed prefix for another thread, sharing the digests."""
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin._settled = self._settled.fork()
        twin._recent = self._recent.fork()
        return twin

    def _added(self, items: Sequence[bytes]) -> IntArray:
        if not self._settled.content:
            return np.fromiter(map(self._one_shot, items), np.int64, len(items))
        added = self._settled.sizes(items)
        return np.minimum(added, self._recent.sizes(items)) if self._recent.content else added


class _Dictionary(Generic[Digest]):
    """Bytes that serve as a dictionary, digested when first asked for."""

    def __init__(
        self,
        content: bytes,
        digest: Callable[[bytes], Digest],
        encoder: Callable[[Digest], BatchSizer],
    ) -> None:
        self.content = content
        self._digest = digest
        self._encoder = encoder
        self._digested: Digest | None = None
        self._encode: BatchSizer | None = None

    def sizes(self, items: Sequence[bytes]) -> IntArray:
        """Return the compressed size of each item, the content being known."""
        if self._encode is None:
            self._encode = self._encoder(self._ready())
        return np.fromiter(self._encode(items), np.int64, len(items))

    def append(self, more: bytes, *, keep: int | None = None) -> None:
        """Grow the content; only its last `keep` bytes stay."""
        self._forget()
        self.content = (self.content + more)[-keep:] if keep else self.content + more

    def clear(self) -> None:
        """Let go of the content."""
        self._forget()
        self.content = b""

    def fork(self) -> Self:
        """Return a dictionary for another thread, sharing the digest."""
        if self.content:
            self._ready()
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin._encode = None
        return twin

    def _ready(self) -> Digest:
        if self._digested is None:
            self._digested = self._digest(self.content)
        return self._digested

    def _forget(self) -> None:
        self._digested = self._encode = None

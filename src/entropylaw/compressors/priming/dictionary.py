"""Priming for codecs that take a dictionary: conditional, digested on a schedule."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, Self, TypeVar

import numpy as np

from entropylaw.compressors.priming.generic import ConditionalPrimed
from entropylaw.types import IntArray

Digest = TypeVar("Digest")

BatchSizer = Callable[[Sequence[bytes]], Iterable[int]]
"""From a batch of items to the compressed size of each."""

WHOLE = 1 << 23
"""Bytes of prefix up to which a dictionary is digested anew, whole, after each extension."""

RECENT_SHARE = 16
"""Beyond `WHOLE`, recent bytes have their own digest until they exceed 1/16 of the older ones."""


class DictionaryPrimed(ConditionalPrimed, Generic[Digest]):
    """The visible bytes of the prefix as a dictionary, digested on a schedule.

    Digesting a long prefix anew after every extension would cost more than everything else. So
    the bytes added since its last digest form a second, small dictionary, and an item counts with
    the smaller of its sizes after either. Everything visible is used, but an item that repeats
    parts of both is credited for one of them only. The schedule depends only on the lengths of
    prefix and extensions.

    Parameters
    ----------
    prefix : bytes
        The prefix; only its last `window` bytes are kept.
    one_shot : callable
        Size of bytes compressed on their own, in bytes.
    digest : callable
        From visible bytes to the form that the codec reads fast; may be shared by threads.
    encoder : callable
        From a digest to a function that returns the compressed size of each item of a batch;
        used by one thread.
    window : int
        Bytes of prefix that the codec can refer to.
    """

    def __init__(
        self,
        prefix: bytes,
        *,
        one_shot: Callable[[bytes], int],
        digest: Callable[[bytes], Digest],
        encoder: Callable[[Digest], BatchSizer],
        window: int,
    ) -> None:
        super().__init__(one_shot(prefix))
        self._one_shot = one_shot
        self._window = window
        self._overhead = one_shot(b"")
        self._older = _Dictionary(prefix[-window:], digest, encoder)
        self._recent = _Dictionary(b"", digest, encoder)

    def fork(self) -> Self:
        """Return an equal primed prefix for another thread, sharing the digests."""
        twin = super().fork()
        twin._older = self._older.fork()
        twin._recent = self._recent.fork()
        return twin

    def _added(self, items: Sequence[bytes]) -> IntArray:
        if self._older.content:
            added = self._older.sizes(items)
        else:
            added = np.fromiter(map(self._one_shot, items), np.int64, len(items))
        if self._recent.content:
            added = np.minimum(added, self._recent.sizes(items))
        return added - self._overhead

    def _grow(self, more: bytes) -> None:
        self._recent.append(more)
        recent, older = len(self._recent.content), len(self._older.content)
        if recent * RECENT_SHARE > older or recent + older <= WHOLE:
            self._older.append(self._recent.content, keep=self._window)
            self._recent.clear()


class _Dictionary(Generic[Digest]):
    """Bytes that serve as a dictionary, digested on first use."""

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
        """Return the compressed size of each item after this content."""
        if self._encode is None:
            self._encode = self._encoder(self._ready())
        return np.fromiter(self._encode(items), np.int64, len(items))

    def append(self, more: bytes, *, keep: int | None = None) -> None:
        """Append to the content; only its last `keep` bytes stay."""
        self._digested = self._encode = None
        self.content = (self.content + more)[-keep:] if keep else self.content + more

    def clear(self) -> None:
        """Drop the content."""
        self._digested = self._encode = None
        self.content = b""

    def fork(self) -> Self:
        """Return a dictionary for another thread, sharing the digest."""
        if self.content:
            self._ready()
        twin = copy.copy(self)
        twin._encode = None
        return twin

    def _ready(self) -> Digest:
        if self._digested is None:
            self._digested = self._digest(self.content)
        return self._digested

"""Priming for any compressor: the default, what conditional primings share, and the tail."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Self

import numpy as np

from entropylaw.compressors.base import Compressor, Primed, PrimingCompressor, measured_size
from entropylaw.types import IntArray


def prime(compressor: Compressor, prefix: bytes) -> Primed:
    """Return `prefix` read once by `compressor`, by its own means or by recompression."""
    if isinstance(compressor, PrimingCompressor):
        return compressor.prime(prefix)
    return RecompressPrimed(compressor, prefix)


class RecompressPrimed:
    """The default primed prefix: it is kept, and compressed with each continuation."""

    exact = True

    def __init__(self, compressor: Compressor, prefix: bytes) -> None:
        self._compressor = compressor
        self._prefix = prefix

    @property
    def base(self) -> int:
        """Size of the prefix itself, in bytes."""
        return measured_size(self._compressor, self._prefix)

    def size(self, data: bytes, /) -> int:
        """Return the size of the prefix followed by `data`, in bytes."""
        return measured_size(self._compressor, self._prefix + data)

    def sizes(self, items: Sequence[bytes], /) -> IntArray:
        """Return the size of the prefix followed by each item on its own."""
        return np.fromiter((self.size(item) for item in items), np.int64, len(items))

    def extend(self, more: bytes, /) -> None:
        """Append `more` to the prefix."""
        self._prefix += more

    def fork(self) -> Self:
        """Return an equal primed prefix for another thread."""
        return type(self)(self._compressor, self._prefix)


class ConditionalPrimed(ABC):
    """Base of primed prefixes whose size accumulates what each extension added.

    Parameters
    ----------
    base : int
        Size of the prefix at first, in bytes.
    """

    exact = False

    def __init__(self, base: int) -> None:
        self._base = base

    @property
    def base(self) -> int:
        """Size of the prefix itself, in bytes."""
        return self._base

    def size(self, data: bytes, /) -> int:
        """Return the size of the prefix plus what `data` adds to it, in bytes."""
        return int(self.sizes([data])[0])

    def sizes(self, items: Sequence[bytes], /) -> IntArray:
        """Return the size of the prefix plus what each item on its own adds to it."""
        return self._base + self._added(items)

    def extend(self, more: bytes, /) -> None:
        """Append `more` to the prefix, whose size grows by what `more` adds to it."""
        if more:
            self._base = self.size(more)
            self._grow(more)

    def fork(self) -> Self:
        """Return an equal primed prefix for another thread."""
        return copy.copy(self)

    @abstractmethod
    def _added(self, items: Sequence[bytes]) -> IntArray:
        """Return the bytes that each item adds to the prefix."""

    @abstractmethod
    def _grow(self, more: bytes) -> None:
        """Append bytes to the prefix, but not to its size."""


class TailPrimed(ConditionalPrimed):
    """The last bytes of the prefix, compressed again with each item.

    An item adds ``compressed_size(tail + item) - compressed_size(tail)``. While the prefix is no
    longer than the tail, that is exactly what it adds to the whole prefix. Beyond that, repeats of
    older parts count as new, so sizes are too large; and the codec may lay out the tail with an
    item differently from the tail alone, which shifts the sizes of many items by the same number
    of bytes. The size of the prefix accumulates these errors.

    The cost is that of compressing the tail for each item, whatever the length of the prefix.

    Parameters
    ----------
    compressor : Compressor
        Sizes bytes on their own.
    prefix : bytes
        The prefix; only its last `length` bytes are kept.
    length : int
        Bytes of the tail, 1 or more. A longer tail is nearer to recompression, and slower.

    Examples
    --------
    >>> from entropylaw.compressors import Bz2
    >>> primed = TailPrimed(Bz2(), b"to be or not to be", length=8)
    >>> primed.size(b", that") == (
    ...     Bz2().compressed_size(b"to be or not to be")
    ...     + Bz2().compressed_size(b"ot to be, that")
    ...     - Bz2().compressed_size(b"ot to be")
    ... )
    True
    """

    def __init__(self, compressor: Compressor, prefix: bytes, *, length: int) -> None:
        super().__init__(measured_size(compressor, prefix))
        self._compressor = compressor
        self._length = length
        self._tail = b""
        self._grow(prefix)

    def _added(self, items: Sequence[bytes]) -> IntArray:
        sizes = (measured_size(self._compressor, self._tail + item) for item in items)
        return np.fromiter(sizes, np.int64, len(items)) - self._tail_size

    def _grow(self, more: bytes) -> None:
        self._tail = (self._tail + more)[-self._length :]
        self._tail_size = measured_size(self._compressor, self._tail)

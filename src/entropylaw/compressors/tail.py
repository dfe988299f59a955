"""Priming for codecs that keep nothing between calls: the tail of the prefix, compressed anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from entropylaw.compressors.base import Compressor, measured_size
from entropylaw.types import IntArray


class TailPrimed:
    """A conditional primed prefix: its last bytes are compressed again with each item.

    An item adds ``compressed_size(tail + item) - compressed_size(tail)``. While the prefix is
    within its tail, that is what it adds to the whole prefix, exactly. Beyond, what repeats
    something older counts as news, so sizes are too large; and the codec may lay out the tail
    with an item in another way than the tail alone, which shifts the sizes of many items by
    the same bytes. The size of the prefix is accumulated, errors included.

    The cost is that of compressing the tail for each item, whatever the length of the prefix.

    Parameters
    ----------
    compressor : Compressor
        Sizes bytes on their own.
    prefix : bytes
        The prefix; only its last `length` bytes are kept.
    length : int
        Bytes of the tail, 1 or more. The longer, the nearer to recompression, and the slower.

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

    exact = False

    def __init__(self, compressor: Compressor, prefix: bytes, *, length: int) -> None:
        self._compressor = compressor
        self._length = length
        self._base = measured_size(compressor, prefix)
        self._keep(prefix)

    @property
    def base(self) -> int:
        """Size of the prefix itself, in bytes."""
        return self._base

    def size(self, data: bytes, /) -> int:
        """Return the size of the prefix plus what `data` adds to its tail, in bytes."""
        return self._base - self._alone + measured_size(self._compressor, self._tail + data)

    def sizes(self, items: Sequence[bytes], /) -> IntArray:
        """Return the size of the prefix plus what each item on its own adds to its tail."""
        return np.fromiter(map(self.size, items), np.int64, len(items))

    def extend(self, more: bytes, /) -> None:
        """Grow the prefix by `more`; its size grows by what was added to the tail."""
        self._base = self.size(more)
        self._keep(self._tail + more)

    def fork(self) -> Self:
        """Return an equal primed prefix for another thread."""
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        return twin

    def _keep(self, prefix: bytes) -> None:
        self._tail = prefix[-self._length :]
        self._alone = measured_size(self._compressor, self._tail)

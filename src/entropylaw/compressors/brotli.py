"""Brotli. Its Python binding takes no prefix: the prefix is compressed with each candidate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import brotli

from entropylaw.compressors.base import Codec, Primed, option
from entropylaw.compressors.priming import RecompressPrimed, TailPrimed
from entropylaw.types import BytesLike

_WINDOW_LOG = 22

_TAIL = 65_536
"""Bytes of prefix that the tail form compresses again with each continuation."""

_LOWEST_WITH_TAIL = 2
"""Below, brotli lays out its tables by the length of the data: differences are meaningless."""


@dataclass(frozen=True, slots=True)
class Brotli(Codec):
    """A brotli stream with a window of 4 MiB.

    Brotli from Python takes no dictionary and its states cannot be copied. So each continuation
    is compressed together with the whole prefix, exact and slow; or, in the tail form, together
    with its last 64 KiB: about a millisecond a record at quality 5, whatever the prefix.

    Parameters
    ----------
    quality : int, default 5
        0 (fastest) to 11 (densest, some hundred times slower).
    tail : bool, default False
        Size continuations by what they add to the last 64 KiB of the prefix. From quality 2 on.

    Notes
    -----
    The tail form does not give the sizes of recompression, and its window is 64 KiB, not 4 MiB. In
    a set of 1 MB, on four collections of real text (``benchmarks/results/tail_error.json``):

    * at quality 5, records add 7 to 16 % more than they do to the whole set, since repeats of
      anything older than the tail count as new; the ranks of their union ratios correlate by
      0.88 to 0.98 with those of recompression, which costs some 15 times as much;
    * at quality 2, brotli may lay out the tail with a record differently from the tail alone,
      and all records add the same bytes too many or too few: from 2 % too little in one
      collection to 66 % too much in another. Ranks correlate by 0.73 to 0.98. A byte or two may
      seem to make the set smaller.

    `Zstd` has a larger window and costs a small fraction of that.

    Examples
    --------
    >>> Brotli(quality=5).name
    'brotli:5'
    """

    quality: int = option(5, at_least=0, at_most=11)
    tail: bool = option(False)

    family: ClassVar[str] = "brotli"

    @property
    def version(self) -> str:
        """The brotli library, whose version the package shares."""
        return f"brotli {brotli.__version__}"

    @property
    def window(self) -> int:
        """Bytes of history that it can refer to."""
        return _TAIL if self.tail else (1 << _WINDOW_LOG) - 16

    def compressed_size(self, data: BytesLike, /) -> int:
        """Return the compressed size of `data` on its own, in bytes."""
        return len(brotli.compress(data, quality=self.quality, lgwin=_WINDOW_LOG))

    def prime(self, prefix: bytes, /) -> Primed:
        """Return `prefix` read once; conditional in the tail form, else recompressed."""
        if self.tail:
            return TailPrimed(self, prefix, length=_TAIL)
        return RecompressPrimed(self, prefix)

    def _conflict(self) -> str:
        if self.tail and self.quality < _LOWEST_WITH_TAIL:
            return (
                f"expected a quality of at least {_LOWEST_WITH_TAIL} with tail; saw "
                f'{self.quality}. Try "brotli:{_LOWEST_WITH_TAIL}:tail".'
            )
        return ""

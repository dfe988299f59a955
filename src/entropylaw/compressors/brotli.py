"""Brotli. Its Python binding takes no prefix: what is known is compressed with each candidate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import brotli

from entropylaw.compressors.base import Primed, RecompressPrimed
from entropylaw.compressors.options import check_flag, check_integer, level_and_flag
from entropylaw.compressors.tail import TailPrimed
from entropylaw.errors import CompressorSpecError
from entropylaw.types import BytesLike

WINDOW_LOG = 22

TAIL = 65_536
"""Bytes of prefix that the tail form compresses anew with each continuation."""

LOWEST_WITH_TAIL = 2
"""Below, brotli lays out its tables by the length of the data, and differences mean nothing."""


@dataclass(frozen=True, slots=True)
class Brotli:
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
    The tail form does not give the sizes of recompression, and remembers 64 KiB, not 4 MiB. In a
    set of 1 MB, on four collections of real text (``benchmarks/results/tail_error.json``):

    * at quality 5, records add 7 to 16 % more than they do to the whole set, since what repeats
      something older than the tail counts as news; the ranks of their union ratios correlate by
      0.88 to 0.98 with those of recompression, which costs some 15 times as much;
    * at quality 2, brotli may lay out the tail with a record in another way than the tail alone,
      and all records add the same bytes too many or too few: from 2 % too little in one
      collection to 66 % too much in another. Ranks correlate by 0.73 to 0.98. A byte or two may
      seem to make the set smaller.

    `Zstd` remembers more and costs a small part of that.

    Examples
    --------
    >>> Brotli(quality=5).name
    'brotli:5'
    """

    quality: int = 5
    tail: bool = False

    releases_gil: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_integer("brotli", "quality", self.quality, lowest=0, highest=11)
        check_flag("brotli", "tail", self.tail)
        if self.tail and self.quality < LOWEST_WITH_TAIL:
            raise CompressorSpecError(
                f"brotli: with a tail, quality must be {LOWEST_WITH_TAIL} or more, "
                f'got {self.quality}. Try "brotli:{LOWEST_WITH_TAIL}:tail".'
            )

    @classmethod
    def from_options(cls, *options: str) -> Self:
        """Build from the options of a specification such as ``"brotli:5:tail"``."""
        quality, tail = level_and_flag(
            "brotli", options, flag="tail", default=5, level_name="quality"
        )
        return cls(quality, tail)

    @property
    def name(self) -> str:
        """Name and options."""
        return f"brotli:{self.quality}:tail" if self.tail else f"brotli:{self.quality}"

    @property
    def version(self) -> str:
        """The brotli library, whose version the package shares."""
        return f"brotli {brotli.__version__}"

    @property
    def window(self) -> int:
        """Bytes of history that it can see."""
        return TAIL if self.tail else (1 << WINDOW_LOG) - 16

    def compressed_size(self, data: BytesLike, /) -> int:
        """Return the compressed size of `data` on its own, in bytes."""
        return len(brotli.compress(data, quality=self.quality, lgwin=WINDOW_LOG))

    def prime(self, prefix: bytes, /) -> Primed:
        """Return `prefix` read once; conditional in the tail form, else recompressed."""
        if self.tail:
            return TailPrimed(self, prefix, length=TAIL)
        return RecompressPrimed(self, prefix)

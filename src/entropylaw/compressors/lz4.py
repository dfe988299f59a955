"""LZ4 blocks. Priming is conditional: the last 64 KB of the prefix become the dictionary."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Self

import lz4
import lz4.block

from entropylaw.compressors.base import Primed
from entropylaw.compressors.dictionary import BatchSizer, DictionaryPrimed
from entropylaw.compressors.options import check_integer, no_more_options, read_integer
from entropylaw.types import BytesLike

WINDOW = 65_536


@dataclass(frozen=True, slots=True)
class Lz4:
    """One LZ4 block, without frame or stored size.

    Parameters
    ----------
    level : int, default 0
        0 is the fast compressor; 1 to 12 are the levels of the high-compression one.

    Examples
    --------
    >>> 0 < Lz4().compressed_size(b"abcd" * 100) < 100
    True
    """

    level: int = 0

    window: ClassVar[int] = WINDOW
    releases_gil: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_integer("lz4", "level", self.level, lowest=0, highest=12)

    @classmethod
    def from_options(cls, *options: str) -> Self:
        """Build from the options of a specification such as ``"lz4:9"``."""
        no_more_options("lz4", options[1:])
        return cls(*(read_integer("lz4", "level", text) for text in options))

    @property
    def name(self) -> str:
        """Name and options."""
        return f"lz4:{self.level}"

    @property
    def version(self) -> str:
        """The lz4 library inside the lz4 package, and the package."""
        return f"lz4 {lz4.library_version_string()}, lz4 package {lz4.__version__}"

    def compressed_size(self, data: BytesLike, /) -> int:
        """Return the compressed size of `data` on its own, in bytes."""
        return len(self._block(data))

    def prime(self, prefix: bytes, /) -> Primed:
        """Return `prefix` read once; conditional."""
        return DictionaryPrimed(
            prefix,
            one_shot=self.compressed_size,
            digest=_apart,
            encoder=self._encoder,
            window=WINDOW,
        )

    def _encoder(self, visible: bytes) -> BatchSizer:
        block = partial(self._block, dict=visible)
        return lambda items: (len(block(item)) for item in items)

    @property
    def _block(self) -> Callable[..., bytes]:
        if self.level == 0:
            return partial(lz4.block.compress, store_size=False)
        return partial(
            lz4.block.compress,
            mode="high_compression",
            compression=self.level,
            store_size=False,
        )


def _apart(visible: bytes) -> bytes:
    """Return a copy in memory of its own: LZ4 forgets a dictionary that overlaps its input."""
    return bytes(bytearray(visible))

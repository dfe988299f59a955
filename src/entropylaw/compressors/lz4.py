"""LZ4 blocks. Priming is conditional: the last 64 KiB of the prefix become the dictionary."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import lz4
import lz4.block

from entropylaw.compressors.base import Codec, Primed, option
from entropylaw.compressors.priming import BatchSizer, DictionaryPrimed
from entropylaw.types import BytesLike


@dataclass(frozen=True, slots=True)
class Lz4(Codec):
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

    level: int = option(0, at_least=0, at_most=12)

    family: ClassVar[str] = "lz4"
    window: ClassVar[int] = 65_536

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
            digest=_copied,
            encoder=self._encoder,
            window=self.window,
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


def _copied(visible: bytes) -> bytes:
    """Return a copy in new memory: LZ4 ignores a dictionary that overlaps its input."""
    return bytes(bytearray(visible))

"""ISA-L's igzip: the fastest deflate. Priming is conditional. Needs the extra `fast`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from entropylaw.compressors.base import Codec, Primed, option
from entropylaw.compressors.priming import DEFLATE_WINDOW, deflate_dictionary
from entropylaw.types import BytesLike


@dataclass(frozen=True, slots=True)
class Isal(Codec):
    """Deflate in a zlib wrapper by ISA-L.

    Its states cannot be copied, so the last 32 KiB of a prefix become the dictionary. Sizes differ
    from those of `Zlib`, and may differ between kinds of processor.

    Parameters
    ----------
    level : int, default 2
        0 (fastest) to 3 (densest, at twice the cost of 2 after a prefix).

    Raises
    ------
    MissingExtraError
        If the package isal is not installed.

    Examples
    --------
    >>> 0 < Isal().compressed_size(b"to be or not to be, " * 50) < 100
    True
    """

    level: int = option(2, at_least=0, at_most=3)

    family: ClassVar[str] = "isal"
    module: ClassVar[str] = "isal.isal_zlib"
    window: ClassVar[int] = DEFLATE_WINDOW

    @property
    def version(self) -> str:
        """The ISA-L library inside the isal package, and the package."""
        import isal

        return f"isal {isal.ISAL_VERSION}, isal package {isal.__version__}"

    def compressed_size(self, data: BytesLike, /) -> int:
        """Return the compressed size of `data` on its own, in bytes."""
        # Not by the one-shot call: at levels 1 and 2 it does not clear its match tables, so that
        # sizes depend on the former content of that memory.
        stream = self._extra().compressobj(self.level)
        return len(stream.compress(data)) + len(stream.flush())

    def prime(self, prefix: bytes, /) -> Primed:
        """Return `prefix` read once; conditional."""
        return deflate_dictionary(
            prefix, one_shot=self.compressed_size, stream_after=self._stream_after
        )

    def _stream_after(self, visible: bytes) -> Callable[[], Any]:
        return partial(self._extra().compressobj, self.level, zdict=visible)

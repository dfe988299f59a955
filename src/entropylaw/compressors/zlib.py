"""zlib: the compressor of the paper. Priming is exact, at a cost free of the prefix's length."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from entropylaw.compressors.base import Codec, Primed, option
from entropylaw.compressors.priming import (
    DEFLATE_WINDOW,
    FlushedPrimed,
    RecompressPrimed,
    StateCopyPrimed,
    deflate_dictionary,
    state_copy_is_exact,
)
from entropylaw.types import BytesLike


@dataclass(frozen=True, slots=True)
class Zlib(Codec):
    """Deflate in a zlib wrapper, as ``zlib.compress``.

    Parameters
    ----------
    level : int, default 9
        0 (store) to 9 (densest).
    conditional : bool, default False
        Size continuations after a flush at the end of the prefix: a third to a half of the cost,
        near the exact sizes but not equal to them, so that other records may be chosen. From
        level 1 on.

    Examples
    --------
    >>> 0 < Zlib(level=9).compressed_size(b"to be or not to be, " * 50) < 100
    True
    """

    level: int = option(9, at_least=0, at_most=9)
    conditional: bool = option(False)

    family: ClassVar[str] = "zlib"
    window: ClassVar[int] = DEFLATE_WINDOW

    @property
    def version(self) -> str:
        """The zlib that Python was linked with at run time."""
        return f"zlib {zlib.ZLIB_RUNTIME_VERSION}"

    def compressed_size(self, data: BytesLike, /) -> int:
        """Return the compressed size of `data` on its own, in bytes."""
        return len(self._codec.compress(data, self.level))

    def prime(self, prefix: bytes, /) -> Primed:
        """Return `prefix` read once; exact unless this compressor is conditional."""
        if state_copy_is_exact(self._codec, self.level):
            state = StateCopyPrimed(self._codec.compressobj(self.level))
            state.extend(prefix)
            return FlushedPrimed(state) if self.conditional else state
        if self.conditional:  # this build's states depend on how they were fed
            return deflate_dictionary(
                prefix, one_shot=self.compressed_size, stream_after=self._stream_after
            )
        return RecompressPrimed(self, prefix)

    @property
    def _codec(self) -> Any:
        """The module that compresses; it has the interface of `zlib`."""
        return zlib

    def _stream_after(self, visible: bytes) -> Callable[[], Any]:
        copies: Callable[[], Any] = self._codec.compressobj(self.level, zdict=visible).copy
        return copies

    def _conflict(self) -> str:
        if self.conditional and self.level == 0:
            return (
                "expected a level of at least 1 with conditional; saw 0, which stores without "
                f'history. Try "{self.family}:1:conditional".'
            )
        return ""

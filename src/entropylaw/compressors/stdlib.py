"""bz2 and lzma from the standard library; continuations are sized by recompression."""

from __future__ import annotations

import bz2
import lzma
import platform
from dataclasses import dataclass
from typing import ClassVar

from entropylaw.compressors.base import Codec, option
from entropylaw.types import BytesLike

_LZMA_WINDOWS = tuple(1 << log for log in (18, 20, 21, 22, 22, 23, 23, 24, 25, 26))
"""Dictionary size of each xz preset, in bytes."""


@dataclass(frozen=True, slots=True)
class Bz2(Codec):
    """bzip2: blocks of 100 KB times the level, each sorted on its own.

    Parameters
    ----------
    level : int, default 9
        1 to 9.

    Examples
    --------
    >>> Bz2().window
    900000
    """

    level: int = option(9, at_least=1, at_most=9)

    family: ClassVar[str] = "bz2"

    @property
    def version(self) -> str:
        """The version of Python, since its bz2 module does not give that of bzip2."""
        return f"bz2 of Python {platform.python_version()}"

    @property
    def window(self) -> int:
        """Bytes of history that it can refer to: one block."""
        return 100_000 * self.level

    def compressed_size(self, data: BytesLike, /) -> int:
        """Return the compressed size of `data` on its own, in bytes."""
        return len(bz2.compress(data, self.level))


@dataclass(frozen=True, slots=True)
class Lzma(Codec):
    """xz: dense, slow, with a large window; suited to judge a selection independently.

    Parameters
    ----------
    preset : int, default 6
        0 to 9; the window is 256 KiB at 0, 8 MiB at 6 and 64 MiB at 9.

    Examples
    --------
    >>> Lzma(preset=9).window == 64 * 1024**2
    True
    """

    preset: int = option(6, at_least=0, at_most=9)

    family: ClassVar[str] = "lzma"

    @property
    def version(self) -> str:
        """The version of Python, since its lzma module does not give that of liblzma."""
        return f"lzma of Python {platform.python_version()}"

    @property
    def window(self) -> int:
        """Bytes of history that it can refer to."""
        return _LZMA_WINDOWS[self.preset]

    def compressed_size(self, data: BytesLike, /) -> int:
        """Return the compressed size of `data` on its own, in bytes."""
        return len(lzma.compress(data, preset=self.preset))

"""bz2 and lzma from the standard library; continuations are sized by recompression."""

from __future__ import annotations

import bz2
import lzma
import platform
from dataclasses import dataclass
from typing import ClassVar, Self

from entropylaw.compressors.options import check_integer, no_more_options, read_integer
from entropylaw.types import BytesLike

LZMA_WINDOWS = tuple(1 << log for log in (18, 20, 21, 22, 22, 23, 23, 24, 25, 26))
"""Dictionary size of each xz preset, in bytes."""


@dataclass(frozen=True, slots=True)
class Bz2:
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

    level: int = 9

    releases_gil: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_integer("bz2", "level", self.level, lowest=1, highest=9)

    @classmethod
    def from_options(cls, *options: str) -> Self:
        """Build from the options of a specification such as ``"bz2:9"``."""
        no_more_options("bz2", options[1:])
        return cls(*(read_integer("bz2", "level", text) for text in options))

    @property
    def name(self) -> str:
        """Name and options."""
        return f"bz2:{self.level}"

    @property
    def version(self) -> str:
        """bzip2 does not tell its version to Python."""
        return f"bz2 of Python {platform.python_version()}"

    @property
    def window(self) -> int:
        """Bytes of history it can see: one block."""
        return 100_000 * self.level

    def compressed_size(self, data: BytesLike, /) -> int:
        """Return the compressed size of `data` on its own, in bytes."""
        return len(bz2.compress(data, self.level))


@dataclass(frozen=True, slots=True)
class Lzma:
    """xz: dense, slow, with a long memory; a good independent judge of a selection.

    Parameters
    ----------
    preset : int, default 6
        0 to 9; the window is 256 KiB at 0, 8 MiB at 6 and 64 MiB at 9.

    Examples
    --------
    >>> Lzma(preset=9).window == 64 * 1024**2
    True
    """

    preset: int = 6

    releases_gil: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_integer("lzma", "preset", self.preset, lowest=0, highest=9)

    @classmethod
    def from_options(cls, *options: str) -> Self:
        """Build from the options of a specification such as ``"lzma:9"``."""
        no_more_options("lzma", options[1:])
        return cls(*(read_integer("lzma", "preset", text) for text in options))

    @property
    def name(self) -> str:
        """Name and options."""
        return f"lzma:{self.preset}"

    @property
    def version(self) -> str:
        """Liblzma does not tell its version to Python."""
        return f"lzma of Python {platform.python_version()}"

    @property
    def window(self) -> int:
        """Bytes of history it can see."""
        return LZMA_WINDOWS[self.preset]

    def compressed_size(self, data: BytesLike, /) -> int:
        """Return the compressed size of `data` on its own, in bytes."""
        return len(lzma.compress(data, preset=self.preset))

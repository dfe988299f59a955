"""LZMA2 without the xz container, whose 60 bytes blur the sizes of short records."""

from __future__ import annotations

import lzma
from dataclasses import dataclass
from typing import ClassVar, Self

__version__ = "1.2.0"


@dataclass(frozen=True)
class RawLzma:
    """A raw LZMA2 stream.

    Parameters
    ----------
    preset : int, default 6
        0 to 9.
    """

    preset: int = 6

    releases_gil: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.preset not in range(10):
            raise ValueError(f"preset: expected 0 to 9; saw {self.preset!r}.")

    @classmethod
    def from_options(cls, preset: str = "6") -> Self:
        """Build from the options of a specification such as ``"rawlzma:3"``."""
        return cls(int(preset))

    @property
    def name(self) -> str:
        """Name and options."""
        return f"rawlzma:{self.preset}"

    @property
    def version(self) -> str:
        """This package, since Python does not give the version of liblzma."""
        return f"rawlzma {__version__}"

    def compressed_size(self, data: bytes | bytearray | memoryview, /) -> int:
        """Return the compressed size of `data` on its own, in bytes."""
        filters = [{"id": lzma.FILTER_LZMA2, "preset": self.preset}]
        return len(lzma.compress(data, format=lzma.FORMAT_RAW, filters=filters))

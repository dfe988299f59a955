"""Brotli. Its Python binding has no prefix, so continuations are sized by recompression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import brotli

from entropylaw.compressors.options import check_integer, no_more_options, read_integer
from entropylaw.types import BytesLike

WINDOW_LOG = 22


@dataclass(frozen=True, slots=True)
class Brotli:
    """A brotli stream with a window of 4 MiB.

    Parameters
    ----------
    quality : int, default 5
        0 (fastest) to 11 (densest, some hundred times slower).

    Examples
    --------
    >>> Brotli(quality=5).name
    'brotli:5'
    """

    quality: int = 5

    window: ClassVar[int] = (1 << WINDOW_LOG) - 16
    releases_gil: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_integer("brotli", "quality", self.quality, lowest=0, highest=11)

    @classmethod
    def from_options(cls, *options: str) -> Self:
        """Build from the options of a specification such as ``"brotli:5"``."""
        no_more_options("brotli", options[1:])
        return cls(*(read_integer("brotli", "quality", text) for text in options))

    @property
    def name(self) -> str:
        """Name and options."""
        return f"brotli:{self.quality}"

    @property
    def version(self) -> str:
        """The brotli library, whose version the package shares."""
        return f"brotli {brotli.__version__}"

    def compressed_size(self, data: BytesLike, /) -> int:
        """Return the compressed size of `data` on its own, in bytes."""
        return len(brotli.compress(data, quality=self.quality, lgwin=WINDOW_LOG))

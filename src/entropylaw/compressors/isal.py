"""ISA-L's igzip: the fastest deflate. Priming is conditional. Needs the extra `fast`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from entropylaw.compressors.base import Primed
from entropylaw.compressors.dictionary import BatchSizer, DictionaryPrimed
from entropylaw.compressors.optional import fast_codec
from entropylaw.compressors.options import check_integer, no_more_options, read_integer
from entropylaw.compressors.zlib import DICTIONARY_ID, WINDOW
from entropylaw.types import BytesLike


@dataclass(frozen=True, slots=True)
class Isal:
    """Deflate in a zlib wrapper by ISA-L.

    Its states cannot be copied, so the last 32 KiB of a prefix become the dictionary. Sizes differ
    from those of `Zlib`, and may between kinds of processor.

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

    level: int = 2

    window: ClassVar[int] = WINDOW
    releases_gil: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_integer("isal", "level", self.level, lowest=0, highest=3)
        fast_codec("isal")  # a missing package shows now, not in the middle of a run

    @classmethod
    def from_options(cls, *options: str) -> Self:
        """Build from the options of a specification such as ``"isal:2"``."""
        no_more_options("isal", options[1:])
        return cls(*(read_integer("isal", "level", text) for text in options))

    @property
    def name(self) -> str:
        """Name and options."""
        return f"isal:{self.level}"

    @property
    def version(self) -> str:
        """The ISA-L library inside the isal package, and the package."""
        import isal

        return f"isal {isal.ISAL_VERSION}, isal package {isal.__version__}"

    def compressed_size(self, data: BytesLike, /) -> int:
        """Return the compressed size of `data` on its own, in bytes."""
        # Not by the one-shot call: its match tables are not cleared at levels 1 and 2, so that
        # sizes depend on what was in that memory before.
        stream = fast_codec("isal").compressobj(self.level)
        return len(stream.compress(data)) + len(stream.flush())

    def prime(self, prefix: bytes, /) -> Primed:
        """Return `prefix` read once; conditional."""
        return DictionaryPrimed(
            prefix,
            one_shot=self.compressed_size,
            digest=bytes,
            encoder=self._encoder,
            window=WINDOW,
        )

    def _encoder(self, visible: bytes) -> BatchSizer:
        codec = fast_codec("isal")

        def sizes(items: Sequence[bytes]) -> Iterator[int]:
            for item in items:
                stream = codec.compressobj(self.level, zdict=visible)
                yield len(stream.compress(item)) + len(stream.flush()) - DICTIONARY_ID

        return sizes

"""What a compressor is: one required method, optional capabilities, and their defaults.

A compressor is any object with

* ``name``: a string that tells compressors with different options apart;
* ``compressed_size(data) -> int``: the size of ``data`` compressed on its own, in bytes.

It may also offer, and is found out by what it offers:

* ``version``: the library that does the work and its version (sizes differ between builds);
* ``window``: bytes of history it can see, or None for no limit;
* ``releases_gil``: True if several threads may call it at once, and gain by it;
* ``state_size(prefix_size) -> int``: bytes of memory that a primed prefix takes, for estimates;
* ``prime(prefix) -> Primed``: read a prefix once, then size many continuations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, Self, runtime_checkable

import numpy as np

from entropylaw.errors import CompressorError, EntropyLawError
from entropylaw.types import IntArray

Priming = Literal["exact", "conditional", "recompress"]


@runtime_checkable
class Compressor(Protocol):
    """Anything that can say how small some bytes become."""

    @property
    def name(self) -> str:
        """Name and options, such as ``"zlib:9"``: enough to rebuild it from the registry."""
        ...

    def compressed_size(self, data: bytes, /) -> int:
        """Return the compressed size of `data` on its own, in bytes; 0 only if it is empty."""
        ...


class Primed(Protocol):
    """A prefix that has been read once; continuations of it are sized cheaply.

    ``exact`` says which of two meanings the sizes have. True: ``size(x)`` equals
    ``compressed_size(prefix + x)`` to the byte. False (conditional): ``size(x)`` is
    ``base`` plus the bytes that ``x`` adds to a compressor that knows the prefix.
    """

    @property
    def exact(self) -> bool:
        """Whether sizes equal those of compressing prefix and continuation in one go."""
        ...

    @property
    def base(self) -> int:
        """Size of the prefix itself, in bytes."""
        ...

    def size(self, data: bytes, /) -> int:
        """Return the size of the prefix followed by `data`, in bytes."""
        ...

    def sizes(self, items: Sequence[bytes], /) -> IntArray:
        """Return the size of the prefix followed by each item on its own; shape (len(items),)."""
        ...

    def extend(self, more: bytes, /) -> None:
        """Grow the prefix by `more`, without starting over."""
        ...

    def fork(self) -> Primed:
        """Return an equal primed prefix that another thread may use at the same time."""
        ...


@runtime_checkable
class PrimingCompressor(Compressor, Protocol):
    """A compressor that can read a prefix once."""

    def prime(self, prefix: bytes, /) -> Primed:
        """Return `prefix` read once."""
        ...


@dataclass(frozen=True, slots=True)
class CompressorInfo:
    """What results record about the compressor that made them.

    Attributes
    ----------
    name : str
        Name and options.
    version : str
        Library and version, or ``"unknown"``.
    priming : {"exact", "conditional", "recompress"}
        What the size of a continuation means; ``"recompress"`` is exact, at full cost.
    window : int or None
        Bytes of history it can see; None for no limit or unknown.
    """

    name: str
    version: str
    priming: Priming
    window: int | None


def describe(compressor: Compressor) -> CompressorInfo:
    """Return what is known of a compressor, with defaults for what it does not offer.

    Examples
    --------
    >>> from entropylaw.compressors import Zlib
    >>> describe(Zlib(level=6)).window
    32768
    """
    return CompressorInfo(
        name=compressor.name,
        version=str(getattr(compressor, "version", "unknown")),
        priming=_priming_of(compressor),
        window=getattr(compressor, "window", None),
    )


def _priming_of(compressor: Compressor) -> Priming:
    primed = prime(compressor, b"")
    if isinstance(primed, RecompressPrimed):
        return "recompress"
    return "exact" if primed.exact else "conditional"


def prime(compressor: Compressor, prefix: bytes) -> Primed:
    """Return `prefix` read once by `compressor`, by its own means or by recompression."""
    if isinstance(compressor, PrimingCompressor):
        return compressor.prime(prefix)
    return RecompressPrimed(compressor, prefix)


def measured_size(compressor: Compressor, data: bytes) -> int:
    """Return ``compressor.compressed_size(data)``, checked.

    Raises
    ------
    CompressorError
        If the compressor raises, or returns something other than a size.
    """
    try:
        size = compressor.compressed_size(data)
    except EntropyLawError:
        raise
    except Exception as error:
        raise CompressorError(
            f"compressor {compressor.name!r} raised {type(error).__name__} on {len(data)} bytes: "
            f"{error}. Try entropylaw.testing.check_compressor on it."
        ) from error
    smallest = 1 if data else 0  # nothing of something would make its ratio infinite
    if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < smallest:
        raise CompressorError(
            f"compressor {compressor.name!r} returned {size!r} for {len(data)} bytes; "
            "compressed_size must return a number of bytes: an int of 1 or more, "
            "or 0 for empty data."
        )
    return int(size)


class RecompressPrimed:
    """The default primed prefix: keep it, and compress the whole each time."""

    exact = True

    def __init__(self, compressor: Compressor, prefix: bytes) -> None:
        self._compressor = compressor
        self._prefix = prefix

    @property
    def base(self) -> int:
        """Size of the prefix itself, in bytes."""
        return measured_size(self._compressor, self._prefix)

    def size(self, data: bytes, /) -> int:
        """Return the size of the prefix followed by `data`, in bytes."""
        return measured_size(self._compressor, self._prefix + data)

    def sizes(self, items: Sequence[bytes], /) -> IntArray:
        """Return the size of the prefix followed by each item on its own."""
        return np.fromiter((self.size(item) for item in items), np.int64, len(items))

    def extend(self, more: bytes, /) -> None:
        """Grow the prefix by `more`."""
        self._prefix += more

    def fork(self) -> Self:
        """Return an equal primed prefix for another thread."""
        return type(self)(self._compressor, self._prefix)

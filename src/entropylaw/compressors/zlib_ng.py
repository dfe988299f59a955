"""zlib-ng: deflate made faster, with sizes of its own. Needs the extra `fast`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from entropylaw.compressors.base import option
from entropylaw.compressors.zlib import Zlib


@dataclass(frozen=True, slots=True)
class ZlibNg(Zlib):
    """Deflate in a zlib wrapper by zlib-ng.

    Level 8 is as dense as `Zlib` at level 9, at about half of the cost of a candidate; level 9
    costs as much as `Zlib` at level 9. Sizes differ from those of `Zlib`, and may differ between
    kinds of processor.

    Each build is tried before its priming may count as exact. zlib-ng 2.3 is exact at levels 2,
    3, 4, 7, 8 and 9. At 1, 5 and 6 its states depend on how they were fed, so there a candidate
    is compressed together with the whole prefix, unless this compressor is conditional.

    Parameters
    ----------
    level : int, default 8
        0 (store) to 9 (densest).
    conditional : bool, default False
        Size continuations by what they add to the last 32 KiB of the prefix: faster, near the
        exact sizes but not equal to them. From level 1 on.

    Raises
    ------
    MissingExtraError
        If the package zlib-ng is not installed.

    Examples
    --------
    >>> ZlibNg(level=8).name
    'zlib-ng:8'
    """

    level: int = option(8, at_least=0, at_most=9)

    family: ClassVar[str] = "zlib-ng"
    module: ClassVar[str] = "zlib_ng.zlib_ng"

    @property
    def version(self) -> str:
        """The zlib-ng library inside the zlib-ng package, and the package."""
        import zlib_ng

        library = self._codec.ZLIBNG_RUNTIME_VERSION
        return f"zlib-ng {library}, zlib-ng package {zlib_ng.__version__}"

    @property
    def _codec(self) -> Any:
        return self._extra()

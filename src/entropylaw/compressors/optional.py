"""The codecs of the extra `fast`: looked for by name, imported when a compressor needs one."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from entropylaw.errors import MissingExtraError

FAST = {"isal": "isal.isal_zlib", "zlib-ng": "zlib_ng.zlib_ng"}
"""From compressors, named as their packages are, to the modules with the interface of zlib."""


def is_installed(name: str) -> bool:
    """Return whether the package of a compressor of the extra is there; it is not imported."""
    package = FAST[name].partition(".")[0]
    return find_spec(package) is not None


@cache
def fast_codec(name: str) -> Any:
    """Return the module behind a compressor of the extra.

    Raises
    ------
    MissingExtraError
        If its package is not installed.
    """
    try:
        return import_module(FAST[name])
    except ImportError as error:
        raise MissingExtraError(name, extra="fast", purpose=f"the compressor {name!r}") from error

"""The registry: compressors by specifications such as ``"zstd:6"``, built-in and third-party."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from entropylaw.compressors.base import Codec, Compressor
from entropylaw.compressors.brotli import Brotli
from entropylaw.compressors.isal import Isal
from entropylaw.compressors.lz4 import Lz4
from entropylaw.compressors.priming import RecompressPrimed, prime
from entropylaw.compressors.stdlib import Bz2, Lzma
from entropylaw.compressors.zlib import Zlib
from entropylaw.compressors.zlib_ng import ZlibNg
from entropylaw.compressors.zstd import Zstd
from entropylaw.errors import CompressorSpecError, EntropyLawError
from entropylaw.validation import flag

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

ENTRY_POINT_GROUP = "entropylaw.compressors"

Factory = Callable[..., Compressor]
"""Called with the options of a specification, each a string; returns a compressor."""

Priming = Literal["exact", "conditional", "recompress"]

_BUILT_IN: dict[str, type[Codec]] = {
    codec.family: codec for codec in (Zlib, Zstd, Lz4, Brotli, Bz2, Lzma, Isal, ZlibNg)
}
_registered: dict[str, Factory] = {}


@dataclass(frozen=True, slots=True)
class CompressorInfo:
    """Description of a compressor, as results record it.

    Attributes
    ----------
    name : str
        Name and options.
    version : str
        Library and version, or ``"unknown"``.
    priming : {"exact", "conditional", "recompress"}
        Meaning of the size of a continuation; ``"recompress"`` is exact, at full cost.
    window : int or None
        Bytes of history it can refer to; None for no limit or unknown.
    """

    name: str
    version: str
    priming: Priming
    window: int | None


def describe(compressor: Compressor) -> CompressorInfo:
    """Return the description of a compressor, with defaults for what it does not offer.

    Examples
    --------
    >>> from entropylaw.compressors import Zlib
    >>> describe(Zlib(level=6)).window
    32768
    """
    primed = prime(compressor, b"")
    exact: Priming = "recompress" if isinstance(primed, RecompressPrimed) else "exact"
    return CompressorInfo(
        name=compressor.name,
        version=str(getattr(compressor, "version", "unknown")),
        priming=exact if primed.exact else "conditional",
        window=getattr(compressor, "window", None),
    )


def get_compressor(spec: str | Compressor) -> Compressor:
    """Return the compressor that a specification names; a compressor is returned as it is.

    Parameters
    ----------
    spec : str or Compressor
        ``"name"`` or ``"name:option:..."``, such as ``"zlib"``, ``"zstd:6:long"``.

    Raises
    ------
    CompressorSpecError
        If nothing has that name, an option is wrong, or the object is no compressor.
    MissingExtraError
        If the package behind a compressor of an extra is not installed.

    Examples
    --------
    >>> get_compressor("zstd:6")
    Zstd(level=6, long=False)
    """
    if isinstance(spec, str):
        name, *options = spec.split(":")
        return _built(name, _factory(name, spec), options)
    return _checked(spec, 'compressor: expected a name such as "zlib:9", or')


def register_compressor(name: str, factory: Factory, *, replace: bool = False) -> None:
    """Make ``"name"`` and ``"name:option"`` mean the compressor that `factory` builds.

    Parameters
    ----------
    name : str
        Non-empty, without a colon.
    factory : callable
        Called with the options after the colons, each a string. If it is a class with
        ``from_options``, that is called instead.
    replace : bool, default False
        Allow a name that is taken.

    Raises
    ------
    CompressorSpecError
        If the name is empty or has a colon, or is taken and `replace` is False, or the factory
        is not callable.

    Examples
    --------
    >>> from entropylaw.compressors import Lz4
    >>> register_compressor("quick", lambda: Lz4(level=1), replace=True)
    >>> get_compressor("quick")
    Lz4(level=1)
    """
    if not isinstance(name, str) or not name or ":" in name:
        raise CompressorSpecError(
            f"name: expected a non-empty string without a colon; saw {name!r}. "
            'Try a word such as "mine"; what follows a colon are its options.'
        )
    if not callable(factory):
        raise CompressorSpecError(
            f"factory: expected a callable that takes the options of a specification; saw "
            f"{factory!r}. Try a class, or a function that returns a compressor."
        )
    if not flag("replace", replace, error=CompressorSpecError) and name in known_compressors():
        raise CompressorSpecError(
            f"name: expected one that is not taken; saw {name!r}, which exists already. "
            "Try another name, or replace=True."
        )
    _registered[name] = factory


def available_compressors() -> tuple[str, ...]:
    """Return every name that `get_compressor` can build here, sorted.

    Names whose package is not installed are left out.

    Examples
    --------
    >>> "zlib" in available_compressors()
    True
    """
    return tuple(
        name
        for name in known_compressors()
        if name in _registered or name not in _BUILT_IN or _BUILT_IN[name].is_installed()
    )


def known_compressors() -> tuple[str, ...]:
    """Return every name that is built in, registered or published by a package, sorted."""
    return tuple(sorted({*_BUILT_IN, *_registered, *_plugins()}))


def usage_of(name: str) -> str:
    """Return how specifications of a name are spelled; the bare name if it is not built in.

    Examples
    --------
    >>> usage_of("zstd")
    'zstd[:1-22][:long]'
    """
    return _BUILT_IN[name].usage() if name in _BUILT_IN and name not in _registered else name


def _factory(name: str, spec: str) -> Factory:
    if name in _registered:
        return _options_factory(_registered[name])
    if name in _BUILT_IN:
        return _BUILT_IN[name].from_options
    plugins = _plugins()
    if name in plugins:
        return _options_factory(_loaded(plugins[name]))
    close = difflib.get_close_matches(name.lower(), known_compressors(), n=1)
    hint = f' Did you mean "{close[0]}"?' if close else ""
    raise CompressorSpecError(
        f"no compressor named {name!r} (from {spec!r}).{hint} "
        f"Known: {', '.join(available_compressors())}."
    )


def _loaded(plugin: EntryPoint) -> Factory:
    try:
        factory: Factory = plugin.load()
    except (ImportError, AttributeError) as error:
        package = plugin.dist.name if plugin.dist else "an unknown package"
        raise CompressorSpecError(
            f"compressor {plugin.name!r} comes from {package} as {plugin.value!r}, which cannot "
            f"be loaded: {error}. Try to reinstall that package, or remove it."
        ) from error
    return factory


def _options_factory(loaded: Factory) -> Factory:
    """Return the `from_options` of a class that has one, else the callable itself."""
    factory: Factory = getattr(loaded, "from_options", loaded)
    return factory


def _built(name: str, factory: Factory, options: list[str]) -> Compressor:
    try:
        built = factory(*options)
    except EntropyLawError:
        raise
    except (TypeError, ValueError) as error:
        raise CompressorSpecError(
            f"compressor {name!r} does not take the options {options}: {error}"
        ) from error
    return _checked(built, f"factory of {name!r}: expected")


def _checked(compressor: object, expected: str) -> Compressor:
    """Return `compressor` if it is one; `expected` opens the message if it is not."""
    if isinstance(compressor, type) or not isinstance(compressor, Compressor):
        raise CompressorSpecError(
            f"{expected} an object with `name` and `compressed_size(data)`; saw {compressor!r}."
            + (" Try an instance, not the class." if isinstance(compressor, type) else "")
        )
    if not isinstance(compressor.name, str) or not compressor.name:
        raise CompressorSpecError(
            f"`name` of a compressor: expected a non-empty string; saw {compressor.name!r}."
        )
    return compressor


def _plugins() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points  # slow to import, and built-in names do not need it

    return {point.name: point for point in entry_points(group=ENTRY_POINT_GROUP)}

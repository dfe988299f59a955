"""From a specification such as ``"zstd:6"`` to a compressor; third parties join here."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from entropylaw.compressors.base import Compressor
from entropylaw.compressors.optional import FAST, is_installed
from entropylaw.errors import CompressorSpecError, EntropyLawError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

ENTRY_POINT_GROUP = "entropylaw.compressors"

Factory = Callable[..., Compressor]
"""Called with the options of a specification, each a string; returns a compressor."""


class _BuiltIn(NamedTuple):
    """Where the class of a built-in name is, and how its specifications are spelled."""

    module: str
    attribute: str
    usage: str


_BUILT_IN = {
    "zlib": _BuiltIn("entropylaw.compressors.zlib", "Zlib", "zlib[:0-9][:conditional]"),
    "zstd": _BuiltIn("entropylaw.compressors.zstd", "Zstd", "zstd[:1-22][:long]"),
    "lz4": _BuiltIn("entropylaw.compressors.lz4", "Lz4", "lz4[:0-12]"),
    "brotli": _BuiltIn("entropylaw.compressors.brotli", "Brotli", "brotli[:0-11][:tail]"),
    "bz2": _BuiltIn("entropylaw.compressors.stdlib", "Bz2", "bz2[:1-9]"),
    "lzma": _BuiltIn("entropylaw.compressors.stdlib", "Lzma", "lzma[:0-9]"),
    "isal": _BuiltIn("entropylaw.compressors.isal", "Isal", "isal[:0-3]"),
    "zlib-ng": _BuiltIn("entropylaw.compressors.zlib_ng", "ZlibNg", "zlib-ng[:0-9][:conditional]"),
}
_registered: dict[str, Factory] = {}


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
    return _checked(spec, 'a compressor must be a name such as "zlib:9" or')


def register_compressor(name: str, factory: Factory, *, replace: bool = False) -> None:
    """Make ``"name"`` and ``"name:option"`` mean the compressor that `factory` builds.

    Parameters
    ----------
    name : str
        Without a colon.
    factory : callable
        Called with the options after the colons, each a string. Of a class that has
        ``from_options``, that is called.
    replace : bool, default False
        Allow a name that is taken.

    Raises
    ------
    CompressorSpecError
        If the name holds a colon, or is taken and `replace` is False, or the factory cannot
        be called.

    Examples
    --------
    >>> from entropylaw.compressors import Lz4
    >>> register_compressor("quick", lambda: Lz4(level=1), replace=True)
    >>> get_compressor("quick")
    Lz4(level=1)
    """
    if not name or ":" in name:
        raise CompressorSpecError(
            f"a compressor's registered name must be non-empty and without a colon, got {name!r}."
        )
    if not callable(factory):
        raise CompressorSpecError(
            f"a factory is called with the options of a specification, got {factory!r}. "
            "Pass a class, or a function that returns a compressor."
        )
    if not replace and name in known_compressors():
        raise CompressorSpecError(
            f"a compressor named {name!r} exists already. Choose another name, or replace=True."
        )
    _registered[name] = factory


def available_compressors() -> tuple[str, ...]:
    """Return every name that `get_compressor` can build here, sorted.

    Those of an extra that is not installed are left out.

    Examples
    --------
    >>> "zlib" in available_compressors()
    True
    """
    missing = {name for name in FAST.keys() - _registered.keys() if not is_installed(name)}
    return tuple(name for name in known_compressors() if name not in missing)


def known_compressors() -> tuple[str, ...]:
    """Return every name that means something, sorted, be it usable here or not."""
    return tuple(sorted({*_BUILT_IN, *_registered, *_plugins()}))


def usage_of(name: str) -> str:
    """Return how specifications of a name are spelled; the bare name if that is not known.

    Examples
    --------
    >>> usage_of("zstd")
    'zstd[:1-22][:long]'
    """
    own = name in _BUILT_IN and name not in _registered
    return _BUILT_IN[name].usage if own else name


def _factory(name: str, spec: str) -> Factory:
    if name in _registered:
        return _options_factory(_registered[name])
    if name in _BUILT_IN:
        built_in = _BUILT_IN[name]
        return _options_factory(getattr(import_module(built_in.module), built_in.attribute))
    plugins = _plugins()
    if name in plugins:
        return _options_factory(_loaded(plugins[name]))
    known = available_compressors()
    close = difflib.get_close_matches(name.lower(), known_compressors(), n=1)
    hint = f' Did you mean "{close[0]}"?' if close else ""
    raise CompressorSpecError(
        f"no compressor named {name!r} (from {spec!r}).{hint} Known: {', '.join(known)}."
    )


def _loaded(plugin: EntryPoint) -> Factory:
    try:
        factory: Factory = plugin.load()
    except (ImportError, AttributeError) as error:
        package = plugin.dist.name if plugin.dist else "an unknown package"
        raise CompressorSpecError(
            f"compressor {plugin.name!r} comes from {package} as {plugin.value!r}, which cannot "
            f"be loaded: {error}. Install that package anew, or remove it."
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
    return _checked(built, f"the factory of {name!r} must return")


def _checked(compressor: object, demand: str) -> Compressor:
    """Return what is a compressor; the demand opens the message about what is none."""
    if isinstance(compressor, type) or not isinstance(compressor, Compressor):
        raise CompressorSpecError(
            f"{demand} an object with `name` and `compressed_size(data)`, got {compressor!r}."
            + (" Pass an instance, not the class." if isinstance(compressor, type) else "")
        )
    if not isinstance(compressor.name, str) or not compressor.name:
        raise CompressorSpecError(
            f"the `name` of a compressor must be a non-empty string, got {compressor.name!r}."
        )
    return compressor


def _plugins() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points  # quick imports: only names not built in need it

    return {point.name: point for point in entry_points(group=ENTRY_POINT_GROUP)}

"""The protocols of compressors, and the base class of the built-in ones."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import Field, field, fields
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, ClassVar, Protocol, Self, TypeVar, cast, runtime_checkable

import numpy as np

from entropylaw.errors import (
    CompressorError,
    CompressorSpecError,
    EntropyLawError,
    MissingExtraError,
)
from entropylaw.types import BytesLike, IntArray
from entropylaw.validation import as_integer, flag, integer

T = TypeVar("T", int, bool)


@runtime_checkable
class Compressor(Protocol):
    """Anything with a name that measures the compressed size of bytes.

    Required:

    * ``name``: a string that holds every option, such as ``"zlib:9"``;
    * ``compressed_size(data) -> int``: the size of ``data`` compressed on its own, in bytes.

    Optional; the defaults apply where an attribute is missing:

    * ``version``: str, the library that compresses and its version, since sizes differ between
      builds (default ``"unknown"``);
    * ``window``: bytes of history that the compressor can refer to, None for no limit (default
      None);
    * ``releases_gil``: True if several threads may call it at once and run in parallel (default
      False);
    * ``state_size(prefix_size) -> int``: bytes of memory that a primed prefix takes, for estimates
      (default: the prefix itself);
    * ``prime(prefix) -> Primed``: read a prefix once, then size many continuations of it (default:
      prefix and continuation are compressed together each time).

    Examples
    --------
    A compressor with one option, as a frozen dataclass:

    >>> import bz2
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Blocks:
    ...     level: int = 1
    ...
    ...     @property
    ...     def name(self):
    ...         return f"blocks:{self.level}"
    ...
    ...     def compressed_size(self, data, /):
    ...         return len(bz2.compress(data, self.level))
    >>> from entropylaw import compression_ratio
    >>> compression_ratio(["to be or not to be"] * 50, Blocks()) > 1
    True
    """

    @property
    def name(self) -> str:
        """Name and options, such as ``"zlib:9"``: enough to rebuild it from the registry."""
        ...

    def compressed_size(self, data: bytes, /) -> int:
        """Return the compressed size of `data` on its own, in bytes; 0 only if it is empty."""
        ...


class Primed(Protocol):
    """A prefix that has been read once, so that continuations of it are sized at low cost.

    ``exact`` states which of two meanings the sizes have. True: ``size(x)`` equals
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
        """Append `more` to the prefix, without reading all of it again."""
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


def measured_size(compressor: Compressor, data: bytes) -> int:
    """Return ``compressor.compressed_size(data)`` as an int, checked.

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
    # This runs once per candidate, so it does not go through `entropylaw.validation`.
    smallest = 1 if data else 0  # a size of 0 would make the ratio infinite
    if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < smallest:
        raise CompressorError(
            f"compressed_size of {compressor.name!r}: expected a number of bytes, an int of 1 or "
            f"more (0 for empty data); saw {size!r} for {len(data)} bytes. "
            "Try entropylaw.testing.check_compressor on it."
        )
    return int(size)


def option(default: T, *, at_least: int | None = None, at_most: int | None = None) -> T:
    """Declare an option of a `Codec`: a flag, or an integer with bounds that are both included."""
    declared: Any = field(default=default, metadata={"at_least": at_least, "at_most": at_most})
    return cast("T", declared)


class Codec(ABC):
    """Base of the built-in compressors, which derives everything about options from their fields.

    A subclass is a frozen dataclass. It sets `family` and declares each option once, by `option`:
    integers first, then flags. From these come the checks, ``name``, ``usage`` and
    `from_options`; repr, equality and pickling come from the dataclass. Integers are spelled by
    their value, flags by their name: ``"zlib:9:conditional"``.
    """

    __slots__ = ()

    family: ClassVar[str]
    """First part of the name."""

    releases_gil: ClassVar[bool] = True

    module: ClassVar[str | None] = None
    """Module of the extra `fast` that compresses; it has the interface of `zlib`."""

    def __post_init__(self) -> None:
        for declared in fields(cast("Any", self)):
            value = self._checked(declared, getattr(self, declared.name))
            object.__setattr__(self, declared.name, value)
        conflict = self._conflict()
        if conflict:
            raise CompressorSpecError(f"{self.family}: {conflict}")
        if self.module is not None:
            self._extra()  # raise here if the package is missing, not in the middle of a run

    @classmethod
    def from_options(cls, *options: str) -> Self:
        """Build from the parts of a specification behind its name, such as ``"6", "long"``.

        Raises
        ------
        CompressorSpecError
            If an option is unknown, out of bounds or out of order.
        """
        declared = _declared(cls)
        flags = {one.name for one in declared if _is_flag(one)}
        rest, values = list(options), dict[str, Any]()
        for one in declared:
            if rest and (rest[0] == one.name if _is_flag(one) else rest[0] not in flags):
                values[one.name] = True if _is_flag(one) else _number_or_text(rest[0])
                del rest[0]
        if rest:
            raise CompressorSpecError(
                f"{cls.family}: expected {cls.usage()}; saw the unknown option {rest[0]!r}. "
                "Type `entropylaw compressors` for the options of each compressor."
            )
        return cls(**values)

    @classmethod
    def usage(cls) -> str:
        """Return how specifications are spelled, such as ``"zstd[:1-22][:long]"``."""
        parts = (
            f"[:{one.name}]"
            if _is_flag(one)
            else f"[:{one.metadata['at_least']}-{one.metadata['at_most']}]"
            for one in _declared(cls)
        )
        return cls.family + "".join(parts)

    @property
    def name(self) -> str:
        """Name and options."""
        return self._spelled(**{one.name: getattr(self, one.name) for one in _declared(type(self))})

    @property
    @abstractmethod
    def version(self) -> str:
        """The library that compresses, and its version."""

    @property
    @abstractmethod
    def window(self) -> int:
        """Bytes of history that it can refer to."""

    @abstractmethod
    def compressed_size(self, data: BytesLike, /) -> int:
        """Return the compressed size of `data` on its own, in bytes."""

    @classmethod
    def is_installed(cls) -> bool:
        """Return whether the package that compresses is installed; it is not imported."""
        return cls.module is None or find_spec(cls.module.partition(".")[0]) is not None

    def _conflict(self) -> str:
        """Return why these options, each of them valid, cannot be combined; "" if they can."""
        return ""

    def _extra(self) -> Any:
        """Return the module of the extra."""
        assert self.module is not None
        return extra_module(self.family, self.module)

    @classmethod
    def _checked(cls, declared: Field[Any], value: object) -> int:
        """Return a valid value of an option as an int or a bool."""
        label = f"{cls.family} {declared.name}"
        try:
            if _is_flag(declared):
                return flag(label, value, error=CompressorSpecError)
            least, most = declared.metadata["at_least"], declared.metadata["at_most"]
            found = as_integer(value)
            nearest = declared.default if found is None else min(max(found, least), most)
            hint = f'Try "{cls._spelled(**{declared.name: nearest})}".'
            return integer(
                label, value, at_least=least, at_most=most, error=CompressorSpecError, hint=hint
            )
        except CompressorSpecError as error:
            error.parameters = ()  # the option that users set is the compressor's specification
            raise

    @classmethod
    def _spelled(cls, **values: Any) -> str:
        """Return the specification with these options; flags that are False are left out."""
        parts = (
            name if value is True else str(value)
            for name, value in values.items()
            if value is not False
        )
        return ":".join([cls.family, *parts])


@cache
def extra_module(package: str, module: str) -> Any:
    """Import a module of the extra `fast`.

    Raises
    ------
    MissingExtraError
        If its package is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        purpose = f"the compressor {package!r}"
        raise MissingExtraError(package, extra="fast", purpose=purpose) from error


def _declared(codec: type[Codec]) -> tuple[Field[Any], ...]:
    return fields(cast("Any", codec))


def _is_flag(declared: Field[Any]) -> bool:
    return isinstance(declared.default, bool)


def _number_or_text(text: str) -> int | str:
    """Return an integer if that is what the text spells in plain ASCII, else the text."""
    return int(text) if re.fullmatch("-?[0-9]{1,9}", text) else text

"""Validation of options: every number, flag, choice and seed of the public API goes through here.

Each function takes the option's name and the value a caller passed, and returns the value in
Python's own type, which is what options store. NumPy scalars and 0-d arrays are accepted wherever
the Python value is, and refused wherever it is not.
"""

from __future__ import annotations

import math
import numbers
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import field, fields
from functools import cache
from typing import Any, TypeVar, get_args

import numpy as np

from entropylaw.errors import ConfigError, EntropyLawError, InputError

K = TypeVar("K")


def integer(
    name: str,
    value: object,
    *,
    at_least: int | None = None,
    at_most: int | None = None,
    error: type[EntropyLawError] = ConfigError,
    hint: str = "",
) -> int:
    """Return a whole number as an int.

    Parameters
    ----------
    name : str
        The option, for the message.
    value : object
        An int, a NumPy integer, a 0-d integer array, or anything else with ``__index__``.
    at_least, at_most : int, optional
        Bounds, both included.
    error : type, default ConfigError
        What to raise.
    hint : str, optional
        Sentence appended to the message: what to try instead.

    Raises
    ------
    ConfigError
        If the value is a bool, a float (also a whole one), or out of bounds.

    Examples
    --------
    >>> integer("k1", np.int64(5), at_least=1)
    5
    """
    found = as_integer(value)
    if found is None or not _within(found, at_least, at_most):
        raise _refused(name, value, f"an integer{_bounds(at_least, at_most)}", error, hint)
    return found


def number(
    name: str,
    value: object,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    above: float | None = None,
    below: float | None = None,
    error: type[EntropyLawError] = ConfigError,
    hint: str = "",
) -> float:
    """Return a finite real number as a float.

    Parameters
    ----------
    name : str
        The option, for the message.
    value : object
        An int, a float, a NumPy number, or a 0-d array of one.
    at_least, at_most : float, optional
        Bounds, both included.
    above, below : float, optional
        Bounds, both excluded.
    error, hint
        As for `integer`.

    Raises
    ------
    ConfigError
        If the value is a bool, no number, NaN, infinite or out of bounds.

    Examples
    --------
    >>> number("keep", np.float32(0.5), above=0, at_most=1)
    0.5
    """
    found = as_number(value)
    if (
        found is None
        or not math.isfinite(found)
        or not _within(found, at_least, at_most)
        or (above is not None and found <= above)
        or (below is not None and found >= below)
    ):
        bounds = _bounds(at_least, at_most, above, below)
        raise _refused(name, value, f"a finite number{bounds}", error, hint)
    return found


def flag(
    name: str, value: object, *, error: type[EntropyLawError] = ConfigError, hint: str = ""
) -> bool:
    """Return a truth value as a bool.

    Raises
    ------
    ConfigError
        If the value is neither a bool nor a NumPy bool; 0 and 1 are refused.

    Examples
    --------
    >>> flag("long", np.True_)
    True
    """
    found = _scalar(value)
    if not isinstance(found, bool):
        raise _refused(name, value, "True or False", error, hint)
    return found


def choice(
    name: str,
    value: object,
    options: Any,
    *,
    error: type[EntropyLawError] = ConfigError,
    hint: str = "",
) -> Any:
    """Return one of several words as a str.

    Parameters
    ----------
    name : str
        The option, for the message.
    value : object
        What the caller passed.
    options : Literal alias or tuple of str
        The words that are allowed.
    error, hint
        As for `integer`.

    Raises
    ------
    ConfigError
        If it is none of them.

    Examples
    --------
    >>> choice("variant", "paper", ("paper", "reference"))
    'paper'
    """
    words = options if isinstance(options, tuple) else _words(options)
    found = _scalar(value)
    if not isinstance(found, str) or found not in words:
        raise _refused(name, value, either(words), error, hint)
    return words[words.index(found)] if type(found) is not str else found


def seed(name: str, value: object) -> int:
    """Return the seed of a random draw: an integer of 0 or more.

    Raises
    ------
    ConfigError
        If it is none.

    Examples
    --------
    >>> seed("random_state", np.uint8(3))
    3
    """
    return integer(name, value, at_least=0)


def instance(
    name: str,
    value: object,
    kind: type[K],
    example: str,
    *,
    error: type[EntropyLawError] = ConfigError,
) -> K:
    """Return a value of a class.

    Parameters
    ----------
    name : str
        The option, for the message.
    value : object
        What the caller passed.
    kind : type
        The class expected.
    example : str
        What to pass instead, such as ``'Quality("score", minimum=0.5)'``.
    error
        As for `integer`.

    Raises
    ------
    ConfigError
        If the value is of another class.

    Examples
    --------
    >>> instance("groups", "source", str, '"source"')
    'source'
    """
    if not isinstance(value, kind):
        raise _refused(name, value, f"{_article(kind.__name__)}", error, f"Try {name}={example}.")
    return value


def one_per_record(name: str, values: object, count: int, *, noun: str) -> Sequence[Any]:
    """Return values given for the records of a pool as a sequence in their order.

    Parameters
    ----------
    name : str
        The option, for the message.
    values : object
        A sequence, a 1-d array, a column of a table, or an iterator.
    count : int
        Records of the pool.
    noun : str
        What each value is, for the message.

    Raises
    ------
    InputError
        If they have no order, or there is not one for each record.

    Examples
    --------
    >>> one_per_record("groups", iter("ab"), 2, noun="group")
    ['a', 'b']
    """
    found: Any = values
    if isinstance(values, Iterable) and not hasattr(values, "__len__"):
        found = list(values)
    shape: tuple[int, ...] | None = None
    if isinstance(found, Iterable) and not isinstance(found, str | bytes | Mapping | Set):
        shape = getattr(found, "shape", None) or (len(found),)  # type: ignore[arg-type]
    if shape != (count,):
        seen = type(values).__name__ if shape is None else "x".join(map(str, shape))
        raise InputError(
            f"{name}: expected one {noun} for each of the {count} records; saw {seen}. "
            "Try the name of a column, or a sequence as long as the pool."
        )
    in_order: Sequence[Any] = found
    return in_order


def as_integer(value: object) -> int | None:
    """Return a whole number as an int, None if it is none; a bool is none.

    Examples
    --------
    >>> as_integer(np.array(7)), as_integer(True), as_integer(7.0)
    (7, None, None)
    """
    if isinstance(value, bool | np.bool_):
        return None
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        return None


def as_number(value: object) -> float | None:
    """Return a real number as a float, NaN and infinity included; None if it is none.

    Examples
    --------
    >>> as_number(np.float32(0.5)), as_number("0.5"), as_number(False)
    (0.5, None, None)
    """
    found = _scalar(value)
    if isinstance(found, bool) or not isinstance(found, numbers.Real):
        return None
    try:
        return float(found)
    except OverflowError:
        return math.copysign(math.inf, found)


def either(words: tuple[str, ...]) -> str:
    """Return words as alternatives.

    Examples
    --------
    >>> either(("a", "b", "c"))
    '"a", "b" or "c"'
    """
    quoted = [f'"{word}"' for word in words]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def _scalar(value: object) -> object:
    """Return a NumPy scalar or 0-d array as Python's own value, anything else as it is."""
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        return value.item()
    return value


def _within(value: float, at_least: float | None, at_most: float | None) -> bool:
    return (at_least is None or value >= at_least) and (at_most is None or value <= at_most)


def _bounds(
    at_least: float | None,
    at_most: float | None,
    above: float | None = None,
    below: float | None = None,
) -> str:
    """Return bounds in words, behind a space."""
    if at_least is not None and at_most is not None:
        return f" from {at_least:,} to {at_most:,}"
    low = f"of at least {at_least:,}" if at_least is not None else ""
    low = f"above {above:,}" if above is not None else low
    high = f"at most {at_most:,}" if at_most is not None else ""
    high = f"below {below:,}" if below is not None else high
    words = " and ".join(part for part in (low, high) if part)
    return f" {words}" if words else ""


@cache
def _words(alias: Any) -> tuple[str, ...]:
    return get_args(alias)


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'AEIOUaeiou' else 'a'} {noun}"


def _refused(
    name: str, value: object, expected: str, error: type[EntropyLawError], hint: str
) -> EntropyLawError:
    seen = repr(value)
    seen = seen if len(seen) <= 80 else f"{seen[:77]}..."
    kind = "" if isinstance(value, str | int | float | None) else f" ({type(value).__name__})"
    message = f"{name}: expected {expected}; saw {seen}{kind}."
    refused = error(f"{message} {hint}".rstrip())
    if name.replace(".", "").isidentifier():
        refused.parameters = (name,)
    return refused


Check = Callable[[str, object], Any]
"""From an option's name and value to the value that is stored."""


def option(default: Any, check: Check) -> Any:
    """Return a dataclass field whose value is checked and normalised by `normalise`.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass
    ... class Search:
    ...     k1: int = option(10, integer)
    ...
    ...     def __post_init__(self):
    ...         normalise(self)
    >>> Search(np.int64(3)).k1
    3
    """
    return field(default=default, metadata=checked(check))


def checked(check: Check) -> dict[str, Check]:
    """Return the metadata of a dataclass field without a default, for `normalise`."""
    return {"check": check}


def optional(check: Check) -> Check:
    """Return a check that lets None pass."""
    return lambda name, value: None if value is None else check(name, value)


def normalise(options: Any) -> None:
    """Check each `option` of a dataclass, in order, and store the value in Python's own type.

    Raises
    ------
    ConfigError
        Of the first option at fault.
    """
    for one in fields(options):
        check = one.metadata.get("check")
        if check is not None:
            object.__setattr__(options, one.name, check(one.name, getattr(options, one.name)))

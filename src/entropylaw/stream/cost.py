"""What keeping a record costs: one record, its bytes, or what a function says."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral
from typing import Any, Literal, TypeAlias

from entropylaw.errors import ConfigError, RecordError

Cost: TypeAlias = Literal["records", "bytes"] | Callable[[Any], int]
"""The unit of a budget: records, bytes of text, or a function from a record to an int."""


def check_cost(cost: object) -> None:
    """Raise ConfigError unless this is a unit of cost."""
    if not callable(cost) and cost not in ("records", "bytes"):
        raise ConfigError(
            'cost must be "records", "bytes", or a function from a record to an int (such as '
            f"the number of its tokens), got {cost!r}."
        )


def cost_name(cost: Cost) -> str:
    """Return what a saved stream calls a unit of cost.

    Examples
    --------
    >>> cost_name("bytes"), cost_name(len)
    ('bytes', 'function len')
    """
    if isinstance(cost, str):
        return cost
    return f"function {getattr(cost, '__qualname__', type(cost).__qualname__)}"


def cost_of(cost: Cost, record: object, text: bytes, *, row: int) -> int:
    """Return what keeping a record costs.

    Parameters
    ----------
    cost : Cost
        The unit.
    record
        The record, which a function is given.
    text : bytes
        Its text.
    row : int
        Its position in the stream, for messages.

    Raises
    ------
    RecordError
        If the function raises, or returns no int of 0 or more.

    Examples
    --------
    >>> cost_of("records", "abc", b"abc", row=0), cost_of("bytes", "abc", b"abc", row=0)
    (1, 3)
    """
    if cost == "records":
        return 1
    if cost == "bytes":
        return len(text)
    assert not isinstance(cost, str)
    try:
        value = cost(record)
    except Exception as problem:
        raise RecordError(
            f"the cost {cost_name(cost)} raised {type(problem).__name__}: {problem}. Call it on "
            "this record alone to see why.",
            row=row,
        ) from problem
    if isinstance(value, bool) or not isinstance(value, Integral) or int(value) < 0:
        raise RecordError(
            f"the cost {cost_name(cost)} returned {value!r}; have it return an int of 0 or more.",
            row=row,
        )
    return int(value)

"""Budgets as a caller states them: records, a fraction, tokens or bytes."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeAlias

from entropylaw.errors import BudgetError
from entropylaw.types import BudgetUnit
from entropylaw.validation import (
    as_integer,
    as_number,
    checked,
    instance,
    normalise,
    number,
    option,
    optional,
)

Tokenizer: TypeAlias = Callable[[str], Any]
"""From a text to its tokens (a list, an encoding, a dict with input_ids) or to their number."""

_BUDGET = re.compile(r"\s*([-+]?[\d_.]+(?:e\d+)?)\s*(%?)\s*(records?|tokens?|bytes?|)\s*", re.I)


def _callable(name: str, value: object) -> Tokenizer:
    if not callable(value):
        raise BudgetError(
            f"{name}: expected a callable on a text; saw {type(value).__name__}. "
            "Try a function such as tokenizer.encode.",
            parameters=(name,),
        )
    return value


@dataclass(frozen=True, slots=True)
class Tokens:
    """A budget in tokens.

    Parameters
    ----------
    amount : int or float
        Tokens, or a fraction of the pool's tokens above 0 and up to 1.0.
    counts : str, optional
        The column that holds the number of tokens of each record.
    tokenizer : callable, optional
        From the text of a record to its tokens or their number, such as ``tokenizer.encode``.
    bytes_per_token : float, optional
        An estimate: tokens are counted as bytes over this, rounded up. Results state that the
        tokens are an estimate. About 4 for English and common tokenizers, less elsewhere.

    Raises
    ------
    BudgetError
        If the amount cannot work, or more than one of the three ways to count is given. None is
        needed where ``select(..., tokens=counts)`` passes the counts.

    Examples
    --------
    >>> Tokens(1_000_000, bytes_per_token=4.2).amount
    1000000
    """

    amount: int | float = field(metadata=checked(lambda _, value: checked_amount(value, "tokens")))
    counts: str | None = option(
        None, optional(lambda n, v: instance(n, v, str, '"n_tokens"', error=BudgetError))
    )
    tokenizer: Tokenizer | None = option(None, optional(_callable))
    bytes_per_token: float | None = option(
        None, optional(partial(number, above=0, error=BudgetError, hint="4 suits English."))
    )

    def __post_init__(self) -> None:
        normalise(self)
        ways = [self.counts, self.tokenizer, self.bytes_per_token]
        if sum(way is not None for way in ways) > 1:
            raise BudgetError(
                "expected one way to count tokens: counts= (a column), tokenizer= (a callable) "
                "or bytes_per_token= (an estimate); saw several. Try one of them.",
                parameters=("counts", "tokenizer", "bytes_per_token"),
            )


@dataclass(frozen=True, slots=True)
class Bytes:
    """A budget in bytes of text.

    Parameters
    ----------
    amount : int or float
        Bytes, or a fraction of the pool's bytes above 0 and up to 1.0.

    Raises
    ------
    BudgetError
        If the amount cannot work.

    Examples
    --------
    >>> Bytes(8_000_000).amount
    8000000
    """

    amount: int | float = field(metadata=checked(lambda _, value: checked_amount(value, "bytes")))

    def __post_init__(self) -> None:
        normalise(self)


Budget: TypeAlias = int | float | Tokens | Bytes
"""A number of records, a fraction of them, or an amount of tokens or bytes."""


def tokenizer_name(tokenizer: Tokenizer) -> str:
    """Return the name under which a tokenizer is recorded."""
    return str(getattr(tokenizer, "__qualname__", type(tokenizer).__name__))


def as_budget(budget: object) -> Budget:
    """Return a budget, from a number, an amount, or a string as the command line takes it.

    Raises
    ------
    BudgetError
        If it is neither a positive integer, nor a fraction above 0 and up to 1, nor an amount
        of tokens or bytes.

    Examples
    --------
    >>> as_budget(5), as_budget("1000"), as_budget("10%"), as_budget("8_000_000 bytes")
    (5, 1000, 0.1, Bytes(amount=8000000))
    >>> as_budget("5% tokens").amount
    0.05
    """
    if isinstance(budget, Tokens | Bytes):
        return budget
    if isinstance(budget, str):
        return _parsed(budget)
    return checked_amount(budget, "records")


def counted_by(
    budget: Budget, *, counts: str | None = None, bytes_per_token: float | None = None
) -> Budget:
    """Return a budget with the way its tokens are counted.

    Raises
    ------
    BudgetError
        If the budget is in tokens and there is no one way to count them, or it is not and there
        is.

    Examples
    --------
    >>> counted_by(as_budget("200000 tokens"), counts="n_tokens").counts
    'n_tokens'
    """
    ways = [way for way in (counts, bytes_per_token) if way is not None]
    if isinstance(budget, Tokens):
        if len(ways) != 1:
            raise BudgetError(
                "a budget in tokens needs one way to count them: tokens = a column, or "
                f"bytes_per_token = an estimate; saw {len(ways) or 'none'}. "
                "Try bytes_per_token 4.",
                parameters=("tokens", "bytes_per_token") if ways else ("budget",),
            )
        return replace(budget, counts=counts, bytes_per_token=bytes_per_token)
    if ways:
        raise BudgetError(
            "expected a budget in tokens where tokens are counted; saw one in "
            f'{"bytes" if isinstance(budget, Bytes) else "records"}. Try "{budget} tokens".',
            parameters=("budget", "tokens", "bytes_per_token"),
        )
    return budget


def checked_amount(amount: object, unit: BudgetUnit) -> int | float:
    """Return an amount as an int, or as a float if it is a fraction.

    Raises
    ------
    BudgetError
        If it is neither a positive integer nor a fraction above 0 and up to 1.
    """
    whole, real = as_integer(amount), as_number(amount)
    if whole is not None:
        if whole >= 1:
            return whole
        raise BudgetError(
            f"budget: expected at least 1 {unit[:-1]}; saw {whole}.", parameters=("budget",)
        )
    if real is not None:
        if 0 < real <= 1:
            return real
        hint = f" For a number of {unit} try {int(real)}." if _is_whole(real) else ""
        raise BudgetError(
            "budget: expected a fraction above 0 and at most 1.0 (the whole pool); "
            f"saw {amount!r}.{hint}",
            parameters=("budget",),
        )
    hint = (
        '1000, 0.1, "10%", Tokens(...) or Bytes(...)'
        if unit == "records"
        else f'1_000_000 or 0.1, or the text budget="10% {unit}"'
    )
    raise BudgetError(
        f"budget: expected a number of {unit} (int) or a fraction of the pool (float); "
        f"saw {amount!r}. Try {hint}.",
        parameters=("budget",),
    )


def records_of(budget: int | float, *, selectable: int, pool: int) -> int:
    """Return the number of records to choose.

    Parameters
    ----------
    budget : int or float
        A number of records, or a fraction of the pool: at least one record.
    selectable : int
        Records that may be chosen.
    pool : int
        Records in the pool.

    Raises
    ------
    BudgetError
        If it is more than the selectable records.
    """
    wanted = budget if isinstance(budget, int) else max(1, math.floor(budget * pool))
    if isinstance(budget, float) and budget == 1.0:
        wanted = selectable
    if wanted > selectable:
        others = pool - selectable
        why = f" ({others} more are empty, owned, forbidden or left out)" if others else ""
        hint = f"Try budget={selectable} or less, or budget=1.0 for all." if selectable else ""
        raise BudgetError(
            f"budget of {wanted} records, but the pool has only {selectable} to choose from{why}. "
            f"{hint}".rstrip(),
            parameters=("budget",),
        )
    return wanted


def _parsed(text: str) -> Budget:
    found = _BUDGET.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        digits, percent, unit = found.groups()
        amount = float(digits) / 100 if percent else parsed_number(digits)
    except ValueError:
        raise BudgetError(
            "budget: expected a number of records (1000), a share (0.1 or 10%), or an amount of "
            f'tokens or bytes ("200000 tokens", "5% bytes"); saw {text!r}.',
            parameters=("budget",),
        ) from None
    if unit.lower().startswith("token"):
        return Tokens(amount)
    if unit.lower().startswith("byte"):
        return Bytes(amount)
    return checked_amount(amount, "records")


def parsed_number(text: str) -> int | float:
    """Return digits as an int, anything else as a float.

    Raises
    ------
    ValueError
        If it is no number.
    """
    return int(text) if text.lstrip("+-").replace("_", "").isdigit() else float(text)


def _is_whole(value: float) -> bool:
    return math.isfinite(value) and value > 1 and value == int(value)

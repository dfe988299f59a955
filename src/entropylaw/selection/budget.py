"""Budgets as the user says them: records, a fraction, tokens or bytes."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from entropylaw.errors import BudgetError, ConfigError
from entropylaw.types import BudgetUnit

Tokenizer: TypeAlias = Callable[[str], Any]
"""From a text to its tokens (a list, an encoding, a dict with input_ids) or to their number."""


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
        An estimate: tokens are counted as bytes over this, rounded up. Results say that the
        tokens are an estimate. About 4 for English and common tokenizers, less elsewhere.

    Raises
    ------
    BudgetError
        If the amount cannot work, or more than one of the three ways to count is given. None is
        given where ``select(..., tokens=counts)`` hands them over.

    Examples
    --------
    >>> Tokens(1_000_000, bytes_per_token=4.2).amount
    1000000
    """

    amount: int | float
    counts: str | None = None
    tokenizer: Tokenizer | None = None
    bytes_per_token: float | None = None

    def __post_init__(self) -> None:
        checked_amount(self.amount, "tokens")
        ways = [self.counts, self.tokenizer, self.bytes_per_token]
        if sum(way is not None for way in ways) > 1:
            raise BudgetError(
                "tokens are counted in one way: counts= (a column), tokenizer= (a callable) or "
                "bytes_per_token= (an estimate).",
                parameters=("counts", "tokenizer", "bytes_per_token"),
            )
        if self.tokenizer is not None and not callable(self.tokenizer):
            raise BudgetError(
                f"tokenizer must be callable on a text, got {type(self.tokenizer).__name__}. "
                "Pass a function such as tokenizer.encode."
            )
        ratio = self.bytes_per_token
        if ratio is not None and not (math.isfinite(ratio) and ratio > 0):
            raise BudgetError(f"bytes_per_token must be above 0, got {ratio!r}; 4 suits English.")


@dataclass(frozen=True, slots=True)
class Bytes:
    """A budget in bytes of text.

    Parameters
    ----------
    amount : int or float
        Bytes, or a fraction of the pool's bytes above 0 and up to 1.0.

    Examples
    --------
    >>> Bytes(8_000_000).amount
    8000000
    """

    amount: int | float

    def __post_init__(self) -> None:
        checked_amount(self.amount, "bytes")


Budget: TypeAlias = int | float | Tokens | Bytes
"""A number of records, a fraction of them, or an amount of tokens or bytes."""


def tokenizer_name(tokenizer: Tokenizer) -> str:
    """Return the name under which a tokenizer is reported."""
    return str(getattr(tokenizer, "__qualname__", type(tokenizer).__name__))


def checked_budget(budget: object) -> Budget:
    """Return a budget of a kind that exists.

    Raises
    ------
    BudgetError
        If it is neither a positive integer, nor a fraction above 0 and up to 1, nor an amount
        of tokens or bytes.
    """
    return budget if isinstance(budget, Tokens | Bytes) else checked_amount(budget, "records")


def checked_amount(amount: object, unit: BudgetUnit) -> int | float:
    """Return an amount as an int, or as a float if it is a fraction.

    Raises
    ------
    BudgetError
        If it is neither a positive integer nor a fraction above 0 and up to 1.
    """
    if isinstance(amount, numbers.Integral) and not isinstance(amount, bool):
        if amount < 1:
            raise BudgetError(f"budget must be at least 1 {unit[:-1]}, got {amount}.")
        return int(amount)
    if isinstance(amount, numbers.Real) and not isinstance(amount, bool):
        fraction = float(amount)
        if math.isfinite(fraction) and 0 < fraction <= 1:
            return fraction
        raise BudgetError(
            f"a fractional budget must be above 0 and at most 1.0 (the whole pool), got {amount!r}."
            + (f" For a number of {unit} write {int(fraction)}." if _whole(fraction) else "")
        )
    raise BudgetError(
        f"budget must be a number of {unit} (int) or a fraction of the pool (float), "
        f"or Tokens(...) or Bytes(...), got {amount!r}."
    )


def records_of(budget: int | float, *, selectable: int, pool: int) -> int:
    """Return how many records to choose.

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
        If there are not so many selectable records.
    """
    wanted = budget if isinstance(budget, int) else max(1, math.floor(budget * pool))
    if isinstance(budget, float) and budget == 1.0:
        wanted = selectable
    if wanted > selectable:
        others = pool - selectable
        why = f" ({others} more are empty, owned, forbidden or left out)" if others else ""
        raise BudgetError(
            f"budget of {wanted} records, but the pool has only {selectable} to choose from{why}. "
            f"Use budget={selectable} or less, or budget=1.0 for all of them.",
            parameters=("budget",),
        )
    return wanted


def checked_stages(k1: object, k2: object, k3: object) -> None:
    """Raise ConfigError unless k1 >= k2 >= k3 >= 1, all integers."""
    for name, value in (("k1", k1), ("k2", k2), ("k3", k3)):
        if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < 1:
            raise ConfigError(f"{name} must be an integer of at least 1, got {value!r}.")
    assert isinstance(k1, numbers.Integral)
    assert isinstance(k2, numbers.Integral)
    assert isinstance(k3, numbers.Integral)
    if not k1 >= k2 >= k3:
        raise ConfigError(
            f"the stages narrow down, so k1 >= k2 >= k3 is expected; got k1={k1} (screened), "
            f"k2={k2} (shortlisted), k3={k3} (packed).",
            parameters=("k1", "k2", "k3"),
        )


def _whole(value: float) -> bool:
    return math.isfinite(value) and value > 1 and value == int(value)

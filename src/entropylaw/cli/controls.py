"""Controls as typed on the command line: budgets, quotas, quality and guards from strings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from entropylaw.errors import BudgetError, ConfigError
from entropylaw.guards import Guards
from entropylaw.selection import Bytes, Quality, Quotas, Tokens
from entropylaw.selection.budget import Budget

Divide = Literal["pool", "equal"]

_BUDGET = re.compile(r"\s*([-+]?[\d_.]+(?:e\d+)?)\s*(%?)\s*(records?|tokens?|bytes?|)\s*", re.I)


def parsed_budget(
    text: str, *, counts: str | None = None, bytes_per_token: float | None = None
) -> Budget:
    """Return a budget as typed: a number or a share, of records, tokens or bytes.

    Examples
    --------
    >>> parsed_budget("1000"), parsed_budget("0.25"), parsed_budget("10%")
    (1000, 0.25, 0.1)
    >>> parsed_budget("8_000_000 bytes")
    Bytes(amount=8000000)
    >>> parsed_budget("5% tokens", counts="n_tokens").amount
    0.05
    """
    found = _BUDGET.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        number, percent, unit = found.groups()
        amount = float(number) / 100 if percent else _number(number)
    except ValueError:
        raise BudgetError(
            "budget must be a number of records (1000), a share (0.1 or 10%), or an amount of "
            f'tokens or bytes ("200000 tokens", "5% bytes"), got {text!r}.'
        ) from None
    if unit.lower().startswith("token"):
        return Tokens(amount, counts=counts, bytes_per_token=bytes_per_token)
    if counts is not None or bytes_per_token is not None:
        raise ConfigError(
            f'tokens are counted, but the budget is not in tokens: --budget "{text} tokens".'
        )
    return Bytes(amount) if unit.lower().startswith("byte") else amount


def parsed_quotas(
    divide: Divide | None, minimum: Sequence[str] | None, maximum: Sequence[str] | None
) -> Quotas | None:
    """Return quotas as typed, None if there are none.

    Examples
    --------
    >>> parsed_quotas(None, ["code=0.2"], ["0.5"]).maximum
    0.5
    """
    if divide is None and not minimum and not maximum:
        return None
    return Quotas(divide, minimum=_bound("minimum", minimum), maximum=_bound("maximum", maximum))


def parsed_quality(
    column: str | None, minimum: float | None, weight: float, *, tie_break: bool
) -> Quality | None:
    """Return what a quality column does, None if there is none."""
    if column is None:
        if minimum is not None or weight or tie_break:
            raise ConfigError("say which column holds the quality: --quality COLUMN.")
        return None
    return Quality(column, minimum=minimum, weight=weight, tie_break=tie_break)


def parsed_guards(action: Literal["warn", "drop"] | None) -> Guards | None:
    """Return all guards with this action, None if none looks."""
    return None if action is None else Guards.all(action)


def _bound(name: str, values: Sequence[str] | None) -> int | float | dict[str, int | float] | None:
    if not values:
        return None
    if len(values) == 1 and "=" not in values[0]:
        return _typed(name, values[0])
    bounds: dict[str, int | float] = {}
    for value in values:
        group, equals, amount = value.rpartition("=")
        if not equals:
            raise ConfigError(
                f"--{name} {value!r}: expected GROUP=AMOUNT for each group, or one amount for all."
            )
        bounds[group] = _typed(name, amount)
    return bounds


def _typed(name: str, text: str) -> int | float:
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else _number(text)
    except ValueError:
        raise ConfigError(
            f"--{name}: expected a number (500) or a share (0.2 or 20%), got {text!r}."
        ) from None


def _number(text: str) -> int | float:
    return int(text) if text.lstrip("+-").replace("_", "").isdigit() else float(text)

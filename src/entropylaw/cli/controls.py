"""Budgets, bounds and columns as they are typed in a shell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from entropylaw.errors import BudgetError, ConfigError
from entropylaw.selection import Bytes, Tokens
from entropylaw.selection.budget import Budget

_BUDGET = re.compile(r"\s*([-+]?[\d_.]+(?:e\d+)?)\s*(%?)\s*(records?|tokens?|bytes?|)\s*", re.I)


def parsed_budget(text: str) -> Budget:
    """Return a budget as typed: a number or a share, of records, tokens or bytes.

    Examples
    --------
    >>> parsed_budget("1000"), parsed_budget("0.25"), parsed_budget("10%")
    (1000, 0.25, 0.1)
    >>> parsed_budget("8_000_000 bytes")
    Bytes(amount=8000000)
    >>> parsed_budget("5% tokens").amount
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
        return Tokens(amount)
    return Bytes(amount) if unit.lower().startswith("byte") else amount


def counted(
    budget: int | float | str, *, counts: str | None = None, bytes_per_token: float | None = None
) -> Budget:
    """Return a budget as typed, with how its tokens are counted.

    Raises
    ------
    BudgetError
        If it is none.
    ConfigError
        If tokens are counted and it is not in tokens, or are not counted in one way.

    Examples
    --------
    >>> counted("200000 tokens", counts="n_tokens").counts
    'n_tokens'
    """
    parsed = parsed_budget(budget) if isinstance(budget, str) else budget
    ways = [way for way in (counts, bytes_per_token) if way is not None]
    if isinstance(parsed, Tokens):
        if len(ways) != 1:
            raise ConfigError(
                "a budget in tokens must know how to count them, in one way: --tokens COLUMN, or "
                "--bytes-per-token 4 for an estimate.",
                parameters=("tokens", "bytes_per_token") if ways else ("budget",),
            )
        return replace(parsed, counts=counts, bytes_per_token=bytes_per_token)
    if ways:
        raise ConfigError(
            f'tokens are counted, but the budget is not in tokens: --budget "{budget} tokens".',
            parameters=("budget", "tokens", "bytes_per_token"),
        )
    return parsed


def parsed_bound(
    name: str, values: Sequence[str] | None
) -> int | float | dict[str, int | float] | None:
    """Return what is typed after ``--minimum`` or ``--maximum``: one amount, or one a group.

    Examples
    --------
    >>> parsed_bound("minimum", ["code=20%", "zh=500"]), parsed_bound("maximum", ["0.5"])
    ({'code': 0.2, 'zh': 500}, 0.5)
    """
    if not values:
        return None
    if len(values) == 1 and "=" not in values[0]:
        return _amount(name, values[0])
    bounds: dict[str, int | float] = {}
    for value in values:
        group, equals, amount = value.rpartition("=")
        if not equals:
            raise ConfigError(
                f"--{name} {value!r}: expected GROUP=AMOUNT for each group, or one amount for all."
            )
        bounds[group] = _amount(name, amount)
    return bounds


def parsed_text(text: Sequence[str] | None) -> str | list[str] | None:
    """Return what is typed after ``--text``, which may stand there several times.

    Examples
    --------
    >>> parsed_text(["question", "answer"]), parsed_text(["{question} {answer}"]), parsed_text([])
    (['question', 'answer'], '{question} {answer}', None)
    """
    if not text:
        return None
    return text[0] if len(text) == 1 else list(text)


def _amount(name: str, text: str) -> int | float:
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else _number(text)
    except ValueError:
        raise ConfigError(
            f"--{name}: expected a number (500) or a share (0.2 or 20%), got {text!r}."
        ) from None


def _number(text: str) -> int | float:
    return int(text) if text.lstrip("+-").replace("_", "").isdigit() else float(text)

"""Bounds and columns as options of the command line."""

from __future__ import annotations

from collections.abc import Sequence

from entropylaw.errors import ConfigError
from entropylaw.selection.budget import parsed_number


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
        return float(text[:-1]) / 100 if text.endswith("%") else parsed_number(text)
    except ValueError:
        raise ConfigError(
            f"--{name}: expected a number (500) or a share (0.2 or 20%), got {text!r}."
        ) from None

"""On which line of a TOML file a key stands."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any


def line_of(text: str, path: Sequence[str | int]) -> int | None:
    r"""Return the line on which the statement begins that brings in a key.

    The parser keeps no places. But the first lines of a file are TOML by themselves exactly where
    a statement ends, so the statement that brings a key in is the one that makes it appear.

    Parameters
    ----------
    text : str
        TOML, without errors.
    path : sequence of str or int
        The names of the tables and the key, from the top; a number is a place in an array.

    Returns
    -------
    int or None
        From 1; None if there is no such key. What stands inside a value that spreads over
        several lines is given the first of them.

    Examples
    --------
    >>> text = '[select]\nk1 = 500\n\n[select.quotas]\nminimum = { code = 0.2 }\n'
    >>> line_of(text, ["select", "k1"]), line_of(text, ["select", "quotas", "minimum", "code"])
    (2, 5)
    """
    lines = text.split("\n")
    start = 1
    for end in range(1, len(lines) + 1):
        try:
            tables = tomllib.loads("\n".join(lines[:end]) + "\n")
        except tomllib.TOMLDecodeError:
            continue
        if holds(tables, path):
            return start
        start = end + 1
    return None


def holds(value: Any, path: Sequence[str | int]) -> bool:
    """Tell whether a value of nested tables and arrays has something at a path.

    Examples
    --------
    >>> holds({"a": [{"b": 1}]}, ["a", 0, "b"]), holds({"a": 1}, ["a", "b"])
    (True, False)
    """
    for part in path:
        table = isinstance(value, Mapping) and part in value
        if not table and not (isinstance(value, list) and part in range(len(value))):
            return False
        value = value[part]
    return True

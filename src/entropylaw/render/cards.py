"""A titled list of facts, as text and as HTML."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape


def text_card(title: str, facts: Mapping[str, str]) -> str:
    """Return a title with one indented line per fact.

    Examples
    --------
    >>> print(text_card("Result", {"chosen": "3 of 9", "ratio": "2.1"}))
    Result
      chosen  3 of 9
      ratio   2.1
    """
    width = max(map(len, facts), default=0)
    return "\n".join([title, *(f"  {label:<{width}}  {value}" for label, value in facts.items())])


def html_card(title: str, facts: Mapping[str, str]) -> str:
    """Return the same as a small HTML table with inline style, for notebooks."""
    rows = "".join(
        f'<tr><th style="text-align:left;padding:2px 12px 2px 0">{escape(label)}</th>'
        f'<td style="text-align:left">{escape(value)}</td></tr>'
        for label, value in facts.items()
    )
    return f"<table><caption><b>{escape(title)}</b></caption><tbody>{rows}</tbody></table>"

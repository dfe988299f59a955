"""Plain tables as text and as HTML, from strings only."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence


def number(value: float, digits: int = 4) -> str:
    """Return a number as people read it, "n/a" for NaN.

    Examples
    --------
    >>> number(0.123456), number(float("nan"))
    ('0.1235', 'n/a')
    """
    return "n/a" if math.isnan(value) else f"{value:.{digits}g}"


def text_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table for a terminal: first column to the left, the others to the right.

    Examples
    --------
    >>> print(text_table(["name", "value"], [["a", "1"], ["bc", "23"]]))
    name  value
    ----  -----
    a         1
    bc       23
    """
    table = [list(headers), *(list(row) for row in rows)]
    widths = [max(len(row[i]) for row in table) for i in range(len(headers))]
    lines = [
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def html_table(headers: Sequence[str], rows: Sequence[Sequence[str]], *, caption: str = "") -> str:
    """Return the same table as an HTML fragment, every cell escaped, the first of a row its head.

    Examples
    --------
    >>> html_table(["a<b"], [])
    '<table><thead><tr><th scope="col">a&lt;b</th></tr></thead><tbody></tbody></table>'
    """
    head = "".join(f'<th scope="col">{html.escape(cell)}</th>' for cell in headers)
    body = "".join(
        f'<tr><th scope="row">{html.escape(first)}</th>'
        + "".join(f"<td>{html.escape(cell)}</td>" for cell in others)
        + "</tr>"
        for first, *others in rows
    )
    title = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

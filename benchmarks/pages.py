"""Markdown tables, and the places in pages where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; all columns but the first to the right."""
    rules = ["---", *("---:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, rules, *rows])


def has_place(page: str, name: str) -> bool:
    """Return whether a page has a place of that name."""
    return f"<!-- {name} -->\n" in page


def placed(page: str, name: str, content: str) -> str:
    """Return a page with `content` in its place of that name, whatever stood there before."""
    start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, rest = page.split(start)
    return f"{before}{start}{content}\n{end}{rest.partition(end)[2]}"


def stem(name: str) -> str:
    """Return a file's name without what follows the first dot."""
    return name.partition(".")[0]

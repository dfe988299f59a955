"""Markdown tables from results, and the marked places of pages that they fill."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.common.record import RESULTS, Record

ROOT = RESULTS.parents[1]
Cell = str | Callable[[Any], str]
"""A format string such as ``"{select[wall_seconds]:.1f}"``, or a function of the row."""


class Target(NamedTuple):
    """A target, the measurement, and whether the target was met."""

    aim: str
    measured: str
    met: bool


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; all columns but the first are right-aligned."""
    rules = ["---", *("---:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, rules, *rows])


def table_of(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, Cell]) -> str:
    """Return a Markdown table with one line for each row and one column for each cell."""
    return table(
        list(columns),
        [
            [cell(row) if callable(cell) else cell.format_map(row) for cell in columns.values()]
            for row in rows
        ],
    )


def stem(name: str) -> str:
    """Return a file's name without everything after the first dot."""
    return name.partition(".")[0]


def pages() -> list[Path]:
    """Return the pages that may have marked places."""
    return [RESULTS.parent / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def filled(text: str, contents: Mapping[str, str]) -> str:
    """Return a page with the content of each marked place replaced."""
    for name, content in contents.items():
        start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        if start in text and end in text:
            before, rest = text.split(start)
            text = f"{before}{start}{content}\n{end}{rest.partition(end)[2]}"
    return text


def results() -> dict[str, Record]:
    """Return all stored records by name."""
    return {path.stem: Record.read(path) for path in sorted(RESULTS.glob("*.json"))}

"""What commands print on stdout: tables for people, JSON for machines."""

from __future__ import annotations

from dataclasses import dataclass, field

import typer
from pydantic_core import to_json
from rich.console import Console
from rich.table import Table as RichTable

from entropylaw.render.sizes import human_bytes

__all__ = ["Table", "human_bytes", "show", "show_json"]


@dataclass(frozen=True, slots=True)
class Table:
    """A title, headings, and rows of text; the first column is the label."""

    title: str
    headings: list[str]
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def add(self, *cells: str) -> None:
        """Add a row."""
        self.rows.append(cells)


def show(table: Table) -> None:
    """Print a table on stdout, as wide as the terminal; unfolded when it is none."""
    drawn = RichTable(title=table.title, title_justify="left", title_style="bold")
    for place, heading in enumerate(table.headings):
        drawn.add_column(heading, justify="left" if place == 0 else "right", no_wrap=True)
    for row in table.rows:
        drawn.add_row(*row)
    console = Console()
    console.print(drawn) if console.is_terminal else Console(width=200).print(drawn)


def show_json(value: object) -> None:
    """Print one value as JSON in UTF-8; numbers that JSON does not have are null."""
    typer.echo(to_json(value, indent=2, inf_nan_mode="null"))

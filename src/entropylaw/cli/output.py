"""Output of commands: tables for people, JSON for programs, and warnings about skipped records."""

from __future__ import annotations

from collections.abc import Sequence

import typer
from pydantic_core import to_json
from rich.console import Console
from rich.table import Table as RichTable

from entropylaw.errors import SkippedRecordsWarning, warn
from entropylaw.render.tables import Table


def show_table(table: Table) -> None:
    """Print a table on stdout; lines are never wrapped if stdout is no terminal."""
    drawn = RichTable(title=table.title, title_justify="left", title_style="bold")
    for place, header in enumerate(table.headers):
        drawn.add_column(header, justify="left" if place == 0 else "right", no_wrap=True)
    for row in table.rows:
        drawn.add_row(*row)
    console = Console()
    console.print(drawn) if console.is_terminal else Console(width=200).print(drawn)


def show_json(value: object) -> None:
    """Print a value on stdout as JSON in UTF-8; NaN and infinity become null."""
    typer.echo(to_json(value, indent=2, inf_nan_mode="null"))


def warn_skipped(count: int, reasons: Sequence[str]) -> None:
    """Warn about records that were left out, if there are any, with the reason of the first.

    Warns
    -----
    SkippedRecordsWarning
        If `count` is above 0.
    """
    if count:
        first = f" The first: {reasons[0]}" if reasons else ""
        warn(f"skipped {count} records.{first}", SkippedRecordsWarning)

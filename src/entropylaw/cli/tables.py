"""Tables on the terminal."""

from __future__ import annotations

from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table as RichTable


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


def human_bytes(count: int) -> str:
    """Return a number of bytes with its unit.

    Examples
    --------
    >>> human_bytes(900), human_bytes(32_768), human_bytes(20_918_996)
    ('900 B', '32.0 KiB', '19.9 MiB')
    """
    if count < 1024:
        return f"{count} B"
    size, unit = count / 1024, "KiB"
    for larger in ("MiB", "GiB", "TiB"):
        if size < 1024:
            break
        size, unit = size / 1024, larger
    return f"{size:.1f} {unit}"

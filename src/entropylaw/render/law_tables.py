"""Old home of the table functions in `entropylaw.render.tables`."""

from entropylaw.render.tables import html_table, number, text_table

__all__ = ["html_table", "number", "text_table"]

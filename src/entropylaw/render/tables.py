"""Tables of strings, as text, HTML, Markdown and LaTeX, and numbers for their cells."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_TEX = {c: f"\\{c}" for c in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "±": r"$\pm$",
    "×": r"$\times$",
}


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table of strings.

    Attributes
    ----------
    headers : tuple of str
        One per column; empty for a list of facts, whose rows are a label and a value.
    rows : tuple of tuple of str
        The cells.
    title : str
        Above the table.
    note : str
        Below the table: how to read it.

    Examples
    --------
    >>> print(Table(("name", "value"), (("a", "1"), ("bc", "23"))))
    name  value
    ----  -----
    a         1
    bc       23
    """

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""
    note: str = ""

    @classmethod
    def of(
        cls,
        headers: Sequence[str],
        rows: Sequence[Sequence[str]],
        *,
        title: str = "",
        note: str = "",
    ) -> Table:
        """Return a table of any sequences."""
        return cls(tuple(headers), tuple(tuple(row) for row in rows), title, note)

    @classmethod
    def of_facts(cls, title: str, facts: Mapping[str, str], *, note: str = "") -> Table:
        """Return a list of facts: label to value.

        Examples
        --------
        >>> print(Table.of_facts("Result", {"chosen": "3 of 9", "ratio": "2.1"}))
        Result
          chosen  3 of 9
          ratio   2.1
        """
        return cls((), tuple(facts.items()), title, note)

    def __str__(self) -> str:
        body = text_table(self.headers, self.rows) if self.headers else self._facts_text()
        parts = [f"{self.title}\n{body}" if self.title else body, self.note]
        return "\n\n".join(part for part in parts if part)

    def to_html(self) -> str:
        """Return the table as an HTML fragment with every cell escaped, for notebooks."""
        if self.headers:
            caption = self.title or self.note
            note = self.note if self.title else ""
            below = f"<p>{html.escape(note)}</p>" if note else ""
            return html_table(self.headers, self.rows, caption=caption) + below
        rows = "".join(
            f'<tr><th style="text-align:left;padding:2px 12px 2px 0">{html.escape(label)}</th>'
            f'<td style="text-align:left">{html.escape(value)}</td></tr>'
            for label, value in self.rows
        )
        caption = f"<caption><b>{html.escape(self.title)}</b></caption>"
        note = f"<p>{html.escape(self.note)}</p>" if self.note else ""
        return f"<table>{caption}<tbody>{rows}</tbody></table>{note}"

    def to_markdown(self) -> str:
        r"""Return the table in Markdown, numbers aligned to the right.

        Examples
        --------
        >>> print(Table(("name", "value"), (("a|b", "1"),)).to_markdown())
        | name | value |
        | :--- | ---: |
        | a\|b | 1 |
        """
        headers = self.headers or ("", "")
        align = [":---", *(["---:"] if self.headers else [":---"]) * (len(headers) - 1)]
        rows = [headers, align, *self.rows]
        lines = ["| " + " | ".join(map(_markdown_cell, row)) + " |" for row in rows]
        above = [f"**{_markdown_cell(self.title)}**", ""] if self.title else []
        below = ["", _markdown_cell(self.note)] if self.note else []
        return "\n".join([*above, *lines, *below])

    def to_latex(self) -> str:
        r"""Return the table in LaTeX with the rules of the booktabs package.

        Examples
        --------
        >>> print(Table(("name", "5 %"), (("a_b", "1"),)).to_latex())
        \begin{tabular}{lr}
        \toprule
        name & 5 \% \\
        \midrule
        a\_b & 1 \\
        \bottomrule
        \end{tabular}
        """
        columns = len(self.headers) or 2
        spec = "l" + ("r" if self.headers else "l") * (columns - 1)
        head = [_latex_row(self.headers), r"\midrule"] if self.headers else []
        body = [_latex_row(row) for row in self.rows]
        lines = [rf"\begin{{tabular}}{{{spec}}}", r"\toprule", *head, *body]
        return "\n".join([*lines, r"\bottomrule", r"\end{tabular}"])

    def _facts_text(self) -> str:
        width = max((len(row[0]) for row in self.rows), default=0)
        return "\n".join(f"  {label:<{width}}  {value}" for label, value in self.rows)


def number(value: float, digits: int = 4) -> str:
    """Return a number as people read it, "n/a" for NaN.

    Examples
    --------
    >>> number(0.123456), number(float("nan"))
    ('0.1235', 'n/a')
    """
    return "n/a" if math.isnan(value) else f"{value:.{digits}g}"


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


def _markdown_cell(cell: str) -> str:
    return cell.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")


def _latex_row(cells: Sequence[str]) -> str:
    escaped = ("".join(_TEX.get(c, c) for c in cell.replace("\n", " ")) for cell in cells)
    return " & ".join(escaped) + r" \\"

"""Parts of a self-contained HTML page: no script, no network, printable, accessible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from entropylaw.render.excerpts import excerpt, visible
from entropylaw.render.tables import html_table

LONG, SHOWN_OF_LONG = 20, 12
"""Longest table that is shown in full, and rows shown of a longer one."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Content security policy: a browser loads nothing but the inline style."""

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2330; --soft: #5b6575; --paper: #fff; --line: #d7dce3;
  --shade: #f4f6f9; --accent: #2f6fb0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --soft: #a3adbb; --paper: #14181f;
  --line: #363e4a; --shade: #1d232c; --accent: #6aa7e0; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.2rem; margin: 2.6rem 0 .6rem; padding-top: .9rem;
  border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
p { margin: .5rem 0; } p.soft, figcaption, caption { color: var(--soft); font-size: .9rem; }
nav { margin: 1rem 0; font-size: .9rem; } nav a { margin-right: 1rem; } a { color: var(--accent); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .92rem;
  margin: .7rem 0; }
caption { text-align: left; caption-side: bottom; padding-top: .4rem; }
th, td { text-align: right; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
th:first-child { text-align: left; font-weight: 600; } thead th { color: var(--soft); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.2rem; margin: .8rem 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
figure { margin: 1rem 0; } figure svg { max-width: 100%; height: auto; }
figure svg text { fill: var(--ink) !important; }
figure svg [style*="stroke: #000000"] { stroke: var(--ink) !important; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--shade); margin: .3rem 0;
  border: 1px solid var(--line); border-radius: 6px; padding: .7rem .9rem; font-size: .85rem; }
ol.records { padding-left: 1.4rem; } ol.records li { margin: .8rem 0; }
summary { cursor: pointer; }
@media print { body { max-width: none; padding: 0; font-size: 11pt; } nav { display: none; }
  pre, tr, figure, li { break-inside: avoid; } h2, h3 { break-after: avoid; } }
"""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the page: the name of its anchor, its heading, and HTML."""

    name: str
    heading: str
    body: str


def page(title: str, lead: str, sections: Sequence[Section]) -> str:
    """Return a complete HTML page.

    Parameters
    ----------
    title, lead : str
        Plain text.
    sections : sequence of Section
        Their bodies are HTML.
    """
    links = "".join(f'<a href="#{s.name}">{escape(s.heading)}</a> ' for s in sections)
    parts = "".join(
        f'<section id="{s.name}" aria-labelledby="{s.name}-heading">'
        f'<h2 id="{s.name}-heading">{escape(s.heading)}</h2>\n{s.body}\n</section>\n'
        for s in sections
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(visible(title))}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<header>\n<h1>{escape(visible(title))}</h1>\n"
        f'<p class="soft">{escape(visible(lead))}</p>\n'
        f'<nav aria-label="Sections">{links}</nav>\n</header>\n<main>\n{parts}</main>\n'
        "</body>\n</html>\n"
    )


def paragraph(text: str) -> str:
    """Return a paragraph of plain text.

    Examples
    --------
    >>> paragraph("a < b")
    '<p>a &lt; b</p>'
    """
    return f"<p>{escape(visible(text))}</p>"


def subheading(text: str) -> str:
    """Return a heading inside a section."""
    return f"<h3>{escape(visible(text))}</h3>"


def facts_list(facts: Mapping[str, str]) -> str:
    """Return labels and values as a list of terms.

    Examples
    --------
    >>> facts_list({"chosen": "3 of 9"})
    '<dl><dt>chosen</dt><dd>3 of 9</dd></dl>'
    """
    items = "".join(
        f"<dt>{escape(visible(label))}</dt><dd>{escape(visible(value))}</dd>"
        for label, value in facts.items()
    )
    return f"<dl>{items}</dl>"


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], *, caption: str) -> str:
    """Return a table of plain text that scrolls sideways on a narrow page.

    Of a long table the first rows are shown; the others are folded.
    """
    shown = [[visible(cell) for cell in row] for row in rows]
    most = len(shown) if len(shown) <= LONG else SHOWN_OF_LONG
    first = _wide(html_table(headers, shown[:most], caption=caption), caption)
    if most == len(shown):
        return first
    summary = f"The other {len(shown) - most:,}"
    others = _wide(html_table(headers, shown[most:]), summary)
    return f"{first}<details><summary>{summary}</summary>{others}</details>"


def drawing(svg: str, *, label: str, caption: str) -> str:
    """Return an SVG as a figure.

    Parameters
    ----------
    svg : str
        The element.
    label : str
        Description of the image for screen readers.
    caption : str
        Text below it.
    """
    name = escape(visible(label))
    labelled = svg.replace("<svg ", f'<svg role="img" aria-label="{name}" ', 1)
    return f"<figure>{labelled}<figcaption>{escape(visible(caption))}</figcaption></figure>"


def record_list(records: Sequence[tuple[str, bytes]], *, most: int = 500) -> str:
    """Return records, each with a heading, as a numbered list.

    The writing direction of a record does not affect the page around it.

    Parameters
    ----------
    records : sequence of (str, bytes)
        Heading and text of each record.
    most : int, default 500
        Characters shown of each.
    """
    items = "".join(
        f"<li>{escape(visible(heading))}"
        f'<pre dir="auto">{escape(excerpt(text, most, keep_lines=True))}</pre></li>'
        for heading, text in records
    )
    return f'<ol class="records">{items}</ol>'


def folded_text(summary: str, text: str) -> str:
    """Return text that is shown when its summary is opened."""
    shown = escape(visible(text, keep_lines=True))
    return f"<details><summary>{escape(summary)}</summary><pre>{shown}</pre></details>"


def _wide(content: str, label: str) -> str:
    """Return content that scrolls sideways, with mouse and keyboard."""
    named = escape(visible(label))
    return f'<div class="wide" role="region" aria-label="{named}" tabindex="0">{content}</div>'

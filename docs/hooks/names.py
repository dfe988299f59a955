"""MkDocs hook: fills reference/index.md with a table of the public names."""

from __future__ import annotations

import inspect

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

import entropylaw

MARK = "<!-- names -->"


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Replace the marker with the table of names."""
    return markdown.replace(MARK, names()) if MARK in markdown else markdown


def names() -> str:
    """Return a table of the public names, each with the first line of its docstring."""
    rows = [
        f"| [`{name}`][entropylaw.{name}] | {first_line(getattr(entropylaw, name))} |"
        for name in entropylaw.__all__
        if name != "__version__"
    ]
    return "\n".join(["| name | |", "| --- | --- |", *rows])


def first_line(thing: object) -> str:
    """Return the first line of a docstring."""
    return (inspect.getdoc(thing) or "").partition("\n")[0]

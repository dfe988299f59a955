"""MkDocs hook: fills reference/cli.md with the commands and options that typer lists."""

from __future__ import annotations

import subprocess
import sys

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

MARK = "<!-- commands -->"


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Put the commands in the place of the mark."""
    return markdown.replace(MARK, commands()) if MARK in markdown else markdown


def commands() -> str:
    """Return the help of all commands as Markdown, a section each."""
    typer = [sys.executable, "-m", "typer", "entropylaw.cli.app", "utils", "docs"]
    done = subprocess.run(
        [*typer, "--name", "entropylaw"], check=True, capture_output=True, text=True
    )
    _, *sections = done.stdout.split("\n## ")
    return "\n".join(f"## {section}" for section in sections)

"""MkDocs hook: fills reference/cli.md with typer's help for the commands and their options."""

from __future__ import annotations

import subprocess
import sys

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

MARK = "<!-- commands -->"


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Replace the marker with the help of the commands."""
    return markdown.replace(MARK, commands()) if MARK in markdown else markdown


def commands() -> str:
    """Return the help of all commands as Markdown, one section per command."""
    typer = [sys.executable, "-m", "typer", "entropylaw.cli.app", "utils", "docs"]
    done = subprocess.run(
        [*typer, "--name", "entropylaw"], check=True, capture_output=True, text=True
    )
    _, *sections = done.stdout.split("\n## ")
    return "\n".join(f"## {section}" for section in sections)

"""MkDocs hook: runs each tutorial notebook and renders it, with its outputs, as a page.

The notebooks in the repository hold no outputs. The outputs on the site are those of this version
of the library; a cell that raises stops the build.
"""

from __future__ import annotations

import base64
import re
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from nbclient import NotebookClient

SECONDS_A_CELL = 300
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
LINK = re.compile(r"(\]\([^)\s]+)\.ipynb\)")
"""A link to a notebook. Links with a title are downloads and do not match."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add a page, with its pictures, next to each notebook."""
    for file in list(files):
        if file.src_uri.endswith(".ipynb"):
            source = Path(config.docs_dir, file.src_uri)
            page, pictures = rendered(executed(source), stem=source.stem)
            page += f'\n*This page is a notebook: [{source.name}]({source.name} "Download").*\n'
            folder = file.src_uri.removesuffix(source.name)
            files.append(File.generated(config, f"{folder}{source.stem}.md", content=page))
            for name, content in pictures.items():
                files.append(File.generated(config, f"{folder}{name}", content=content))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Point links to a notebook, which work in the repository, to its page."""
    return LINK.sub(r"\1.md)", markdown)


def executed(path: Path) -> Any:
    """Run a notebook in an empty folder; return it with its outputs."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}}
        NotebookClient(
            notebook,
            timeout=SECONDS_A_CELL,
            resources=resources,
            extra_arguments=["--IPKernelApp.log_level=ERROR"],
        ).execute()
    return notebook


def rendered(notebook: Any, *, stem: str) -> tuple[str, dict[str, bytes]]:
    """Return an executed notebook as Markdown, and its pictures by file name.

    Output to stderr, such as progress bars, is left out.
    """
    parts: list[str] = []
    pictures: dict[str, bytes] = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            parts.append(cell["source"])
            continue
        parts.append(f"```python\n{cell['source']}\n```")
        outputs = cell["outputs"]
        parts += _printed("".join(o["text"] for o in outputs if o.get("name") == "stdout"))
        for data in (output["data"] for output in outputs if "data" in output):
            if "image/png" in data:
                name = f"{stem}-{len(pictures)}.png"
                pictures[name] = base64.b64decode(data["image/png"])
                parts.append(f"![Plot drawn by the cell above]({name})")
            elif "text/html" in data:
                parts.append(f'<div class="output" markdown="0">\n{data["text/html"]}\n</div>')
            else:
                parts += _printed(data["text/plain"])
    return "\n\n".join(parts) + "\n", pictures


def _printed(text: str) -> list[str]:
    """Return printed text as a code block; nothing if there is no text."""
    return [f"```text\n{COLOUR.sub('', text).rstrip()}\n```"] if text.strip() else []

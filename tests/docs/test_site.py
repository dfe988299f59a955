"""The site: every page can be found, every public name is in the reference, and it builds offline."""

import importlib
import json
import os
import re
import subprocess
import sys
import zlib

import pytest
import yaml
from doc_pages import ROOT

import entropylaw

DOCS = ROOT / "docs"
MODULES = [  # each has a page of the reference
    "entropylaw",
    "entropylaw.auditing",
    "entropylaw.baselines",
    "entropylaw.compressors",
    "entropylaw.guards",
    "entropylaw.law",
    "entropylaw.selection",
    "entropylaw.stream",
    "entropylaw.testing",
]
NOTEBOOKS = sorted(DOCS.rglob("*.ipynb"))
HOW_TO = sorted((DOCS / "how-to").glob("*.md"))
LINKED = re.compile(r"\]\(([^)\s]+)\)")
LOADED = re.compile(
    r"""<(?:script|img|iframe|link)\b[^>]*?\b(?:src|href)=["']?((?:https?:)?//[^"'> ]+)"""
)
"""References in a page that make a browser load something from elsewhere."""


def in_nav(entry):
    if isinstance(entry, str):
        return [entry]
    parts = entry.values() if isinstance(entry, dict) else entry
    return [page for part in parts for page in in_nav(part)]


def links(page):
    """Return the link targets of a page, as written."""
    return LINKED.findall(page.read_text(encoding="utf-8"))


def test_every_page_is_in_the_navigation_once():
    nav = in_nav(yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"])
    written = [path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")]
    written += [path.relative_to(DOCS).with_suffix(".md").as_posix() for path in NOTEBOOKS]
    assert sorted(nav) == sorted(written), "name each page once under nav in mkdocs.yml"


def test_the_first_page_leads_everywhere():
    linked = {target.partition("#")[0] for target in links(DOCS / "index.md")}
    for folder in ("tutorials", "how-to", "explanation"):
        pages = {f"{folder}/{path.name}" for path in (DOCS / folder).iterdir()}
        assert pages <= linked, f"index.md does not lead to {sorted(pages - linked)}"
    assert {"reference/index.md", "reference/cli.md", "reference/stability.md"} <= linked


@pytest.mark.parametrize("path", HOW_TO, ids=lambda path: path.name)
def test_each_how_to_ends_with_what_is_next(path):
    *_, last = path.read_text(encoding="utf-8").split("\n## ")
    assert last.startswith("Next\n"), f"{path.name} ends with another section"
    assert len(LINKED.findall(last)) >= 2


def test_the_tutorial_needs_five_lines():
    cells = json.loads((DOCS / "tutorials" / "select.ipynb").read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells]
    lines = sources[sources.index("## Five lines") + 1].split("\n")
    _, *steps = filter(None, lines)  # without the import
    wanted = ("read_parquet(", ".select(", ".to_parquet(", ".report(")
    assert all(name in step for name, step in zip(wanted, steps, strict=True))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_hold_no_outputs(path):
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        assert not cell.get("outputs") and cell.get("execution_count") is None


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Return the folder of the site, built with both notebooks run."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_every_public_name_is_in_the_reference(site):
    _, body = (site / "objects.inv").read_bytes().split(b"zlib.\n", 1)
    anchors = {line.split(" ")[0] for line in zlib.decompress(body).decode().splitlines()}
    for module in MODULES:
        names = set(importlib.import_module(module).__all__) - {"__version__"}
        missing = sorted(name for name in names if f"{module}.{name}" not in anchors)
        assert not missing, f"{module}: {missing} have no entry in the reference"


def test_every_public_name_is_listed(site):
    listed = (site / "reference" / "index.html").read_text(encoding="utf-8")
    for name in set(entropylaw.__all__) - {"__version__"}:
        assert f"<code>{name}</code>" in listed


def test_nothing_is_loaded_from_elsewhere(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 25
    for page in pages:
        assert not LOADED.findall(page.read_text(encoding="utf-8")), page


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_are_pages_with_what_came_out(site, path):
    folder = site / path.parent.relative_to(DOCS)
    page = (folder / f"{path.stem}.html").read_text(encoding="utf-8")
    pictures = re.findall(rf'src="({path.stem}-\d+\.png)"', page)
    assert pictures and all((folder / picture).is_file() for picture in pictures)
    assert (folder / path.name).is_file(), "the notebook can be downloaded"


def test_the_command_line_is_documented(site):
    page = (site / "reference" / "cli.html").read_text(encoding="utf-8")
    for command in ("select", "ratio", "fit", "risk"):
        assert f"entropylaw {command}" in page
    assert "--budget" in page and "<!-- commands -->" not in page


def test_each_cell_of_the_comparison_says_where_it_was_read():
    page = (DOCS / "explanation" / "compared.md").read_text(encoding="utf-8")
    rows = [line.strip("|").split(" | ") for line in page.splitlines() if line.startswith("| **")]
    assert len(rows) > 30
    for feature, *cells in rows:
        for cell in cells:
            assert "](" in cell or "not found in" in cell or "does not compress" in cell, (
                f"{feature}: {cell}"
            )

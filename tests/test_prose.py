"""Code, messages and documentation use the standard terms of the field: see CONTRIBUTING.md."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import entropylaw

ROOT = Path(__file__).parents[1]
SOURCES = sorted(Path(entropylaw.__file__).parent.rglob("*.py"))
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
NOTEBOOKS = sorted((ROOT / "docs").rglob("*.ipynb"))
BENCHMARKS = sorted([*(ROOT / "benchmarks").rglob("*.py"), *(ROOT / "docs").rglob("*.py")])

BANNED = re.compile(
    r"settle[ds]?|honour(?:ed|s)?|told|mend(?:ed|s)?|purse|ledger|crew|hopes?|learnt|beside|rivals?"
    r"|of like length|its like|whole or not at all",
    re.IGNORECASE,
)
WORD = re.compile(rf"(?<![A-Za-z])(?:{BANNED.pattern})(?![A-Za-z])", re.IGNORECASE)
IN_PROSE = re.compile(
    rf"{WORD.pattern}"
    r"|\b(?:(?:a|the|this|each|random|simpler) choices?|said|dear(?:er|est)?|so much)\b",
    re.IGNORECASE,
)
"""Also words that are part of names in code, where they cannot be banned."""

ALLOWED = {
    "B. Settles and M. Craven",  # an author
    "random of like length",  # the old name of a baseline, which warns
    "def rival(self)",  # the old name of an attribute, which warns
    "Outcome.rival is now",
}


def found(banned: re.Pattern[str], lines: Iterator[tuple[int, str]], name: str) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()}"
        for number, line in lines
        if banned.search(line) and not any(allowed in line for allowed in ALLOWED)
    ]


def text_lines(path: Path) -> Iterator[tuple[int, str]]:
    yield from enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)


def cell_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a notebook's Markdown cells, each with the number of its cell."""
    for number, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"]):
        if cell["cell_type"] == "markdown":
            yield from ((number, line) for line in "".join(cell["source"]).splitlines())


def docstring_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of docstrings, and of strings that follow a constant to describe it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield from enumerate(text.splitlines(), start=node.lineno)


def test_banned_words_are_not_used() -> None:
    hits = [hit for path in SOURCES for hit in found(WORD, text_lines(path), path.name)]
    assert not hits, "\n".join(hits)


@pytest.mark.parametrize(
    "path", [*PAGES, ROOT / "benchmarks" / "README.md"], ids=lambda p: str(p.relative_to(ROOT))
)
def test_banned_words_are_not_used_in_pages(path: Path) -> None:
    hits = found(IN_PROSE, text_lines(path), path.name)
    assert not hits, "\n".join(hits)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_banned_words_are_not_used_in_notebooks(path: Path) -> None:
    hits = found(IN_PROSE, cell_lines(path), path.name)
    assert not hits, "\n".join(hits)


def test_banned_words_are_not_used_in_docstrings_of_benchmarks() -> None:
    hits = [hit for p in BENCHMARKS for hit in found(IN_PROSE, docstring_lines(p), p.name)]
    assert not hits, "\n".join(hits)


def test_the_search_finds_words_inside_names() -> None:
    assert WORD.search("_beside_the_pool") and WORD.search("Told by") and not WORD.search("lending")
    assert IN_PROSE.search("The choice repeats") and not IN_PROSE.search("rng.choice(rows)")


def test_the_search_reads_cells_and_docstrings(tmp_path: Path) -> None:
    cells = [{"cell_type": kind, "source": ["beside\n"]} for kind in ("code", "markdown")]
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": cells}))
    (tmp_path / "a.py").write_text('"""First.\n\nBeside."""\nx = "beside"\n')
    assert found(WORD, cell_lines(tmp_path / "a.ipynb"), "a") == ["a:1: beside"]
    assert found(WORD, docstring_lines(tmp_path / "a.py"), "a") == ["a:3: Beside."]

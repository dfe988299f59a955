"""The pages of the documentation, for the tests in this folder."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def page_id(page):
    return str(page.relative_to(ROOT))

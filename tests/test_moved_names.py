"""Names that moved out of the top level still work there, and warn; nothing here uses them."""

from __future__ import annotations

import re
import warnings
from importlib import import_module
from pathlib import Path

import pytest

import entropylaw

ROOT = Path(__file__).parents[1]
MOVED = entropylaw._MOVED
STABILITY = ROOT / "docs" / "reference" / "stability.md"
IMPORTS = re.compile(r"from entropylaw import +(\([^)]*\)|[^\n\\]*)")
ATTRIBUTES = re.compile(r"\bentropylaw\.(\w+)")


def uses(text):
    """Return the moved names that code or prose takes from the top level."""
    imported = re.findall(r"\w+", " ".join(IMPORTS.findall(text)))
    return {*imported, *ATTRIBUTES.findall(text)} & set(MOVED)


def test_about_twenty_names_are_at_the_top():
    assert len(set(entropylaw.__all__) - {"__version__"}) == 21
    assert len(MOVED) == 13
    assert not set(MOVED) & {*entropylaw.__all__, *dir(entropylaw)}


@pytest.mark.parametrize("name", MOVED)
@pytest.mark.parametrize(
    "code",
    ["\nfound = entropylaw.{}", "\nfrom entropylaw import {} as found"],
    ids=["get", "import"],
)
def test_a_moved_name_is_the_same_object_and_warns_once_at_the_users_line(name, code):
    names = {"__name__": "user", "entropylaw": entropylaw}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        exec(compile(code.format(name), "user.py", "exec"), names)
    module = import_module(f"entropylaw.{MOVED[name]}")
    assert name in module.__all__ and names["found"] is getattr(module, name)
    (warning,) = caught
    assert warning.category is DeprecationWarning
    assert (warning.filename, warning.lineno) == ("user.py", 2)
    assert f"Use entropylaw.{MOVED[name]}.{name}." in str(warning.message)


def test_importing_all_names_does_not_warn():
    names = {}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exec("from entropylaw import *", names)
    assert set(entropylaw.__all__) <= set(names) and not set(MOVED) & set(names)


def test_the_page_on_stability_lists_what_moved():
    rows = re.findall(r"^\| (`.*) \| \[`entropylaw\.(\w+)`\]", STABILITY.read_text("utf-8"), re.M)
    listed = {name: module for cell, module in rows for name in re.findall(r"`(\w+)`", cell)}
    assert listed == MOVED


def test_no_moved_name_is_used_from_the_top():
    files = [ROOT / "README.md", ROOT / "conftest.py"]
    for folder in ("src", "tests", "benchmarks", "docs"):
        found = (ROOT / folder).rglob("*")
        files += [path for path in found if path.suffix in {".py", ".md", ".ipynb"}]
    assert len(files) > 200
    used = {str(path.relative_to(ROOT)): uses(path.read_text("utf-8")) for path in sorted(files)}
    assert not {path: names for path, names in used.items() if names}


def test_the_search_finds_each_way_to_use_one():
    assert uses("from entropylaw " + "import (\n    Run,\n    AuditReport,\n)") == {"AuditReport"}
    assert uses("x = entropylaw.group_" + "ratios(y)") == {"group_ratios"}
    assert not uses("from entropylaw import Run\n\nAuditReport\nentropylaw.ratios.group_ratios")

"""Code, docstrings and messages use the standard terms of the field: see CONTRIBUTING.md."""

from __future__ import annotations

import re
from pathlib import Path

import entropylaw

BANNED = re.compile(
    r"settle[ds]?|honour(?:ed|s)?|told|mend(?:ed|s)?|purse|ledger|crew|hopes?|learnt|beside|rivals?"
    r"|of like length|its like|whole or not at all",
    re.IGNORECASE,
)
WORD = re.compile(rf"(?<![A-Za-z])(?:{BANNED.pattern})(?![A-Za-z])", re.IGNORECASE)
ALLOWED = {
    "B. Settles and M. Craven",  # an author
    "random of like length",  # the old name of a baseline, which warns
    "def rival(self)",  # the old name of an attribute, which warns
    "Outcome.rival is now",
}


def test_banned_words_are_not_used() -> None:
    found = []
    for path in sorted(Path(entropylaw.__file__).parent.rglob("*.py")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if WORD.search(line) and not any(allowed in line for allowed in ALLOWED):
                found.append(f"{path.name}:{number}: {line.strip()}")
    assert not found, "\n".join(found)


def test_the_search_finds_words_inside_names() -> None:
    assert WORD.search("_beside_the_pool") and WORD.search("Told by") and not WORD.search("lending")

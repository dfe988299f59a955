"""The pool of the demonstration: large, distinct, reproducible, and without extra imports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from collections import Counter
from pathlib import Path

import pytest

import entropylaw
from entropylaw.errors import EmptyPoolError
from entropylaw.io.stdlib_pool import stdlib_records

SCRIPT = """
import json, sys
from entropylaw.io.stdlib_pool import stdlib_records
records = stdlib_records()
print(json.dumps({"records": records, "modules": sorted(sys.modules)}))
"""


@pytest.fixture(scope="module")
def records() -> list[dict[str, str]]:
    return stdlib_records()


def test_thousands_of_whole_records(records: list[dict[str, str]]) -> None:
    assert len(records) >= 4_000
    for record in records:
        assert list(record) == ["question", "answer", "source"]
        assert all(isinstance(text, str) and text.strip() == text != "" for text in record.values())
        json.dumps(record, ensure_ascii=False).encode("utf-8")


def test_questions_are_distinct(records: list[dict[str, str]]) -> None:
    assert len({record["question"] for record in records}) == len(records)


def test_sources_are_many(records: list[dict[str, str]]) -> None:
    sources = Counter(record["source"] for record in records)
    assert len(sources) > 100
    assert sources["topics"] > 100
    assert sources.most_common(1)[0][1] < len(records) / 5
    for name in ("json", "datetime", "decimal", "io", "math", "builtins", "itertools", "zlib"):
        assert sources[name] > 3, name
    assert not sources.keys() & {"antigravity", "this", "tkinter", "idlelib", "test", "turtledemo"}


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is the module `textwrap` for?", "Text wrapping and filling."),
        ("What does the function `textwrap.dedent(text)` do?", "Remove any common leading"),
        (
            "What does the method `fractions.Fraction.limit_denominator(self, max_den",
            "Closest Frac",
        ),
        ("What does the function `math.gcd(", "Greatest Common Divisor."),
        ('What does the Python reference say about The "assert" statement', "Assert statements"),
    ],
)
def test_known_records(records: list[dict[str, str]], question: str, answer: str) -> None:
    found = [record for record in records if record["question"].startswith(question)]
    assert len(found) == 1
    assert found[0]["answer"].startswith(answer)


def test_another_process_gives_the_same_and_imports_nothing_odd(
    records: list[dict[str, str]],
) -> None:
    package = str(Path(entropylaw.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "PYTHONPATH": package, "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    answer = json.loads(done.stdout)
    assert answer["records"] == records
    assert not done.stderr
    odd = {
        "antigravity",
        "this",
        "tkinter",
        "turtle",
        "idlelib",
        "asyncio",
        "multiprocessing",
        "cgi",
    }
    assert not odd & set(answer["modules"])


def test_no_source_says_what_to_type(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sysconfig, "get_path", lambda _: str(tmp_path))
    with pytest.raises(EmptyPoolError, match="make demo DATA="):
        stdlib_records()

"""A pool of real text on every machine: the documentation of the standard library."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import re
import sys
import sysconfig
import warnings
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TypeAlias

from entropylaw.errors import EmptyPoolError

_SKIPPED = {  # games, windows, demonstrations, tests, and the topics, which are read separately
    "antigravity",
    "idlelib",
    "lib2to3",
    "pydoc_data",
    "test",
    "this",
    "tkinter",
    "turtledemo",
}
_SKIPPED_FOLDERS = {"test", "tests", "idle_test", "__pycache__"}
_PURE = {"_pydatetime": "datetime", "_pydecimal": "decimal", "_pyio": "io"}
"""Private modules in Python with the documentation of public ones written in C."""

_COMPILED = (  # noqa: SIM905 - one name a line would be 25 lines
    "array atexit binascii builtins cmath errno fcntl gc grp itertools marshal math mmap posix pwd "
    "resource select syslog termios time unicodedata zlib"
).split()
"""Public modules written in C and safe to import; not sys, in which programs set hooks."""

_HEADING = re.compile(r"^(\S.*)\n([*=\-~^\"])\2{2,}[ \t]*$", re.MULTILINE)

_QUESTIONS = {
    "module": "What is the module `{}` for?",
    "class": "What is the class `{}` for?",
    "property": "What is the property `{}`?",
    "method": "What does the method `{}` do?",
    "function": "What does the function `{}` do?",
}

Definition: TypeAlias = tuple[str, str, str]
"""Its kind (a key of `_QUESTIONS`), its name with signature, its documentation."""


def stdlib_records() -> list[dict[str, str]]:
    """Return questions and answers made from the documentation of the standard library.

    Modules in Python are parsed, never imported. The order is the same each time for a given
    installation of Python; the records differ a little between versions and systems.

    Returns
    -------
    list of dict
        ``question``, ``answer`` (a docstring, or a section of a topic page of `help`), and
        ``source`` (the top-level module, or ``"topics"``). No two questions are the same.

    Raises
    ------
    EmptyPoolError
        If this Python was installed without the source of its library.

    Examples
    --------
    >>> records = stdlib_records()
    >>> len(records) > 4000
    True
    >>> next(r for r in records if "function `textwrap.dedent(" in r["question"])["question"]
    'What does the function `textwrap.dedent(text)` do?'
    """
    library = Path(sysconfig.get_path("stdlib"))
    if not (library / "json" / "__init__.py").is_file():
        raise EmptyPoolError(
            "expected the source of the standard library; saw a Python installed without it. "
            "Try a file of your own: make demo DATA=file.jsonl"
        )
    records: dict[str, dict[str, str]] = {}
    for source, question, answer in chain(_docstrings(library), _topics()):
        if text := answer.strip():
            record = {"question": question, "answer": text, "source": source}
            records.setdefault(question, record)
    return list(records.values())


def _docstrings(library: Path) -> Iterator[tuple[str, str, str]]:
    """Yield source, question and answer for everything public in the library."""
    for name in sorted((sys.stdlib_module_names - _SKIPPED) | _PURE.keys()):
        if name.startswith("_") and name not in _PURE:
            continue
        found = _compiled(name) if name in _COMPILED else _parsed(library, name)
        for kind, title, text in found:
            yield _PURE.get(name, name), _QUESTIONS[kind].format(title), text


def _parsed(library: Path, name: str) -> Iterator[Definition]:
    """Yield the documentation of a module or package, read from its source."""
    files = [library / f"{name}.py"]
    if (library / name).is_dir():
        files = sorted((library / name).rglob("*.py"))
    for path in files:
        inner = path.relative_to(library).with_suffix("").parts
        if _SKIPPED_FOLDERS.intersection(inner) or inner[-1] == "__main__" or not path.is_file():
            continue
        title = ".".join(inner).removesuffix(".__init__")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # escapes that newer versions warn of
            tree = ast.parse(path.read_bytes())
        yield "module", _PURE.get(title, title), ast.get_docstring(tree) or ""
        yield from _definitions(tree.body, _PURE.get(title, title), within="module")


def _definitions(body: list[ast.stmt], prefix: str, *, within: str) -> Iterator[Definition]:
    """Yield the public classes and functions of a module or class."""
    for node in body:
        if isinstance(node, ast.If | ast.Try):
            yield from _definitions([*node.body, *node.orelse], prefix, within=within)
            continue
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if node.name.startswith("_"):
            continue
        title = f"{prefix}.{node.name}"
        text = ast.get_docstring(node) or ""
        if isinstance(node, ast.ClassDef):
            yield "class", title, text
            yield from _definitions(node.body, title, within="class")
        elif any(isinstance(d, ast.Name) and d.id == "property" for d in node.decorator_list):
            yield "property", title, text
        else:
            kind = "function" if within == "module" else "method"
            yield kind, f"{title}({ast.unparse(node.args)})", text


def _compiled(name: str) -> Iterator[Definition]:
    """Yield the documentation of a module written in C, which is imported."""
    if importlib.util.find_spec(name) is None:
        return  # not on this system
    module = importlib.import_module(name)
    yield "module", name, _documentation(module)
    for key, value in sorted(vars(module).items()):
        title = f"{name}.{key}"
        if key.startswith("_"):
            continue
        if inspect.isclass(value):
            yield "class", title, _documentation(value)
            for inner, member in sorted(vars(value).items()):
                if not inner.startswith("_") and inspect.isroutine(member):
                    yield "method", f"{title}.{inner}{_signature(member)}", _documentation(member)
        elif inspect.isbuiltin(value):  # not one that a notebook or debugger has set
            yield "function", f"{title}{_signature(value)}", _documentation(value)


def _documentation(value: object) -> str:
    return inspect.getdoc(value) or ""


def _signature(value: object) -> str:
    """Return the signature of an object written in C, if it has one."""
    return (getattr(value, "__text_signature__", None) or "").replace("$", "")


def _topics() -> Iterator[tuple[str, str, str]]:
    """Yield source, question and answer for the sections of the topic pages of `help`."""
    topics: dict[str, str] = importlib.import_module("pydoc_data.topics").topics
    for name, page in sorted(topics.items()):
        _, *sections = _HEADING.split(page)  # title, rule, text; title, rule, text; ...
        for title, text in zip(sections[::3], sections[2::3], strict=True):
            question = f"What does the Python reference say about {title.strip()} (topic {name})?"
            yield "topics", question, text

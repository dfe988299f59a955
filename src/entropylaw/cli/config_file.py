"""A TOML file of options: its content, and the line of each key."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias

from entropylaw.cli.settings import PATHS
from entropylaw.errors import ConfigError
from entropylaw.io.files import open_text

KeyPath: TypeAlias = tuple[str | int, ...]
"""Table names and key from the top of the file; an int is an index into an array."""

_SYNTAX_ERROR = re.compile(r"(?s)(.*) \(at (?:line (\d+), column \d+|end of document)\)")

_TOKEN = re.compile(
    r'''
      """ (?: [^\\] | \\. )*? """ "{0,2}    # multi-line basic string; may end in 5 quotes
    | \'\'\' .*? \'\'\' \'{0,2}             # multi-line literal string
    | " (?: [^"\\\n] | \\. )* "             # basic string
    | ' [^'\n]* '                           # literal string
    | \# [^\n]*                             # comment
    | [\[\]{}\n]
    ''',
    re.VERBOSE | re.DOTALL,
)
"""What matters for the end of a statement; all else is skipped."""


@dataclass(frozen=True)
class ConfigFile:
    """A parsed file of options.

    Attributes
    ----------
    path : Path
        The file.
    text : str
        Its content.
    tables : dict
        The parsed content, not yet validated; names of files are relative to the file's folder.
    """

    path: Path
    text: str
    tables: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> ConfigFile:
        """Read and parse a TOML file.

        Raises
        ------
        ConfigError
            If it is not valid TOML; names the line.
        """
        try:
            with open_text(path) as file:
                text = file.read()
            return cls(path, text, _with_folder(tomllib.loads(text), path.parent))
        except UnicodeDecodeError as error:
            raise ConfigError(
                f"{path}: expected TOML in UTF-8; {error}. Save it as UTF-8."
            ) from None
        except tomllib.TOMLDecodeError as error:
            found = _SYNTAX_ERROR.fullmatch(str(error))
            reason, line = found.groups() if found else (str(error), None)
            line = line or str(len(text.rstrip().split("\n")))
            raise ConfigError(f"{path}:{line}: not valid TOML: {reason}.") from None

    @cached_property
    def lines(self) -> dict[KeyPath, int]:
        """The line of each key."""
        return key_lines(self.text)


def key_lines(text: str) -> dict[KeyPath, int]:
    r"""Return the line on which each key of a TOML document is set first, in linear time.

    Parameters
    ----------
    text : str
        Valid TOML.

    Returns
    -------
    dict
        From the path of a table, key or array element to the line, from 1, on which the
        statement begins that creates it. Paths hold names from the top and indices into arrays.

    Examples
    --------
    >>> lines = key_lines('[select]\nk1 = 500\n\n[select.quotas]\nminimum = { code = 0.2 }\n')
    >>> lines["select", "k1"], lines["select", "quotas", "minimum", "code"]
    (2, 5)
    """
    lines: dict[KeyPath, int] = {}
    lengths: Counter[KeyPath] = Counter()  # of the arrays of tables
    table: KeyPath = ()
    for line, statement in _statements(text):
        parsed = tomllib.loads(statement)
        if statement.startswith("["):
            table = ()
            keys = _header_keys(parsed)
            for depth, key in enumerate(keys, start=1):
                table = (*table, key)
                lines.setdefault(table, line)
                if depth == len(keys) and statement.startswith("[["):
                    lengths[table] += 1
                if table in lengths:
                    table = (*table, lengths[table] - 1)
                    lines.setdefault(table, line)
        else:
            for path in _paths(parsed):
                lines.setdefault((*table, *path), line)
    return lines


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield each header and each key-value pair with the line on which it begins."""
    depth = start = 0
    line = first_line = 1
    for token in chain(_TOKEN.finditer(text), [None]):
        found = "\n" if token is None else token[0]
        if found in "[{":
            depth += 1
        elif found in "]}":
            depth -= 1
        line += found.count("\n")
        if token is None or (found == "\n" and depth == 0):
            end = len(text) if token is None else token.end()
            statement = text[start:end].strip()
            if statement and not statement.startswith("#"):
                yield first_line, statement
            start, first_line = end, line


def _header_keys(parsed: dict[str, Any]) -> list[str]:
    """Return the keys of a table header from the nested tables that it makes."""
    keys = []
    tables: Any = parsed
    while isinstance(tables, dict) and tables:
        ((key, tables),) = tables.items()
        keys.append(key)
    return keys


def _paths(value: Any, above: KeyPath = ()) -> Iterator[KeyPath]:
    """Yield the path of every value inside nested tables and arrays."""
    if isinstance(value, dict):
        inside: Any = value.items()
    elif isinstance(value, list):
        inside = enumerate(value)
    else:
        return
    for key, item in inside:
        yield (*above, key)
        yield from _paths(item, (*above, key))


def _with_folder(table: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return a table with its names of files relative to a folder."""
    return {
        key: _with_folder(value, folder)
        if isinstance(value, dict)
        else (folder / value if key in PATHS and isinstance(value, str) else value)
        for key, value in table.items()
    }

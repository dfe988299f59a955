"""A file of options as it stands there: TOML, and what its tables say."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from entropylaw.cli.settings import PATHS
from entropylaw.errors import ConfigError
from entropylaw.io.files import open_text

_SYNTAX = re.compile(r"(?s)(.*) \(at (?:line (\d+), column \d+|end of document)\)")


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A file of options.

    Attributes
    ----------
    path : Path
        Where it stands.
    text : str
        All of it.
    tables : dict
        What it says, not yet validated.
    """

    path: Path
    text: str
    tables: dict[str, Any]


def read_config(path: Path) -> ConfigFile:
    """Read a file of options; its paths are from then on relative to its folder.

    Raises
    ------
    ConfigError
        If it is no TOML; names the line.
    """
    try:
        with open_text(path) as file:
            text = file.read()
        return ConfigFile(path, text, _rooted(tomllib.loads(text), path.parent))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: expected TOML in UTF-8; {error}. Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        found = _SYNTAX.fullmatch(str(error))
        what, line = found.groups() if found else (str(error), None)
        place = line or len(text.rstrip().split("\n"))
        raise ConfigError(f"{path}:{place}: not valid TOML: {what}.") from None


def _rooted(table: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return a table whose names of files start at a folder."""
    rooted: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, Mapping):
            rooted[key] = _rooted(value, folder)
        else:
            rooted[key] = folder / value if key in PATHS and isinstance(value, str) else value
    return rooted

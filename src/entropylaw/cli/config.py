"""Options from a TOML file and the command line: merged, validated, and located in errors."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError
from pydantic_core import ErrorDetails, to_json

from entropylaw.cli.config_file import ConfigFile, KeyPath
from entropylaw.cli.settings import Settings, TargetSettings
from entropylaw.errors import ConfigError, EntropyLawError
from entropylaw.guards import Guards
from entropylaw.selection import Quality, Quotas

_REPLACES = {
    "tokens": ("bytes_per_token",),
    "bytes_per_token": ("tokens",),
    "shares": ("minimum", "maximum"),
    "minimum": ("shares",),
    "maximum": ("shares",),
    "keep": ("budget", "expected"),
    "expected": ("keep",),
}
"""For a key set on the command line, the keys of the file that it replaces."""

_UNKNOWN_KEY = ("extra_forbidden", "unexpected_keyword_argument")
_TABLE_EXPECTED = ("model_type", "dataclass_type", "dict_type")


@dataclass(frozen=True, slots=True)
class MergedOptions:
    """Options merged from a file and the command line, with the source of each.

    Attributes
    ----------
    values : dict
        All tables after merging.
    set_on_cli : dict
        The part of `values` that comes from the command line.
    file : ConfigFile or None
        The source of the other values.
    """

    values: dict[str, Any]
    set_on_cli: dict[str, Any]
    file: ConfigFile | None

    def locate(self, message: str, paths: Iterable[KeyPath]) -> str | None:
        """Prefix a message with the file, lines and keys of the options it is about.

        Options that are not set are ignored; those set on the command line are named without a
        line.

        Returns
        -------
        str or None
            None if the file sets none of the options.
        """
        if self.file is None:
            return None
        lines: dict[KeyPath, int] = {}
        on_cli: list[str] = []
        for path in paths:
            found = _set_path(self.values, path)
            if found is None:
                continue
            line = None if _is_on_cli(self.set_on_cli, found) else self.file.lines.get(found)
            if line is None:
                on_cli.append(_dotted(found[1:]))
            else:
                lines[found] = line
        if not lines:
            return None
        numbers = ", ".join(map(str, sorted(set(lines.values()))))
        keys = ", ".join(_dotted(path) for path in sorted(lines, key=lambda path: lines[path]))
        others = f" with {', '.join(on_cli)} on the command line" if on_cli else ""
        return f"{self.file.path}:{numbers}: {keys}{others}: {message}"


def without_unset(options: Mapping[str, object]) -> dict[str, Any]:
    """Return only the options that have a value.

    Examples
    --------
    >>> without_unset({"k1": 500, "k2": None, "text": [], "progress": False})
    {'k1': 500, 'progress': False}
    """
    return {name: value for name, value in options.items() if value not in (None, [], {})}


@contextmanager
def load_settings(
    config: Path | None,
    command: Literal["select", "audit", "stream"],
    set_on_cli: Mapping[str, Any],
) -> Iterator[Settings]:
    """Merge a file with the command line, which takes precedence, and validate the result.

    Run the command inside the ``with`` block: errors raised there about options of the file get
    the file's name and the lines of these options.

    Parameters
    ----------
    config : Path or None
        TOML file. Paths in it are relative to its folder.
    command : str
        The table of the file to use.
    set_on_cli : mapping
        The options of the command line, in the structure of that table.

    Yields
    ------
    Settings
        The validated options.

    Raises
    ------
    ConfigError
        If an option is not usable; names the file, the lines and the keys.
    """
    file = None if config is None else ConfigFile.read(config)
    tables = {} if file is None else file.tables
    table = tables.get(command, {})
    values = {**tables, command: merged(table, set_on_cli) if isinstance(table, dict) else table}
    options = MergedOptions(values, {command: set_on_cli}, file)
    settings = _validated(options)
    if file is not None and command not in tables:
        raise ConfigError(f"{file.path}: expected a table [{command}]; there is none.")
    try:
        yield settings
    except EntropyLawError as error:
        paths = [(command, *name.split(".")) for name in error.parameters]
        located = options.locate(str(error), paths)
        if located is None:
            raise
        raise ConfigError(located) from error


def merged(table: Mapping[str, Any], set_on_cli: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table updated key by key, without the keys that the update replaces.

    Examples
    --------
    >>> merged({"k1": 9, "quality": {"column": "s", "weight": 1}}, {"quality": {"weight": 2}})
    {'k1': 9, 'quality': {'column': 's', 'weight': 2}}
    >>> merged({"budget": "5% tokens", "tokens": "n"}, {"budget": "100"})
    {'budget': '100'}
    """
    both = dict(table)
    for key, value in set_on_cli.items():
        nested = isinstance(value, Mapping) and isinstance(both.get(key), Mapping)
        both[key] = merged(both[key], value) if nested else value
        for other in _replaced_by(key, value):
            if other not in set_on_cli:
                both.pop(other, None)
    return both


def _replaced_by(key: str, value: object) -> tuple[str, ...]:
    if key == "budget":
        return ("keep",) if "token" in str(value) else ("keep", "tokens", "bytes_per_token")
    return _REPLACES.get(key, ())


def _validated(options: MergedOptions) -> Settings:
    try:
        # In strict mode only JSON input allows a table for a dataclass and a string for a path.
        return Settings.model_validate_json(to_json(options.values))
    except ValidationError as error:
        raise config_error(error.errors(), options) from None


def config_error(errors: Sequence[ErrorDetails], options: MergedOptions) -> ConfigError:
    """Return the error about the first invalid option, with its lines in the file.

    Parameters
    ----------
    errors : sequence of ErrorDetails
        From pydantic.
    options : MergedOptions
        The options that were validated.
    """
    # A union gives one error per member; the deepest belongs to the member that was meant.
    paths = [_path_of(options.values, error["loc"]) for error in errors]
    path = max(paths, key=len)
    at_path = [error for error, other in zip(errors, paths, strict=True) if other == path]
    cause = at_path[-1].get("ctx", {}).get("error")
    if cause is not None:
        message = str(cause)
    elif at_path[0]["type"] in _UNKNOWN_KEY:
        message = _unknown_key(path)
    else:
        message = _unexpected_value(at_path)
    parameters = cause.parameters if isinstance(cause, ConfigError) else ()
    parts = [(*path, name) for name in parameters if _has(options.values, (*path, name))]
    located = options.locate(message, parts or [path])
    if located is not None:
        return ConfigError(located)
    return cause if isinstance(cause, ConfigError) else ConfigError(f"{path[-1]}: {message}")


def _path_of(values: Any, loc: Iterable[str | int]) -> KeyPath:
    """Return the keys in pydantic's location of an error, without the names of union members."""
    path: KeyPath = ()
    for part in loc:
        if _has(values, (part,)):
            path = (*path, part)
            values = values[part]
    return path


def _unexpected_value(errors: Sequence[ErrorDetails]) -> str:
    kinds = dict.fromkeys(map(_expected_kind, errors))
    seen = json.dumps(errors[0]["input"], ensure_ascii=False)
    return f"expected {' or '.join(kinds)}; saw {seen}."


def _expected_kind(error: ErrorDetails) -> str:
    """Return the kind of value that is expected, in TOML's terms."""
    if error["type"] in _TABLE_EXPECTED:
        return "a table"
    kind = error["msg"].removeprefix("Input should be ")
    return f"a number {kind}" if error["type"].startswith(("greater", "less")) else kind


def _unknown_key(path: KeyPath) -> str:
    known = _known_keys(path[:-1])
    close = difflib.get_close_matches(str(path[-1]), known, n=1)
    hint = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(known)}."
    return f"no such key. {hint}"


def _known_keys(table: KeyPath) -> list[str]:
    """Return the keys that a table may have."""
    if not table:
        return list(Settings.model_fields)
    if len(table) == 1:
        model = Settings.model_fields[str(table[0])].annotation
        return list(getattr(model, "model_fields", ()))
    if table[1] == "target":
        return list(TargetSettings.model_fields)
    kinds = {"guards": Guards, "quality": Quality, "quotas": Quotas}
    return [field.name for field in fields(kinds[str(table[1])])]


def _set_path(values: Any, path: KeyPath) -> KeyPath | None:
    """Return the path of the value that sets an option, None if nothing sets it.

    A string may stand for a whole table, as in ``guards = "drop"``; it sets all keys of it.
    """
    for depth, part in enumerate(path):
        if depth and isinstance(values, str):
            return path[:depth]
        if not _has(values, (part,)):
            return None
        values = values[part]
    return path


def _has(values: Any, path: KeyPath) -> bool:
    """Return whether nested tables and arrays have a value at a path."""
    for part in path:
        in_table = isinstance(values, Mapping) and part in values
        in_array = isinstance(values, list) and isinstance(part, int) and part < len(values)
        if not in_table and not in_array:
            return False
        values = values[part]
    return True


def _is_on_cli(set_on_cli: Any, path: KeyPath) -> bool:
    """Return whether the command line sets the whole value at a path."""
    for part in path:
        if not isinstance(set_on_cli, Mapping):
            return True
        if part not in set_on_cli:
            return False
        set_on_cli = set_on_cli[part]
    return not isinstance(set_on_cli, Mapping)


def _dotted(path: KeyPath) -> str:
    return ".".join(map(str, path))

"""A file of options and the options of a command line, put together and validated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError
from pydantic_core import to_json

from entropylaw.cli.complaints import complaint
from entropylaw.cli.config_file import read_config
from entropylaw.cli.origins import Origins
from entropylaw.cli.settings import Settings
from entropylaw.errors import ConfigError, EntropyLawError

_RIVALS = {
    "tokens": ("bytes_per_token",),
    "bytes_per_token": ("tokens",),
    "shares": ("minimum", "maximum"),
    "minimum": ("shares",),
    "maximum": ("shares",),
    "keep": ("budget", "expected"),
    "expected": ("keep",),
}
"""Keys that cannot stand beside one: said on the command line, it sets them aside."""


def stated(options: Mapping[str, object]) -> dict[str, Any]:
    """Return the options that were said.

    Examples
    --------
    >>> stated({"k1": 500, "k2": None, "text": [], "progress": False})
    {'k1': 500, 'progress': False}
    """
    return {name: value for name, value in options.items() if value not in (None, [], {})}


@contextmanager
def settings_of(
    config: Path | None, command: Literal["select", "audit", "stream"], given: Mapping[str, Any]
) -> Iterator[Settings]:
    """Give what a file and a command line say together; the command line wins.

    Errors that pass through here and are about options of the file get the lines of these, so
    what the options are used for belongs inside the block.

    Parameters
    ----------
    config : Path or None
        TOML. Paths in it are relative to its folder.
    command : str
        Whose table of the file counts.
    given : mapping
        What the command line says, as it would stand in that table.

    Raises
    ------
    ConfigError
        If something cannot be; names the file, the lines and the keys, if these stand there.
    """
    file = None if config is None else read_config(config)
    tables = {} if file is None else file.tables
    table = tables.get(command, {})
    asked = {**tables, command: overlaid(table, given) if isinstance(table, Mapping) else table}
    origins = Origins(asked, {command: given}, file)
    settings = _validated(origins)
    if file is not None and command not in tables:
        raise ConfigError(f"{file.path} has no table [{command}], so --config says nothing here.")
    try:
        yield settings
    except EntropyLawError as error:
        places = [[command, *name.split(".")] for name in error.parameters]
        pointed = origins.pointed(str(error), places)
        if pointed is None:
            raise
        raise ConfigError(pointed) from error


def overlaid(table: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table with what is given in its place, key by key, and without its rivals.

    Examples
    --------
    >>> overlaid({"k1": 9, "quality": {"column": "s", "weight": 1}}, {"quality": {"weight": 2}})
    {'k1': 9, 'quality': {'column': 's', 'weight': 2}}
    >>> overlaid({"budget": "5% tokens", "tokens": "n"}, {"budget": "100"})
    {'budget': '100'}
    """
    both = dict(table)
    for key, value in given.items():
        nested = isinstance(value, Mapping) and isinstance(both.get(key), Mapping)
        both[key] = overlaid(both[key], value) if nested else value
        for rival in _rivals(key, value):
            if rival not in given:
                both.pop(rival, None)
    return both


def _rivals(key: str, value: object) -> tuple[str, ...]:
    if key == "budget":
        return ("keep",) if "token" in str(value) else ("keep", "tokens", "bytes_per_token")
    return _RIVALS.get(key, ())


def _validated(origins: Origins) -> Settings:
    try:
        # Strict JSON takes a table for a dataclass, and no value for one of another type.
        return Settings.model_validate_json(to_json(origins.asked))
    except ValidationError as error:
        raise complaint(error.errors(), origins) from None

"""Where options were said: on the command line, or on a line of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from entropylaw.cli.config_file import ConfigFile
from entropylaw.cli.toml_lines import holds, line_of

Place: TypeAlias = Sequence[str | int]
"""The names of the tables and the key, from the top; a number is a place in an array."""


@dataclass(frozen=True, slots=True)
class Origins:
    """What options say, and where that was said.

    Attributes
    ----------
    asked : dict
        All tables, the command line and the file put together.
    typed : dict
        What of it is from the command line.
    file : ConfigFile or None
        Where the rest is from.
    """

    asked: dict[str, Any]
    typed: dict[str, Any]
    file: ConfigFile | None

    def pointed(self, message: str, places: Sequence[Place]) -> str | None:
        """Return a message that begins with the lines of the file at which options stand.

        Options that were not said are left out, and those that were typed are named behind the
        others.

        Returns
        -------
        str or None
            None if not one of the options stands in the file.
        """
        said = [tuple(place) for place in places if holds(self.asked, place)]
        lines = {place: line for place in said if (line := self._line(place)) is not None}
        if self.file is None or not lines:
            return None
        numbers = ", ".join(map(str, sorted(set(lines.values()))))
        keys = ", ".join(map(_written, sorted(lines, key=lambda place: lines[place])))
        typed = ", ".join(_written(place[1:]) for place in said if place not in lines)
        beside = f" beside {typed} of the command line" if typed else ""
        return f"{self.file.path}:{numbers}: {keys}{beside}: {message}"

    def _line(self, place: Place) -> int | None:
        if self.file is None or _is_given(self.typed, place):
            return None
        return line_of(self.file.text, place)


def _written(place: Place) -> str:
    return ".".join(map(str, place))


def _is_given(given: Any, place: Place) -> bool:
    """Tell whether a value is wholly from the command line."""
    for part in place:
        if not isinstance(given, Mapping):
            return True
        if part not in given:
            return False
        given = given[part]
    return not isinstance(given, Mapping)

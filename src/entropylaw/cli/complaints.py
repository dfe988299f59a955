"""What is wrong with an option, in one sentence, from the errors of pydantic."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from pydantic_core import ErrorDetails

from entropylaw.cli.origins import Origins
from entropylaw.cli.settings import Settings, TargetSettings
from entropylaw.cli.toml_lines import holds
from entropylaw.errors import ConfigError
from entropylaw.guards import Guards
from entropylaw.selection import Quality, Quotas

_UNKNOWN = ("extra_forbidden", "unexpected_keyword_argument")
_TABLES = ("model_type", "dataclass_type", "dict_type")


def complaint(errors: Sequence[ErrorDetails], origins: Origins) -> ConfigError:
    """Return what is wrong with one value, in one sentence, with the lines at which it stands.

    Parameters
    ----------
    errors : sequence of ErrorDetails
        Of pydantic.
    origins : Origins
        What was validated, and where it was said.
    """
    # Where one of several kinds is expected there is an error for each; the one that goes
    # deepest is of the kind that was meant.
    paths = [_path_in(origins.asked, error["loc"]) for error in errors]
    path = max(paths, key=len)
    of_path = [error for error, other in zip(errors, paths, strict=True) if other == path]
    cause = of_path[-1].get("ctx", {}).get("error")
    message = _unknown(path) if of_path[0]["type"] in _UNKNOWN else _expected(of_path)
    if cause is not None:
        message = str(cause)
    parts = cause.parameters if isinstance(cause, ConfigError) else ()
    places = [place for part in parts if holds(origins.asked, place := [*path, part])]
    pointed = origins.pointed(message, places or [path])
    if pointed is not None:
        return ConfigError(pointed)
    return cause if isinstance(cause, ConfigError) else ConfigError(f"{path[-1]}: {message}")


def _path_in(asked: Any, place: Iterable[str | int]) -> list[str | int]:
    """Return the keys of an error's place, without the kinds of value that stand between them."""
    path: list[str | int] = []
    for part in place:
        if holds(asked, [part]):
            path.append(part)
            asked = asked[part]
    return path


def _expected(errors: Sequence[ErrorDetails]) -> str:
    kinds = dict.fromkeys(map(_kind, errors))
    seen = json.dumps(errors[0]["input"], ensure_ascii=False)
    return f"expected {' or '.join(kinds)}; saw {seen}."


def _kind(error: ErrorDetails) -> str:
    """Return what kind of value is expected, in the words of TOML."""
    if error["type"] in _TABLES:
        return "a table"
    kind = error["msg"].removeprefix("Input should be ")
    return f"a number {kind}" if error["type"].startswith(("greater", "less")) else kind


def _unknown(path: Sequence[str | int]) -> str:
    known = _known_keys(path[:-1])
    close = difflib.get_close_matches(str(path[-1]), known, n=1)
    hint = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(known)}."
    return f"no such key. {hint}"


def _known_keys(table: Sequence[str | int]) -> list[str]:
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

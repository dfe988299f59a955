"""Options of a selector as a manifest records them, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from entropylaw.alignment import Target
from entropylaw.compressors import Compressor, get_compressor
from entropylaw.errors import ConfigError
from entropylaw.guards import Guards
from entropylaw.selection.budget import Bytes, Tokens
from entropylaw.selection.criteria.quality import Quality
from entropylaw.selection.quotas import Quotas

_VALUES = {kind.__name__: kind for kind in (Bytes, Tokens, Quotas, Quality, Guards, Target)}
"""Values of options that are recorded field by field."""


def recorded(value: object) -> Any:
    """Return the value of an option as JSON can hold it.

    Functions and the records of a target are recorded by name only.

    Examples
    --------
    >>> recorded(Bytes(0.5))
    {'type': 'Bytes', 'amount': 0.5}
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple | np.ndarray):
        return [recorded(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): recorded(item) for key, item in value.items()}
    if type(value).__name__ in _VALUES and is_dataclass(value):
        held = {f.name: getattr(value, f.name) for f in fields(value) if f.name != "data"}
        return {"type": type(value).__name__, **{k: recorded(v) for k, v in held.items()}}
    if isinstance(value, Compressor):
        return {"type": "compressor", "name": value.name}
    name = getattr(value, "name", None) or getattr(value, "__qualname__", type(value).__qualname__)
    return {"type": "function", "name": str(name)}


def restored(name: str, record: Any, passed: object = None) -> Any:
    """Return the value of an option from its record.

    Parameters
    ----------
    name : str
        The option.
    record
        As `recorded` returned it.
    passed : object, optional
        What the caller passes for the part of the option that a manifest cannot hold: a
        function, the target, a compressor that is not registered.

    Raises
    ------
    ConfigError
        If such a part is missing.
    """
    if not isinstance(record, Mapping) or "type" not in record:
        if isinstance(record, list):
            record = tuple(record)
        return record if passed is None else passed
    kind = record["type"]
    if kind == "compressor":
        return get_compressor(record["name"]) if passed is None else passed
    if kind == "Target":
        if passed is None:
            raise _missing(name, "the records of a target", name)
        return passed
    if kind == "function":
        if passed is None:
            raise _missing(name, f"the function {record['name']}", name)
        return passed
    values = {field: value for field, value in record.items() if field != "type"}
    if values.get("tokenizer") is not None:
        if passed is None:
            raise _missing(name, f"the tokenizer {values['tokenizer']['name']}", "tokenizer")
        values["tokenizer"] = passed
    if kind not in _VALUES:
        raise ConfigError(f"{name}: expected a recorded option; saw one of unknown type {kind!r}.")
    return _VALUES[kind](**values)


def _missing(name: str, what: str, argument: str) -> ConfigError:
    return ConfigError(
        f"{name}: the selection used {what}, which a manifest cannot hold. "
        f"Pass {argument}= to from_manifest.",
        parameters=(name,),
    )

"""The manifest of a selection: all that is needed to repeat it, as validated JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Literal

import numpy as np
from pydantic import ValidationError

from entropylaw.alignment import Target
from entropylaw.compressors import Compressor, get_compressor
from entropylaw.errors import ConfigError, InputError
from entropylaw.guards import Guards
from entropylaw.json_model import JsonModel, first_error
from entropylaw.selection.budget import Bytes, Tokens
from entropylaw.selection.criteria.quality import Quality
from entropylaw.selection.manifest_1 import upgraded
from entropylaw.selection.outcomes import CONSTRAINTS, ControlOutcome, guard_summary, quota_summary
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


class CompressorRecord(JsonModel):
    """The compressor that measured; see `entropylaw.compressors.CompressorInfo`."""

    name: str
    version: str
    priming: Literal["exact", "conditional", "recompress"]
    window: int | None


class DataRecord(JsonModel):
    """A set of records: their number and bytes, and a digest of their bytes in order."""

    records: int
    bytes: int
    fingerprint: str


class Manifest(JsonModel):
    """All that decides a selection, and its outcome.

    Attributes
    ----------
    format : int
        Version of this layout. `from_json` reads format 1 too.
    entropylaw : str
        Version of the library.
    selector : str
        Class of the selector.
    options : mapping
        Its options by name, as `entropylaw.selection.manifest` encodes them.
    compressor : CompressorRecord
        What measured.
    pool : DataRecord
        The pool.
    shapes : mapping
        Number of records read by each rule.
    initial_subset : DataRecord or None
        Records owned before.
    digests : mapping
        Digests of the values passed with the pool, and of the scores of a target.
    empty_records : int
        Records without text, which are never chosen.
    left_out : mapping
        Reasons why records could not be chosen, and how many; each counts for the first.
    skipped_records : int
        Records of the file that could not be read and were skipped on request.
    selected : DataRecord
        The records chosen, in order.
    outcomes : tuple of ControlOutcome
        What each constraint and criterion asked for, and what came of it.
    set_raw, set_size : int
        Bytes and compressed bytes of the set, the initial subset and framing included.
    """

    format: Literal[2] = 2
    entropylaw: str
    selector: str
    options: Mapping[str, Any]
    compressor: CompressorRecord
    pool: DataRecord
    shapes: Mapping[str, int]
    initial_subset: DataRecord | None
    digests: Mapping[str, str] = {}
    empty_records: int
    left_out: Mapping[str, int] = {}
    skipped_records: int = 0
    selected: DataRecord
    outcomes: tuple[ControlOutcome, ...] = ()
    set_raw: int
    set_size: int

    @classmethod
    def from_json(cls, text: str | bytes, *, source: str = "manifest") -> Manifest:
        """Read a manifest of this format or of format 1.

        Raises
        ------
        InputError
            If it is no manifest, or one of another format.
        """
        try:
            values = json.loads(text)
            if isinstance(values, dict) and values.get("format") == 1:
                values = upgraded(values)
            return cls.model_validate(values)
        except (ValidationError, ValueError, KeyError, TypeError) as error:
            reason = first_error(error) if isinstance(error, ValidationError) else str(error)
            raise InputError(
                f"{source} is no manifest of a selection: {reason}. "
                "Expected the JSON that a selector or `entropylaw select` wrote."
            ) from error

    def to_json(self) -> str:
        """Return the manifest as indented JSON."""
        return self.model_dump_json(indent=2) + "\n"

    def outcomes_of(self, control: str) -> tuple[ControlOutcome, ...]:
        """Return the outcomes of a constraint or criterion: one, or one per group or guard."""
        return tuple(outcome for outcome in self.outcomes if outcome.control == control)

    @property
    def criteria(self) -> tuple[ControlOutcome, ...]:
        """The outcomes of all criteria that were asked for."""
        return tuple(one for one in self.outcomes if one.control not in CONSTRAINTS)

    def outcome(self, control: str) -> ControlOutcome | None:
        """Return the outcome of a constraint or criterion, None if it was not asked for."""
        return next(iter(self.outcomes_of(control)), None)

    @property
    def budget(self) -> ControlOutcome:
        """The outcome of the budget."""
        outcome = self.outcome("budget")
        assert outcome is not None
        return outcome


def control_facts(manifest: Manifest) -> dict[str, str]:
    """Return the outcome of each control that was asked for: label to value."""
    facts = {}
    if manifest.budget.unit != "records":
        facts["budget"] = str(manifest.budget)
    if manifest.options.get("quotas") is not None:
        facts["quotas"] = quota_summary(manifest.outcomes_of("group"))
    facts |= {one.label: str(one) for one in manifest.criteria}
    guards = manifest.outcomes_of("guard")
    if guards:
        facts["guards"] = guard_summary(guards)
    if manifest.left_out:
        facts["left out"] = ", ".join(
            f"{reason} {count:,}" for reason, count in manifest.left_out.items()
        )
    return facts

"""The manifest of a selection: all that is needed to repeat it, as validated JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import ValidationError

from entropylaw.errors import InputError
from entropylaw.json_model import JsonModel, first_error
from entropylaw.selection.manifest_1 import upgraded
from entropylaw.selection.outcomes import ControlOutcome, guard_summary, quota_summary


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
        Its options by name, as `entropylaw.selection.recording` encodes them.
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
    for control, label in (
        ("compare_within", "compared within"),
        ("quality", "quality"),
        ("target", "target"),
        ("typicality", "typicality"),
    ):
        outcome = manifest.outcome(control)
        if outcome is not None:
            facts[label] = str(outcome)
    guards = manifest.outcomes_of("guard")
    if guards:
        facts["guards"] = guard_summary(guards)
    if manifest.left_out:
        facts["left out"] = ", ".join(
            f"{reason} {count:,}" for reason, count in manifest.left_out.items()
        )
    return facts

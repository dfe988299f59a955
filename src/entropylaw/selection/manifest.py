"""The manifest of a selection: what suffices to repeat it, as validated JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import ValidationError

from entropylaw.errors import ConfigError, InputError
from entropylaw.guards import Guards
from entropylaw.selection.budget import Budget, Bytes, Tokenizer, Tokens, tokenizer_name
from entropylaw.selection.honoured import (
    BudgetLine,
    GroupLine,
    GuardLine,
    QualityLine,
    TargetLine,
    TypicalityLine,
    guard_fact,
    quota_fact,
)
from entropylaw.selection.quality import Quality
from entropylaw.selection.quotas import Quotas
from entropylaw.stored import Stored, first_complaint
from entropylaw.types import CompareWithin, Packing, Screening, Variant


class BudgetRecord(Stored):
    """A budget in tokens or bytes; a tokenizer is held by its name."""

    unit: Literal["tokens", "bytes"]
    amount: int | float
    counts: str | None = None
    bytes_per_token: float | None = None
    tokenizer: str | None = None


class Parameters(Stored):
    """What the user asked for."""

    selector: str = "ZipSelector"
    budget: int | float | BudgetRecord
    k1: int
    k2: int
    k3: int
    compressor: str
    variant: Variant
    packing: Packing = "full"
    screening: Screening = "full"
    groups: str | None = None
    quotas: Quotas | None = None
    compare_within: CompareWithin = "pool"
    quality: Quality | None = None
    min_bytes: int | None = None
    max_bytes: int | None = None
    guards: Guards | None = None
    typicality: float = 0.0
    options: Mapping[str, str | int | float] = {}
    render: str
    text: str | tuple[str, ...] | None


class CompressorRecord(Stored):
    """The compressor that measured; see `entropylaw.compressors.CompressorInfo`."""

    name: str
    version: str
    priming: Literal["exact", "conditional", "recompress"]
    window: int | None


class DataRecord(Stored):
    """A set of records: how many, how large, and a digest of their bytes in order."""

    records: int
    bytes: int
    fingerprint: str


class Manifest(Stored):
    """Everything that decides a selection, and what came of it.

    Attributes
    ----------
    format : int
        Version of this layout.
    entropylaw : str
        Version of the library.
    parameters : Parameters
        What was asked for.
    compressor : CompressorRecord
        What measured.
    pool : DataRecord
        What was chosen from.
    shapes : mapping
        How many records were read by which rule.
    initial_subset : DataRecord or None
        What was owned before.
    weights : str or None
        Digest of the weights, if there were any.
    given : mapping
        Digests of what else was said of the records: groups, quality, tokens, required and
        forbidden rows.
    empty_records : int
        Records without text, which are never chosen.
    left_out : mapping
        Why records could not be chosen, and how many; each counts for the first reason.
    skipped_records : int
        Records of the file that could not be read, left out because that was asked for.
    selected : DataRecord
        What was chosen, in the order chosen.
    budget : BudgetLine
        What might be spent and was.
    groups : tuple of GroupLine
        What each group got of it, if records were grouped.
    quality : QualityLine or None
        What quality the choice has.
    guards : tuple of GuardLine
        What each guard caught, and what of it was chosen.
    target : TargetLine or None
        How close the choice is to the target.
    typicality : TypicalityLine or None
        How typical the choice is of the pool.
    set_raw, set_size : int
        Bytes and compressed bytes of the set, the initial subset and framing included.
    """

    format: Literal[1] = 1
    entropylaw: str
    parameters: Parameters
    compressor: CompressorRecord
    pool: DataRecord
    shapes: Mapping[str, int]
    initial_subset: DataRecord | None
    weights: str | None
    given: Mapping[str, str] = {}
    empty_records: int
    left_out: Mapping[str, int] = {}
    skipped_records: int = 0
    selected: DataRecord
    budget: BudgetLine
    groups: tuple[GroupLine, ...] = ()
    quality: QualityLine | None = None
    guards: tuple[GuardLine, ...] = ()
    target: TargetLine | None = None
    typicality: TypicalityLine | None = None
    set_raw: int
    set_size: int

    @classmethod
    def from_json(cls, text: str | bytes, *, source: str = "manifest") -> Manifest:
        """Read a manifest.

        Raises
        ------
        InputError
            If it is no manifest, or one of another format.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise InputError(
                f"{source} is no manifest of a selection: {first_complaint(error)}. "
                "Expected the JSON that ZipSelector or `entropylaw select` wrote."
            ) from error

    def to_json(self) -> str:
        """Return the manifest as indented JSON."""
        return self.model_dump_json(indent=2) + "\n"


def budget_record(budget: Budget) -> int | float | BudgetRecord:
    """Return a budget as a manifest holds it."""
    if isinstance(budget, Bytes):
        return BudgetRecord(unit="bytes", amount=budget.amount)
    if isinstance(budget, Tokens):
        return BudgetRecord(
            unit="tokens",
            amount=budget.amount,
            counts=budget.counts,
            bytes_per_token=budget.bytes_per_token,
            tokenizer=None if budget.tokenizer is None else tokenizer_name(budget.tokenizer),
        )
    return budget


def recorded_budget(record: int | float | BudgetRecord, tokenizer: Tokenizer | None) -> Budget:
    """Return the budget that a manifest tells of.

    Raises
    ------
    ConfigError
        If it was counted by a tokenizer and none is given.
    """
    if not isinstance(record, BudgetRecord):
        return record
    if record.unit == "bytes":
        return Bytes(record.amount)
    if record.tokenizer is not None and tokenizer is None:
        raise ConfigError(
            f"the manifest's tokens were counted by {record.tokenizer}, which a manifest cannot "
            "hold. Pass it as tokenizer=."
        )
    return Tokens(
        record.amount,
        counts=record.counts,
        tokenizer=tokenizer if record.tokenizer is not None else None,
        bytes_per_token=record.bytes_per_token,
    )


def control_facts(manifest: Manifest) -> dict[str, str]:
    """Return how each control that was asked for was honoured: label to value."""
    facts = {}
    asked = manifest.parameters
    if manifest.budget.unit != "records":
        facts["budget"] = str(manifest.budget)
    if asked.quotas is not None:
        facts["quotas"] = quota_fact(manifest.groups, manifest.budget.unit)
    if asked.compare_within != "pool":
        facts["compared within"] = asked.compare_within
    if manifest.quality is not None:
        facts["quality"] = str(manifest.quality)
    if manifest.target is not None:
        facts["target"] = str(manifest.target)
    if manifest.typicality is not None:
        facts["typicality"] = str(manifest.typicality)
    if manifest.guards:
        facts["guards"] = guard_fact(manifest.guards)
    if manifest.left_out:
        facts["left out"] = ", ".join(
            f"{reason} {count:,}" for reason, count in manifest.left_out.items()
        )
    return facts

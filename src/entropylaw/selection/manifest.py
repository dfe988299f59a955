"""The manifest of a selection: what suffices to repeat it, as validated JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from entropylaw.errors import InputError
from entropylaw.types import Packing, Screening, Variant


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Parameters(_Frozen):
    """What the user asked for."""

    budget: int | float
    k1: int
    k2: int
    k3: int
    compressor: str
    variant: Variant
    packing: Packing = "full"
    screening: Screening = "full"
    render: str
    text: str | None


class CompressorRecord(_Frozen):
    """The compressor that measured; see `entropylaw.compressors.CompressorInfo`."""

    name: str
    version: str
    priming: Literal["exact", "conditional", "recompress"]
    window: int | None


class DataRecord(_Frozen):
    """A set of records: how many, how large, and a digest of their bytes in order."""

    records: int
    bytes: int
    fingerprint: str


class Manifest(_Frozen):
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
    empty_records : int
        Records without text, which are never chosen.
    skipped_records : int
        Records of the file that could not be read, left out because that was asked for.
    selected : DataRecord
        What was chosen, in the order chosen.
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
    empty_records: int
    skipped_records: int = 0
    selected: DataRecord
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
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "the whole"
            raise InputError(
                f"{source} is no manifest of a selection: {where}: {first['msg']}. "
                "Expected the JSON that ZipSelector or `entropylaw select` wrote."
            ) from error

    def to_json(self) -> str:
        """Return the manifest as indented JSON."""
        return self.model_dump_json(indent=2) + "\n"

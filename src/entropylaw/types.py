"""Type aliases and Literals that every layer shares."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

BytesLike: TypeAlias = bytes | bytearray | memoryview
"""What a compressor is given: bytes, or a view of them."""

IntArray: TypeAlias = npt.NDArray[np.int64]
FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
AnyArray: TypeAlias = npt.NDArray[Any]

Variant: TypeAlias = Literal["paper", "reference"]
"""What becomes of shortlisted records that are not packed: kept, or retired."""

Packing: TypeAlias = Literal["full", "lazy"]
"""Which of the shortlist each step of packing measures: all, or the most promising."""

Screening: TypeAlias = Literal["full", "lazy", "adaptive"]
"""Which of the screened records are measured: all, or the most promising ("adaptive": old name)."""

TakeOrder: TypeAlias = Literal["choice", "original"]
"""In which order chosen records are given back: as they were chosen, or as in the pool."""

OnError: TypeAlias = Literal["raise", "skip"]
"""What to do with a record that cannot be read."""

WorkerKind: TypeAlias = Literal["auto", "threads", "processes", "serial"]
"""Who computes sizes; ``"auto"`` is threads where the compressor gains by them, else serial."""

Action: TypeAlias = Literal["off", "warn", "drop"]
"""What a guard does: not look at all, list what it caught, or have it left out."""

BudgetUnit: TypeAlias = Literal["records", "tokens", "bytes"]
"""What a budget counts."""

CompareWithin: TypeAlias = Literal["pool", "group", "length", "group and length"]
"""Records among which ratios are compared: all, one group, one length bin, or both."""

Certainty: TypeAlias = Literal["exact", "at most", "about"]
"""Certainty of a number that is computed in advance."""

AlignmentMethod: TypeAlias = Literal["conditional", "zip-fit"]
"""How closeness to a target is scored: by one reading of the target, or pair by pair."""

FrameLibrary: TypeAlias = Literal["pandas", "polars", "pyarrow"]
"""Whose data frame is wanted."""

Fate: TypeAlias = Literal[
    "chosen",
    "required",
    "not packed",
    "not shortlisted",
    "not screened",
    "barred",
    "left out",
    "not reached",
]
"""What becomes of a record in a selection."""

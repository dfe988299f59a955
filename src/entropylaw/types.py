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

OnError: TypeAlias = Literal["raise", "skip"]
"""What to do with a record that cannot be read."""

WorkerKind: TypeAlias = Literal["auto", "threads", "processes", "serial"]
"""Who computes sizes; ``"auto"`` is threads where the compressor gains by them, else serial."""

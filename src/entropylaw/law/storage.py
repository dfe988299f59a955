"""JSON file of a fitted law: options, runs and estimates."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import ValidationError

from entropylaw.errors import FileFormatError
from entropylaw.io.files import atomic_write, open_text
from entropylaw.json_model import JsonModel, first_error
from entropylaw.law.runs import Run
from entropylaw.types import FloatArray


class SavedLaw(JsonModel):
    """Content of the file.

    Loading fits again from options and runs. The estimates are for other readers, and to detect
    files that were edited.
    """

    format: Literal["entropylaw.law/1"] = "entropylaw.law/1"
    entropylaw_version: str
    options: dict[str, Any]
    runs: list[Run]
    coefficients: dict[str, float]
    std_err: dict[str, float | None]
    summary: dict[str, Any]


def write_law(path: str | os.PathLike[str], saved: SavedLaw) -> None:
    """Write the file atomically; numbers that are not finite become null."""
    plain = _finite(saved.model_dump(mode="python"))
    text = json.dumps(plain, indent=1, allow_nan=False, ensure_ascii=False)
    with atomic_write(path) as file:
        file.write(text.encode() + b"\n")


def read_law(path: str | os.PathLike[str]) -> SavedLaw:
    """Read the file of a fitted law.

    Raises
    ------
    FileFormatError
        If it is not valid.
    """
    with open_text(path) as file:
        text = file.read()
    try:
        return SavedLaw.model_validate_json(text)
    except ValidationError as error:
        raise FileFormatError(
            f"expected a law saved by EntropyLawFit.save; {first_error(error)}.",
            path=str(Path(path)),
        ) from None


def _finite(value: Any) -> Any:
    """Return the value with None for every float that is not finite."""
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def check_reproduced(
    saved: SavedLaw, names: tuple[str, ...], coef: FloatArray, path: str | os.PathLike[str]
) -> None:
    """Raise FileFormatError unless these coefficients are those in the file."""
    stored = np.array(list(saved.coefficients.values()))
    if tuple(saved.coefficients) != names or not np.allclose(coef, stored, rtol=1e-6, atol=1e-9):
        raise FileFormatError(
            "expected coefficients that follow from the runs in the file; saw others. The file was "
            f"edited, or is from another version (entropylaw {saved.entropylaw_version}). Fit "
            "again from the runs.",
            path=str(path),
        )

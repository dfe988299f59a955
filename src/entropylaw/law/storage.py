"""A fitted law as JSON: its options, its runs, and what it learnt from them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from entropylaw.errors import FileFormatError
from entropylaw.io.files import atomic_write, open_text
from entropylaw.json_model import JsonModel, first_error
from entropylaw.law.runs import Run


class SavedLaw(JsonModel):
    """Hold what is in the file.

    Options and runs suffice to fit again, which is what loading does; the learnt values are there
    for other readers, and to find out whether the file still says what it said when saved.
    """

    format: Literal["entropylaw.law/1"] = "entropylaw.law/1"
    entropylaw_version: str
    options: dict[str, Any]
    runs: list[Run]
    coefficients: dict[str, float]
    std_err: dict[str, float | None]
    summary: dict[str, Any]


def write_law(path: str | os.PathLike[str], saved: SavedLaw) -> None:
    """Write the file whole or not at all; numbers that are not finite become null."""
    plain = _finite(saved.model_dump(mode="python"))
    text = json.dumps(plain, indent=1, allow_nan=False, ensure_ascii=False)
    with atomic_write(path) as file:
        file.write(text.encode() + b"\n")


def read_law(path: str | os.PathLike[str]) -> SavedLaw:
    """Read such a file.

    Raises
    ------
    FileFormatError
        If it is not one.
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
    """Return the value with None for every float that JSON cannot hold."""
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value

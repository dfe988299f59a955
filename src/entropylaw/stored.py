"""What files of JSON are checked against: the base of their models, and the first complaint."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError


class Stored(BaseModel):
    """A frozen model without unknown keys, built on first use so that imports stay quick."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


def first_complaint(error: ValidationError) -> str:
    """Return where a file is wrong first, and how."""
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"])) or "the whole"
    return f"{where}: {first['msg']}"

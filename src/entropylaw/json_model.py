"""The base of values that are written as JSON and read back."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError


class JsonModel(BaseModel):
    """A frozen model without unknown keys, built on first use to keep imports quick."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


def first_error(error: ValidationError) -> str:
    """Return the place and the message of the first error."""
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"])) or "the whole"
    return f"{where}: {first['msg']}"

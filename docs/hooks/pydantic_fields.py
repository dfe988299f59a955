"""Griffe extension: fields of a pydantic model count as parameters of its class.

Their signature is made at run time, so reading the source alone would call each documented
parameter unknown, and a strict build would fail.
"""

from __future__ import annotations

from typing import Any

from griffe import Class, Extension


class PydanticFields(Extension):
    """Accepts the documented parameters of classes that derive from `BaseModel`."""

    def on_class(self, *, cls: Class, **_: Any) -> None:
        """Turn the warning off for one class, if it is a model."""
        if cls.docstring is not None and "BaseModel" in map(str, cls.bases):
            options = {**cls.docstring.parser_options, "warn_unknown_params": False}
            cls.docstring.parser_options = options

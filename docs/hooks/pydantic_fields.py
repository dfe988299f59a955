"""Griffe extension: accepts the fields of a pydantic model as parameters of its class.

Their signature is made at run time. From the source alone, each documented parameter would be
reported as unknown, and a strict build would fail.
"""

from __future__ import annotations

from typing import Any

from griffe import Class, Extension


class PydanticFields(Extension):
    """Accept the documented parameters of classes that derive from `BaseModel`."""

    def on_class(self, *, cls: Class, **_: Any) -> None:
        """Turn off the warning for a class if it is a model."""
        if cls.docstring is not None and "BaseModel" in map(str, cls.bases):
            options = {**cls.docstring.parser_options, "warn_unknown_params": False}
            cls.docstring.parser_options = options

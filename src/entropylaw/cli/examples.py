"""Examples below the help of a command."""

from __future__ import annotations


def examples(*commands: str) -> str:
    """Return the end of a help text: each command in a paragraph of its own.

    They are indented, so that the reference shows them as code.
    """
    return "\n\n".join(["Examples:", *(f"    {command}" for command in commands)])

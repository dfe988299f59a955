"""Checks shared by the options of all built-in compressors."""

from __future__ import annotations

import re
from collections.abc import Sequence

from entropylaw.errors import CompressorSpecError


def check_integer(codec: str, option: str, value: object, *, lowest: int, highest: int) -> None:
    """Raise CompressorSpecError if an option is no int within its bounds, both included."""
    if isinstance(value, int) and not isinstance(value, bool):
        if lowest <= value <= highest:
            return
        nearest = highest if value > highest else lowest
    else:
        nearest = lowest
    raise CompressorSpecError(
        f"{codec}: {option} must be an integer from {lowest} to {highest}, got {value!r}. "
        f'Try "{codec}:{nearest}".'
    )


def read_integer(codec: str, option: str, text: str) -> int:
    """Return an option of a specification as an int; CompressorSpecError if it is none."""
    if not re.fullmatch("-?[0-9]{1,9}", text):
        raise CompressorSpecError(
            f'{codec}: {option} must be an integer, got {text!r}. Try "{codec}:1".'
        )
    return int(text)


def no_more_options(codec: str, rest: Sequence[str]) -> None:
    """Raise CompressorSpecError if options are left that nobody understood."""
    if rest:
        raise CompressorSpecError(
            f"{codec}: unknown option {rest[0]!r}. "
            "Type `entropylaw compressors` to see what each compressor takes."
        )

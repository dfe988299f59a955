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


def check_flag(codec: str, option: str, value: object) -> None:
    """Raise CompressorSpecError if an option is neither True nor False."""
    if not isinstance(value, bool):
        raise CompressorSpecError(f"{codec}: {option} must be True or False, got {value!r}.")


def level_and_flag(
    codec: str, options: Sequence[str], *, flag: str, default: int, level_name: str = "level"
) -> tuple[int, bool]:
    """Return the level and the flag of options such as ``("6", "long")``, either left out."""
    level, rest = default, tuple(options)
    if rest and rest[0] != flag:
        level, rest = read_integer(codec, level_name, rest[0]), rest[1:]
    flagged = rest[:1] == (flag,)
    no_more_options(codec, rest[1:] if flagged else rest)
    return level, flagged


def no_more_options(codec: str, rest: Sequence[str]) -> None:
    """Raise CompressorSpecError if options are left that nobody understood."""
    if rest:
        raise CompressorSpecError(
            f"{codec}: unknown option {rest[0]!r}. "
            "Type `entropylaw compressors` to see what each compressor takes."
        )

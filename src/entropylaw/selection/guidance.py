"""Warnings that tell a user what a selection cannot do, and what to type instead."""

from __future__ import annotations

import warnings

from entropylaw.compressors import CompressorInfo
from entropylaw.errors import EmptyRecordWarning, ShortMemoryWarning, SlowCompressorWarning
from entropylaw.selection.result import SelectionResult

SLOW_EVALUATIONS = 100_000
"""Unions above which recompressing the whole set for each deserves a warning."""

WHOLE_SET = "zstd:6:long"
"""The built-in compressor that sees the whole chosen set."""

_CALLER = 5  # frames between warnings.warn and the user's call of select or rounds


def warn_of_empty(rows: list[int], pool: int) -> None:
    """Warn if some records hold no text."""
    if rows:
        some = ", ".join(map(str, rows[:5])) + (", ..." if len(rows) > 5 else "")
        warnings.warn(
            f"{len(rows)} of {pool} records hold no text (rows {some}); they are never selected.",
            EmptyRecordWarning,
            stacklevel=_CALLER,
        )


def warn_of_slow(info: CompressorInfo, evaluations: int) -> None:
    """Warn if every union would be compressed whole, and there are many."""
    if info.priming == "recompress" and evaluations > SLOW_EVALUATIONS:
        warnings.warn(
            f"{info.name} cannot be primed, so the chosen set is compressed anew for each of up "
            f'to {evaluations:,} evaluations. Try compressor="{WHOLE_SET}" or "zlib", a '
            "smaller k1, or give your compressor a prime() method.",
            SlowCompressorWarning,
            stacklevel=_CALLER,
        )


def warn_of_short_memory(result: SelectionResult) -> None:
    """Warn if most of the chosen set was out of the compressor's sight at the end."""
    seen = float(result.memory.visible_share[-1])
    if seen < 0.5:
        compressor = result.manifest.compressor
        warnings.warn(
            f"{compressor.name} remembers {compressor.window:,} bytes, so when the last records "
            f"were chosen it saw {seen:.1%} of the set and could not tell "
            f'what the rest repeats. compressor="{WHOLE_SET}" sees all of it.',
            ShortMemoryWarning,
            stacklevel=3,
        )

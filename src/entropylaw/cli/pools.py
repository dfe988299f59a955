"""How commands read a file of records."""

from __future__ import annotations

import warnings
from pathlib import Path

from entropylaw.errors import SkippedRecordsWarning
from entropylaw.io.load import FilePool, Render, Text, load_file
from entropylaw.types import OnError


def read_pool(
    source: Path, *, render: Render, text: Text, on_error: OnError, progress: bool | None
) -> FilePool:
    """Read the usable records of a file, under a bar.

    Warns
    -----
    SkippedRecordsWarning
        If some were left out; names the first.
    """
    pool = load_file(source, render=render, text=text, on_error=on_error, progress=progress)
    if pool.skipped:
        warnings.warn(
            f"skipped {pool.skipped} records. The first: {pool.reasons[0]}",
            SkippedRecordsWarning,
            stacklevel=2,
        )
    return pool

"""Files gone through under a progress bar."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

from entropylaw.io.arrow_files import ArrowFile
from entropylaw.io.files import framing_of
from entropylaw.io.jsonl import FileRecord, RecordFile
from entropylaw.progress import with_bar


def watched_records(
    file: RecordFile, *, label: str, progress: bool | None
) -> Generator[FileRecord, None, None]:
    """Yield the records of a text file, and show on stderr how much of it is read."""
    path = Path(file.path)
    plain = framing_of(path) == "plain"  # else nobody knows how long it is unpacked
    return with_bar(
        file,
        label=label,
        total=path.stat().st_size if plain else None,
        unit="B",
        size=lambda record: len(record.raw) + 1,
        progress=progress,
    )


def watched_batches(
    file: ArrowFile, scan: Iterable[list[Any]], *, label: str, progress: bool | None
) -> Generator[list[Any], None, None]:
    """Yield the rows of a table some at a time, and show on stderr how many are read."""
    return with_bar(
        scan,
        label=label,
        total=file.row_count,
        unit="record",
        size=len,
        progress=progress,
    )

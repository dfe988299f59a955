"""The job of `entropylaw stream`: a file read once, what is new of it written, a state to go on."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from entropylaw.cli.settings import StreamSettings
from entropylaw.compressors import get_compressor
from entropylaw.errors import (
    ConfigError,
    FileFormatError,
    InputError,
    SkippedRecordsWarning,
    concerning,
)
from entropylaw.io.arrow_files import is_arrow_file
from entropylaw.io.containers import file_container
from entropylaw.io.files import check_output
from entropylaw.io.jsonl import FileRecord, RecordFile
from entropylaw.io.render import Renderer
from entropylaw.io.write import check_destination, write_records
from entropylaw.stream import ZipStream
from entropylaw.stream.state import Options, read_state
from entropylaw.types import OnError

_OPTIONS = {
    "keep",
    "budget",
    "expected",
    "cost",
    "horizon",
    "compressor",
    "recent_bytes",
    "render",
    "text",
    "on_error",
}
"""Options of `ZipStream`."""


def run(source: Path, output: Path, asked: StreamSettings) -> ZipStream:
    """Write what is kept of `source`, then the state, and return the stream.

    Should the process end between the two, the same command gives the same output again.

    Raises
    ------
    ConfigError
        If an option cannot work, or is not what the state was saved with.
    FileFormatError
        If a record cannot be read; names the line.
    """
    if is_arrow_file(source):
        raise ConfigError(
            f"{source}: a stream is read line by line, from JSON or text. Use `entropylaw select`, "
            "or write the records as .jsonl."
        )
    with concerning(ConfigError, "output"):
        check_destination(output, source)
    if asked.state is not None:
        with concerning(ConfigError, "state"):
            check_output(asked.state, (source, output))
    saved = None
    if asked.state is not None and asked.state.exists():
        saved = read_state(asked.state).options
    stream = stream_of(asked, saved)
    before = stream.tally.unreadable
    on_error = asked.on_error if saved is None else saved.on_error
    with _Records(source, on_error, asked.progress) as records:
        write_records(output, _kept(stream, records), source=source)
    _warn_of_skipped(records.file, stream.tally.unreadable - before)
    if asked.state is not None:
        stream.save(asked.state)
    return stream


def stream_of(asked: StreamSettings, saved: Options | None) -> ZipStream:
    """Return the stream that was saved, or a new one.

    Raises
    ------
    ConfigError
        If an option cannot work, or is not what the state was saved with.
    """
    options = {name: getattr(asked, name) for name in asked.model_fields_set & _OPTIONS}
    if asked.state is not None and saved is not None:
        _check_same(asked.state, saved, _as_saved(options))
        return ZipStream.load(asked.state)
    stream = ZipStream(**options)
    if asked.remember is not None:
        batches = file_container(asked.remember).scan()
        stream.remember(record for batch in batches for record in batch)
    return stream


class _Records:
    """The values of a file's records, under a bar; the one that was read last is known."""

    def __init__(self, path: Path, on_error: OnError, progress: bool | None) -> None:
        self.file = RecordFile(path, on_error=on_error)
        self.last: FileRecord | None = None
        self._read = self.file.with_progress("stream", progress)

    def __enter__(self) -> _Records:
        return self

    def __exit__(self, *_: object) -> None:
        self._read.close()

    def __iter__(self) -> Iterator[object]:
        for record in self._read:
            self.last = record
            yield record.value


def _kept(stream: ZipStream, records: _Records) -> Iterator[bytes]:
    """Yield the bytes of the records that are kept."""
    try:
        for _ in stream.filter(records):  # takes no record before it is needed
            assert records.last is not None
            yield records.last.raw
    except FileFormatError:
        raise
    except InputError as error:
        line = None if records.last is None else records.last.line
        raise FileFormatError(str(error), path=records.file.path, line=line) from error


def _as_saved(options: dict[str, Any]) -> dict[str, Any]:
    """Return options in the words of a saved stream."""
    said = dict(options)
    if "compressor" in said:
        said["compressor"] = get_compressor(said["compressor"]).name
    if "render" in said or "text" in said:
        renderer = Renderer(said.get("render"), said.get("text"))
        said |= {"render": renderer.name, "text": renderer.text}
    return said


def _check_same(state: Path, saved: Options, said: dict[str, Any]) -> None:
    for name, value in said.items():
        if value != getattr(saved, name):
            raise ConfigError(
                f"the stream of {state} has {name}={getattr(saved, name)!r}, not {value!r}. Leave "
                "it out to go on with that stream, or begin another with another --state.",
                parameters=("state", name),
            )


def _warn_of_skipped(file: RecordFile, unreadable: int) -> None:
    skipped = file.skipped + unreadable
    if skipped:
        first = f" The first: {file.reasons[0]}" if file.reasons else ""
        warnings.warn(f"skipped {skipped} records.{first}", SkippedRecordsWarning, stacklevel=3)

"""`entropylaw stream`: select from a stream of records in one pass."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from entropylaw.cli import options
from entropylaw.cli.config import load_settings, without_unset
from entropylaw.cli.output import show_json, warn_skipped
from entropylaw.cli.settings import StreamSettings
from entropylaw.compressors import get_compressor
from entropylaw.errors import ConfigError, FileFormatError, InputError, concerning
from entropylaw.io.arrow_files import is_arrow_file
from entropylaw.io.containers import file_container
from entropylaw.io.files import check_output
from entropylaw.io.jsonl import FileRecord, RecordFile
from entropylaw.io.render import Renderer
from entropylaw.io.write import check_destination, write_records
from entropylaw.stream import ZipStream
from entropylaw.stream.state import StreamOptions, read_state
from entropylaw.types import OnError

EXAMPLES = options.examples(
    "entropylaw stream pool.jsonl --keep 0.1 -o kept.jsonl",
    "entropylaw stream pool.jsonl --budget 1000 --expected 50000 -o kept.jsonl",
    "entropylaw stream monday.jsonl --keep 0.1 --state crawl.state -o monday-kept.jsonl",
    "entropylaw stream tuesday.jsonl --keep 0.1 --state crawl.state -o tuesday-kept.jsonl",
)

_STREAM_OPTIONS = {
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


def stream(
    source: Annotated[
        Path, typer.Argument(metavar="IN", help="JSONL, JSON array or .txt, also .gz and .zst.")
    ],
    config: options.Config = None,
    keep: Annotated[
        float | None, typer.Option(metavar="SHARE", help="Share of the stream to keep.")
    ] = None,
    budget: Annotated[
        int | None,
        typer.Option(
            "--budget", "-b", metavar="N", help="Or how many records (or bytes) to keep ..."
        ),
    ] = None,
    expected: Annotated[
        int | None, typer.Option(metavar="N", help="... of a stream of this length.")
    ] = None,
    cost: Annotated[
        Literal["records", "bytes"] | None,
        typer.Option(help="Unit of --budget and --expected; default: records."),
    ] = None,
    horizon: Annotated[
        int | None,
        typer.Option(metavar="N", help="Number of recent records that the threshold adapts to."),
    ] = None,
    compressor: options.Compressor = None,
    recent_bytes: Annotated[
        int | None,
        typer.Option(metavar="BYTES", help="Size of the window of recently kept records."),
    ] = None,
    remember: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Records already owned, which the window starts with."),
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Resume from this file if it exists; written at the end."
        ),
    ] = None,
    as_json: options.Json = False,
    progress: options.Progress = None,
    render: options.Render = None,
    text: options.TextColumns = None,
    on_error: options.Errors = None,
    output: options.Output = None,
) -> None:
    """Keep the records of IN that add new information, in one pass and bounded memory.

    Each record is kept or dropped when it is read. With --state, the next file continues the
    stream.
    """
    set_on_cli = {
        "keep": keep,
        "budget": budget,
        "expected": expected,
        "cost": cost,
        "horizon": horizon,
        "compressor": compressor,
        "recent_bytes": recent_bytes,
        "remember": remember,
        "state": state,
        "progress": progress,
        "render": render,
        "text": options.parsed_text(text),
        "on_error": on_error,
        "output": output,
    }
    with load_settings(config, "stream", without_unset(set_on_cli)) as all_settings:
        settings = all_settings.stream
        if settings.output is None:
            raise ConfigError(
                "output: expected a file for the kept records; saw none. Try -o kept.jsonl."
            )
        finished = _stream_to_files(source, settings.output, settings)
        if as_json:
            show_json(
                {
                    "output": str(settings.output),
                    "state": None if settings.state is None else str(settings.state),
                    **asdict(finished.tally),
                    "compression_ratio": finished.tally.ratio,
                }
            )
        state_too = "" if settings.state is None else f" and {settings.state}"
        typer.echo(f"{finished}\nwrote {settings.output}{state_too}", err=True)


def _stream_to_files(source: Path, output: Path, settings: StreamSettings) -> ZipStream:
    """Write the kept records of a file, then the state, and return the stream.

    If the process ends between the two, the same command writes the same output again.
    """
    if is_arrow_file(source):
        raise ConfigError(
            f"{source}: expected JSON or text, which a stream reads line by line; saw Parquet or "
            "Arrow. Try `entropylaw select`, or write the records as .jsonl."
        )
    with concerning(ConfigError, "output"):
        check_destination(output, source)
    if settings.state is not None:
        with concerning(ConfigError, "state"):
            check_output(settings.state, (source, output))
    saved = None
    if settings.state is not None and settings.state.exists():
        saved = read_state(settings.state).options
    stream = _stream_of(settings, saved)
    before = stream.tally.unreadable
    on_error = settings.on_error if saved is None else saved.on_error
    with _Records(source, on_error, settings.progress) as records:
        write_records(output, _kept(stream, records), source=source)
    file = records.file
    warn_skipped(file.skipped + stream.tally.unreadable - before, file.reasons)
    if settings.state is not None:
        stream.save(settings.state)
    return stream


def _stream_of(settings: StreamSettings, saved: StreamOptions | None) -> ZipStream:
    """Return the saved stream, or a new one.

    Raises
    ------
    ConfigError
        If an option is not usable, or differs from the saved stream.
    """
    asked = {name: getattr(settings, name) for name in settings.model_fields_set & _STREAM_OPTIONS}
    if settings.state is not None and saved is not None:
        _check_same(settings.state, saved, _as_saved(asked))
        return ZipStream.load(settings.state)
    stream = ZipStream(**asked)
    if settings.remember is not None:
        batches = file_container(settings.remember).scan()
        stream.remember(record for batch in batches for record in batch)
    return stream


class _Records:
    """The values of a file's records, read with a progress bar; `last` is the current record."""

    def __init__(self, path: Path, on_error: OnError, progress: bool | None) -> None:
        self.file = RecordFile(path, on_error=on_error)
        self.last: FileRecord | None = None
        self._read = self.file.with_progress("stream", progress)

    def __enter__(self) -> _Records:
        return self

    def __exit__(self, *_: object) -> None:
        if isinstance(self._read, Generator):
            self._read.close()  # the file too

    def __iter__(self) -> Iterator[object]:
        for record in self._read:
            self.last = record
            yield record.value


def _kept(stream: ZipStream, records: _Records) -> Iterator[bytes]:
    """Yield the bytes of the kept records."""
    try:
        for _ in stream.filter(records):  # reads one record at a time
            assert records.last is not None
            yield records.last.raw
    except FileFormatError:
        raise
    except InputError as error:
        line = None if records.last is None else records.last.line
        raise FileFormatError(str(error), path=records.file.path, line=line) from error


def _as_saved(asked: dict[str, Any]) -> dict[str, Any]:
    """Return options in the form in which a saved stream records them."""
    recorded = dict(asked)
    if "compressor" in asked:
        recorded["compressor"] = get_compressor(asked["compressor"]).name
    if "render" in asked or "text" in asked:
        renderer = Renderer(asked.get("render"), asked.get("text"))
        recorded |= {"render": renderer.name, "text": renderer.text}
    return recorded


def _check_same(state: Path, saved: StreamOptions, asked: dict[str, Any]) -> None:
    for name, value in asked.items():
        if value != getattr(saved, name):
            raise ConfigError(
                f"{name}: expected {getattr(saved, name)!r}, as in the stream of {state}; saw "
                f"{value!r}. Try without it to continue that stream, or another --state.",
                parameters=("state", name),
            )

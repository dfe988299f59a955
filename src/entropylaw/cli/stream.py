"""`entropylaw stream`: its options, from the command line and from a file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer

from entropylaw.cli import options, stream_job
from entropylaw.cli.config import settings_of, stated
from entropylaw.cli.controls import parsed_text
from entropylaw.cli.examples import examples
from entropylaw.cli.settings import StreamSettings
from entropylaw.cli.tables import show_json
from entropylaw.errors import ConfigError

EXAMPLES = examples(
    "entropylaw stream pool.jsonl --keep 0.1 -o kept.jsonl",
    "entropylaw stream pool.jsonl --budget 1000 --expected 50000 -o kept.jsonl",
    "entropylaw stream monday.jsonl --keep 0.1 --state crawl.state -o monday-kept.jsonl",
    "entropylaw stream tuesday.jsonl --keep 0.1 --state crawl.state -o tuesday-kept.jsonl",
)


def stream(
    source: Annotated[
        Path, typer.Argument(metavar="IN", help="JSONL, JSON array or .txt, also .gz and .zst.")
    ],
    config: options.Config = None,
    keep: Annotated[
        float | None, typer.Option(metavar="SHARE", help="Share of the stream to keep.")
    ] = None,
    budget: Annotated[
        int | None, typer.Option("--budget", "-b", metavar="N", help="Or how much to keep ...")
    ] = None,
    expected: Annotated[
        int | None, typer.Option(metavar="N", help="... of a stream of this length.")
    ] = None,
    cost: Annotated[
        Literal["records", "bytes"] | None,
        typer.Option(help="The unit of both; default: records."),
    ] = None,
    horizon: Annotated[
        int | None,
        typer.Option(metavar="N", help="Records over which the threshold follows the stream."),
    ] = None,
    compressor: options.Compressor = None,
    recent_bytes: Annotated[
        int | None,
        typer.Option(metavar="BYTES", help="How much of what was kept is remembered."),
    ] = None,
    remember: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Records already owned, known when a stream begins."),
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Go on from here if it is there; written at the end."),
    ] = None,
    as_json: options.Json = False,
    progress: options.Progress = None,
    render: options.Render = None,
    text: options.TextColumns = None,
    on_error: options.Errors = None,
    output: options.Output = None,
) -> None:
    """Keep what is new of IN, in one pass and bounded memory.

    Each record is decided on when it is read. With a state, the next file goes on from there.
    """
    given = {
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
        "text": parsed_text(text),
        "on_error": on_error,
        "output": output,
    }
    with settings_of(config, "stream", stated(given)) as settings:
        _run(settings.stream, source, as_json=as_json)


def _run(asked: StreamSettings, source: Path, *, as_json: bool) -> None:
    if asked.output is None:
        raise ConfigError("say where the kept records go: -o kept.jsonl.")
    made = stream_job.run(source, asked.output, asked)
    if as_json:
        show_json(
            {
                "output": str(asked.output),
                "state": None if asked.state is None else str(asked.state),
                **asdict(made.tally),
                "compression_ratio": made.tally.ratio,
            }
        )
    written = f"{asked.output}" if asked.state is None else f"{asked.output} and {asked.state}"
    typer.echo(f"{made}\nwrote {written}", err=True)

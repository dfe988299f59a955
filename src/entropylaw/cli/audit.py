"""`entropylaw audit`: a pool in, what is in it and what selection would do to it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from entropylaw.auditing import AuditReport
from entropylaw.auditing import audit as audit_pool
from entropylaw.cli import options
from entropylaw.cli.config import settings_of, stated
from entropylaw.cli.controls import parsed_text
from entropylaw.cli.examples import examples
from entropylaw.cli.pools import read_pool
from entropylaw.cli.settings import AuditSettings
from entropylaw.cli.tables import show_json
from entropylaw.errors import ConfigError, concerning
from entropylaw.guards import Guards
from entropylaw.io.files import atomic_write, check_output
from entropylaw.render.selection_plots import check_plotting

EXAMPLES = examples(
    "entropylaw audit pool.jsonl --groups source",
    "entropylaw audit pool.jsonl --groups source --on-error skip --plot audit.png",
    "entropylaw audit pool.parquet --config run.toml --json",
)

_OPTIONS = {
    "groups",
    "share",
    "compressor",
    "length_bins",
    "forecast_records",
    "window_bytes",
    "random_state",
    "n_jobs",
    "progress",
}
"""Options that go to the library as they are."""


def audit(
    source: options.Input,
    config: options.Config = None,
    groups: options.GroupColumn = None,
    share: Annotated[
        float | None,
        typer.Option(metavar="SHARE", help="Of the records, to be chosen; default: 0.1."),
    ] = None,
    compressor: options.Compressor = None,
    random_state: Annotated[
        int | None, typer.Option(metavar="N", help="Of the samples; default: 0.")
    ] = None,
    as_json: options.Json = False,
    plot: Annotated[Path | None, typer.Option(metavar="FILE.png", help="Draw the audit.")] = None,
    n_jobs: options.Jobs = None,
    progress: options.Progress = None,
    render: options.Render = None,
    text: options.TextColumns = None,
    on_error: options.Errors = None,
) -> None:
    """Say what is in IN, and whether selection by ratio is likely to hurt it."""
    given = {
        "groups": groups,
        "share": share,
        "compressor": compressor,
        "random_state": random_state,
        "plot": plot,
        "n_jobs": n_jobs,
        "progress": progress,
        "render": render,
        "text": parsed_text(text),
        "on_error": on_error,
    }
    with settings_of(config, "audit", stated(given)) as settings:
        _run(settings.audit, source, config, as_json=as_json)


def _run(asked: AuditSettings, source: Path, config: Path | None, *, as_json: bool) -> None:
    if asked.plot is not None:
        with concerning(ConfigError, "plot"):
            check_output(asked.plot, (source, *([] if config is None else [config])))
        check_plotting()
    report = report_of(source, asked)
    show_json(report.to_dict()) if as_json else typer.echo(report.summary())
    if asked.plot is not None:
        with atomic_write(asked.plot, inputs=(source,)) as sink:
            report.plot().savefig(sink, format="png", dpi=120)


def report_of(source: Path, asked: AuditSettings) -> AuditReport:
    """Read a file and audit its records."""
    pool = read_pool(
        source,
        render=asked.render,
        text=asked.text,
        on_error=asked.on_error,
        progress=asked.progress,
    )
    return audit_pool(
        pool,
        guards=Guards.all(asked.guards) if isinstance(asked.guards, str) else asked.guards,
        **{name: getattr(asked, name) for name in asked.model_fields_set & _OPTIONS},
    )

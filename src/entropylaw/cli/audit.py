"""`entropylaw audit`: report the content of a pool and the risks of selecting from it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from entropylaw.auditing import AuditReport
from entropylaw.auditing import audit as audit_pool
from entropylaw.cli import options
from entropylaw.cli.config import load_settings, without_unset
from entropylaw.cli.output import show_json, warn_skipped
from entropylaw.cli.settings import AuditSettings
from entropylaw.errors import ConfigError, concerning
from entropylaw.io.files import atomic_write, check_output
from entropylaw.io.load import load_file
from entropylaw.render.selection_plots import check_plotting

EXAMPLES = options.examples(
    "entropylaw audit pool.jsonl --groups source",
    "entropylaw audit pool.jsonl --groups source --on-error skip --plot audit.png",
    "entropylaw audit pool.parquet --config run.toml --json",
)

_AUDIT_OPTIONS = {
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
"""Options passed to the library unchanged."""


def audit(
    source: options.Input,
    config: options.Config = None,
    groups: options.GroupColumn = None,
    share: Annotated[
        float | None,
        typer.Option(metavar="SHARE", help="Share of the records to select; default: 0.1."),
    ] = None,
    compressor: options.Compressor = None,
    random_state: Annotated[
        int | None, typer.Option(metavar="N", help="Seed of the samples; default: 0.")
    ] = None,
    as_json: options.Json = False,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE.png", help="Save a plot of the audit.")
    ] = None,
    n_jobs: options.Jobs = None,
    progress: options.Progress = None,
    render: options.Render = None,
    text: options.TextColumns = None,
    on_error: options.Errors = None,
) -> None:
    """Report what IN contains, and the risk of harm from selecting by ratio."""
    set_on_cli = {
        "groups": groups,
        "share": share,
        "compressor": compressor,
        "random_state": random_state,
        "plot": plot,
        "n_jobs": n_jobs,
        "progress": progress,
        "render": render,
        "text": options.parsed_text(text),
        "on_error": on_error,
    }
    with load_settings(config, "audit", without_unset(set_on_cli)) as all_settings:
        settings = all_settings.audit
        if settings.plot is not None:
            inputs = (source,) if config is None else (source, config)
            with concerning(ConfigError, "plot"):
                check_output(settings.plot, inputs)
            check_plotting()
        report = report_of(source, settings)
        show_json(report.to_dict()) if as_json else typer.echo(str(report))
        if settings.plot is not None:
            with atomic_write(settings.plot, inputs=(source,)) as sink:
                report.plot().savefig(sink, format="png", dpi=120)


def report_of(source: Path, settings: AuditSettings) -> AuditReport:
    """Read a file and audit its records."""
    pool = load_file(
        source,
        render=settings.render,
        text=settings.text,
        on_error=settings.on_error,
        progress=settings.progress,
    )
    warn_skipped(pool.skipped, pool.reasons)
    return audit_pool(
        pool,
        guards=settings.guards,
        **{name: getattr(settings, name) for name in settings.model_fields_set & _AUDIT_OPTIONS},
    )

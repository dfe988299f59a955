"""`entropylaw select`: its options, from the command line and from a file."""

from __future__ import annotations

from pathlib import Path

import typer

from entropylaw.cli import options, select_job
from entropylaw.cli.config import settings_of, stated
from entropylaw.cli.controls import parsed_bound, parsed_text
from entropylaw.cli.examples import examples
from entropylaw.cli.settings import SelectSettings
from entropylaw.cli.tables import show_json
from entropylaw.errors import ConfigError

EXAMPLES = examples(
    "entropylaw select pool.jsonl --budget 1000 -o chosen.jsonl",
    "entropylaw select pool.parquet -b 10% -c zstd:6:long -o chosen.parquet",
    'entropylaw select pool.jsonl -b "200000 tokens" --tokens n_tokens --groups source '
    "--quotas pool --guards drop -o chosen.jsonl",
    "entropylaw select pool.jsonl --config run.toml --dry-run --json",
    "entropylaw select pool.jsonl --manifest chosen.jsonl.manifest.json -o again.jsonl",
)


def select(
    source: options.Input,
    config: options.Config = None,
    compressor: options.Compressor = None,
    manifest: options.Manifest = None,
    dry_run: options.DryRun = False,
    as_json: options.Json = False,
    n_jobs: options.Jobs = None,
    progress: options.Progress = None,
    budget: options.Budget = None,
    tokens: options.Tokens = None,
    bytes_per_token: options.BytesPerToken = None,
    min_bytes: options.MinBytes = None,
    max_bytes: options.MaxBytes = None,
    initial_subset: options.InitialSubset = None,
    target: options.TargetFile = None,
    target_weight: options.TargetWeight = None,
    target_method: options.TargetMethod = None,
    output: options.Output = None,
    order: options.Order = None,
    report: options.Report = None,
    groups: options.GroupColumn = None,
    quotas: options.Quotas = None,
    minimum: options.Minimum = None,
    maximum: options.Maximum = None,
    compare_within: options.Within = None,
    quality: options.Quality = None,
    quality_minimum: options.QualityMinimum = None,
    quality_weight: options.QualityWeight = None,
    quality_breaks_ties: options.QualityTies = None,
    typicality: options.Typicality = None,
    guards: options.Guards = None,
    k1: options.K1 = None,
    k2: options.K2 = None,
    k3: options.K3 = None,
    variant: options.VariantName = None,
    packing: options.PackingName = None,
    screening: options.ScreeningName = None,
    render: options.Render = None,
    text: options.TextColumns = None,
    on_error: options.Errors = None,
) -> None:
    """Choose the least redundant records of IN, and write them unchanged.

    A manifest that suffices to repeat the selection is written beside the output.
    """
    given = {
        "compressor": compressor,
        "n_jobs": n_jobs,
        "progress": progress,
        "budget": budget,
        "tokens": tokens,
        "bytes_per_token": bytes_per_token,
        "min_bytes": min_bytes,
        "max_bytes": max_bytes,
        "initial_subset": initial_subset,
        "target": stated({"data": target, "weight": target_weight, "method": target_method}),
        "groups": groups,
        "quotas": stated(
            {
                "shares": quotas,
                "minimum": parsed_bound("minimum", minimum),
                "maximum": parsed_bound("maximum", maximum),
            }
        ),
        "compare_within": compare_within,
        "quality": stated(
            {
                "column": quality,
                "minimum": quality_minimum,
                "weight": quality_weight,
                "tie_break": quality_breaks_ties,
            }
        ),
        "typicality": typicality,
        "guards": guards,
        "k1": k1,
        "k2": k2,
        "k3": k3,
        "variant": variant,
        "packing": packing,
        "screening": screening,
        "render": render,
        "text": parsed_text(text),
        "on_error": on_error,
        "output": output,
        "order": order,
        "report": report,
    }
    with settings_of(config, "select", stated(given)) as settings:
        _run(settings.select, source, config, manifest, dry_run=dry_run, as_json=as_json)


def _run(
    asked: SelectSettings,
    source: Path,
    config: Path | None,
    manifest: Path | None,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    selector = select_job.selector_of(asked, manifest)
    if dry_run:
        estimate = select_job.dry_run(
            selector, source, initial_subset=asked.initial_subset, on_error=asked.on_error
        )
        show_json(estimate) if as_json else typer.echo(repr(estimate))
        return
    if asked.output is None:
        raise ConfigError("say where the chosen records go: -o chosen.jsonl (or --dry-run).")
    result = select_job.run(
        selector,
        source,
        asked.output,
        initial_subset=asked.initial_subset,
        order=asked.order,
        on_error=asked.on_error,
        repeats=manifest,
        report=asked.report,
        inputs=(config, None if asked.target is None else asked.target.data),
    )
    if as_json:
        show_json(select_job.told_of(result, asked.output, asked.report))
    page = "" if asked.report is None else f", {asked.report}"
    written = f"{asked.output}{page} and {select_job.manifest_path(asked.output)}"
    typer.echo(f"{result!r}\nwrote {written}", err=True)

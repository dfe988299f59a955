"""`entropylaw select`: select records of a file, write them and a manifest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import typer

from entropylaw.alignment import Target
from entropylaw.cli import options
from entropylaw.cli.config import load_settings, without_unset
from entropylaw.cli.output import show_json, warn_skipped
from entropylaw.cli.settings import SelectSettings, TargetSettings
from entropylaw.errors import ConfigError, FingerprintError, concerning
from entropylaw.guards import Guards
from entropylaw.io.files import atomic_write, check_output
from entropylaw.io.load import FilePool, load_file
from entropylaw.io.write import check_destination, write_chosen
from entropylaw.render.selection_plots import check_plotting
from entropylaw.selection import Manifest, Quotas, SelectionResult, ZipSelector
from entropylaw.types import OnError

EXAMPLES = options.examples(
    "entropylaw select pool.jsonl --budget 1000 -o chosen.jsonl",
    "entropylaw select pool.parquet -b 10% -c zstd:6:long -o chosen.parquet",
    'entropylaw select pool.jsonl -b "200000 tokens" --tokens n_tokens --groups source '
    "--quotas pool --guards drop -o chosen.jsonl",
    "entropylaw select pool.jsonl --config run.toml --dry-run --json",
    "entropylaw select pool.jsonl --manifest chosen.jsonl.manifest.json -o again.jsonl",
)

_SELECTOR_OPTIONS = {field.name for field in fields(ZipSelector)}
_COMPATIBLE_WITH_MANIFEST = {"n_jobs", "workers", "progress", "target"}
"""Options that do not change the selection, and data that a manifest does not contain."""


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
    """Select the least redundant records of IN, and write them unchanged.

    A manifest from which the selection can be repeated is written next to the output.
    """
    set_on_cli = {
        "compressor": compressor,
        "n_jobs": n_jobs,
        "progress": progress,
        "budget": budget,
        "tokens": tokens,
        "bytes_per_token": bytes_per_token,
        "min_bytes": min_bytes,
        "max_bytes": max_bytes,
        "initial_subset": initial_subset,
        "target": without_unset({"data": target, "weight": target_weight, "method": target_method}),
        "groups": groups,
        "quotas": without_unset(
            {
                "shares": quotas,
                "minimum": options.parsed_bound("minimum", minimum),
                "maximum": options.parsed_bound("maximum", maximum),
            }
        ),
        "compare_within": compare_within,
        "quality": without_unset(
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
        "text": options.parsed_text(text),
        "on_error": on_error,
        "output": output,
        "order": order,
        "report": report,
    }
    with load_settings(config, "select", without_unset(set_on_cli)) as all_settings:
        settings = all_settings.select
        selector = selector_of(settings, manifest)
        if dry_run:
            pool = _read(selector, source, settings.on_error)
            estimate = selector.estimate(pool, initial_subset=settings.initial_subset)
            show_json(estimate) if as_json else typer.echo(str(estimate))
            return
        if settings.output is None:
            raise ConfigError(
                "output: expected a file for the selected records; saw none. "
                "Try -o chosen.jsonl, or --dry-run."
            )
        result = _select_to_files(selector, source, settings.output, settings, config, manifest)
        if as_json:
            show_json(_plain(result, settings.output, settings.report))
        page = "" if settings.report is None else f", {settings.report}"
        written = f"{settings.output}{page} and {manifest_path(settings.output)}"
        typer.echo(f"{result}\nwrote {written}", err=True)


def selector_of(settings: SelectSettings, manifest: Path | None = None) -> ZipSelector:
    """Return the selector with these settings, or that of a manifest.

    Raises
    ------
    ConfigError
        If an option is not usable, or is part of the manifest.
    """
    if (settings.budget is None) == (manifest is None):
        raise ConfigError(
            "budget: expected either --budget N or --manifest FILE; "
            f"saw {'neither' if manifest is None else 'both'}.",
            parameters=("budget",),
        )
    if manifest is not None:
        in_manifest = _SELECTOR_OPTIONS | {"tokens", "bytes_per_token"}
        others = sorted(settings.model_fields_set & in_manifest - _COMPATIBLE_WITH_MANIFEST)
        if others:
            raise ConfigError(
                "manifest: expected no option that it contains; saw "
                f"{', '.join(others)}. Try without them, or without --manifest.",
                parameters=others,
            )
        return selector_from_manifest(
            manifest, target=settings.target, n_jobs=settings.n_jobs, progress=settings.progress
        )
    if settings.quality is not None and settings.quality.column is None:
        raise ConfigError(
            "quality: expected the column of the scores; saw none. Try --quality COLUMN.",
            parameters=("quality",),
        )
    plain = settings.model_fields_set & _SELECTOR_OPTIONS - {"budget", "guards", "quotas", "target"}
    return ZipSelector(
        settings.budget_with_unit(),
        guards=Guards.of(settings.guards),
        quotas=None if settings.quotas is None else Quotas.of("quotas", settings.quotas),
        target=None if settings.target is None else _target(settings.target),
        **{name: getattr(settings, name) for name in plain},
    )


def selector_from_manifest(
    manifest: Path,
    *,
    target: TargetSettings | None = None,
    n_jobs: int | None = None,
    progress: bool | None = None,
) -> ZipSelector:
    """Return the selector that repeats the selection of a manifest file."""
    recorded = read_manifest(manifest)
    option = recorded.options.get("target")
    if target is not None and option is not None:
        as_recorded = {name: option[name] for name in ("weight", "method")}
        target = TargetSettings(**(as_recorded | target.model_dump(exclude_unset=True)))
    return ZipSelector.from_manifest(
        recorded,
        target=None if target is None else _target(target),
        n_jobs=n_jobs,
        progress=progress,
    )


def read_and_select(
    selector: ZipSelector,
    source: Path,
    *,
    initial_subset: Path | None,
    on_error: OnError,
    manifest: Path | None,
) -> tuple[FilePool, SelectionResult]:
    """Read a file, select from it and return both.

    Raises
    ------
    FingerprintError
        If the pool or the selection differs from that of the manifest.
    """
    pool = _read(selector, source, on_error)
    expected = None if manifest is None else read_manifest(manifest)
    if expected is not None:
        _check_same("pool", pool.corpus.fingerprint, expected.pool.fingerprint, str(source))
    result = selector.select(pool, initial_subset=initial_subset)
    if expected is not None:
        seen = result.manifest
        _check_same(
            "selection",
            seen.selected.fingerprint,
            expected.selected.fingerprint,
            f"{seen.compressor.version} (the manifest: {expected.compressor.version})",
        )
    updated = result.manifest.model_copy(update={"skipped_records": pool.skipped})
    return pool, replace(result, manifest=updated)


def read_manifest(path: Path) -> Manifest:
    """Read the manifest of a selection from a file."""
    return Manifest.from_json(path.read_bytes(), source=str(path))


def manifest_path(output: Path) -> Path:
    """Return the path of an output's manifest.

    Examples
    --------
    >>> manifest_path(Path("chosen.jsonl")).name
    'chosen.jsonl.manifest.json'
    """
    return output.with_name(output.name + ".manifest.json")


def _select_to_files(
    selector: ZipSelector,
    source: Path,
    output: Path,
    settings: SelectSettings,
    config: Path | None,
    manifest: Path | None,
) -> SelectionResult:
    """Select from a file; write the records, the manifest and any report."""
    target = None if settings.target is None else settings.target.data
    inputs = [p for p in (source, settings.initial_subset, config, target) if p is not None]
    _check_outputs(output, settings.report, source, inputs)
    pool, result = read_and_select(
        selector,
        source,
        initial_subset=settings.initial_subset,
        on_error=settings.on_error,
        manifest=manifest,
    )
    rows = result.indices if settings.order == "choice" else np.sort(result.indices)
    write_chosen(output, source, pool, rows)
    with atomic_write(manifest_path(output), inputs=inputs) as sink:
        sink.write(result.manifest.to_json().encode())
    if settings.report is not None:
        result.report(settings.report, n_jobs=selector.n_jobs, progress=selector.progress)
    return result


def _check_outputs(output: Path, report: Path | None, source: Path, inputs: Iterable[Path]) -> None:
    """Raise ConfigError, before any work, if an output is an input or cannot be written."""
    with concerning(ConfigError, "output"):
        check_destination(output, source)
        check_output(output, inputs)
        check_output(manifest_path(output), inputs)
    if report is not None:
        with concerning(ConfigError, "report"):
            check_output(report, inputs)
        check_plotting()


def _read(selector: ZipSelector, source: Path, on_error: OnError) -> FilePool:
    pool = load_file(
        source,
        render=selector.render,
        text=selector.text,
        on_error=on_error,
        progress=selector.progress,
    )
    warn_skipped(pool.skipped, pool.reasons)
    return pool


def _target(settings: TargetSettings) -> Target:
    if settings.data is None:
        raise ConfigError(
            "target: expected a file of examples; saw none. Try --target FILE.",
            parameters=("target",),
        )
    return Target(**settings.model_dump(exclude_unset=True))


def _plain(result: SelectionResult, output: Path, report: Path | None) -> dict[str, Any]:
    """Return the files written and the selection as plain values for JSON."""
    return {
        "output": str(output),
        "manifest_file": str(manifest_path(output)),
        "report": None if report is None else str(report),
        "compression_ratio": result.ratio,
        "evaluations": result.evaluations,
        "manifest": result.manifest.model_dump(mode="json"),
    }


def _check_same(name: str, seen: str, expected: str, seen_from: str) -> None:
    if seen != expected:
        raise FingerprintError(
            f"{name}: expected that of the manifest, {expected}; saw {seen} from {seen_from}."
        )

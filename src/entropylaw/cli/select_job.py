"""The job of `entropylaw select`: a file in, the chosen records and a manifest out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from entropylaw.alignment import Target
from entropylaw.cli.controls import counted
from entropylaw.cli.pools import read_pool
from entropylaw.cli.settings import SelectSettings, TargetSettings
from entropylaw.errors import ConfigError, FingerprintError, concerning
from entropylaw.guards import Guards
from entropylaw.io.files import atomic_write, check_output
from entropylaw.io.load import FilePool
from entropylaw.io.write import check_destination, write_chosen
from entropylaw.render.selection_plots import check_plotting
from entropylaw.selection import Estimate, Manifest, SelectionResult, ZipSelector
from entropylaw.types import OnError, TakeOrder

_OPTIONS = {field.name for field in fields(ZipSelector)}
_RUNNING = {"n_jobs", "workers", "progress", "target"}
"""Options that may stand beside a manifest: how to run, and what a manifest cannot hold."""


def selector_of(asked: SelectSettings, manifest: Path | None = None) -> ZipSelector:
    """Return the selector that the options ask for, or that a manifest tells of.

    Raises
    ------
    ConfigError
        If the options cannot work, or say what the manifest says.
    """
    said = asked.model_fields_set
    if (asked.budget is None) == (manifest is None):
        raise ConfigError("say either --budget N or --manifest FILE.", parameters=("budget",))
    if manifest is not None:
        others = sorted(said & (_OPTIONS | {"tokens", "bytes_per_token"}) - _RUNNING)
        if others:
            raise ConfigError(
                f"a manifest says all about the selection, so {', '.join(others)} has no place "
                "beside it. Leave it out, or --manifest.",
                parameters=others,
            )
        return repeating(
            manifest, target=asked.target, n_jobs=asked.n_jobs, progress=asked.progress
        )
    assert asked.budget is not None
    if asked.quality is not None and asked.quality.column is None:
        raise ConfigError(
            "say which column holds the quality: --quality COLUMN.", parameters=("quality",)
        )
    budget = counted(asked.budget, counts=asked.tokens, bytes_per_token=asked.bytes_per_token)
    plain = said & _OPTIONS - {"budget", "guards", "target"}
    return ZipSelector(
        budget,
        guards=Guards.all(asked.guards) if isinstance(asked.guards, str) else asked.guards,
        target=None if asked.target is None else _target(asked.target),
        **{name: getattr(asked, name) for name in plain},
    )


def repeating(
    manifest: Path,
    *,
    target: TargetSettings | None = None,
    n_jobs: int | None = None,
    progress: bool | None = None,
) -> ZipSelector:
    """Return the selector that a manifest file tells of."""
    told = _manifest(manifest)
    line = told.target
    if target is not None and line is not None:
        said = target.model_dump(exclude_unset=True)
        target = TargetSettings(**{"weight": line.weight, "method": line.method, **said})
    return ZipSelector.from_manifest(
        told,
        target=None if target is None else _target(target),
        n_jobs=n_jobs,
        progress=progress,
    )


def run(
    selector: ZipSelector,
    source: Path,
    output: Path,
    *,
    initial_subset: Path | None,
    order: TakeOrder,
    on_error: OnError,
    repeats: Path | None,
    report: Path | None,
    inputs: Sequence[Path | None] = (),
) -> SelectionResult:
    """Select from `source`, write `output`, its manifest and any page, and return the result.

    Raises
    ------
    ConfigError
        If an output is `source`, the initial subset, or another of the inputs.
    FingerprintError
        If `repeats` names a manifest, and the pool or the choice differs from it.
    """
    read = [path for path in (source, initial_subset, *inputs) if path is not None]
    with concerning(ConfigError, "output"):
        check_destination(output, source)
        check_output(output, read)
        check_output(manifest_path(output), read)
    if report is not None:
        with concerning(ConfigError, "report"):
            check_output(report, read)
        check_plotting()
    pool, result = selected(
        selector, source, initial_subset=initial_subset, on_error=on_error, repeats=repeats
    )
    rows = result.indices if order == "choice" else np.sort(result.indices)
    write_chosen(output, source, pool, rows)
    with atomic_write(manifest_path(output), inputs=read) as sink:
        sink.write(result.manifest.to_json().encode())
    if report is not None:
        result.report(report, n_jobs=selector.n_jobs)
    return result


def selected(
    selector: ZipSelector,
    source: Path,
    *,
    initial_subset: Path | None,
    on_error: OnError,
    repeats: Path | None,
) -> tuple[FilePool, SelectionResult]:
    """Read `source`, select from it and return both; see `run`."""
    pool = _read(selector, source, on_error)
    expected = None if repeats is None else _manifest(repeats)
    if expected is not None:
        _same("pool", pool.corpus.fingerprint, expected.pool.fingerprint, str(source))
    result = selector.select(pool, initial_subset=initial_subset)
    if expected is not None:
        _same(
            "selection",
            result.manifest.selected.fingerprint,
            expected.selected.fingerprint,
            f"{result.manifest.compressor.version} (the manifest: {expected.compressor.version})",
        )
    manifest = result.manifest.model_copy(update={"skipped_records": pool.skipped})
    return pool, replace(result, manifest=manifest)


def dry_run(
    selector: ZipSelector, source: Path, *, initial_subset: Path | None, on_error: OnError
) -> Estimate:
    """Read `source` and return what selecting from it would cost."""
    pool = _read(selector, source, on_error)
    return selector.estimate(pool, initial_subset=initial_subset)


def _read(selector: ZipSelector, source: Path, on_error: OnError) -> FilePool:
    return read_pool(
        source,
        render=selector.render,
        text=selector.text,
        on_error=on_error,
        progress=selector.progress,
    )


def manifest_path(output: Path) -> Path:
    """Return where the manifest of an output goes.

    Examples
    --------
    >>> manifest_path(Path("chosen.jsonl")).name
    'chosen.jsonl.manifest.json'
    """
    return output.with_name(output.name + ".manifest.json")


def told_of(result: SelectionResult, output: Path, report: Path | None) -> dict[str, Any]:
    """Return what was written and chosen, as plain values for JSON."""
    return {
        "output": str(output),
        "manifest_file": str(manifest_path(output)),
        "report": None if report is None else str(report),
        "compression_ratio": result.ratio,
        "evaluations": result.evaluations,
        "manifest": result.manifest.model_dump(mode="json"),
    }


def _target(asked: TargetSettings) -> Target:
    if asked.data is None:
        raise ConfigError(
            "say which file holds the examples to be close to: --target FILE.",
            parameters=("target",),
        )
    return Target(**asked.model_dump(exclude_unset=True))


def _manifest(path: Path) -> Manifest:
    return Manifest.from_json(path.read_bytes(), source=str(path))


def _same(what: str, seen: str, expected: str, of: str) -> None:
    if seen != expected:
        raise FingerprintError(
            f"the {what} is not that of the manifest: expected {expected}, got {seen} from {of}."
        )

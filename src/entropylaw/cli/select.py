"""The job of `entropylaw select`: a file in, the chosen records and a manifest out."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np

from entropylaw.errors import FingerprintError, SkippedRecordsWarning
from entropylaw.io.chosen import check_destination, write_chosen
from entropylaw.io.files import atomic_write, check_output
from entropylaw.io.load import FilePool, load_file
from entropylaw.render.selection_plots import check_plotting
from entropylaw.selection import Estimate, Manifest, SelectionResult, Tokens, ZipSelector
from entropylaw.types import OnError, TakeOrder


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
) -> SelectionResult:
    """Select from `source`, write `output`, its manifest and any page, and return the result.

    Raises
    ------
    FingerprintError
        If `repeats` names a manifest, and the pool or the choice differs from it.
    """
    check_destination(output, source)
    check_output(manifest_path(output), (source,))
    if report is not None:
        check_output(report, (source,))
        check_plotting()
    pool, result = selected(
        selector, source, initial_subset=initial_subset, on_error=on_error, repeats=repeats
    )
    rows = result.indices if order == "choice" else np.sort(result.indices)
    write_chosen(output, source, pool, rows)
    manifest = result.manifest.model_copy(update={"skipped_records": pool.skipped})
    with atomic_write(manifest_path(output), inputs=(source,)) as sink:
        sink.write(manifest.to_json().encode())
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
    pool = load_file(source, render=selector.render, text=selector.text, on_error=on_error)
    _warn_of_skipped(pool)
    owned = None
    if initial_subset is not None:
        owned = load_file(initial_subset, render=selector.render, text=selector.text).corpus
    expected = None if repeats is None else _manifest(repeats)
    if expected is not None:
        _same("pool", pool.corpus.fingerprint, expected.pool.fingerprint, str(source))
    result = selector.select(pool.corpus, initial_subset=owned, **_columns(selector, pool, source))
    if expected is not None:
        _same(
            "selection",
            result.manifest.selected.fingerprint,
            expected.selected.fingerprint,
            f"{result.manifest.compressor.version} (the manifest: {expected.compressor.version})",
        )
    return pool, result


def dry_run(selector: ZipSelector, source: Path, *, on_error: OnError) -> Estimate:
    """Read `source` and return what selecting from it would cost."""
    pool = load_file(source, render=selector.render, text=selector.text, on_error=on_error)
    _warn_of_skipped(pool)
    return selector.estimate(pool.corpus, **_columns(selector, pool, source))


def selector_of(manifest: Path, *, n_jobs: int | None, progress: bool | None) -> ZipSelector:
    """Return the selector that a manifest file tells of."""
    return ZipSelector.from_manifest(_manifest(manifest), n_jobs=n_jobs, progress=progress)


def manifest_path(output: Path) -> Path:
    """Return where the manifest of an output goes.

    Examples
    --------
    >>> manifest_path(Path("chosen.jsonl")).name
    'chosen.jsonl.manifest.json'
    """
    return output.with_name(output.name + ".manifest.json")


def _columns(selector: ZipSelector, pool: FilePool, source: Path) -> dict[str, list[Any]]:
    """Return the columns that the controls need, of the records that could be read."""
    quality, budget = selector.quality, selector.budget
    names = {
        "groups": selector.groups,
        "quality": None if quality is None else quality.column,
        "tokens": budget.counts if isinstance(budget, Tokens) else None,
    }
    return {use: pool.column(source, name) for use, name in names.items() if name is not None}


def _manifest(path: Path) -> Manifest:
    return Manifest.from_json(path.read_bytes(), source=str(path))


def _same(what: str, seen: str, expected: str, of: str) -> None:
    if seen != expected:
        raise FingerprintError(
            f"the {what} is not that of the manifest: expected {expected}, got {seen} from {of}."
        )


def _warn_of_skipped(pool: FilePool) -> None:
    if pool.skipped:
        warnings.warn(
            f"skipped {pool.skipped} records. The first: {pool.reasons[0]}",
            SkippedRecordsWarning,
            stacklevel=3,
        )

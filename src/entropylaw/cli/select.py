"""The job of `entropylaw select`: a file in, the chosen records and a manifest out."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np

from entropylaw.errors import BudgetError, FingerprintError, SkippedRecordsWarning
from entropylaw.io.chosen import check_destination, write_chosen
from entropylaw.io.files import atomic_write, check_output
from entropylaw.io.load import FilePool, load_file
from entropylaw.selection import Estimate, Manifest, SelectionResult, ZipSelector
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
) -> SelectionResult:
    """Select from `source`, write `output` and its manifest, and return the result.

    Raises
    ------
    FingerprintError
        If `repeats` names a manifest, and the pool or the choice differs from it.
    """
    check_destination(output, source)
    check_output(manifest_path(output), (source,))
    pool = load_file(source, render=selector.render, text=selector.text, on_error=on_error)
    _warn_of_skipped(pool)
    owned = None
    if initial_subset is not None:
        owned = load_file(initial_subset, render=selector.render, text=selector.text).corpus
    expected = None if repeats is None else _manifest(repeats)
    if expected is not None:
        _same("pool", pool.corpus.fingerprint, expected.pool.fingerprint, str(source))
    result = selector.select(pool.corpus, initial_subset=owned)
    if expected is not None:
        _same(
            "selection",
            result.manifest.selected.fingerprint,
            expected.selected.fingerprint,
            f"{result.manifest.compressor.version} (the manifest: {expected.compressor.version})",
        )
    rows = result.indices if order == "choice" else np.sort(result.indices)
    write_chosen(output, source, pool, rows)
    manifest = result.manifest.model_copy(update={"skipped_records": pool.skipped})
    with atomic_write(manifest_path(output), inputs=(source,)) as sink:
        sink.write(manifest.to_json().encode())
    return result


def dry_run(selector: ZipSelector, source: Path, *, on_error: OnError) -> Estimate:
    """Read `source` and return what selecting from it would cost."""
    pool = load_file(source, render=selector.render, text=selector.text, on_error=on_error)
    _warn_of_skipped(pool)
    return selector.estimate(pool.corpus)


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


def parsed_budget(text: str) -> int | float:
    """Return a budget as typed: records, a share, or a share in percent.

    Examples
    --------
    >>> parsed_budget("1000"), parsed_budget("0.25"), parsed_budget("10%")
    (1000, 0.25, 0.1)
    """
    try:
        if text.endswith("%"):
            return float(text[:-1]) / 100
        return int(text) if text.lstrip("+-").replace("_", "").isdigit() else float(text)
    except ValueError as error:
        raise BudgetError(
            f"budget must be a number of records (1000) or a share (0.1 or 10%), got {text!r}."
        ) from error


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

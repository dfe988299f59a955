"""The job of `entropylaw report`: a selection and its pool in, a page out."""

from __future__ import annotations

import zipfile
from pathlib import Path

from entropylaw.cli import select as select_job
from entropylaw.io.files import check_output
from entropylaw.render.selection_plots import check_plotting
from entropylaw.selection import Manifest, SelectionResult
from entropylaw.types import OnError


def run(
    selection: Path,
    source: Path,
    output: Path,
    *,
    initial_subset: Path | None,
    n_jobs: int | None,
    progress: bool | None,
) -> None:
    """Write the page of a saved result, or of a manifest, whose selection is made again.

    Raises
    ------
    InputError
        If `selection` is neither.
    FingerprintError
        If `source` is not what was selected from.
    """
    check_output(output, (selection, source))
    check_plotting()
    if zipfile.is_zipfile(selection):
        SelectionResult.load(selection).report(output, source, n_jobs=n_jobs)
        return
    manifest = Manifest.from_json(selection.read_bytes(), source=str(selection))
    on_error: OnError = "skip" if manifest.skipped_records else "raise"
    _, result = select_job.selected(
        select_job.selector_of(selection, n_jobs=n_jobs, progress=progress),
        source,
        initial_subset=initial_subset,
        on_error=on_error,
        repeats=selection,
    )
    result.report(output, n_jobs=n_jobs)

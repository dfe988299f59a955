"""`entropylaw report`: write an HTML report of a selection."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Annotated

import typer

from entropylaw.cli import options
from entropylaw.cli.select import read_and_select, read_manifest, selector_from_manifest
from entropylaw.cli.settings import TargetSettings
from entropylaw.io.files import check_output
from entropylaw.render.selection_plots import check_plotting
from entropylaw.selection import SelectionResult

EXAMPLES = options.examples(
    "entropylaw report chosen.jsonl.manifest.json pool.jsonl -o page.html",
    "entropylaw report result.zip pool.jsonl -o page.html",
)


def report(
    selection: Annotated[
        Path,
        typer.Argument(help="A manifest written by `select`, or a file written by result.save()."),
    ],
    source: Annotated[Path, typer.Argument(metavar="IN", help="The file it was selected from.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE.html", help="The report.")
    ],
    initial_subset: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The initial subset of the selection, if it had one."),
    ] = None,
    target: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The target examples of the selection, if it had a target."
        ),
    ] = None,
    n_jobs: options.Jobs = None,
    progress: options.Progress = None,
) -> None:
    """Write an HTML report of a selection: one file that loads no other.

    The selection of a manifest is repeated first, and compared with the manifest.
    """
    owned, examples_file = ([] if path is None else [path] for path in (initial_subset, target))
    check_output(output, (selection, source, *owned, *examples_file))
    check_plotting()
    if zipfile.is_zipfile(selection):
        SelectionResult.load(selection).report(output, source, n_jobs=n_jobs, progress=progress)
    else:
        result = _repeated(selection, source, initial_subset, target, n_jobs, progress)
        result.report(output, n_jobs=n_jobs, progress=progress)
    typer.echo(f"wrote {output}", err=True)


def _repeated(
    manifest: Path,
    source: Path,
    initial_subset: Path | None,
    target: Path | None,
    n_jobs: int | None,
    progress: bool | None,
) -> SelectionResult:
    """Repeat the selection of a manifest, and check that it is the same."""
    selector = selector_from_manifest(
        manifest,
        target=None if target is None else TargetSettings(data=target),
        n_jobs=n_jobs,
        progress=progress,
    )
    _, result = read_and_select(
        selector,
        source,
        initial_subset=initial_subset,
        on_error="skip" if read_manifest(manifest).skipped_records else "raise",
        manifest=manifest,
    )
    return result

"""`entropylaw report`: a selection and its pool in, a page out."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Annotated

import typer

from entropylaw.cli import options, select_job
from entropylaw.cli.examples import examples
from entropylaw.cli.settings import TargetSettings
from entropylaw.io.files import check_output
from entropylaw.render.selection_plots import check_plotting
from entropylaw.selection import Manifest, SelectionResult
from entropylaw.types import OnError

EXAMPLES = examples(
    "entropylaw report chosen.jsonl.manifest.json pool.jsonl -o page.html",
    "entropylaw report result.zip pool.jsonl -o page.html",
)


def report(
    selection: Annotated[
        Path, typer.Argument(help="A manifest that `select` wrote, or what result.save() wrote.")
    ],
    source: Annotated[Path, typer.Argument(metavar="IN", help="The file it was selected from.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE.html", help="The page.")],
    initial_subset: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Records that were already owned, if there were any."),
    ] = None,
    target: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The examples to be close to, if there were any."),
    ] = None,
    n_jobs: options.Jobs = None,
    progress: options.Progress = None,
) -> None:
    """Write a page about a selection: one file of HTML that loads nothing from elsewhere.

    From a manifest the selection is made again first, and checked.
    """
    owned, examples_file = ([] if path is None else [path] for path in (initial_subset, target))
    check_output(output, (selection, source, *owned, *examples_file))
    check_plotting()
    if zipfile.is_zipfile(selection):
        SelectionResult.load(selection).report(output, source, n_jobs=n_jobs)
    else:
        result = _made_again(selection, source, initial_subset, target, n_jobs, progress)
        result.report(output, n_jobs=n_jobs)
    typer.echo(f"wrote {output}", err=True)


def _made_again(
    selection: Path,
    source: Path,
    initial_subset: Path | None,
    target: Path | None,
    n_jobs: int | None,
    progress: bool | None,
) -> SelectionResult:
    """Make the selection of a manifest again, and check that it is the same."""
    manifest = Manifest.from_json(selection.read_bytes(), source=str(selection))
    on_error: OnError = "skip" if manifest.skipped_records else "raise"
    selector = select_job.repeating(
        selection,
        target=None if target is None else TargetSettings(data=target),
        n_jobs=n_jobs,
        progress=progress,
    )
    _, result = select_job.selected(
        selector,
        source,
        initial_subset=initial_subset,
        on_error=on_error,
        repeats=selection,
    )
    return result

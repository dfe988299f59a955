"""The jobs of `entropylaw fit` and `entropylaw risk`: a table of runs or versions in."""

from __future__ import annotations

from pathlib import Path

import typer

from entropylaw.io.files import atomic_write, check_output
from entropylaw.law import EntropyLawFit, assess_versions
from entropylaw.law.options import Form
from entropylaw.render.selection_plots import new_axes, png_of


def fit(source: Path, *, form: Form, plot: Path | None, save: Path | None) -> None:
    """Fit the law to the runs of a file, print its summary, and draw or save it if asked."""
    for output in (plot, save):
        if output is not None:
            check_output(output, (source,))
    law = EntropyLawFit(form).fit(source)
    typer.echo(str(law.summary()))
    typer.echo(str(law.test_deductions()))
    if plot is not None:
        axes = new_axes(1)[0]
        law.plot(axes)
        with atomic_write(plot, inputs=(source,)) as sink:
            sink.write(png_of(axes))
    if save is not None:
        law.save(save)


def risk(source: Path, *, law: Path | None) -> None:
    """Say of each version in a file whether it is likely to help, to hurt, or just noise."""
    fitted = None if law is None else EntropyLawFit.load(law)
    typer.echo(str(assess_versions(source, law=fitted)))

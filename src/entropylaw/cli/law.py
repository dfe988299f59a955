"""`entropylaw fit` and `entropylaw risk`: fit the entropy law, and assess data versions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from entropylaw.cli import options
from entropylaw.cli.output import show_json
from entropylaw.io.files import atomic_write, check_output
from entropylaw.law import EntropyLawFit, assess_versions
from entropylaw.law.options import Form
from entropylaw.render.selection_plots import new_axes, png_of

FIT_EXAMPLES = options.examples(
    "entropylaw fit runs.csv",
    "entropylaw fit runs.csv --plot law.png --save law.json",
    "entropylaw fit runs.jsonl --form logarithmic --json",
)
RISK_EXAMPLES = options.examples(
    "entropylaw risk versions.csv",
    "entropylaw risk versions.csv --law law.json --json",
)


def fit(
    source: Annotated[Path, typer.Argument(metavar="RUNS", help="CSV or JSONL, one run per row.")],
    form: Annotated[Form, typer.Option(help="Form of the law.")] = "linear",
    as_json: options.Json = False,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE.png", help="Save a plot of the law.")
    ] = None,
    save: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="Save the fitted law.")
    ] = None,
) -> None:
    """Regress performance on compression ratio and first-epoch loss."""
    for output in (plot, save):
        if output is not None:
            check_output(output, (source,))
    law = EntropyLawFit(form).fit(source)
    summary = law.summary()
    show_json(summary.to_dict()) if as_json else typer.echo(str(summary))
    if plot is not None:
        axes = new_axes(1)[0]
        law.plot(axes)
        with atomic_write(plot, inputs=(source,)) as sink:
            sink.write(png_of(axes))
    if save is not None:
        law.save(save)


def risk(
    source: Annotated[
        Path, typer.Argument(metavar="VERSIONS", help="CSV or JSONL, one data version per row.")
    ],
    law: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="A law saved by `fit --save`.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Find data versions that are likely worse, from compression ratio and first-epoch loss."""
    fitted = None if law is None else EntropyLawFit.load(law)
    report = assess_versions(source, law=fitted)
    show_json(report.to_dict()) if as_json else typer.echo(str(report))

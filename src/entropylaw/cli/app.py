"""The application: its commands, and the format of warnings."""

from __future__ import annotations

import warnings
from typing import Annotated, TextIO

import typer

from entropylaw import __version__
from entropylaw.cli import audit, compressors, demo, law, ratio, report, select, stream
from entropylaw.errors import EntropyLawWarning

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Select, measure and risk-check LLM training data by how compressible it is.",
    epilog="Results go to stdout or to the named file; progress, warnings and errors go to stderr. "
    "Exit status: 0 success, 1 error, 2 invalid command line, 130 stopped with Ctrl-C.",
)
app.command(epilog=select.EXAMPLES)(select.select)
app.command(epilog=stream.EXAMPLES)(stream.stream)
app.command(epilog=report.EXAMPLES)(report.report)
app.command(epilog=ratio.EXAMPLES)(ratio.ratio)
app.command(epilog=audit.EXAMPLES)(audit.audit)
app.command(epilog=compressors.EXAMPLES)(compressors.compressors)
app.command(epilog=law.FIT_EXAMPLES)(law.fit)
app.command(epilog=law.RISK_EXAMPLES)(law.risk)
app.command(epilog=demo.EXAMPLES)(demo.demo)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    warnings.simplefilter("always", EntropyLawWarning)
    warnings.showwarning = _one_line
    if version:
        typer.echo(f"entropylaw {__version__}")
        raise typer.Exit


def _one_line(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    typer.echo(f"{category.__name__}: {message}", err=True)

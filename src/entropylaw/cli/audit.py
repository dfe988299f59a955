"""The job of `entropylaw audit`: a pool in, what is in it and what selection would do to it."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from entropylaw.auditing import audit
from entropylaw.io.files import atomic_write, check_output
from entropylaw.io.load import Text


def run(
    source: Path,
    *,
    groups: str | None,
    share: float,
    compressor: str,
    render: str | None,
    text: Text,
    seed: int,
    n_jobs: int | None,
    as_json: bool,
    plot: Path | None,
) -> None:
    """Audit the records of a file and print the report, as text or as JSON; draw it if asked."""
    if plot is not None:
        check_output(plot, (source,))
    report = audit(
        source,
        groups=groups,
        share=share,
        compressor=compressor,
        render=render,
        text=text,
        seed=seed,
        n_jobs=n_jobs,
    )
    typer.echo(json.dumps(report.to_dict(), indent=1) if as_json else report.summary())
    if plot is not None:
        with atomic_write(plot, inputs=(source,)) as sink:
            report.plot().savefig(sink, format="png", dpi=120)

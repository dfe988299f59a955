"""The commands, their options and their help."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Annotated, Literal, TextIO

import typer

from entropylaw import __version__
from entropylaw.cli import audit as audit_job
from entropylaw.cli import compressors as compressors_job
from entropylaw.cli import controls
from entropylaw.cli import demo as demo_job
from entropylaw.cli import law as law_job
from entropylaw.cli import report as report_job
from entropylaw.cli import select as select_job
from entropylaw.cli.tables import Table, human_bytes, show
from entropylaw.compressors import get_compressor
from entropylaw.errors import ConfigError, EntropyLawWarning
from entropylaw.io.load import Text, load_file
from entropylaw.law.options import Form
from entropylaw.ratios import compression_ratio, sample_ratios
from entropylaw.selection import ZipSelector
from entropylaw.types import CompareWithin, OnError, Packing, Screening, TakeOrder, Variant

CONTROLS = "Controls"

app = typer.Typer(
    add_completion=True,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Select, measure and risk-check LLM training data by how compressible it is.",
)

Input = Annotated[
    Path,
    typer.Argument(
        metavar="IN", help="JSONL, JSON array or .txt, also .gz and .zst; Parquet or Arrow IPC."
    ),
]
Spec = Annotated[
    str, typer.Option("--compressor", "-c", help="Such as zlib:9, zstd:6:long; see `compressors`.")
]
RenderRule = Annotated[
    str | None,
    typer.Option("--render", help="How a record becomes text; default: recognise its shape."),
]
TextColumns = Annotated[
    list[str] | None,
    typer.Option(
        "--text", help="The column of the text, or '{a} {b}'; repeat it for several columns."
    ),
]
Errors = Annotated[
    OnError, typer.Option("--on-error", help="What to do with a record that cannot be read.")
]


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    warnings.simplefilter("always", EntropyLawWarning)
    warnings.showwarning = _one_line
    if version:
        typer.echo(f"entropylaw {__version__}")
        raise typer.Exit


@app.command()
def select(
    source: Input,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Where they go; its extension says the form."),
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option(
            "--budget",
            "-b",
            help="Records (1000), a share (10%), '200000 tokens' or '5% bytes'.",
        ),
    ] = None,
    compressor: Spec = "zlib:9",
    tokens: Annotated[
        str | None, typer.Option(help="The column that counts tokens.", rich_help_panel=CONTROLS)
    ] = None,
    bytes_per_token: Annotated[
        float | None, typer.Option(help="Or an estimate of them.", rich_help_panel=CONTROLS)
    ] = None,
    groups: Annotated[
        str | None, typer.Option(help="The column of sources.", rich_help_panel=CONTROLS)
    ] = None,
    quotas: Annotated[
        controls.Divide | None,
        typer.Option(help="Divide the budget among groups.", rich_help_panel=CONTROLS),
    ] = None,
    minimum: Annotated[
        list[str] | None,
        typer.Option(
            help="Least a group gets: code=20%, or 0.1 for all.", rich_help_panel=CONTROLS
        ),
    ] = None,
    maximum: Annotated[
        list[str] | None, typer.Option(help="Most a group gets.", rich_help_panel=CONTROLS)
    ] = None,
    compare_within: Annotated[
        CompareWithin,
        typer.Option(help="With whom a record competes.", rich_help_panel=CONTROLS),
    ] = "pool",
    quality: Annotated[
        str | None, typer.Option(help="The column of quality scores.", rich_help_panel=CONTROLS)
    ] = None,
    quality_minimum: Annotated[
        float | None, typer.Option(help="The least score.", rich_help_panel=CONTROLS)
    ] = None,
    quality_weight: Annotated[
        float,
        typer.Option(help="Quality against density; 0.1 is mild.", rich_help_panel=CONTROLS),
    ] = 0.0,
    quality_breaks_ties: Annotated[
        bool, typer.Option(help="Among equals the better record.", rich_help_panel=CONTROLS)
    ] = False,
    min_bytes: Annotated[
        int | None, typer.Option(help="Shortest record.", rich_help_panel=CONTROLS)
    ] = None,
    max_bytes: Annotated[
        int | None, typer.Option(help="Longest record.", rich_help_panel=CONTROLS)
    ] = None,
    guards: Annotated[
        Literal["warn", "drop"] | None,
        typer.Option(
            help="Look for copies, noise, base64, mojibake, templates.", rich_help_panel=CONTROLS
        ),
    ] = None,
    k1: Annotated[int, typer.Option(help="Records screened in a round.")] = 10_000,
    k2: Annotated[int, typer.Option(help="Records shortlisted in a round.")] = 200,
    k3: Annotated[int, typer.Option(help="Records packed in a round.")] = 100,
    variant: Annotated[
        Variant, typer.Option(help="reference: retire the whole shortlist, as published.")
    ] = "paper",
    packing: Annotated[
        Packing, typer.Option(help="lazy: fewer evaluations, some other picks.")
    ] = "full",
    screening: Annotated[
        Screening, typer.Option(help="adaptive: fewer evaluations, some other picks.")
    ] = "full",
    render: RenderRule = None,
    text: TextColumns = None,
    initial_subset: Annotated[
        Path | None, typer.Option(help="Records already owned, to be extended.")
    ] = None,
    order: Annotated[
        TakeOrder, typer.Option(help="Order of the output: as chosen, or as in IN (original).")
    ] = "choice",
    manifest: Annotated[
        Path | None, typer.Option(help="Repeat the selection of this manifest, and check it.")
    ] = None,
    on_error: Errors = "raise",
    report: Annotated[
        Path | None, typer.Option(help="Write a page about the choice into this .html.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would cost; write nothing.")
    ] = False,
    n_jobs: Annotated[int | None, typer.Option(help="Threads; default: all cores.")] = None,
    progress: Annotated[bool | None, typer.Option(help="Progress bar on stderr.")] = None,
) -> None:
    """Choose the least redundant records of IN, and write them unchanged.

    A manifest that suffices to repeat the selection is written beside the output.

    Examples: entropylaw select pool.jsonl --budget 1000 -o chosen.jsonl

    entropylaw select pool.parquet --budget 10% -o chosen.parquet

    entropylaw select pool.jsonl -b "200000 tokens" --tokens n_tokens --groups source
    --quotas pool --guards drop -o chosen.jsonl
    """
    if (budget is None) == (manifest is None):
        raise ConfigError("say either --budget N or --manifest FILE.")
    if manifest is not None:
        selector = select_job.selector_of(manifest, n_jobs=n_jobs, progress=progress)
    else:
        selector = ZipSelector(
            controls.parsed_budget(str(budget), counts=tokens, bytes_per_token=bytes_per_token),
            k1=k1,
            k2=k2,
            k3=k3,
            compressor=compressor,
            variant=variant,
            packing=packing,
            screening=screening,
            groups=groups,
            quotas=controls.parsed_quotas(quotas, minimum, maximum),
            compare_within=compare_within,
            quality=controls.parsed_quality(
                quality, quality_minimum, quality_weight, tie_break=quality_breaks_ties
            ),
            min_bytes=min_bytes,
            max_bytes=max_bytes,
            guards=controls.parsed_guards(guards),
            render=render,
            text=_columns(text),
            n_jobs=n_jobs,
            progress=progress,
        )
    if dry_run:
        typer.echo(repr(select_job.dry_run(selector, source, on_error=on_error)))
        return
    if output is None:
        raise ConfigError("say where the chosen records go: -o chosen.jsonl (or --dry-run).")
    result = select_job.run(
        selector,
        source,
        output,
        initial_subset=initial_subset,
        order=order,
        on_error=on_error,
        repeats=manifest,
        report=report,
    )
    typer.echo(repr(result), err=True)
    page = "" if report is None else f", {report}"
    typer.echo(f"wrote {output}{page} and {select_job.manifest_path(output)}", err=True)


@app.command()
def report(
    selection: Annotated[
        Path, typer.Argument(help="A manifest that `select` wrote, or what result.save() wrote.")
    ],
    source: Annotated[Path, typer.Argument(metavar="IN", help="The file it was selected from.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The page, .html.")],
    initial_subset: Annotated[
        Path | None, typer.Option(help="Records that were already owned, if there were any.")
    ] = None,
    n_jobs: Annotated[int | None, typer.Option(help="Threads; default: all cores.")] = None,
    progress: Annotated[bool | None, typer.Option(help="Progress bar on stderr.")] = None,
) -> None:
    """Write a page about a selection: one file of HTML that loads nothing from elsewhere.

    From a manifest the selection is made again first, and checked.

    Example: entropylaw report chosen.jsonl.manifest.json pool.jsonl -o page.html
    """
    report_job.run(
        selection,
        source,
        output,
        initial_subset=initial_subset,
        n_jobs=n_jobs,
        progress=progress,
    )
    typer.echo(f"wrote {output}", err=True)


@app.command()
def ratio(
    source: Input,
    compressor: Spec = "zlib:9",
    render: RenderRule = None,
    text: TextColumns = None,
    on_error: Errors = "raise",
) -> None:
    """Measure how redundant the records of IN are, as a set and one by one.

    Example: entropylaw ratio pool.jsonl --compressor zstd:6
    """
    pool = load_file(source, render=render, text=_columns(text), on_error=on_error)
    corpus = pool.corpus
    whole = compression_ratio(corpus, compressor)
    own = sorted(sample_ratios(corpus, compressor).tolist())
    table = Table(f"{source.name}, {get_compressor(compressor).name}", ["", "value"])
    table.add("records", f"{len(corpus):,}")
    if pool.skipped:
        table.add("skipped", f"{pool.skipped:,}")
    table.add("bytes", human_bytes(corpus.total_bytes))
    table.add("compression ratio", f"{whole:.4f}")
    table.add("compressed fraction", f"{1 / whole:.4f}" if whole else "none")
    for share, label in ((0.05, "5 %"), (0.5, "median"), (0.95, "95 %")):
        table.add(f"record's own ratio, {label}", f"{own[int(share * (len(own) - 1))]:.4f}")
    show(table)


@app.command()
def audit(
    source: Input,
    groups: Annotated[
        str | None, typer.Option("--groups", "-g", help="Column: source, language, domain.")
    ] = None,
    share: Annotated[float, typer.Option(help="Share of the records to be chosen.")] = 0.1,
    compressor: Spec = "zlib:9",
    render: RenderRule = None,
    text: TextColumns = None,
    seed: Annotated[int, typer.Option(help="Of the samples.")] = 0,
    n_jobs: Annotated[int | None, typer.Option(help="Threads; default: all cores.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
    plot: Annotated[Path | None, typer.Option(help="Draw the audit into this .png.")] = None,
) -> None:
    """Say what is in IN, and whether selection by ratio is likely to hurt it.

    Example: entropylaw audit pool.jsonl --groups source
    """
    audit_job.run(
        source,
        groups=groups,
        share=share,
        compressor=compressor,
        render=render,
        text=_columns(text),
        seed=seed,
        n_jobs=n_jobs,
        as_json=as_json,
        plot=plot,
    )


@app.command()
def compressors() -> None:
    """List the compressors, how they are primed, and what they remember of the chosen set."""
    compressors_job.run()


@app.command()
def demo(
    data: Annotated[
        Path | None,
        typer.Argument(metavar="[DATA]", help="Your own file; default: this Python's own docs."),
    ] = None,
    budget: Annotated[str, typer.Option("--budget", "-b", help="Records, or a share.")] = "1000",
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder.")] = Path("demo-out"),
    compressor: Spec = "zstd:6:long",
    render: RenderRule = None,
    text: TextColumns = None,
    source_column: Annotated[
        str, typer.Option(help="Column by which the composition is shown.")
    ] = "source",
) -> None:
    """Select from a pool and show the choice beside random records of the same bytes.

    Example: entropylaw demo pool.jsonl --budget 1000
    """
    demo_job.run(
        data,
        budget=controls.parsed_budget(budget),
        folder=output,
        compressor=compressor,
        render=render,
        text=_columns(text),
        source_column=source_column,
    )


@app.command()
def fit(
    source: Annotated[Path, typer.Argument(metavar="RUNS", help="CSV or JSONL, a run a row.")],
    form: Annotated[Form, typer.Option(help="Form of the law.")] = "linear",
    plot: Annotated[Path | None, typer.Option(help="Draw the law into this .png.")] = None,
    save: Annotated[Path | None, typer.Option(help="Save the fitted law as JSON.")] = None,
) -> None:
    """Regress performance on compression ratio and first-epoch loss.

    Example: entropylaw fit runs.csv --plot law.png
    """
    law_job.fit(source, form=form, plot=plot, save=save)


@app.command()
def risk(
    source: Annotated[
        Path, typer.Argument(metavar="VERSIONS", help="CSV or JSONL, a data version a row.")
    ],
    law: Annotated[Path | None, typer.Option(help="A law that `fit --save` wrote.")] = None,
) -> None:
    """Warn of data versions that are likely to hurt, from ratio and first-epoch loss.

    Example: entropylaw risk versions.csv
    """
    law_job.risk(source, law=law)


def _columns(text: list[str] | None) -> Text:
    """Return what ``text=`` is given for a `--text` that may stand there several times."""
    return text[0] if text is not None and len(text) == 1 else text or None


def _one_line(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    typer.echo(f"{category.__name__}: {message}", err=True)

"""The options of the commands: name, type and help of each, said once.

All are None where they are not typed, so that defaults stay those of the library, and a file of
options can be told from the command line.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from entropylaw.cli.settings import AllGuards
from entropylaw.compressors.registry import known_compressors
from entropylaw.io.render import ZIP_REFERENCE
from entropylaw.io.shapes import RULES
from entropylaw.types import (
    AlignmentMethod,
    CompareWithin,
    OnError,
    Packing,
    Screening,
    TakeOrder,
    Variant,
)

WHAT = "What is chosen"
GROUPS = "Groups, quality, guards"
SEARCH = "How it is sought"
READING = "How records are read"
OUTPUT = "What is written"

# Of several commands

Input = Annotated[
    Path,
    typer.Argument(
        metavar="IN", help="JSONL, JSON array or .txt, also .gz and .zst; Parquet or Arrow IPC."
    ),
]
Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE.toml", help="Options from a file; those typed win."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
_COMPRESSOR = typer.Option(
    "--compressor",
    "-c",
    metavar="SPEC",
    help="Such as zlib:9 or zstd:6:long; see `entropylaw compressors`.",
    autocompletion=lambda: list(known_compressors()),
)
Compressor = Annotated[str | None, _COMPRESSOR]
CompressorSpec = Annotated[str, _COMPRESSOR]
Render = Annotated[
    str | None,
    typer.Option(
        metavar="RULE",
        help="How a record becomes text; default: its shape is recognised.",
        rich_help_panel=READING,
        autocompletion=lambda: [*RULES, ZIP_REFERENCE],
    ),
]
TextColumns = Annotated[
    list[str] | None,
    typer.Option(
        "--text",
        metavar="COLUMN",
        help="The column of the text, or '{a} {b}'; repeat it for several columns.",
        rich_help_panel=READING,
    ),
]
Errors = Annotated[
    OnError | None,
    typer.Option(
        "--on-error",
        help="What to do with a record that cannot be read; default: raise.",
        rich_help_panel=READING,
    ),
]
Jobs = Annotated[
    int | None, typer.Option("--n-jobs", metavar="N", help="Threads; default: all cores.")
]
Progress = Annotated[bool | None, typer.Option(help="A bar on stderr; default: on a terminal.")]
GroupColumn = Annotated[
    str | None,
    typer.Option(
        "--groups",
        "-g",
        metavar="COLUMN",
        help="The column of sources, languages or domains.",
        rich_help_panel=GROUPS,
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Where the records go; its extension says the form.",
        rich_help_panel=OUTPUT,
    ),
]
InitialSubset = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Records already owned, to be extended.", rich_help_panel=WHAT
    ),
]
TargetFile = Annotated[
    Path | None,
    typer.Option("--target", metavar="FILE", help="Examples to be close to.", rich_help_panel=WHAT),
]

# Of `select`

Budget = Annotated[
    str | None,
    typer.Option(
        "--budget",
        "-b",
        metavar="AMOUNT",
        help="Records (1000), a share (10%), '200000 tokens' or '5% bytes'.",
        rich_help_panel=WHAT,
    ),
]
Tokens = Annotated[
    str | None,
    typer.Option(metavar="COLUMN", help="The column that counts tokens.", rich_help_panel=WHAT),
]
BytesPerToken = Annotated[
    float | None,
    typer.Option(metavar="BYTES", help="Or an estimate of them.", rich_help_panel=WHAT),
]
TargetWeight = Annotated[
    float | None,
    typer.Option(
        metavar="WEIGHT",
        help="Closeness against density: 0.1 is mild, 1.0 strong; default: 0.3.",
        rich_help_panel=WHAT,
    ),
]
TargetMethod = Annotated[
    AlignmentMethod | None,
    typer.Option(
        help="zip-fit: pair by pair, as published; default: conditional.", rich_help_panel=WHAT
    ),
]
MinBytes = Annotated[
    int | None, typer.Option(metavar="BYTES", help="Shortest record.", rich_help_panel=WHAT)
]
MaxBytes = Annotated[
    int | None, typer.Option(metavar="BYTES", help="Longest record.", rich_help_panel=WHAT)
]
Quotas = Annotated[
    Literal["pool", "equal"] | None,
    typer.Option(help="Divide the budget among groups.", rich_help_panel=GROUPS),
]
Minimum = Annotated[
    list[str] | None,
    typer.Option(
        metavar="AMOUNT",
        help="Least a group gets: code=20%, or 0.1 for all.",
        rich_help_panel=GROUPS,
    ),
]
Maximum = Annotated[
    list[str] | None,
    typer.Option(metavar="AMOUNT", help="Most a group gets.", rich_help_panel=GROUPS),
]
Within = Annotated[
    CompareWithin | None,
    typer.Option(
        "--compare-within",
        metavar="AMONG",
        help="With whom a record competes: pool (default), group, length, or 'group and length'.",
        rich_help_panel=GROUPS,
    ),
]
Quality = Annotated[
    str | None,
    typer.Option(metavar="COLUMN", help="The column of quality scores.", rich_help_panel=GROUPS),
]
QualityMinimum = Annotated[
    float | None, typer.Option(metavar="SCORE", help="The least score.", rich_help_panel=GROUPS)
]
QualityWeight = Annotated[
    float | None,
    typer.Option(
        metavar="WEIGHT", help="Quality against density; 0.1 is mild.", rich_help_panel=GROUPS
    ),
]
QualityTies = Annotated[
    bool | None,
    typer.Option(
        "--quality-breaks-ties",
        help="Among equals the better record.",
        rich_help_panel=GROUPS,
    ),
]
Typicality = Annotated[
    float | None,
    typer.Option(
        metavar="WEIGHT",
        help="Typical of the pool, or its group, against density: 0.1 is mild, 1.0 strong.",
        rich_help_panel=GROUPS,
    ),
]
Guards = Annotated[
    AllGuards | None,
    typer.Option(
        help="Look for copies, noise, base64, mojibake, templates.", rich_help_panel=GROUPS
    ),
]
K1 = Annotated[
    int | None,
    typer.Option(
        metavar="N", help="Records screened in a round; default: 10000.", rich_help_panel=SEARCH
    ),
]
K2 = Annotated[
    int | None,
    typer.Option(
        metavar="N", help="Records shortlisted in a round; default: 200.", rich_help_panel=SEARCH
    ),
]
K3 = Annotated[
    int | None,
    typer.Option(
        metavar="N", help="Records packed in a round; default: 100.", rich_help_panel=SEARCH
    ),
]
VariantName = Annotated[
    Variant | None,
    typer.Option(
        "--variant",
        help="reference: retire the whole shortlist, as published; default: paper.",
        rich_help_panel=SEARCH,
    ),
]
PackingName = Annotated[
    Packing | None,
    typer.Option(
        "--packing",
        help="lazy: fewer evaluations, some other picks; default: full.",
        rich_help_panel=SEARCH,
    ),
]
ScreeningName = Annotated[
    Screening | None,
    typer.Option(
        "--screening",
        help="adaptive: fewer evaluations, some other picks; default: full.",
        rich_help_panel=SEARCH,
    ),
]
Order = Annotated[
    TakeOrder | None,
    typer.Option(
        help="As chosen, or as in IN (original); default: choice.", rich_help_panel=OUTPUT
    ),
]
Report = Annotated[
    Path | None,
    typer.Option(metavar="FILE.html", help="A page about the choice.", rich_help_panel=OUTPUT),
]
Manifest = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Repeat the selection of this manifest, and check it."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what it would cost; write nothing.")]

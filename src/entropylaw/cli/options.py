"""The options of the commands: name, type and help of each, and values parsed from them.

An option that is not given is None, so that the library's default, or the value of a file of
options, applies.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from entropylaw.cli.settings import GuardAction, QuotaShares
from entropylaw.compressors.registry import known_compressors
from entropylaw.errors import ConfigError
from entropylaw.io.render import ZIP_REFERENCE
from entropylaw.io.shapes import RULES
from entropylaw.selection.budget import parsed_number
from entropylaw.types import (
    AlignmentMethod,
    CompareWithin,
    OnError,
    Packing,
    Screening,
    TakeOrder,
    Variant,
)

_selection = partial(typer.Option, rich_help_panel="Selection")
_groups = partial(typer.Option, rich_help_panel="Groups, quality, guards")
_search = partial(typer.Option, rich_help_panel="Search")
_reading = partial(typer.Option, rich_help_panel="Reading records")
_output = partial(typer.Option, rich_help_panel="Output")


def examples(*commands: str) -> str:
    """Return the epilog of a help text: each command in a paragraph of its own.

    They are indented, so that the reference formats them as code.
    """
    return "\n\n".join(["Examples:", *(f"    {command}" for command in commands)])


def parsed_bound(
    name: str, values: Sequence[str] | None
) -> int | float | dict[str, int | float] | None:
    """Return what is typed after ``--minimum`` or ``--maximum``: one amount, or one a group.

    Examples
    --------
    >>> parsed_bound("minimum", ["code=20%", "zh=500"]), parsed_bound("maximum", ["0.5"])
    ({'code': 0.2, 'zh': 500}, 0.5)
    """
    if not values:
        return None
    if len(values) == 1 and "=" not in values[0]:
        return _amount(name, values[0])
    bounds: dict[str, int | float] = {}
    for value in values:
        group, equals, amount = value.rpartition("=")
        if not equals:
            raise ConfigError(
                f"--{name} {value!r}: expected GROUP=AMOUNT for each group, or one amount for all."
            )
        bounds[group] = _amount(name, amount)
    return bounds


def parsed_text(text: Sequence[str] | None) -> str | list[str] | None:
    """Return what is typed after ``--text``, which may stand there several times.

    Examples
    --------
    >>> parsed_text(["question", "answer"]), parsed_text(["{question} {answer}"]), parsed_text([])
    (['question', 'answer'], '{question} {answer}', None)
    """
    if not text:
        return None
    return text[0] if len(text) == 1 else list(text)


# Options of several commands

Input = Annotated[
    Path,
    typer.Argument(
        metavar="IN", help="JSONL, JSON array or .txt, also .gz and .zst; Parquet or Arrow IPC."
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE.toml",
        help="Options from a file; those on the command line take precedence.",
    ),
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
    _reading(
        metavar="RULE",
        help="How to make text of a record; default: by its columns.",
        autocompletion=lambda: [*RULES, ZIP_REFERENCE],
    ),
]
TextColumns = Annotated[
    list[str] | None,
    _reading(
        "--text",
        metavar="COLUMN",
        help="Column of the text, or a template '{a} {b}'; repeat for several columns.",
    ),
]
Errors = Annotated[
    OnError | None,
    _reading(
        "--on-error", help="Stop at a record that cannot be read, or skip it; default: raise."
    ),
]
Jobs = Annotated[
    int | None, typer.Option("--n-jobs", metavar="N", help="Threads; default: all cores.")
]
Progress = Annotated[
    bool | None, typer.Option(help="Show a progress bar on stderr; default: only on a terminal.")
]
GroupColumn = Annotated[
    str | None,
    _groups("--groups", "-g", metavar="COLUMN", help="Column of sources, languages or domains."),
]
Output = Annotated[
    Path | None,
    _output(
        "--output",
        "-o",
        metavar="FILE",
        help="File for the records; its extension sets the format.",
    ),
]
InitialSubset = Annotated[
    Path | None,
    _selection(metavar="FILE", help="Records already owned; the selection extends them."),
]
TargetFile = Annotated[
    Path | None,
    _selection("--target", metavar="FILE", help="Examples that selected records should resemble."),
]

# Options of `select`

Budget = Annotated[
    str | None,
    _selection(
        "--budget",
        "-b",
        metavar="AMOUNT",
        help="Records (1000), a share (10%), '200000 tokens' or '5% bytes'.",
    ),
]
Tokens = Annotated[str | None, _selection(metavar="COLUMN", help="Column of token counts.")]
BytesPerToken = Annotated[
    float | None, _selection(metavar="BYTES", help="Estimate token counts from bytes instead.")
]
TargetWeight = Annotated[
    float | None,
    _selection(
        metavar="WEIGHT",
        help="Weight of similarity to the target: 0.1 is weak, 1.0 strong; default: 0.3.",
    ),
]
TargetMethod = Annotated[
    AlignmentMethod | None,
    _selection(help="zip-fit: each pair of records, as published; default: conditional."),
]
MinBytes = Annotated[int | None, _selection(metavar="BYTES", help="Minimum size of a record.")]
MaxBytes = Annotated[int | None, _selection(metavar="BYTES", help="Maximum size of a record.")]
Quotas = Annotated[
    QuotaShares | None, _groups(help="Divide the budget among groups, as in the pool or equally.")
]
Minimum = Annotated[
    list[str] | None,
    _groups(metavar="AMOUNT", help="Minimum for a group: code=20%, or 0.1 for all."),
]
Maximum = Annotated[
    list[str] | None,
    _groups(metavar="AMOUNT", help="Maximum for a group: code=50%, or 0.5 for all."),
]
Within = Annotated[
    CompareWithin | None,
    _groups(
        "--compare-within",
        metavar="SET",
        help="Records to compare with: pool (default), group, length, or 'group and length'.",
    ),
]
Quality = Annotated[str | None, _groups(metavar="COLUMN", help="Column of quality scores.")]
QualityMinimum = Annotated[float | None, _groups(metavar="SCORE", help="Minimum score.")]
QualityWeight = Annotated[
    float | None, _groups(metavar="WEIGHT", help="Weight of quality: 0.1 is weak.")
]
QualityTies = Annotated[
    bool | None, _groups("--quality-breaks-ties", help="Break ties by quality.")
]
Typicality = Annotated[
    float | None,
    _groups(
        metavar="WEIGHT",
        help="Weight of representativeness of the pool or group: 0.1 is weak, 1.0 strong.",
    ),
]
Guards = Annotated[
    GuardAction | None,
    _groups(help="Warn of, or drop, copies, noise, base64, mojibake and templates."),
]
K1 = Annotated[int | None, _search(metavar="N", help="Records screened per round; default: 10000.")]
K2 = Annotated[
    int | None, _search(metavar="N", help="Records shortlisted per round; default: 200.")
]
K3 = Annotated[int | None, _search(metavar="N", help="Records packed per round; default: 100.")]
VariantName = Annotated[
    Variant | None,
    _search(
        "--variant",
        help="reference: discard the whole shortlist, as the published code does; default: paper.",
    ),
]
PackingName = Annotated[
    Packing | None,
    _search(
        "--packing", help="lazy: fewer evaluations, partly different selection; default: full."
    ),
]
ScreeningName = Annotated[
    Screening | None,
    _search(
        "--screening",
        help="lazy: fewer evaluations, partly different selection; default: full.",
    ),
]
Order = Annotated[
    TakeOrder | None,
    _output(help="In order of selection (choice), or of IN (original); default: choice."),
]
Report = Annotated[
    Path | None, _output(metavar="FILE.html", help="Write an HTML report of the selection.")
]
Manifest = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Repeat the selection of this manifest, and compare."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Estimate time and memory; write nothing.")]


def _amount(name: str, text: str) -> int | float:
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else parsed_number(text)
    except ValueError:
        raise ConfigError(
            f"--{name}: expected a number (500) or a share (0.2 or 20%), got {text!r}."
        ) from None

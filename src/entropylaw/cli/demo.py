"""`entropylaw demo`: a choice beside random records of the same bytes."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from entropylaw.cli import options
from entropylaw.cli.controls import parsed_budget, parsed_text
from entropylaw.cli.examples import examples
from entropylaw.cli.tables import Table, human_bytes, show
from entropylaw.compressors import get_compressor
from entropylaw.corpus import Corpus
from entropylaw.errors import ColumnError, ShortMemoryWarning
from entropylaw.io.arrow_files import is_arrow_file
from entropylaw.io.columns import column_of
from entropylaw.io.files import atomic_write
from entropylaw.io.load import Text, as_corpus, load_file
from entropylaw.io.stdlib_pool import stdlib_records
from entropylaw.io.write import write_chosen, write_records
from entropylaw.ratios import compression_ratio
from entropylaw.render.selection_plots import (
    Line,
    folded,
    new_axes,
    plot_composition,
    plot_growth,
    png_of,
)
from entropylaw.scoring import Scorer, resolve_jobs
from entropylaw.selection import SelectionResult, ZipSelector
from entropylaw.selection.budget import Budget
from entropylaw.selection.orders import growth, random_rows
from entropylaw.selection.quotas import Groups, groups_of
from entropylaw.types import IntArray

JUDGE = "lzma:9"
"""An independent compressor, with a memory of 64 MiB."""

PAPER = "zlib:9"

EXAMPLES = examples("entropylaw demo", "entropylaw demo pool.jsonl --budget 1000 -o demo-out")


@dataclass(frozen=True, slots=True)
class _Pool:
    corpus: Corpus
    groups: Groups | None
    suffix: str
    write: Callable[[Path, IntArray], int]


@dataclass(frozen=True, slots=True)
class _Choice:
    label: str
    rows: IntArray
    baseline: bool


def demo(
    data: Annotated[
        Path | None,
        typer.Argument(metavar="[DATA]", help="Your own file; default: this Python's own docs."),
    ] = None,
    budget: Annotated[
        str, typer.Option("--budget", "-b", metavar="AMOUNT", help="Records, or a share.")
    ] = "1000",
    folder: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where all is written.")
    ] = Path("demo-out"),
    compressor: options.CompressorSpec = "zstd:6:long",
    source_column: Annotated[
        str, typer.Option(metavar="COLUMN", help="By which the composition is shown.")
    ] = "source",
    progress: options.Progress = None,
    render: options.Render = None,
    text: options.TextColumns = None,
) -> None:
    """Select from a pool and show the choice beside random records of the same bytes."""
    wanted = parsed_budget(budget)
    pool = _pool(data, render, parsed_text(text), source_column, progress)
    corpus = pool.corpus
    what = data.name if data is not None else "the documentation of this Python's standard library"
    typer.echo(f"pool: {len(corpus):,} records, {human_bytes(corpus.total_bytes)}, from {what}")

    choices: list[_Choice] = []
    results: list[SelectionResult] = []
    for spec in dict.fromkeys([get_compressor(compressor).name, PAPER]):
        result = _selected(corpus, wanted, spec, progress)
        results.append(result)
        choices += [
            _Choice(f"ZIP, {spec}", result.indices, False),
            _Choice("random, same bytes", _random(corpus, result), True),
        ]
    specs = [r.manifest.compressor.name for r in results]
    show(_ratios(corpus, choices, specs))
    groups = pool.groups
    if groups is not None:
        show(_composition(corpus, choices, groups))

    folder.mkdir(parents=True, exist_ok=True)
    chosen = folder / f"selected{pool.suffix}"
    pool.write(chosen, results[0].indices)
    with atomic_write(folder / f"{chosen.name}.manifest.json") as sink:
        sink.write(results[0].manifest.to_json().encode())
    _draw(folder / "demo.png", corpus, choices, specs[0], groups)
    typer.echo(f"wrote {chosen}, its manifest, and {folder}/demo.png")


def _pool(
    data: Path | None, render: str | None, text: Text, column: str, progress: bool | None
) -> _Pool:
    """Return what is chosen from: a file, or the documentation of this Python."""
    if data is None:
        records = stdlib_records()

        def write(path: Path, rows: IntArray) -> int:
            chosen = (json.dumps(records[row], ensure_ascii=False) for row in rows)
            return write_records(path, map(str.encode, chosen))

        return _Pool(
            as_corpus(records, render=render, text=text),
            _groups(lambda: column_of(records, column)),
            ".jsonl",
            write,
        )
    pool = load_file(data, render=render, text=text, progress=progress)
    return _Pool(
        pool.corpus,
        _groups(lambda: pool.column(data, column)),
        data.suffix if is_arrow_file(data) else ".jsonl",
        lambda path, rows: write_chosen(path, data, pool, rows),
    )


def _groups(cells: Callable[[], list[object]]) -> Groups | None:
    """Return the source of each record, or None if the records have no such column."""
    try:
        values = cells()
    except ColumnError:
        return None
    return groups_of(values, len(values))


def _selected(corpus: Corpus, budget: Budget, spec: str, progress: bool | None) -> SelectionResult:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ShortMemoryWarning)  # the table shows what it would say
        return ZipSelector(budget, compressor=spec, progress=progress).select(corpus)


def _random(corpus: Corpus, result: SelectionResult) -> IntArray:
    return random_rows(corpus.lengths, total=result.manifest.selected.bytes, seed=0)


def _ratios(corpus: Corpus, choices: Sequence[_Choice], specs: Sequence[str]) -> Table:
    judges = [*specs, JUDGE]
    table = Table(
        "compression ratio (raw / compressed): low is less redundant",
        ["set", "records", "bytes", *(f"{judge}" for judge in judges)],
    )
    everything = _Choice("pool", np.arange(len(corpus)), True)
    for choice in (everything, *choices):
        part = corpus.take(choice.rows)
        ratios = [f"{compression_ratio(part, judge):.3f}" for judge in judges]
        table.add(choice.label, f"{len(part):,}", human_bytes(part.total_bytes), *ratios)
    return table


def _composition(corpus: Corpus, choices: Sequence[_Choice], groups: Groups) -> Table:
    sets = [np.arange(len(corpus)), *(choice.rows for choice in choices)]
    shares = folded({str(n): groups.shares(corpus.lengths, rows) for n, rows in enumerate(sets)})
    table = Table(
        "composition by source, % of bytes", ["source", "pool", *(c.label for c in choices)]
    )
    for group in shares["0"]:
        table.add(group, *(f"{100 * column[group]:.1f}" for column in shares.values()))
    return table


def _draw(
    path: Path,
    corpus: Corpus,
    choices: Sequence[_Choice],
    spec: str,
    groups: Groups | None,
) -> None:
    axes = new_axes(2 if groups is not None else 1)
    with Scorer(corpus, get_compressor(spec), n_jobs=resolve_jobs(None)) as scorer:
        lines = [
            Line(c.label, list(growth(scorer, c.rows, step=50)), c.baseline) for c in choices[:3]
        ]
    plot_growth(lines, judge=spec, ax=axes[0])
    if groups is not None:
        everyone = groups.shares(corpus.lengths, np.arange(len(corpus)))
        chosen = groups.shares(corpus.lengths, choices[0].rows)
        plot_composition(folded({"pool": everyone, choices[0].label: chosen}), ax=axes[1])
    with atomic_write(path) as sink:
        sink.write(png_of(axes[0]))

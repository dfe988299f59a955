"""`entropylaw demo`: compare a selection with random records of the same size."""

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
from entropylaw.cli.config import load_settings, without_unset
from entropylaw.cli.output import show_table
from entropylaw.cli.select import selector_of
from entropylaw.compressors import get_compressor
from entropylaw.corpus import Corpus
from entropylaw.errors import ColumnError, ShortMemoryWarning
from entropylaw.io.arrow_files import is_arrow_file
from entropylaw.io.containers import container_of
from entropylaw.io.files import atomic_write
from entropylaw.io.load import Text, as_corpus, load_file
from entropylaw.io.reading import read_columns
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
from entropylaw.render.tables import Table, human_bytes
from entropylaw.selection import SelectionResult
from entropylaw.selection.orders import growth, random_rows
from entropylaw.selection.quotas import Groups, groups_of
from entropylaw.sizing import Sizer, resolve_jobs
from entropylaw.types import IntArray

REFERENCE = "lzma:9"
"""An independent compressor to measure with; its window is 64 MiB."""

PAPER = "zlib:9"
"""The compressor of the paper."""

EXAMPLES = options.examples(
    "entropylaw demo", "entropylaw demo pool.jsonl --budget 1000 -o demo-out"
)


@dataclass(frozen=True, slots=True)
class _Pool:
    """Records, the group of each, and a function that writes some of them."""

    corpus: Corpus
    groups: Groups | None
    suffix: str
    write: Callable[[Path, IntArray], int]


@dataclass(frozen=True, slots=True)
class _Subset:
    """Records of the pool under a name."""

    label: str
    rows: IntArray
    is_baseline: bool


def demo(
    data: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DATA]", help="Your own file; default: the documentation of this Python."
        ),
    ] = None,
    budget: Annotated[
        str,
        typer.Option("--budget", "-b", metavar="AMOUNT", help="Records (1000), or a share (10%)."),
    ] = "1000",
    folder: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Folder for all output.")
    ] = Path("demo-out"),
    compressor: options.CompressorSpec = "zstd:6:long",
    source_column: Annotated[
        str, typer.Option(metavar="COLUMN", help="Column of the groups in the composition table.")
    ] = "source",
    progress: options.Progress = None,
    render: options.Render = None,
    text: options.TextColumns = None,
) -> None:
    """Select from a pool, and compare the selection with random records of the same size."""
    pool = _pool(data, render, options.parsed_text(text), source_column, progress)
    corpus, groups = pool.corpus, pool.groups
    source = (
        data.name if data is not None else "the documentation of this Python's standard library"
    )
    typer.echo(f"pool: {len(corpus):,} records, {human_bytes(corpus.total_bytes)}, from {source}")

    subsets: list[_Subset] = []
    results: list[SelectionResult] = []
    for spec in dict.fromkeys([get_compressor(compressor).name, PAPER]):
        result = _selected(corpus, budget, spec, progress)
        results.append(result)
        subsets += [
            _Subset(f"ZIP, {spec}", result.indices, False),
            _Subset("random, same size", _random(corpus, result), True),
        ]
    specs = [result.manifest.compressor.name for result in results]
    show_table(_ratios(corpus, subsets, specs))
    if groups is not None:
        show_table(_composition(corpus, subsets, groups))

    folder.mkdir(parents=True, exist_ok=True)
    chosen = folder / f"selected{pool.suffix}"
    pool.write(chosen, results[0].indices)
    with atomic_write(folder / f"{chosen.name}.manifest.json") as sink:
        sink.write(results[0].manifest.to_json().encode())
    _draw(folder / "demo.png", corpus, subsets, specs[0], groups)
    typer.echo(f"wrote {chosen}, its manifest, and {folder}/demo.png")


def _pool(
    data: Path | None, render: str | None, text: Text, column: str, progress: bool | None
) -> _Pool:
    """Return the records of a file, or of the documentation of this Python."""
    if data is None:
        records = stdlib_records()

        def write(path: Path, rows: IntArray) -> int:
            chosen = (json.dumps(records[row], ensure_ascii=False) for row in rows)
            return write_records(path, map(str.encode, chosen))

        return _Pool(
            as_corpus(records, render=render, text=text),
            _groups(lambda: read_columns(container_of(records), [column])[column]),
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


def _selected(corpus: Corpus, budget: str, spec: str, progress: bool | None) -> SelectionResult:
    set_on_cli = without_unset({"budget": budget, "compressor": spec, "progress": progress})
    with load_settings(None, "select", set_on_cli) as settings, warnings.catch_warnings():
        warnings.simplefilter("ignore", ShortMemoryWarning)  # the table shows the same
        return selector_of(settings.select).select(corpus)


def _random(corpus: Corpus, result: SelectionResult) -> IntArray:
    """Return random rows of the same total size as a selection."""
    return random_rows(corpus.lengths, total=result.manifest.selected.bytes, seed=0)


def _ratios(corpus: Corpus, subsets: Sequence[_Subset], specs: Sequence[str]) -> Table:
    measured_with = [*specs, REFERENCE]
    rows = []
    for subset in (_Subset("pool", np.arange(len(corpus)), True), *subsets):
        part = corpus.take(subset.rows)
        ratios = [f"{compression_ratio(part, spec):.3f}" for spec in measured_with]
        rows.append([subset.label, f"{len(part):,}", human_bytes(part.total_bytes), *ratios])
    return Table.of(
        ["set", "records", "bytes", *measured_with],
        rows,
        title="compression ratio (raw / compressed): low is less redundant",
    )


def _composition(corpus: Corpus, subsets: Sequence[_Subset], groups: Groups) -> Table:
    sets = [np.arange(len(corpus)), *(subset.rows for subset in subsets)]
    shares = folded({str(n): groups.shares(corpus.lengths, rows) for n, rows in enumerate(sets)})
    return Table.of(
        ["source", "pool", *(subset.label for subset in subsets)],
        [
            [group, *(f"{100 * column[group]:.1f}" for column in shares.values())]
            for group in shares["0"]
        ],
        title="composition by source, % of bytes",
    )


def _draw(
    path: Path, corpus: Corpus, subsets: Sequence[_Subset], spec: str, groups: Groups | None
) -> None:
    axes = new_axes(2 if groups is not None else 1)
    with Sizer(corpus, get_compressor(spec), n_jobs=resolve_jobs(None)) as scorer:
        lines = [
            Line(subset.label, list(growth(scorer, subset.rows, step=50)), subset.is_baseline)
            for subset in subsets[:3]
        ]
    plot_growth(lines, judge=spec, ax=axes[0])
    if groups is not None:
        of_pool = groups.shares(corpus.lengths, np.arange(len(corpus)))
        selected = groups.shares(corpus.lengths, subsets[0].rows)
        plot_composition(folded({"pool": of_pool, subsets[0].label: selected}), ax=axes[1])
    with atomic_write(path) as sink:
        sink.write(png_of(axes[0]))

"""The job of `entropylaw demo`: a choice beside random records of the same bytes."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import typer

from entropylaw.cli.tables import Table, human_bytes, show
from entropylaw.compressors import get_compressor
from entropylaw.corpus import Corpus
from entropylaw.errors import ShortMemoryWarning
from entropylaw.io.files import atomic_write
from entropylaw.io.jsonl import RecordFile, write_records
from entropylaw.io.load import as_corpus
from entropylaw.io.stdlib_pool import stdlib_records
from entropylaw.ratios import compression_ratio
from entropylaw.render.selection_plots import (
    Line,
    new_axes,
    plot_composition,
    plot_growth,
    png_of,
)
from entropylaw.scoring import Scorer, resolve_jobs
from entropylaw.selection import SelectionResult, ZipSelector
from entropylaw.selection.baselines import growth, random_rows
from entropylaw.types import IntArray

JUDGE = "lzma:9"
"""An independent compressor, with a memory of 64 MiB."""

PAPER = "zlib:9"
GROUPS_SHOWN = 7


@dataclass(frozen=True, slots=True)
class _Choice:
    label: str
    rows: IntArray
    baseline: bool


def run(
    data: Path | None,
    *,
    budget: int | float,
    folder: Path,
    compressor: str,
    render: str | None,
    text: str | None,
    source_column: str,
) -> None:
    """Select, print the table, write the chosen records and a picture into `folder`."""
    records, raws = _pool(data)
    corpus = as_corpus(records, render=render, text=text)
    what = data.name if data is not None else "the documentation of this Python's standard library"
    typer.echo(f"pool: {len(corpus):,} records, {human_bytes(corpus.total_bytes)}, from {what}")

    choices: list[_Choice] = []
    results: list[SelectionResult] = []
    for spec in dict.fromkeys([get_compressor(compressor).name, PAPER]):
        result = _selected(corpus, budget, spec)
        results.append(result)
        choices += [
            _Choice(f"ZIP, {spec}", result.indices, False),
            _Choice("random, same bytes", _random(corpus, result), True),
        ]
    specs = [r.manifest.compressor.name for r in results]
    show(_ratios(corpus, choices, specs))
    groups = _groups(records, source_column)
    if groups is not None:
        show(_composition(corpus, choices, groups))

    folder.mkdir(parents=True, exist_ok=True)
    write_records(folder / "selected.jsonl", [raws[row] for row in results[0].indices], source=data)
    with atomic_write(folder / "selected.jsonl.manifest.json") as sink:
        sink.write(results[0].manifest.to_json().encode())
    _draw(folder / "demo.png", corpus, choices, specs[0], groups)
    typer.echo(f"wrote {folder}/selected.jsonl, its manifest, and {folder}/demo.png")


def _pool(data: Path | None) -> tuple[list[object], list[bytes]]:
    if data is None:
        records = stdlib_records()
        return list(records), [json.dumps(r, ensure_ascii=False).encode() for r in records]
    found = list(RecordFile(data))
    return [record.value for record in found], [record.raw for record in found]


def _selected(corpus: Corpus, budget: int | float, spec: str) -> SelectionResult:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ShortMemoryWarning)  # the table shows what it would say
        return ZipSelector(budget, compressor=spec).select(corpus)


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


def _groups(records: Sequence[object], column: str) -> list[str] | None:
    if not all(isinstance(record, dict) and column in record for record in records):
        return None
    return [str(record[column]) for record in records if isinstance(record, dict)]


def _composition(corpus: Corpus, choices: Sequence[_Choice], groups: Sequence[str]) -> Table:
    shares = _shares(corpus, groups)
    everything = shares(np.arange(len(corpus)))
    columns = [everything, *(shares(choice.rows) for choice in choices)]
    table = Table(
        "composition by source, % of bytes", ["source", "pool", *(c.label for c in choices)]
    )
    for group in everything:
        table.add(group, *(f"{100 * column[group]:.1f}" for column in columns))
    return table


def _shares(corpus: Corpus, groups: Sequence[str]) -> Callable[[IntArray], dict[str, float]]:
    """Return a function from rows to the share of bytes of the largest groups and the rest."""
    names, codes = np.unique(np.asarray(groups, object).astype(str), return_inverse=True)
    totals = np.bincount(codes, corpus.lengths)
    largest = np.argsort(-totals, kind="stable")[:GROUPS_SHOWN]

    def shares(rows: IntArray) -> dict[str, float]:
        of_group = np.bincount(codes[rows], corpus.lengths[rows], minlength=len(names))
        of_group = of_group / max(of_group.sum(), 1)
        shown = {str(names[code]): float(of_group[code]) for code in largest}
        if len(names) > len(largest):
            shown["all others"] = max(0.0, 1.0 - sum(shown.values()))
        return shown

    return shares


def _draw(
    path: Path,
    corpus: Corpus,
    choices: Sequence[_Choice],
    spec: str,
    groups: Sequence[str] | None,
) -> None:
    axes = new_axes(2 if groups is not None else 1)
    with Scorer(corpus, get_compressor(spec), n_jobs=resolve_jobs(None)) as scorer:
        lines = [
            Line(c.label, list(growth(scorer, c.rows, step=50)), c.baseline) for c in choices[:3]
        ]
    plot_growth(lines, judge=spec, ax=axes[0])
    if groups is not None:
        shares = _shares(corpus, groups)
        plot_composition(
            {"pool": shares(np.arange(len(corpus))), choices[0].label: shares(choices[0].rows)},
            ax=axes[1],
        )
    with atomic_write(path) as sink:
        sink.write(png_of(axes[0]))

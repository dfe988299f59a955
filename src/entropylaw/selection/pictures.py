"""What the plots of a selection show, as plain values handed down to `entropylaw.render`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from entropylaw.render.selection_plots import (
    Band,
    Line,
    figure_of,
    folded,
    new_axes,
    plot_composition,
    plot_growth,
    plot_lengths,
)
from entropylaw.selection.orders import growth, near, random_order
from entropylaw.selection.source import Source
from entropylaw.sizing import Sizer, resolve_jobs
from entropylaw.types import FloatArray, IntArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

POINTS = 30
"""Of a curve; a set is read anew at each by compressors that take it as a dictionary."""


def figure(
    source: Source, rows: IntArray, *, draws: int, random_state: int, n_jobs: int | None
) -> Figure:
    """Return the ratio along a choice beside random ones, and its composition and lengths."""
    axes = new_axes(2 if source.groups is None else 3)
    draw_growth(source, rows, draws=draws, random_state=random_state, n_jobs=n_jobs, ax=axes[0])
    draw_lengths(source, rows, ax=axes[1])
    if source.groups is not None:
        draw_composition(source, rows, ax=axes[2])
    return figure_of(axes[0])


def draw_growth(
    source: Source,
    rows: IntArray,
    *,
    draws: int,
    random_state: int,
    n_jobs: int | None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the ratio of the chosen set as it grows, beside that of random sets of equal bytes."""
    eligible, lengths = choosable(source, rows), source.pool.lengths
    total = int(lengths[rows].sum())
    step = max(1, math.ceil(len(rows) / POINTS))
    with Sizer(source.pool, source.compressor, n_jobs=resolve_jobs(n_jobs)) as scorer:
        curve = list(growth(scorer, rows, step=step))
        raw = np.array([raw for raw, _ in curve], np.float64)
        drawn = []
        for seed in range(random_state, random_state + draws):
            order = random_order(len(eligible), seed=seed)
            some = eligible[near(order, lengths[eligible], total=total)]
            drawn.append(_ratios_at(raw, list(growth(scorer, some, step=step))))
    band = Band(
        f"random, {draws} draws" if draws > 1 else "random",
        raw,
        np.mean(drawn, axis=0),
        np.std(drawn, axis=0, ddof=1) if draws > 1 else np.full(len(raw), np.nan),
    )
    return plot_growth([Line("choice", curve)], judge=source.compressor.name, bands=[band], ax=ax)


def draw_lengths(source: Source, rows: IntArray, *, ax: Axes | None = None) -> Axes:
    """Draw the lengths of the records to choose from, and of those chosen."""
    lengths = source.pool.lengths
    return plot_lengths({"pool": lengths[choosable(source, rows)], "choice": lengths[rows]}, ax=ax)


def draw_composition(source: Source, rows: IntArray, *, ax: Axes | None = None) -> Axes:
    """Draw the largest groups of the records to choose from, and of those chosen."""
    groups = source.groups
    assert groups is not None
    everyone = groups.shares(source.costs, choosable(source, rows))
    shares = {"pool": everyone, "choice": groups.shares(source.costs, rows)}
    return plot_composition(folded(shares), unit=source.unit, ax=ax)


def choosable(source: Source, rows: IntArray) -> IntArray:
    """Return the rows that might have been chosen, those that were included."""
    return np.union1d(np.flatnonzero(source.selectable), rows)


def _ratios_at(raw: FloatArray, curve: list[tuple[int, int]]) -> FloatArray:
    """Return the ratios of a growing set when it had so many bytes."""
    return np.interp(raw, [raw for raw, _ in curve], [raw / max(size, 1) for raw, size in curve])

"""Plots of a selection, as plain values passed to `entropylaw.render`."""

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
from entropylaw.selection.problem import Problem
from entropylaw.sizing import Sizer, resolve_jobs
from entropylaw.types import FloatArray, IntArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

POINTS = 30
"""Points of a curve; compressors that take the set as a dictionary read it again at each."""


def figure(
    problem: Problem, rows: IntArray, *, draws: int, random_state: int, n_jobs: int | None
) -> Figure:
    """Return the ratio along a selection with random ones, its composition and lengths."""
    axes = new_axes(2 if problem.groups is None else 3)
    draw_growth(problem, rows, draws=draws, random_state=random_state, n_jobs=n_jobs, ax=axes[0])
    draw_lengths(problem, rows, ax=axes[1])
    if problem.groups is not None:
        draw_composition(problem, rows, ax=axes[2])
    return figure_of(axes[0])


def draw_growth(
    problem: Problem,
    rows: IntArray,
    *,
    draws: int,
    random_state: int,
    n_jobs: int | None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the ratio of the chosen set as it grows, with random sets of equal bytes."""
    eligible, lengths = problem.choosable(rows), problem.corpus.lengths
    total = int(lengths[rows].sum())
    step = max(1, math.ceil(len(rows) / POINTS))
    with Sizer(problem.corpus, problem.compressor, n_jobs=resolve_jobs(n_jobs)) as sizer:
        curve = list(growth(sizer, rows, step=step))
        raw = np.array([raw for raw, _ in curve], np.float64)
        drawn = []
        for seed in range(random_state, random_state + draws):
            order = random_order(len(eligible), seed=seed)
            some = eligible[near(order, lengths[eligible], total=total)]
            drawn.append(_ratios_at(raw, list(growth(sizer, some, step=step))))
    band = Band(
        f"random, {draws} draws" if draws > 1 else "random",
        raw,
        np.mean(drawn, axis=0),
        np.std(drawn, axis=0, ddof=1) if draws > 1 else np.full(len(raw), np.nan),
    )
    return plot_growth(
        [Line("selection", curve)], judge=problem.compressor.name, bands=[band], ax=ax
    )


def draw_lengths(problem: Problem, rows: IntArray, *, ax: Axes | None = None) -> Axes:
    """Draw the lengths of the records to choose from, and of those chosen."""
    lengths = problem.corpus.lengths
    return plot_lengths(
        {"pool": lengths[problem.choosable(rows)], "selection": lengths[rows]}, ax=ax
    )


def draw_composition(problem: Problem, rows: IntArray, *, ax: Axes | None = None) -> Axes:
    """Draw the largest groups of the records to choose from, and of those chosen."""
    groups = problem.groups
    assert groups is not None
    unit, costs = problem.comparable_costs
    shares = {
        "pool": groups.shares(costs, problem.choosable(rows)),
        "selection": groups.shares(costs, rows),
    }
    return plot_composition(folded(shares), unit=unit, ax=ax)


def _ratios_at(raw: FloatArray, curve: list[tuple[int, int]]) -> FloatArray:
    """Return the ratios of a growing set at these numbers of raw bytes."""
    return np.interp(raw, [raw for raw, _ in curve], [raw / max(size, 1) for raw, size in curve])

"""Values of the plots of a fit, drawn by `entropylaw.render.law_plots`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from entropylaw.errors import FormError
from entropylaw.law.design import Design
from entropylaw.law.least_squares import least_squares, t_quantile
from entropylaw.law.options import checked_level
from entropylaw.law.result import LawResult
from entropylaw.law.run_table import RunTable
from entropylaw.render.law_plots import draw_curve, draw_residuals, draw_surface
from entropylaw.types import FloatArray
from entropylaw.validation import choice

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_GRID = 101


def plot_curve(
    table: RunTable,
    design: Design,
    result: LawResult,
    *,
    against: Literal["ratio", "loss"] | None,
    level: float,
    ax: Axes | None,
) -> Axes:
    """Draw performance against one predictor, with the other and the group at their averages.

    With both predictors the points are partial residuals: each is the curve at its x plus its
    residual.
    """
    level = checked_level(level)
    if against is None:
        against = "ratio" if design.ratio_column is not None else "loss"
    against = choice("against", against, ("ratio", "loss"))
    column = design.ratio_column if against == "ratio" else design.loss_column
    if column is None:
        raise FormError(
            f"against: expected a predictor of this law, which was fitted without the {against}; "
            f"saw {against!r}."
        )
    values = table.ratio if against == "ratio" else table.loss

    def rows(x: FloatArray) -> FloatArray:
        ratio = x if against == "ratio" else np.full(len(x), design.center[0])
        loss = x if against == "loss" else np.full(len(x), design.center[1])
        return design.matrix(ratio, loss)

    grid = np.linspace(values.min(), values.max(), _GRID)
    X = rows(grid)
    curve = X @ result.coef
    low, high = result.mean_interval(X, level)
    noise = t_quantile(level, result.df) * result.regression.sigma
    wide = np.hypot(curve - low, noise), np.hypot(high - curve, noise)
    other = {"ratio": ("loss", design.loss_column), "loss": ("ratio", design.ratio_column)}[against]
    held = [f"average {other[0]}"] if other[1] is not None else []
    held += ["average group"] if design.groups else []
    return draw_curve(
        ax,
        x=values,
        y=rows(values) @ result.coef + result.regression.residuals,
        labels=table.labels,
        grid=grid,
        curve=curve,
        bands=[
            (f"one run, {100 * level:.4g} %", curve - wide[0], curve + wide[1]),
            (f"mean, {100 * level:.4g} %", low, high),
        ],
        xlabel="compression ratio (raw / compressed)" if against == "ratio" else "first-epoch loss",
        ylabel="performance" + (f" at {' and '.join(held)}" if held else ""),
    )


def plot_loss_ratio(table: RunTable, *, level: float, ax: Axes | None) -> Axes:
    """Draw first-epoch loss against compression ratio with its least-squares line."""
    level = checked_level(level)
    both = np.isfinite(table.ratio) & np.isfinite(table.loss)
    if both.sum() < 3 or np.ptp(table.ratio[both]) == 0:
        raise FormError(
            "plot_loss_ratio: expected three or more runs with both a ratio and a loss, and "
            f"ratios that differ; saw {int(both.sum())} runs with both."
        )
    ratio, loss = table.ratio[both], table.loss[both]
    fit = least_squares(np.column_stack([np.ones(len(ratio)), ratio]), loss, np.ones(len(ratio)))
    grid = np.linspace(ratio.min(), ratio.max(), _GRID)
    X = np.column_stack([np.ones(_GRID), grid])
    half = t_quantile(level, fit.df) * np.sqrt(np.einsum("ij,jk,ik->i", X, fit.covariance, X))
    curve = X @ fit.coef
    return draw_curve(
        ax,
        x=ratio,
        y=loss,
        labels=[name for name, keep in zip(table.labels, both, strict=True) if keep],
        grid=grid,
        curve=curve,
        bands=[(f"mean, {100 * level:.4g} %", curve - half, curve + half)],
        xlabel="compression ratio (raw / compressed)",
        ylabel="first-epoch loss",
        title=f"R2 {fit.quality.r2:.2f}",
    )


def plot_residuals(table: RunTable, result: LawResult, *, ax: Axes | None) -> Axes:
    """Draw residuals against fitted scores; with weights, scaled to equal noise."""
    regression = result.regression
    equal = table.precision is None
    return draw_residuals(
        ax,
        fitted=regression.fitted,
        residuals=regression.residuals * np.sqrt(regression.weights),
        labels=table.labels,
        sigma=regression.sigma,
        ylabel="residual (score - fitted)" if equal else "residual x square root of weight",
    )


def plot_surface(table: RunTable, design: Design, result: LawResult, *, ax: Axes | None) -> Axes:
    """Draw expected performance over ratio and loss, at the average group."""
    if design.used != "both":
        raise FormError(
            "plot_surface: expected a law fitted with predictors='both'; saw "
            f"{design.used!r}. Try plot()."
        )
    ratio, loss = _around(table.ratio), _around(table.loss)
    R, L = np.meshgrid(ratio, loss)
    surface = (design.matrix(R.ravel(), L.ravel()) @ result.coef).reshape(R.shape)
    return draw_surface(
        ax,
        ratio=ratio,
        loss=loss,
        surface=surface,
        points=(table.ratio, table.loss, table.performance),
        labels=table.labels,
    )


def _around(values: FloatArray) -> FloatArray:
    """Return a grid with a margin around the points."""
    margin = 0.05 * float(np.ptp(values))
    low = max(
        float(values.min()) - margin, float(values.min()) / 2
    )  # above 0: its logarithm may be taken
    return np.linspace(low, float(values.max()) + margin, _GRID)

"""Plots of plain values: points, a curve with its band, residuals, contours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from entropylaw.errors import MissingExtraError
from entropylaw.types import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_POINT = "#1f4e79"
_BAND = "#7fa8d1"


def draw_curve(
    ax: Axes | None,
    *,
    x: FloatArray,
    y: FloatArray,
    labels: Sequence[str],
    grid: FloatArray,
    curve: FloatArray,
    bands: Sequence[tuple[str, FloatArray, FloatArray]],
    xlabel: str,
    ylabel: str,
    title: str = "",
) -> Axes:
    """Draw labelled points, a curve and named bands around it.

    Parameters
    ----------
    ax : matplotlib Axes or None
        Axes to draw on; None makes a new figure.
    x, y : array, shape (n,)
        Points, named by `labels`.
    grid, curve : array, shape (g,)
    bands : sequence of (name, low, high)
        Arrays of shape (g,), widest band first. Bands with NaN are left out.
    xlabel, ylabel, title : str

    Returns
    -------
    matplotlib Axes
    """
    ax = _axes(ax)
    for (name, low, high), shade in zip(bands, np.linspace(0.25, 0.45, len(bands)), strict=True):
        if np.isfinite(low).all() and np.isfinite(high).all():
            ax.fill_between(grid, low, high, color=_BAND, alpha=float(shade), lw=0, label=name)
    ax.plot(grid, curve, color=_POINT, lw=1.5)
    _points(ax, x, y, labels)
    _name(ax, xlabel, ylabel, title)
    if ax.get_legend_handles_labels()[0]:
        ax.legend(frameon=False, fontsize="small")
    return ax


def draw_residuals(
    ax: Axes | None,
    *,
    fitted: FloatArray,
    residuals: FloatArray,
    labels: Sequence[str],
    sigma: float,
    ylabel: str = "residual (score - fitted)",
) -> Axes:
    """Draw residuals against fitted scores, with lines at zero and at two noise deviations."""
    ax = _axes(ax)
    ax.axhline(0, color="0.4", lw=1)
    if np.isfinite(sigma):
        for edge in (-2 * sigma, 2 * sigma):
            ax.axhline(edge, color="0.7", lw=1, ls="--")
    _points(ax, fitted, residuals, labels)
    _name(ax, "fitted performance", ylabel, "dashed: two noise standard deviations")
    return ax


def draw_surface(
    ax: Axes | None,
    *,
    ratio: FloatArray,
    loss: FloatArray,
    surface: FloatArray,
    points: tuple[FloatArray, FloatArray, FloatArray],
    labels: Sequence[str],
) -> Axes:
    """Draw expected performance over ratio and loss as contours, with runs in the same colours.

    Parameters
    ----------
    ax : matplotlib Axes or None
    ratio, loss : array, shapes (g,) and (h,)
        The grid.
    surface : array, shape (h, g)
    points : tuple of arrays, shape (n,) each
        Ratio, loss and performance of the runs.
    labels : sequence of str
    """
    ax = _axes(ax)
    from matplotlib.ticker import MaxNLocator

    x, y, score = points
    low, high = float(min(surface.min(), score.min())), float(max(surface.max(), score.max()))
    levels = MaxNLocator(12).tick_values(low, high)
    filled = ax.contourf(ratio, loss, surface, levels=levels, cmap="viridis", alpha=0.75)
    ax.scatter(
        x,
        y,
        c=score,
        cmap="viridis",
        vmin=levels[0],
        vmax=levels[-1],
        edgecolor="white",
        s=36,
        zorder=3,
    )
    _label(ax, x, y, labels)
    _name(ax, "compression ratio", "first-epoch loss", "")
    ax.figure.colorbar(filled, ax=ax, label="expected performance")
    return ax


_MAX_LABELS = 25
"""Most points that are labelled; more labels would overlap."""


def _axes(ax: Axes | None) -> Axes:
    """Return `ax`, or the axes of a new figure."""
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise MissingExtraError("matplotlib", extra="plot", purpose="plotting") from None
    return plt.subplots()[1] if ax is None else ax


def _points(ax: Axes, x: FloatArray, y: FloatArray, labels: Sequence[str]) -> None:
    ax.scatter(x, y, color=_POINT, s=24, zorder=3)
    _label(ax, x, y, labels)


def _label(ax: Axes, x: FloatArray, y: FloatArray, labels: Sequence[str]) -> None:
    if len(labels) > _MAX_LABELS:
        return
    for name, px, py in zip(labels, x, y, strict=True):
        ax.annotate(
            name,
            (float(px), float(py)),
            xytext=(4, 4),
            textcoords="offset points",
            fontsize="x-small",
        )


def _name(ax: Axes, xlabel: str, ylabel: str, title: str) -> None:
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    if title:
        ax.set_title(title, fontsize="small")

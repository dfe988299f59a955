"""Plot of an audit, from plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entropylaw.render.selection_plots import new_axes
from entropylaw.render.tables import human_bytes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_POOL, _SELECTION = "0.72", "#1f4e79"


@dataclass(frozen=True, slots=True)
class Marked:
    """A vertical line at a window, in bytes, and its label."""

    window: int
    label: str


Shares = Mapping[str, tuple[float, float]]
"""Name to its share of the pool and of the selection, 0 to 1."""


def draw_audit(
    windows: Sequence[int],
    ratios: Sequence[float],
    marks: Sequence[Marked],
    composition: Shares,
    lengths: Shares,
) -> Figure:
    """Plot the window curve, and composition and lengths of the pool and of the selection.

    Parameters
    ----------
    windows, ratios : sequence
        Windows in bytes, and the compression ratio with each; may be empty.
    marks : sequence of Marked
        Windows to mark.
    composition, lengths : mapping
        Shares of bytes by kind, and of records by range of length.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    axes = new_axes(3)
    _curve(axes[0], windows, ratios, marks)
    _bars(axes[1], composition, "share of bytes, %")
    _bars(axes[2], lengths, "share of records, %")
    figure = axes[0].get_figure(root=True)
    assert figure is not None
    return figure


def _curve(
    ax: Axes, windows: Sequence[int], ratios: Sequence[float], marks: Sequence[Marked]
) -> None:
    if windows:
        ax.plot(windows, ratios, color=_SELECTION, marker="o", ms=3)
        ax.set_xscale("log", base=2)
        ax.xaxis.set_major_formatter(lambda window, _: human_bytes(round(window)))
    for mark, style in zip(marks, ("--", ":", "-."), strict=False):
        ax.axvline(mark.window, color="0.4", ls=style, lw=1, label=mark.label)
    if marks:
        ax.legend(frameon=False, fontsize="small")
    ax.set_xlabel("window")
    ax.set_ylabel("compression ratio of the pool")
    ax.spines[["top", "right"]].set_visible(False)


def _bars(ax: Axes, shares: Shares, label: str) -> None:
    names = list(shares)
    for number, (who, colour) in enumerate((("pool", _POOL), ("selection, forecast", _SELECTION))):
        places = [row + (number - 0.5) * 0.4 for row in range(len(names))]
        values = [100 * shares[name][number] for name in names]
        ax.barh(places, values, height=0.4, color=colour, label=who)
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()
    ax.set_xlabel(label)
    if names:
        ax.legend(frameon=False, fontsize="small")
    ax.spines[["top", "right"]].set_visible(False)

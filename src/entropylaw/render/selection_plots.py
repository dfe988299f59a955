"""Plots of a selection beside its baselines, from plain values."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entropylaw.errors import MissingExtraError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Curve = Sequence[tuple[int, int]]
"""Raw and compressed bytes of a set as it grows."""


@dataclass(frozen=True, slots=True)
class Line:
    """A growing set to draw: its label, its curve, and whether it is a baseline."""

    label: str
    curve: Curve
    baseline: bool = False


def new_axes(count: int, *, width: float = 5.6, height: float = 4.0) -> list[Axes]:
    """Return axes side by side in a new figure.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("matplotlib", extra="plot", purpose="plotting") from error
    figure = Figure(figsize=(width * count, height), layout="constrained")
    return [figure.add_subplot(1, count, place + 1) for place in range(count)]


def png_of(ax: Axes) -> bytes:
    """Return the whole figure that `ax` is part of, as a PNG."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    sink = io.BytesIO()
    figure.savefig(sink, format="png", dpi=120)
    return sink.getvalue()


def plot_growth(lines: Sequence[Line], *, judge: str, ax: Axes | None = None) -> Axes:
    """Draw the compression ratio of growing sets against their bytes.

    Parameters
    ----------
    lines : sequence of Line
        What to draw.
    judge : str
        The compressor that measured, for the label.
    ax : Axes, optional
        Where to draw; a new figure if not given.
    """
    ax = new_axes(1)[0] if ax is None else ax
    for line in lines:
        megabytes = [raw / 1e6 for raw, _ in line.curve]
        ratios = [raw / size for raw, size in line.curve]
        if line.baseline:
            ax.plot(megabytes, ratios, label=line.label, color="0.55", linestyle="--")
        else:
            ax.plot(megabytes, ratios, label=line.label)
    ax.set_xlabel("chosen text, MB")
    ax.set_ylabel(f"compression ratio, {judge}")
    ax.legend(frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def plot_composition(shares: Mapping[str, Mapping[str, float]], *, ax: Axes | None = None) -> Axes:
    """Draw the share of each group in each set as horizontal bars.

    Parameters
    ----------
    shares : mapping
        Set name to group name to share of bytes, 0 to 1; all sets have the same groups.
    ax : Axes, optional
        Where to draw; a new figure if not given.
    """
    ax = new_axes(1)[0] if ax is None else ax
    groups = list(next(iter(shares.values())))
    height = 0.8 / len(shares)
    for number, (name, of_groups) in enumerate(shares.items()):
        places = [row + (number - (len(shares) - 1) / 2) * height for row in range(len(groups))]
        ax.barh(places, [100 * of_groups[g] for g in groups], height=height, label=name)
    ax.set_yticks(range(len(groups)), groups)
    ax.invert_yaxis()
    ax.set_xlabel("share of bytes, %")
    ax.legend(frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    return ax

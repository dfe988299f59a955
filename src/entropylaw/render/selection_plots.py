"""Plots of a selection and its baselines, from plain values."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

from entropylaw.errors import MissingExtraError
from entropylaw.render.excerpts import excerpt
from entropylaw.types import AnyArray, FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Curve = Sequence[tuple[int, int]]
"""Raw and compressed bytes of a set as it grows."""

BEFORE, AFTER = "0.62", "#2f6fb0"
"""Colours of the pool, or of chance, and of the selection."""

OTHERS = "all others"

_LONGEST_LABEL = 28


@dataclass(frozen=True, slots=True)
class Line:
    """A growing set to draw: its label, its curve, and whether it is a baseline."""

    label: str
    curve: Curve
    baseline: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """Several growing sets of one kind to draw: their mean and standard deviation.

    Attributes
    ----------
    label : str
    raw : float64 array, shape (points,)
        Bytes of the sets.
    mean, spread : float64 array, shape (points,)
        Of their compression ratios; spread NaN for a single set.
    """

    label: str
    raw: FloatArray
    mean: FloatArray
    spread: FloatArray


def check_plotting() -> None:
    """Raise MissingExtraError unless matplotlib is installed."""
    if find_spec("matplotlib") is None:
        raise MissingExtraError("matplotlib", extra="plot", purpose="plotting")


def new_axes(count: int, *, width: float = 5.6, height: float = 4.0) -> list[Axes]:
    """Return axes side by side in a new figure.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    check_plotting()
    from entropylaw.render.figure import ShownFigure

    figure = ShownFigure(figsize=(width * count, height), layout="constrained")
    return [figure.add_subplot(1, count, place + 1) for place in range(count)]


def figure_of(ax: Axes) -> Figure:
    """Return the whole figure that `ax` is part of."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    return figure


def png_of(ax: Axes) -> bytes:
    """Return the whole figure that `ax` is part of, as a PNG."""
    sink = io.BytesIO()
    figure_of(ax).savefig(sink, format="png", dpi=120)
    return sink.getvalue()


def svg_of(ax: Axes, name: str) -> str:
    """Return the whole figure that `ax` is part of, as an SVG element to stand in a page.

    Text stays text. The same figure gives the same element.

    Parameters
    ----------
    ax : Axes
        Of the figure.
    name : str
        What the ids in the element begin with, so that those of several figures differ.
    """
    import matplotlib as mpl

    sink = io.StringIO()
    with (
        mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}),
        warnings.catch_warnings(),
    ):
        warnings.filterwarnings("ignore", "Glyph")  # the reader's browser has its own fonts
        figure_of(ax).savefig(sink, format="svg", transparent=True, metadata={"Date": None})
    text = sink.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    return re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", text).strip()


def plot_growth(
    lines: Sequence[Line], *, judge: str, bands: Sequence[Band] = (), ax: Axes | None = None
) -> Axes:
    """Draw the compression ratio of growing sets against their bytes.

    Parameters
    ----------
    lines : sequence of Line
        What to draw.
    judge : str
        The compressor that measured, for the label.
    bands : sequence of Band
        Sets of which there are several; drawn under the lines.
    ax : Axes, optional
        Where to draw; a new figure if not given.
    """
    ax = new_axes(1)[0] if ax is None else ax
    for band in bands:
        ax.plot(band.raw / 1e6, band.mean, label=band.label, color=BEFORE, linestyle="--")
        if np.isfinite(band.spread).all():
            low, high = band.mean - band.spread, band.mean + band.spread
            ax.fill_between(band.raw / 1e6, low, high, color=BEFORE, alpha=0.3, linewidth=0)
    for line in lines:
        megabytes = [raw / 1e6 for raw, _ in line.curve]
        ratios = [raw / size for raw, size in line.curve]
        if line.baseline:
            ax.plot(megabytes, ratios, label=line.label, color="0.55", linestyle="--")
        else:
            ax.plot(megabytes, ratios, label=line.label, color=AFTER if bands else None)
    ax.set_xlabel("chosen text, MB")
    _name_ratio(ax, judge)
    ax.legend(frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def folded(
    shares: Mapping[str, Mapping[str, float]], *, most: int = 7
) -> dict[str, dict[str, float]]:
    """Return the shares of the groups that are largest in the first set; all others in one.

    Parameters
    ----------
    shares : mapping
        Set name to group name to share; all sets have the same groups.
    most : int, default 7
        Groups that keep their name.

    Examples
    --------
    >>> folded({"pool": {"a": 0.2, "b": 0.5, "c": 0.3}}, most=1)
    {'pool': {'b': 0.5, 'all others': 0.5}}
    """
    first = next(iter(shares.values()))
    kept = sorted(first, key=lambda group: -first[group])[:most]
    return {
        name: {group: of_groups[group] for group in kept}
        | ({OTHERS: max(0.0, 1 - sum(of_groups[g] for g in kept))} if len(first) > most else {})
        for name, of_groups in shares.items()
    }


def plot_composition(
    shares: Mapping[str, Mapping[str, float]], *, unit: str = "bytes", ax: Axes | None = None
) -> Axes:
    """Draw the share of each group in each set as horizontal bars.

    Parameters
    ----------
    shares : mapping
        Set name to group name to share, 0 to 1; all sets have the same groups.
    unit : str, default "bytes"
        Of what they are shares.
    ax : Axes, optional
        Where to draw; a new figure if not given.
    """
    ax = new_axes(1)[0] if ax is None else ax
    groups = list(next(iter(shares.values())))
    height = 0.8 / len(shares)
    colours = [BEFORE, AFTER] if len(shares) == 2 else [None] * len(shares)
    for number, (name, of_groups) in enumerate(shares.items()):
        places = [row + (number - (len(shares) - 1) / 2) * height for row in range(len(groups))]
        values = [100 * of_groups[g] for g in groups]
        ax.barh(places, values, height=height, label=name, color=colours[number])
    labels = [excerpt(group, _LONGEST_LABEL) for group in groups]
    ax.set_yticks(range(len(groups)), labels, parse_math=False)
    ax.invert_yaxis()
    ax.set_xlabel(f"share of {unit}, %")
    ax.legend(frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def plot_lengths(lengths: Mapping[str, AnyArray], *, ax: Axes | None = None) -> Axes:
    """Draw how the lengths of records are distributed in two sets.

    Parameters
    ----------
    lengths : mapping
        Set name to the bytes of each record; int64 arrays. The pool first, then the selection.
    ax : Axes, optional
        Where to draw; a new figure if not given.
    """
    ax = new_axes(1)[0] if ax is None else ax
    least = max(1, min(int(found.min()) for found in lengths.values()))
    most = max(int(found.max()) for found in lengths.values())
    edges = np.geomspace(least, most + 1, 41)
    for (name, found), colour in zip(lengths.items(), (BEFORE, AFTER), strict=False):
        counts, _ = np.histogram(np.maximum(found, 1), edges)
        ax.stairs(100 * counts / len(found), edges, label=name, color=colour, fill=colour == BEFORE)
    ax.set_xscale("log")
    ax.set_xlabel("bytes of a record")
    ax.set_ylabel("share of records, %")
    ax.legend(frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def _name_ratio(ax: Axes, judge: str) -> None:
    ax.set_ylabel(f"compression ratio, {excerpt(judge, _LONGEST_LABEL)}", parse_math=False)

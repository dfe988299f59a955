"""The figures of README.md and docs: ``python -m benchmarks figures``.

docs/images/quality.png: redundancy of a selection against its time, redundant mixed pools.
docs/images/quality-pools.png: the same for all other pools.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.optimize import isotonic_regression

from benchmarks.common.page import ROOT
from benchmarks.common.record import RESULTS, Record
from entropylaw.types import AnyArray

IMAGES = ROOT / "docs" / "images"
QUICKEST = 1.0
"""Seconds at the left end; faster methods are drawn as a line."""
LINE = 0.049
"""Height of a line of text, as a share of a panel."""
LOWEST = -0.12
"""Lowest position of a name, as a share of a panel."""


class Mark(NamedTuple):
    """How the methods of one family are drawn; larger windows have stronger colours."""

    family: str
    colour: str
    marker: str


MARKS = {
    "shortest": Mark("no search: almost no time", "0.35", "v"),
    "own ratio": Mark("no search: almost no time", "0.35", "^"),
    "published ZIP": Mark("zlib, zlib-ng and isal, 32 KiB", "tab:red", "X"),
    "zlib": Mark("zlib, zlib-ng and isal, 32 KiB", "tab:red", "o"),
    "isal": Mark("zlib, zlib-ng and isal, 32 KiB", "tab:red", "s"),
    "lz4": Mark("lz4, 64 KiB", "tab:purple", "D"),
    "zstd": Mark("zstd, its own window", "tab:orange", "o"),
    "long": Mark("zstd, the whole set", "tab:blue", "*"),
}


def draw_all() -> None:
    pools = Record.read(RESULTS / "quality.json").results["pools"]
    redundant = [pool for pool in pools if pool["redundant"]]
    others = [pool for pool in pools if not pool["redundant"]]
    draw(redundant, IMAGES / "quality.png")
    draw(others, IMAGES / "quality-pools.png", columns=2)


def draw(pools: Sequence[dict[str, Any]], target: Path, columns: int = 3) -> None:
    """Draw a panel for each pool, side by side."""
    rows = -(-len(pools) // columns)
    figure = Figure(figsize=(5.6 * columns, 4.6 * rows), layout="constrained")
    axes = list(figure.subplots(rows, columns, squeeze=False).flat)
    for ax, pool in zip(axes, pools, strict=False):
        panel(ax, pool)
    for ax in axes[len(pools) :]:
        ax.axis("off")
    figure.supylabel("redundancy against random records (below 0: less)", fontsize=11)
    handles = {
        label: handle
        for ax in axes
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)
    }
    figure.legend(
        handles.values(),
        handles.keys(),
        loc="outside lower center",
        ncols=2 * columns,
        frameon=False,
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target, dpi=100)
    print(f"wrote {target.name}")


def panel(ax: Axes, pool: dict[str, Any]) -> None:
    """Draw one pool; names are right of the panel, each joined to its mark by a line."""
    base, *others = (case for case in pool["methods"] if "ZipStream" not in case["method"])
    drawn = [100 * (draw["ratio"] / base["ratio"] - 1) for draw in base["draws"]]
    ax.axhspan(min(drawn), max(drawn), color="0.8", label=f"random, {len(drawn)} draws")
    ax.axhline(0, color="0.5", linewidth=0.8)
    searched = [100 * (case["ratio_to_random"] - 1) for case in others if "compressor" in case]
    low, high = min(*searched, *drawn), max(*searched, *drawn)
    margin = 0.08 * (high - low)
    ax.set_ylim(low - margin, high + margin)
    points, beyond = [], []
    for case in others:
        mark, change = mark_of(case), 100 * (case["ratio_to_random"] - 1)
        if "compressor" not in case:
            if low <= change <= high:
                ax.axhline(change, color=mark.colour, linestyle=":", label=mark.family)
                points.append((QUICKEST, change, case["method"], mark.colour))
            else:
                beyond.append(f"{case['method']} {change:+.0f} %")
            continue
        lazy = case["packing"] == "lazy"
        ax.scatter(
            case["cpu_seconds"],
            change,
            s=120 if mark.marker == "*" else 46,
            marker=mark.marker,
            facecolor="white" if lazy else mark.colour,
            edgecolor=mark.colour,
            label=None if lazy else mark.family,
            zorder=3,
        )
        points.append((case["cpu_seconds"], change, name_of(case), mark.colour))
    ax.set_xscale("log")
    ax.set_xlim(QUICKEST, 300)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:+g} %")
    ax.set_title(f"{pool['name']}: {pool['budget_bytes'] / 1e6:.1f} MB chosen", fontsize=11)
    if beyond:
        note = f"above: {', '.join(beyond)}"
        box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1}
        place = {"transform": ax.transAxes, "va": "top", "fontsize": 8, "color": "0.35"}
        ax.text(0.02, 0.985, note, bbox=box, **place)
    ax.set_xlabel("CPU seconds to choose, one thread")
    ax.grid(alpha=0.3)
    name_points(ax, points)


def name_points(ax: Axes, points: Sequence[tuple[float, float, str, str]]) -> None:
    """Write the names in a column right of the panel, in the order of the marks."""
    low, high = ax.get_ylim()
    ordered = sorted(points, key=lambda point: point[1])
    heights = np.array([(change - low) / (high - low) for _, change, _, _ in ordered])
    for (seconds, change, name, colour), height in zip(ordered, spread(heights), strict=True):
        ax.annotate(
            name,
            (seconds if seconds > QUICKEST else ax.get_xlim()[1], change),
            xytext=(1.06, height),
            textcoords="axes fraction",
            fontsize=8,
            color=colour,
            va="center",
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.4, "alpha": 0.6},
            annotation_clip=False,
        )


def spread(heights: AnyArray) -> AnyArray:
    """Return ascending heights moved as little as possible to be LINE apart, none far below 0."""
    steps = LINE * np.arange(len(heights))
    apart = isotonic_regression(heights - steps).x + steps
    return apart + max(0.0, LOWEST - apart[0])


def mark_of(case: dict[str, Any]) -> Mark:
    """Return how a method is drawn."""
    if case["method"] in MARKS:
        return MARKS[case["method"]]
    spec = case["compressor"]
    family = "long" if spec.endswith(":long") else spec.partition(":")[0].removesuffix("-ng")
    return MARKS[family]


def name_of(case: dict[str, Any]) -> str:
    """Return a short name of a method."""
    return str(case["method"]).removeprefix("ZIP ").replace("conditional", "cond.")

"""Draw the figures of README.md and docs from results/*.json: python benchmarks/plots.py.

docs/images/quality.png: redundancy of a choice against the time it took, redundant mixed pools.
docs/images/quality-pools.png: the same for all other pools.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

HERE = Path(__file__).parent
IMAGES = HERE.parent / "docs" / "images"


class Mark(NamedTuple):
    """How the methods of one family are drawn: those of more memory in stronger colours."""

    family: str
    colour: str
    marker: str


MARKS = {
    "shortest": Mark("no search", "0.35", "v"),
    "own ratio": Mark("no search", "0.35", "^"),
    "published ZIP": Mark("zlib and its kin, 32 KiB", "tab:red", "X"),
    "zlib": Mark("zlib and its kin, 32 KiB", "tab:red", "o"),
    "isal": Mark("zlib and its kin, 32 KiB", "tab:red", "s"),
    "lz4": Mark("lz4, 64 KiB", "tab:purple", "D"),
    "zstd": Mark("zstd, its own window", "tab:orange", "o"),
    "long": Mark("zstd, the whole set", "tab:blue", "*"),
}


def main() -> None:
    pools = json.loads((HERE / "results" / "quality.json").read_text(encoding="utf-8"))["pools"]
    redundant = [pool for pool in pools if pool["redundant"]]
    others = [pool for pool in pools if not pool["redundant"]]
    draw(redundant, IMAGES / "quality.png")
    draw(others, IMAGES / "quality-pools.png", columns=2)


def draw(pools: Sequence[dict[str, Any]], target: Path, columns: int = 3) -> None:
    """Draw a panel for each pool, side by side."""
    rows = -(-len(pools) // columns)
    figure = Figure(figsize=(4.6 * columns, 4.2 * rows), layout="constrained")
    axes = list(figure.subplots(rows, columns, squeeze=False).flat)
    for ax, pool in zip(axes, pools, strict=False):
        panel(ax, pool)
    for ax in axes[len(pools) :]:
        ax.axis("off")
    figure.supxlabel("CPU seconds to choose, one thread", fontsize=11)
    figure.supylabel("redundancy against random (below 0: better)", fontsize=11)
    handles = {
        label: handle
        for ax in axes
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)
    }
    figure.legend(
        handles.values(), handles.keys(), loc="outside lower center", ncols=3, frameon=False
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target, dpi=110)
    print(f"wrote {target.name}")


def panel(ax: Axes, pool: dict[str, Any]) -> None:
    """Draw one pool."""
    base, *others = pool["methods"]
    drawn = [100 * (draw["ratio"] / base["ratio"] - 1) for draw in base["draws"]]
    ax.axhspan(min(drawn), max(drawn), color="0.8", label=f"random, {len(drawn)} draws")
    ax.axhline(0, color="0.5", linewidth=0.8)
    for case in others:
        mark, seconds = mark_of(case), max(case["cpu_seconds"], 0.01)
        change = 100 * (case["ratio_to_random"] - 1)
        lazy = case.get("packing") == "lazy"
        ax.scatter(
            seconds,
            change,
            s=110 if mark.marker == "*" else 42,
            marker=mark.marker,
            facecolor="white" if lazy else mark.colour,
            edgecolor=mark.colour,
            label=None if lazy else mark.family,
            zorder=3,
        )
        ax.annotate(
            name_of(case),
            (seconds, change),
            xytext=(5, 3),
            textcoords="offset points",
            fontsize=7.5,
            color=mark.colour,
        )
    ax.set_xscale("log")
    ax.margins(x=0.12, y=0.08)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:+.0f} %")
    ax.set_title(f"{pool['name']}: {pool['budget_bytes'] / 1e6:.1f} MB chosen", fontsize=11)
    ax.grid(alpha=0.3)


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


if __name__ == "__main__":
    main()

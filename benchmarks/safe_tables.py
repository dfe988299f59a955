"""The tables of safe_selection.json: planted parts, coverage, lengths and cost of controls."""

from __future__ import annotations

from typing import Any

from pages import table

COSTS = {"cost": "planted pool", "cost of a large pool": "large pool"}
WAYS = ("plain", "guarded", "guarded and typical")


def safe_selection(result: dict[str, Any]) -> str:
    """Return all tables of safe_selection.json."""
    parts = (planted(result), coverage(result), lengths(result), cost(result))
    return "\n\n".join(parts)


def planted(result: dict[str, Any]) -> str:
    """Return what each part has of the pool and of the choices."""
    found = result["planted"]
    chosen = [name for name in found if name.startswith(WAYS)]
    rows = []
    for part, of_pool in found["pool"].items():
        draws = found["random"][part]
        shares = [of_pool, draws["mean"], *(found[name]["shares"][part] for name in chosen)]
        rows.append([part, *(f"{100 * share:.1f}" for share in shares)])
    return table(["percent of the bytes", "pool", "random", *map(named, chosen)], rows)


def named(way: str) -> str:
    """Return how a choice is called in a table."""
    name, compressor = way.split(", ")
    return f"`{compressor}`, {name}"


def coverage(result: dict[str, Any]) -> str:
    """Return the bits per byte of unseen records, by pool."""
    rows = []
    for pool, found in result["coverage_bits_per_byte"].items():
        base = found["random"]
        changes = [f"{found[way]:.3f} ({found[way] / base['mean'] - 1:+.1%})" for way in WAYS]
        rows.append([pool, f"{base['mean']:.3f} ± {base['spread']:.3f}", *changes])
    return table(["bits per byte of unseen records", "random", *WAYS], rows)


def lengths(result: dict[str, Any]) -> str:
    """Return the median length in each fifth of the choice."""
    rows = []
    for pool, found in result["median_bytes_by_fifth_of_the_choice"].items():
        for case, fifths in found.items():
            if isinstance(fifths, list):
                compressor, within = case.split(", within ")
                medians = [f"{median:,.0f}" for median in fifths]
                rows.append([pool, f"`{compressor}`", within, f"{found['pool']:,.0f}", *medians])
    head = ["median bytes", "compressor", "compared within", "pool"]
    return table([*head, "first fifth", "second", "third", "fourth", "last"], rows)


def cost(result: dict[str, Any]) -> str:
    """Return what all controls together cost."""
    rows = [
        [
            f"`{compressor}`, {pool}: {name}",
            f"{own['cpu_seconds']:.1f}",
            f"{own['over_plain']:.2f}",
            f"{1e6 * own['cpu_seconds'] / own['evaluations']:.0f}",
            f"{own['evaluations']:,}",
            f"{own['records']:,}",
        ]
        for part, pool in COSTS.items()
        for compressor, found in result[part].items()
        for name, own in found.items()
    ]
    return table(
        ["", "CPU s", "times plain", "µs an evaluation", "evaluations", "records chosen"], rows
    )

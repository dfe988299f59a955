"""What was aimed at and what was measured: fills docs/benchmarks.md from results/*.json.

Usage: python benchmarks/targets.py
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pages import placed, table
from safe_tables import COSTS

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "benchmarks.md"
LONG = "zstd:6:long"
FLAT = 1.25
"""A cost is flat if the longest prefix makes it at most so many times that of the shortest."""


class Row(NamedTuple):
    """One target."""

    target: str
    measured: str
    met: bool


def main() -> None:
    rows = []
    for name, measured in TARGETS.items():
        file = HERE / "results" / f"{name}.json"
        result = json.loads(file.read_text(encoding="utf-8"))
        for row in measured(result):
            met = "yes" if row.met else "**no**"
            rows.append([row.target, row.measured, met, f"`{name}`"])
    content = table(["aim", "measured", "met", "made by"], rows)
    commands = table(["made by", "command", "date", "load"], map(made_by, TARGETS))
    page = PAGE.read_text(encoding="utf-8")
    page = placed(placed(page, "targets", content), "commands", commands)
    PAGE.write_text(page, encoding="utf-8")


def made_by(name: str) -> list[str]:
    """Return the command of a result, and the load of the machine when it ended."""
    result = json.loads((HERE / "results" / f"{name}.json").read_text(encoding="utf-8"))
    load = result["machine"]["load_at_end"][0]
    return [f"`{name}`", f"`{result['command']}`", result["date"], f"{load:.1f}"]


def cost_by_prefix(result: dict[str, Any]) -> Iterator[Row]:
    """Cost of a candidate over the cost of compressing it alone."""
    runs = {run["compressor"]: run for run in result["runs"]}
    for spec, most in (
        ("zlib:9", 6.0),
        ("zlib:9:conditional", 2.5),
        ("zstd:1", 1.6),
        ("zstd:3", 1.6),
        (LONG, 3.0),
    ):
        run = runs[spec]
        own = [one["over_floor"] for one in run["after_prefix"] if one["prefix_bytes"]]
        mean = run["over_floor_all_prefixes"]["mean"]
        yield Row(
            f"a candidate costs at most {most:g} times itself alone: `{spec}`",
            f"{mean:.2f} (by set size {min(own):.2f} to {max(own):.2f})",
            mean <= most,
        )
    for spec in ("zlib:9", "zlib:9:conditional", "zstd:1", "zstd:3", LONG):
        own = [one["median"] for one in runs[spec]["after_prefix"] if one["prefix_bytes"]]
        yield Row(
            f"its cost is flat from 100 KB to 20 MB: `{spec}`",
            f"{own[0]:.0f} to {own[-1]:.0f} µs",
            own[-1] <= FLAT * own[0],
        )


def overhead(result: dict[str, Any]) -> Iterator[Row]:
    """Time in Python."""
    worst = max(run["beside_the_codec"]["median"] for run in result["runs"])
    all_of = ", ".join(
        f"`{run['compressor']}` {run['beside_the_codec']['median']:.2f}" for run in result["runs"]
    )
    yield Row("Python adds under 2 µs a candidate", f"{all_of} µs", worst < 2)


def scaling(result: dict[str, Any]) -> Iterator[Row]:
    """Gain of a second core."""
    for kind, least in (("threads", 1.7), ("processes", 1.85)):
        for stage, name in (("screen", "sizing with the set"), ("pack", "packing")):
            gains: dict[str, list[float]] = {}
            for run in result["runs"]:
                gain = run[stage][kind]["wall_gain"]
                gains.setdefault(run["compressor"], []).append(gain)
            yield Row(
                f"2 {kind} gain {least}× or more: {name}",
                "; ".join(f"`{spec}` {_range(own)}" for spec, own in gains.items()),
                min(min(own) for own in gains.values()) >= least,
            )


def _range(numbers: list[float]) -> str:
    return f"{min(numbers):.2f} to {max(numbers):.2f}"


def estimate(result: dict[str, Any]) -> Iterator[Row]:
    """What was said before the run."""
    for what in ("seconds", "megabytes"):
        off = [run[what]["estimated"] / run[what]["run"] for run in result["runs"]]
        yield Row(
            f"estimated {what} are within a factor of 2 of what happens",
            f"{_range(off)} times the run's, over {len(off)} cases",
            min(off) >= 0.5 and max(off) <= 2,
        )


def paper_size(result: dict[str, Any]) -> Iterator[Row]:
    """Wall time of a selection of the paper's size."""
    runs = {run["compressor"]: run for run in result["runs"]}
    for spec, most in (("zlib:9", 360), ("zstd:3", 60), (LONG, 120)):
        run = runs[spec]
        took = run["select"]
        yield Row(
            f"{run['chosen_records']:,} of {run['pool_records']:,} records, 2 threads, "
            f"within {most} s: `{spec}`",
            f"{took['wall_seconds']:.0f} s (CPU {took['cpu_seconds']:.0f} s, "
            f"load before {run['load_before']:.1f})",
            took["wall_seconds"] <= most,
        )


def paper_vs_script(result: dict[str, Any]) -> Iterator[Row]:
    """Against the published script."""
    yield Row(
        "the same work takes the published script 1,000 times the CPU or more",
        f"{result['times_less_cpu']:,.0f} times: {result['script_cpu_hours']:.0f} hours "
        f"against {result['ours']['cpu_seconds'] / 60:.1f} minutes",
        result["times_less_cpu"] >= 1_000,
    )


def million(result: dict[str, Any]) -> Iterator[Row]:
    """A large pool."""
    run = result["run"]
    minutes = run["select"]["wall_seconds"] / 60
    what = f"{run['chosen_records']:,} of {run['pool_records']:,} records"
    memory = run["peak_megabytes_beyond_the_file"]
    exponent = run["exponent_of_cost_by_number_chosen"]
    share = run["reading_the_set_share_of_cpu"]
    yield Row(f"{what}: within an hour on 2 cores", f"{minutes:.0f} min", minutes <= 60)
    yield Row("memory beyond the mapped file: under 1.5 GB", f"{memory:.0f} MB", memory < 1_500)
    yield Row("reading the growing set: under a third of the CPU", f"{share:.1%}", share < 1 / 3)
    yield Row(
        "cost of a chosen record by number already chosen: flat",
        f"to the power {exponent:.3f}",
        abs(exponent) < 0.05,
    )


def quality(result: dict[str, Any]) -> Iterator[Row]:
    """Redundancy of the choice."""
    change: dict[str, dict[bool, list[float]]] = {}
    for pool in result["pools"]:
        for case in pool["methods"]:
            if case.get("compressor", "").endswith(":long") and case["packing"] == "full":
                own = change.setdefault(case["compressor"], {True: [], False: []})
                own[pool["redundant"]].append(100 * (case["ratio_to_random"] - 1))
    for spec, own in change.items():
        mixed, others = own[True], own[False]
        yield Row(
            f"`{spec}` is 15 % or more below random on redundant mixed pools",
            ", ".join(f"{one:+.0f} %" for one in mixed),
            max(mixed) <= -15,
        )
        yield Row(
            f"`{spec}` is above random on no other pool",
            ", ".join(f"{one:+.0f} %" for one in others),
            max(others) <= 0,
        )


def quality_by_schedule(result: dict[str, Any]) -> Iterator[Row]:
    """The schedule on which a large set is read."""
    scheduled, whole = (case for case in result["methods"] if case.get("compressor") == LONG)
    change = scheduled["ratio"] / whole["ratio"] - 1
    yield Row(
        f"reading a set of {result['budget_bytes'] / 1e6:.0f} MB on a schedule costs under 2 % of "
        "redundancy",
        f"{change:+.1%} ({scheduled['ratio']:.3f}, whole each time {whole['ratio']:.3f}; "
        f"random {result['methods'][0]['ratio']:.3f})",
        change < 0.02,
    )


def safe_selection(result: dict[str, Any]) -> Iterator[Row]:
    """Noise, quotas, coverage and cost of controls."""
    planted = result["planted"]
    parts = ("base64", "shuffled words", "template")
    usual = sum(planted["random"][part]["mean"] for part in parts)
    for way in (name for name in planted if name.startswith("guarded")):
        own = sum(planted[way]["shares"].get(part, 0.0) for part in parts)
        spec = way.partition(", ")[2]
        kept = [group["kept"] for group in planted[way]["groups"].values()]
        yield Row(
            f"{way.partition(', ')[0]} `{spec}` takes no more noise than random",
            f"{own:.1%} of the choice; random {usual:.1%}, "
            f"plain {sum(planted[f'plain, {spec}']['shares'].get(p, 0.0) for p in parts):.1%}",
            own <= usual,
        )
        yield Row(
            f"{way.partition(', ')[0]} `{spec}` keeps every quota to within a record",
            f"{sum(kept)} of {len(kept)} groups",
            all(kept),
        )
    covered = result["coverage_bits_per_byte"].values()
    for way, how in (("guarded", ""), ("guarded and typical", " with `typicality=0.1`")):
        changes = [found[way] / found["random"]["mean"] - 1 for found in covered]
        yield Row(
            f"guarded `{LONG}`{how} covers unseen records better than random on 4 of 5 pools",
            f"{sum(change < 0 for change in changes)} of {len(changes)}: "
            + ", ".join(f"{change:+.1%}" for change in changes),
            sum(change < 0 for change in changes) >= 0.8 * len(changes),
        )
    costs = [
        (spec, pool, found) for part, pool in COSTS.items() for spec, found in result[part].items()
    ]
    for spec, pool, found in costs:
        every, nothing = found["every control"], found["controls that do nothing"]
        yield Row(
            f"all controls together cost under 25 % of the plain run: `{spec}`, {pool}",
            f"{nothing['over_plain'] - 1:+.0%} CPU where they do next to nothing; "
            f"{every['over_plain'] - 1:+.0%} where they change the choice",
            nothing["over_plain"] < 1.25,
        )


def import_time(result: dict[str, Any]) -> Iterator[Row]:
    """The import."""
    runs = {run["imported"]: run for run in result["runs"]}
    took = runs["entropylaw"]
    yield Row(
        "`import entropylaw` within 150 ms",
        f"{took['over_nothing_wall_milliseconds']:.0f} ms more than an empty Python "
        f"({took['wall_milliseconds']:.0f} in all; numpy alone "
        f"{runs['numpy']['over_nothing_wall_milliseconds']:.0f} more)",
        took["wall_milliseconds"] < 150,
    )
    beyond = (
        runs["entropylaw.ZipSelector"]["over_nothing_wall_milliseconds"]
        - runs["numpy"]["over_nothing_wall_milliseconds"]
    )
    yield Row(
        "`from entropylaw import ZipSelector` within 150 ms beyond numpy",
        f"{beyond:.0f} ms: pydantic, and 117 modules of our own",
        beyond < 150,
    )


TARGETS: dict[str, Callable[[dict[str, Any]], Iterator[Row]]] = {
    "quality": quality,
    "quality_by_schedule": quality_by_schedule,
    "cost_by_prefix": cost_by_prefix,
    "overhead": overhead,
    "scaling": scaling,
    "paper_size": paper_size,
    "estimate": estimate,
    "paper_vs_script": paper_vs_script,
    "million": million,
    "safe_selection": safe_selection,
    "import_time": import_time,
}

if __name__ == "__main__":
    main()

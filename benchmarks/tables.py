"""Write the tables of README.md and docs from results/*.json: python benchmarks/tables.py."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import container_tables
import safe_tables
import speed_tables
import training_tables
from pages import has_place, placed, stem, table

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
PAGES = [
    HERE / "README.md",
    DOCS / "explanation" / "memory.md",
    DOCS / "explanation" / "training-runs.md",
    DOCS / "how-to" / "containers.md",
    DOCS / "how-to" / "controls.md",
    DOCS / "how-to" / "select-for-a-target.md",
    DOCS / "how-to" / "stream.md",
]


def main() -> None:
    for page in PAGES:
        page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")


def filled(text: str) -> str:
    """Return a page with every table that it has a place for."""
    for name, draw in TABLES.items():
        file = HERE / "results" / f"{name}.json"
        if has_place(text, name) and file.exists():
            result = json.loads(file.read_text(encoding="utf-8"))
            text = placed(text, name, f"{made_on(result)}\n\n{draw(result)}")
    return text


def made_on(result: dict[str, Any]) -> str:
    """Return one line of what the numbers were taken on."""
    machine, versions = result["machine"], result["versions"]
    return (
        f"`{result['command']}`\n\n"
        f"{result['date']}, {machine['cpu']}, {machine['cores']} cores, load at the end "
        f"{machine['load_at_end'][0]}; Python {versions['python']}, zlib {versions['zlib']}, "
        f"zstandard {versions['zstandard']}, lz4 {versions['lz4']}."
    )


def parity(result: dict[str, Any]) -> str:
    """Return the table of parity.json."""
    return table(
        [
            "data",
            "picks of pool",
            "K1",
            "ranked as the script: same picks, in order",
            "ranked our way: shared",
            "by chance",
            "first decision that differs",
            "CPU s, script",
            "CPU s, ours",
        ],
        [
            [
                stem(run["data"]),
                f"{run['budget']} of {run['pool']:,}",
                f"{run['k1']:,}",
                f"{run['script_ranking']['same_prefix']} of {run['budget']}",
                f"{run['own_ranking']['shared_fraction']:.0%}",
                f"{run['own_ranking']['shared_by_chance']:.0%}",
                _difference(run["own_ranking"]["first_difference"]),
                f"{run['script']['cpu_seconds']:.0f}",
                f"{run['ours']['cpu_seconds']:.1f}",
            ]
            for run in result["runs"]
        ],
    )


def _difference(first: dict[str, Any] | None) -> str:
    if first is None:
        return "none"
    if first["tie_in_float64"]:
        kind = "an exact tie"
    elif first["tie_in_float32"]:
        kind = "a tie in float32 only"
    else:
        kind = "not a tie"
    return f"{first['stage']}, {kind}"


def vs_script(result: dict[str, Any]) -> str:
    """Return the two tables of vs_script.json."""
    runs = [(stem(run["data"]), run["whole_run"]) for run in result["runs"]]
    whole = table(
        [
            "whole run",
            "picks of pool",
            "K",
            "CPU s, script",
            "CPU s, ours",
            "times less CPU",
            "times less wall",
            "same picks under the script's ranking",
        ],
        [
            [
                data,
                f"{run['budget']} of {run['pool']:,}",
                f"{run['k1']:,} / {run['k2']} / {run['k3']}",
                f"{run['script']['cpu_seconds']:.1f}",
                f"{run['ours']['cpu_seconds']:.2f}",
                f"{run['times_less_cpu']:.0f}×",
                f"{run['times_less_wall']:.0f}×",
                _yes(run["identical_picks_under_the_scripts_ranking"]),
            ]
            for data, run in runs
        ],
    )
    each = table(
        [
            "one evaluation",
            "bytes in the set",
            "CPU µs, script",
            "CPU µs, ours",
            "times less",
            "same ratios",
        ],
        [
            [
                stem(run["data"]),
                f"{one['set_bytes']:,}",
                f"{one['script_microseconds']['median']:,.0f}",
                f"{one['our_microseconds']['median']:,.0f}",
                f"{one['times_less_cpu']:,.0f}×",
                _yes(one["identical_ratios"]),
            ]
            for run in result["runs"]
            for one in run["evaluation_by_set_size"]
        ],
    )
    return f"{whole}\n\n{each}"


def _yes(true: bool) -> str:
    return "yes" if true else "no"


def paper_size(result: dict[str, Any]) -> str:
    """Return the table of paper_size.json."""
    return table(
        [
            "compressor",
            "wall s",
            "CPU s",
            "CPU µs an evaluation",
            "evaluations",
            "peak MB",
            "of it before selecting",
            "MB chosen",
            "ratio",
            "share of the set in sight at the end",
        ],
        [
            [
                f"`{run['compressor']}` ({run['priming']})",
                f"{run['select']['wall_seconds']:.1f}",
                f"{run['select']['cpu_seconds']:.1f}",
                f"{run['cpu_microseconds_per_evaluation']:.1f}",
                f"{run['evaluations']:,}",
                f"{run['peak_megabytes']:.0f}",
                f"{run['peak_megabytes_after_reading']:.0f}",
                f"{run['chosen_bytes'] / 1e6:.2f}",
                f"{run['ratio']:.3f}",
                f"{run['visible_share_at_end']:.1%}",
            ]
            for run in result["runs"]
        ],
    )


def cost_by_prefix(result: dict[str, Any]) -> str:
    """Return the table of cost_by_prefix.json."""
    lengths = [one["prefix_bytes"] for one in result["runs"][0]["after_prefix"]]
    shown = [length for length in lengths if length]
    count, size = result["runs"][0]["candidates"], result["mean_candidate_bytes"]
    return (
        f"{count} candidates of {size} bytes on average; "
        "median, and in brackets how many times the floor.\n\n"
        + table(
            ["compressor", "floor", *(f"{length / 1e6:g} MB" for length in shown)],
            [
                [
                    f"`{run['compressor']}` ({run['priming']})",
                    f"{run['floor']['median']:.1f}",
                    *_cells(run["after_prefix"], shown),
                ]
                for run in result["runs"]
            ],
        )
    )


def _cells(after: Iterable[dict[str, Any]], lengths: Sequence[int]) -> list[str]:
    costs = {one["prefix_bytes"]: one for one in after}
    return [
        f"{costs[length]['median']:,.0f} ({costs[length]['over_floor']:,.1f})"
        if length in costs
        else ""
        for length in lengths
    ]


def quality(result: dict[str, Any]) -> str:
    """Return the two tables of quality.json: redundancy, and bits for unseen records."""
    pools = result["pools"]
    head = [f"{pool['name']}, {pool['budget_bytes'] / 1e6:.2f} MB" for pool in pools]
    redundancy = table(
        ["ratio of the choice (random: mean, lowest to highest)", *head],
        _by_method(pools, "ratio", digits=2),
    )
    unseen = table(
        ["bits per byte of unseen records, given the choice", *head],
        _by_method(pools, "unseen_bits_per_byte", digits=3),
    )
    seconds = table(
        ["CPU s to choose", *head],
        [
            [case["method"], *(f"{of(pool, case['method'])['cpu_seconds']:.3g}" for pool in pools)]
            for case in pools[0]["methods"]
            if "compressor" in case or case["method"] == "own ratio"
        ],
    )
    return f"{redundancy}\n\n{unseen}\n\n{seconds}"


def quality_by_schedule(result: dict[str, Any]) -> str:
    """Return the table of quality_by_schedule.json."""
    head = [
        "method",
        "the set is read",
        f"ratio of {result['budget_bytes'] / 1e6:.0f} MB",
        "bits per unseen byte",
        "CPU s to choose",
        "of it reading the set",
    ]
    return table(
        head,
        [
            [
                case["method"],
                case["reading"] if case["method"].endswith("long") else "",
                f"{case['ratio']:.3f} ({case['ratio_to_random'] - 1:+.1%})",
                f"{case['unseen_bits_per_byte']:.3f}",
                f"{case['cpu_seconds']:,.0f}",
                f"{case['reading_the_set_cpu_seconds']:,.0f}",
            ]
            for case in result["methods"]
        ],
    )


def _by_method(pools: Sequence[dict[str, Any]], measure: str, *, digits: int) -> list[list[str]]:
    """Return a row for each method: the measure, and its change against random in brackets."""
    rows = []
    for method in (case["method"] for case in pools[0]["methods"]):
        cells = []
        for case in (of(pool, method) for pool in pools):
            if "draws" in case:
                drawn = [draw[measure] for draw in case["draws"]]
                spread = f"{min(drawn):.{digits}f} to {max(drawn):.{digits}f}"
            else:
                spread = f"{case[f'{measure}_to_random'] - 1:+.1%}"
            cells.append(f"{case[measure]:.{digits}f} ({spread})")
        rows.append([method, *cells])
    return rows


def of(pool: dict[str, Any], method: str) -> dict[str, Any]:
    """Return what one method came to in a pool."""
    return next(case for case in pool["methods"] if case["method"] == method)


def stream(result: dict[str, Any]) -> str:
    """Return the table of stream.json."""
    rows = []
    for pool in result["pools"]:
        random = pool["random"]
        name = f"{pool['name']}, {pool['records']:,}"
        rows.append([name, "random", "", "1", f"{random['unseen_bits_per_byte']:.3f}", "", ""])
        rows += [
            [
                name,
                f"`{case['method']}`",
                case.get("arrival", "all at once"),
                f"{case['ratio_to_random']:.3f}",
                f"{case['unseen_bits_per_byte']:.3f}",
                f"{case['budget_used']:.2%}" if "budget_used" in case else "",
                f"{case['records_per_second']:,.0f}",
            ]
            for case in pool["methods"]
        ]
    head = [
        "pool, records",
        "method",
        "arrival",
        "redundancy, random = 1",
        "bits per unseen byte",
        "budget used",
        "records a CPU s",
    ]
    return table(head, rows)


def alignment(result: dict[str, Any]) -> str:
    """Return the two tables of alignment.json."""
    runs = result["runs"]
    sources = [
        f"{run['source']} ({run['share_in_pool']:.0%} of pool, {run['closest']} closest)"
        for run in runs
    ]
    methods = [(case["method"], case["compressor"]) for case in runs[0]["methods"]]
    found = table(
        ["closest that are of the target's source", *sources, "CPU s, mean"],
        [
            [
                f"`{method}`, `{compressor}`",
                *(f"{run['methods'][place]['share_of_closest']:.1%}" for run in runs),
                f"{sum(run['methods'][place]['cpu_seconds'] for run in runs) / len(runs):.2f}",
            ]
            for place, (method, compressor) in enumerate(methods)
        ],
    )
    mixed = table(
        ["weight: of the target's source; redundancy; bits per unseen byte of it", *sources],
        [
            [
                str(runs[0]["mixes"][place]["weight"]),
                *(
                    f"{case['share_of_chosen']:.0%}; {case['ratio']:.2f}; "
                    f"{case['unseen_bits_per_byte']:.3f}"
                    for case in (run["mixes"][place] for run in runs)
                ),
            ]
            for place in range(len(runs[0]["mixes"]))
        ],
    )
    return f"{found}\n\n{mixed}"


TABLES: dict[str, Callable[[dict[str, Any]], str]] = {
    "parity": parity,
    "vs_script": vs_script,
    "paper_size": paper_size,
    "estimate": speed_tables.estimate,
    "paper_vs_script": speed_tables.paper_vs_script,
    "cost_by_prefix": cost_by_prefix,
    "overhead": speed_tables.overhead,
    "scaling": speed_tables.scaling,
    "million": speed_tables.million,
    "import_time": speed_tables.import_time,
    "first_selection": speed_tables.first_selection,
    "quality": quality,
    "quality_by_schedule": quality_by_schedule,
    "stream": stream,
    "alignment": alignment,
    "containers": container_tables.containers,
    "safe_selection": safe_tables.safe_selection,
    "law_by_training": training_tables.law_by_training,
}

if __name__ == "__main__":
    main()

"""The tables of what a selection takes: workers, a large pool, overhead, import, the script."""

from __future__ import annotations

from typing import Any

from pages import table


def scaling(result: dict[str, Any]) -> str:
    """Return the table of scaling.json."""
    return table(
        ["compressor", "bytes a record", *_both("threads"), *_both("processes")],
        [
            [
                f"`{run['compressor']}`",
                f"{run['mean_record_bytes']:,}",
                *(
                    f"{run[stage][kind]['wall_gain']:.2f}×"
                    for kind in ("threads", "processes")
                    for stage in ("screen", "pack")
                ),
            ]
            for run in result["runs"]
        ],
    )


def _both(kind: str) -> list[str]:
    return [f"{kind}: sizing with the set", f"{kind}: packing"]


def million(result: dict[str, Any]) -> str:
    """Return the table of million.json."""
    run = result["run"]
    exponent = run["exponent_of_cost_by_number_chosen"]
    return table(
        ["what", "measured"],
        [
            ["pool", f"{run['pool_records']:,} records, {run['pool_bytes'] / 1e9:.2f} GB"],
            ["chosen", f"{run['chosen_records']:,} records, {run['chosen_bytes'] / 1e6:.0f} MB"],
            ["compressor, threads", f"`{run['compressor']}`, {run['threads']}"],
            ["time to select", f"{run['select']['wall_seconds'] / 60:.0f} min"],
            ["CPU", f"{run['select']['cpu_seconds'] / 60:.0f} min"],
            ["building the mapped file", f"{result['build']['wall_seconds']:.0f} s"],
            ["peak memory beyond the file", f"{run['peak_megabytes_beyond_the_file']:.0f} MB"],
            ["cost of a chosen record, by number chosen before", f"to the power {exponent:.3f}"],
            ["share of CPU on reading the set", f"{run['reading_the_set_share_of_cpu']:.1%}"],
        ],
    )


def estimate(result: dict[str, Any]) -> str:
    """Return the table of estimate.json."""
    return table(
        ["compressor", "threads", "shortcuts", "seconds said", "seconds taken", "MB said", "MB"],
        [
            [
                f"`{run['compressor']}`",
                str(run["n_jobs"]),
                "none" if run["packing"] == "full" else "lazy, adaptive",
                *(
                    f"{run[what][when]:,.1f}" if what == "seconds" else f"{run[what][when]:,.0f}"
                    for what in ("seconds", "megabytes")
                    for when in ("estimated", "run")
                ),
            ]
            for run in result["runs"]
        ],
    )


def first_selection(result: dict[str, Any]) -> str:
    """Return the table of first_selection.json."""
    took, download = result["median_seconds"], result["download"]
    fetched = f"{download['packages']} packages, {download['megabytes']:.0f} MB: download"
    return table(
        ["what", "seconds"],
        [
            [fetched, f"{download['wall_seconds']:.1f}"],
            ["a fresh environment", f"{took['make_environment']:.1f}"],
            ["install", f"{took['install']:.1f}"],
            ["first selection in a new process", f"{took['first_run']:.1f}"],
            ["the same again", f"{took['second_run']:.1f}"],
        ],
    )


def overhead(result: dict[str, Any]) -> str:
    """Return the table of overhead.json."""
    return table(
        ["compressor", "CPU µs a candidate", "of it beside the codec", "share"],
        [
            [
                f"`{run['compressor']}`",
                f"{run['whole']['median']:.1f}",
                f"{run['beside_the_codec']['median']:.2f}",
                f"{run['share']:.1%}",
            ]
            for run in result["runs"]
        ],
    )


def import_time(result: dict[str, Any]) -> str:
    """Return the table of import_time.json."""
    return table(
        ["a fresh Python that imports", "wall ms", "more than nothing", "CPU ms more than nothing"],
        [
            [
                run["imported"],
                f"{run['wall_milliseconds']:.0f}",
                f"{run['over_nothing_wall_milliseconds']:.0f}",
                f"{run['over_nothing_cpu_milliseconds']:.0f}",
            ]
            for run in result["runs"]
        ],
    )


def paper_vs_script(result: dict[str, Any]) -> str:
    """Return the two tables of paper_vs_script.json."""
    script, ours = result["script_cpu_seconds"], result["ours"]
    sums = table(
        ["CPU of the whole run", "hours"],
        [
            ["script: every record alone", f"{script['records_alone'] / 3600:.3f}"],
            ["script: unions with the set", f"{script['unions_with_the_set'] / 3600:.1f}"],
            ["script: unions with the pack", f"{script['unions_with_the_pack'] / 3600:.1f}"],
            ["script: all", f"{result['script_cpu_hours']:.1f}"],
            ["ours", f"{ours['cpu_seconds'] / 3600:.3f}"],
            ["times less", f"{result['times_less_cpu']:,.0f}×"],
        ],
    )
    each = table(
        ["bytes in the set", "CPU µs an evaluation of the script"],
        [
            [f"{one['set_bytes']:,}", f"{one['cpu_microseconds']:,.0f}"]
            for one in result["script_evaluation_by_set_size"]
        ],
    )
    about = (
        f"{result['chosen_records']:,} of {result['pool_records']:,} records, "
        f"K {result['k1']:,} / {result['k2']} / {result['k3']}, "
        f"{result['chosen_bytes'] / 1e6:.1f} MB chosen."
    )
    return f"{about}\n\n{sums}\n\n{each}"

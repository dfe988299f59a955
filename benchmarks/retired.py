"""Tables of retired benchmarks, made from their stored results.

README.md names the question that each answered. Their code is in commit 6e870a2.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from benchmarks.common.page import Target, stem, table, table_of
from benchmarks.common.record import Record

LONG = "zstd:6:long"


def of(name: str) -> SimpleNamespace:
    """Return the tables and targets of a retired benchmark, if it has any."""
    parts = {"tables": TABLES.get(name), "targets": TARGETS.get(name)}
    return SimpleNamespace(**{part: made for part, made in parts.items() if made})


def overhead_targets(results: dict[str, Any]) -> Iterator[Target]:
    own = {run["compressor"]: run["beyond_the_codec"]["median"] for run in results["runs"]}
    measured = ", ".join(f"`{spec}` {one:.2f}" for spec, one in own.items())
    yield Target("Python adds under 2 µs per candidate", f"{measured} µs", max(own.values()) < 2)


def paper_vs_script_targets(results: dict[str, Any]) -> Iterator[Target]:
    yield Target(
        "the same work takes the published script 1,000 times the CPU or more",
        f"{results['times_less_cpu']:,.0f} times: {results['script_cpu_hours']:.0f} hours "
        f"against {results['ours']['cpu_seconds'] / 60:.1f} minutes",
        results["times_less_cpu"] >= 1_000,
    )


def vs_script(record: Record) -> dict[str, str]:
    evaluations = [
        one | {"data": stem(run["data"])}
        for run in record.results["runs"]
        for one in run["evaluation_by_set_size"]
    ]
    columns = {
        "one evaluation": "{data}",
        "bytes in the set": "{set_bytes:,}",
        "CPU µs, script": "{script_microseconds[median]:,.0f}",
        "CPU µs, ours": "{our_microseconds[median]:,.0f}",
        "times less": "{times_less_cpu:,.0f}×",
        "same ratios": lambda one: "yes" if one["identical_ratios"] else "no",
    }
    return {"vs_script": table_of(evaluations, columns)}


def containers(record: Record) -> dict[str, str]:
    about = (
        "{records:,} records, {megabytes:.1f} MB of text; {budget:,} chosen by "
        "`{settings[compressor]}`, k1={settings[k1]:,}. Medians of CPU time in the same turn."
    ).format(megabytes=record.results["text_bytes"] / 1e6, **record.results)
    columns = {
        "container": "{container}",
        "reading, list = 1": "{read_over_list[cpu]:.2f}",
        "select and take, list = 1": "{select_over_list[cpu]:.2f}",
        "filling a template, dicts = 1": lambda run: (
            f"{run['template_over_dicts']['cpu']:.2f}" if run["template_over_dicts"] else ""
        ),
        "memory added, text = 1": "{held_over_text:.2f}",
    }
    return {"containers": f"{about}\n\n{table_of(record.results['runs'], columns)}"}


def million(record: Record) -> dict[str, str]:
    run, build = record.results["run"], record.results["build"]
    rows = {
        "pool": f"{run['pool_records']:,} records, {run['pool_bytes'] / 1e9:.2f} GB",
        "chosen": f"{run['chosen_records']:,} records, {run['chosen_bytes'] / 1e6:.0f} MB",
        "compressor, threads": f"`{run['compressor']}`, {run['threads']}",
        "time to select": f"{run['select']['wall_seconds'] / 60:.0f} min",
        "CPU": f"{run['select']['cpu_seconds'] / 60:.0f} min",
        "building the mapped file": f"{build['wall_seconds']:.0f} s",
        "peak memory beyond the file": f"{run['peak_megabytes_beyond_the_file']:.0f} MB",
        "cost of a chosen record, by number chosen before": (
            f"to the power {run['exponent_of_cost_by_number_chosen']:.3f}"
        ),
        "share of CPU on reading the set": f"{run['reading_the_set_share_of_cpu']:.1%}",
    }
    return {"million": table(["what", "measured"], rows.items())}


def million_targets(results: dict[str, Any]) -> Iterator[Target]:
    run = results["run"]
    minutes = run["select"]["wall_seconds"] / 60
    what = f"{run['chosen_records']:,} of {run['pool_records']:,} records"
    memory = run["peak_megabytes_beyond_the_file"]
    reading = run["reading_the_set_share_of_cpu"]
    power = run["exponent_of_cost_by_number_chosen"]
    yield Target(f"{what}: within an hour on 2 cores", f"{minutes:.0f} min", minutes <= 60)
    yield Target("memory beyond the mapped file: under 1.5 GB", f"{memory:.0f} MB", memory < 1_500)
    aim = "reading the growing set: under a third of the CPU"
    yield Target(aim, f"{reading:.1%}", reading < 1 / 3)
    aim = "cost of a chosen record by number already chosen: flat"
    yield Target(aim, f"to the power {power:.3f}", abs(power) < 0.05)


def quality_by_schedule(record: Record) -> dict[str, str]:
    columns = {
        "method": "{method}",
        "the set is read": lambda case: case["reading"] if case["method"].endswith("long") else "",
        f"ratio of {record.results['budget_bytes'] / 1e6:.0f} MB": lambda case: (
            f"{case['ratio']:.3f} ({case['ratio_to_random'] - 1:+.1%})"
        ),
        "bits per unseen byte": "{unseen_bits_per_byte:.3f}",
        "CPU s to select": "{cpu_seconds:,.0f}",
        "of it reading the set": "{reading_the_set_cpu_seconds:,.0f}",
    }
    return {"quality_by_schedule": table_of(record.results["methods"], columns)}


def quality_by_schedule_targets(results: dict[str, Any]) -> Iterator[Target]:
    scheduled, whole = (case for case in results["methods"] if case.get("compressor") == LONG)
    change = scheduled["ratio"] / whole["ratio"] - 1
    yield Target(
        f"reading a set of {results['budget_bytes'] / 1e6:.0f} MB on a schedule costs under 2 % of "
        "redundancy",
        f"{change:+.1%} ({scheduled['ratio']:.3f}, whole each time {whole['ratio']:.3f}; "
        f"random {results['methods'][0]['ratio']:.3f})",
        change < 0.02,
    )


def alignment(record: Record) -> dict[str, str]:
    runs = record.results["runs"]
    sources = [
        f"{run['source']} ({run['share_in_pool']:.0%} of pool, {run['closest']} closest)"
        for run in runs
    ]
    found = table(
        ["closest that are of the target's source", *sources, "CPU s, mean"],
        [
            [
                "`{method}`, `{compressor}`".format(**cases[0]),
                *(f"{case['share_of_closest']:.1%}" for case in cases),
                f"{sum(case['cpu_seconds'] for case in cases) / len(runs):.2f}",
            ]
            for cases in zip(*(run["methods"] for run in runs), strict=True)
        ],
    )
    cell = "{share_of_chosen:.0%}; {ratio:.2f}; {unseen_bits_per_byte:.3f}"
    mixed = table(
        ["weight: of the target's source; redundancy; bits per unseen byte of it", *sources],
        [
            [str(cases[0]["weight"]), *(cell.format(**case) for case in cases)]
            for cases in zip(*(run["mixes"] for run in runs), strict=True)
        ],
    )
    return {"alignment": f"{found}\n\n{mixed}"}


def stream(record: Record) -> dict[str, str]:
    rows = []
    for pool in record.results["pools"]:
        bits = pool["random"]["unseen_bits_per_byte"]
        name = f"{pool['name']}, {pool['records']:,}"
        rows.append([name, "random", "", "1", f"{bits:.3f}", "", ""])
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
    return {"stream": table(head, rows)}


def law_by_training(record: Record) -> dict[str, str]:
    results = record.results
    ways, recipe = results["ways"], results["recipe"]
    apart = " and ".join(f"{one:.3f}" for one in results["random_sets_apart"])
    about = (
        f"Trained on one {results['device']}, PyTorch {results['torch']}: "
        f"{results['parameters'] / 1e6:.1f} million parameters, {recipe['epochs']} epochs of "
        f"{results['set_bytes'] / 1e6:.1f} MB, {len(results['runs'])} runs over {results['pools']} "
        f"pools. Two random sets of one pool end {apart} bits a byte apart."
    )
    by_way = table_of(
        ways,
        {
            "chosen by": "{way}",
            "records": "{records:,}",
            "ratio, zlib:9": "{ratios[zlib:9]:.2f}",
            "ratio, zstd:6:long": "{ratios[zstd:6:long]:.2f}",
            "first-epoch loss": "{first_epoch_loss:.3f}",
            "last-epoch loss": "{last_epoch_loss:.3f}",
            "bits a byte": "{bits_per_byte:.3f}",
            "over random, by pool": lambda way: signed(way["over_random"]["all"]),
        },
    )
    names = [name for name in ways[0]["over_random"] if name != "all"]
    by_source = table(
        ["bits a byte over random, by pool", *map(short, names)],
        [[way["way"], *(signed(way["over_random"][name]) for name in names)] for way in ways],
    )
    known = table(
        [f"`{LONG}`", "ratio of all records", *(f"bits given: {way['way']}" for way in ways)],
        [
            [
                short(source),
                f"{found['ratios'][LONG]:.2f}",
                *(f"{found['compressor_bits_per_byte'][way['way']]:.2f}" for way in ways),
            ]
            for source, found in results["sources"].items()
        ],
    )
    fits = table_of(
        (fit for fit in results["fits"] if not fit["judge"].startswith("lzma")),
        {
            "sets": "{sets}, {runs} runs",
            "ratio by": lambda fit: "" if fit["predictors"] == "loss" else f"`{fit['judge']}`",
            "slope of ratio": lambda fit: slope(fit, "compression_ratio"),
            "slope of first-epoch loss": lambda fit: slope(fit, "first_epoch_loss"),
            "R²": "{r_squared:.2f}",
            "leave-one-out error": "{leave_one_out[this law]:.3f}",
            "of no predictor": "{leave_one_out[no predictor]:.3f}",
        },
    )
    return {"law_by_training": "\n\n".join((about, by_way, by_source, known, fits))}


def short(source: str) -> str:
    return "_".join(source.split("_")[:2])


def signed(values: list[float]) -> str:
    return ", ".join(f"{value:+.3f}" for value in values)


def slope(fit: dict[str, Any], predictor: str) -> str:
    if predictor not in fit["slopes"]:
        return ""
    return "{estimate:+.3g} ({low:+.3g} to {high:+.3g})".format(**fit["slopes"][predictor])


TABLES = {
    "vs_script": vs_script,
    "containers": containers,
    "million": million,
    "stream": stream,
    "alignment": alignment,
    "quality_by_schedule": quality_by_schedule,
    "law_by_training": law_by_training,
}
TARGETS = {
    "million": million_targets,
    "overhead": overhead_targets,
    "paper_vs_script": paper_vs_script_targets,
    "quality_by_schedule": quality_by_schedule_targets,
}

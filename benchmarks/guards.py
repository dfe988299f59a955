"""What guards catch of planted records and of real ones, what they cost, and what is then chosen.

Every file is a set of real records. Alone, it says how many real records each guard catches.
Together, with planted records among them (see planted.py), they say how much of each kind is
caught, how copies are found at all distances, and how much noise a selection takes with guards
that drop, without guards, and at random. Real records that are caught are not always false alarms:
real data has copies and templates of its own.

Usage: python benchmarks/guards.py DATA...    measures, then writes the tables of the page
       python benchmarks/guards.py            writes the tables from results/guards.json again

The page is docs/how-to/guards.md.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tracemalloc
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from common import (
    RESULTS,
    cost_of,
    in_fresh_process,
    measured,
    read_records,
    significant,
    write_result,
)
from entropylaw import Corpus, ZipSelector
from entropylaw.compressors import Zlib
from entropylaw.errors import EntropyLawWarning
from entropylaw.guards import GuardReport, Guards, check_records
from entropylaw.guards.options import GUARDS
from entropylaw.io.load import as_corpus
from entropylaw.sizing import Sizer
from pages import placed, table
from planted import NOISE, REDUNDANT, exact_copy, near_copy, normalised_copy, plant
from tables import made_on

COPIES = {"exact": exact_copy, "normalised": normalised_copy, "near": near_copy}
DISTANCES = (1, 100, 10_000)
OFF = Guards.all("off")
PAGE = Path(__file__).parents[1] / "docs" / "how-to" / "guards.md"
SHORT = 120
"""Characters of the records by which memory is measured: text is not what is measured."""
STAGES = {"k1": 10_000, "k2": 200, "k3": 100}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="*", type=Path, help="sets of real records: JSONL")
    parser.add_argument("--most", type=int, default=10_000, help="records of a set alone")
    parser.add_argument("--mixed", type=int, default=2_000, help="records of it in the mixed pool")
    parser.add_argument("--planted", type=int, default=200, help="planted records of each kind")
    parser.add_argument("--share", type=float, default=0.05, help="share of the pool to be chosen")
    parser.add_argument("--compressors", nargs="+", default=["zlib"])
    options = parser.parse_args()

    if options.data:
        measure(options)
    draw(json.loads((RESULTS / "guards.json").read_text(encoding="utf-8")))


def measure(options: argparse.Namespace) -> None:
    rng = random.Random(0)
    sets = {
        path.name.partition(".")[0]: drawn(texts_of(path), options.most, rng)
        for path in options.data
    }
    mixed = {name: drawn(texts, options.mixed, rng) for name, texts in sets.items()}
    real = [text for texts in mixed.values() for text in texts]
    content: dict[str, Any] = {
        "settings": {
            name: getattr(options, name) for name in ("most", "mixed", "planted", "share")
        },
        "real_records_caught": {
            name: caught_of_all(check_records(corpus_of(texts), Guards(), n_jobs=1))
            for name, texts in sets.items()
        },
        "planted_records_caught": planted_caught(mixed, options.planted),
        "copies_found_by_distance": copies_found(real, options.planted),
        "cost": in_fresh_process(costs, [text for texts in sets.values() for text in texts]),
    }
    write_result("guards", content)
    content["chosen"] = [
        chosen(real, options.planted, options.share, compressor)
        for compressor in options.compressors
    ]
    write_result("guards", content)


def texts_of(path: Path) -> list[str]:
    """Return the distinct texts of a file: its own copies are not what is measured here."""
    return list(dict.fromkeys(text.decode() for text in as_corpus(read_records([path])) if text))


def drawn(texts: Sequence[str], count: int, rng: random.Random) -> list[str]:
    return rng.sample(texts, min(count, len(texts)))


def corpus_of(texts: Sequence[str]) -> Corpus:
    return Corpus.from_rows(text.encode() for text in texts)


def caught_of_all(report: GuardReport) -> dict[str, Any]:
    return {"records": report.records} | {
        finding.guard: significant(len(finding.rows) / report.records, 3)
        for finding in report.findings
    }


def planted_caught(mixed: Mapping[str, Sequence[str]], count: int) -> dict[str, Any]:
    """Return which share of each planted kind, and of each set, each guard catches in one pool."""
    source = {text: name for name, texts in mixed.items() for text in texts}
    kinds_of_one = [kind for kind in (*NOISE, *REDUNDANT) if not kind.endswith("copy")]
    texts, kinds = plant(list(source), dict.fromkeys(kinds_of_one, count), seed=0)
    labels = np.array([kind or source[text] for text, kind in zip(texts, kinds, strict=True)])
    report = check_records(corpus_of(texts), Guards(), n_jobs=1)
    return {
        str(label): {
            "records": int(of.sum()),
            "any": significant(float(report.caught[of].mean()), 3),
        }
        | {
            finding.guard: significant(float(of[finding.rows].sum() / of.sum()), 3)
            for finding in report.findings
        }
        for label in (*kinds_of_one, *mixed)
        if (of := labels == label).any()
    }


def copies_found(real: Sequence[str], count: int) -> dict[str, dict[str, float]]:
    """Return which share of copies each guard against copies finds, by how far away they are."""
    found: dict[str, dict[str, float]] = {}
    for kind, copied in COPIES.items():
        found[kind] = {}
        for distance in (*DISTANCES, len(real) - count):
            rng = random.Random(distance)
            rows = rng.sample(list(real), len(real))
            places = rng.sample(
                range(0, len(rows) - distance, 2), min(count, len(rows) - distance) // 2
            )
            copies = {place: copied([rows[place]], rng) for place in places if fits(rows[place])}
            for place, text in copies.items():
                rows[place + distance] = text
            intact = [p for p in copies if p - distance not in copies]
            report = check_records(corpus_of(rows), replace(OFF, **{kind: "warn"}), n_jobs=1)
            hits = np.isin([place + distance for place in intact], report.rows(kind))
            found[kind][str(distance)] = significant(float(hits.mean()), 3)
        print(kind, found[kind], file=sys.stderr)
    return found


def fits(text: str) -> bool:
    """Return whether a text is long enough for each way of copying it."""
    return len(text) >= 100 and len(text.split(" ")) >= 50


def costs(real: Sequence[str]) -> dict[str, Any]:
    """Return CPU time and memory of each guard alone, of all, and of zlib beside them."""
    corpus = corpus_of(real)
    kilobytes = corpus.total_bytes / 1024
    microseconds = {}
    with measured() as cost, Sizer(corpus, Zlib(), n_jobs=1) as scorer:
        _ = scorer.own_sizes
    microseconds["zlib alone, for comparison"] = cost.cpu
    for guard in GUARDS:
        with measured() as cost:
            check_records(corpus, replace(OFF, **{guard: "warn"}), n_jobs=1)
        microseconds[guard] = cost.cpu
    with measured() as cost:
        check_records(corpus, Guards(), n_jobs=1)
    microseconds["all but near"] = cost.cpu
    return {
        "records": len(corpus),
        "bytes": corpus.total_bytes,
        "cpu_microseconds_a_kilobyte": {
            name: significant(1e6 * seconds / kilobytes, 3)
            for name, seconds in microseconds.items()
        },
        "memory": memory([text[:SHORT] for text in real[::4]]),
    }


def memory(texts: Sequence[str]) -> dict[str, float]:
    """Return what the guards allocate at the most: at any rate, and for each record."""
    peaks = {}
    for times in (8, 16):
        rows = [f"{text} {number}" for number in range(times) for text in texts]
        corpus = corpus_of(rows)
        tracemalloc.start()
        check_records(corpus, Guards(), n_jobs=1)
        peaks[len(rows)] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    (few, low), (many, high) = peaks.items()
    of_one = (high - low) / (many - few)
    return {
        "bytes_a_record": significant(of_one, 3),
        "megabytes_beside": significant((low - few * of_one) / 1e6, 3),
    }


def chosen(real: Sequence[str], count: int, share: float, compressor: str) -> dict[str, Any]:
    """Return the share of each planted kind in the pool, and in what is chosen of it."""
    texts, kinds = plant(real, dict.fromkeys((*NOISE, *REDUNDANT), count), seed=1)
    labels = np.array(kinds)
    budget = round(share * len(texts))
    result: dict[str, Any] = {"compressor": compressor, "pool": len(texts), "budget": budget}
    choices = {"random": np.arange(len(texts))}
    for name, guards in (("plain", None), ("guarded", Guards.all("drop"))):
        with measured() as cost, warnings.catch_warnings():
            warnings.simplefilter("ignore", EntropyLawWarning)
            selector = ZipSelector(budget, compressor=compressor, guards=guards, **STAGES)
            choices[name] = selector.select(texts).indices
        result[f"{name}_cost"] = cost_of(cost)
    with measured() as cost:
        check_records(corpus_of(texts), Guards(), n_jobs=1)
    result["guards_cost"] = cost_of(cost)
    result["share_of_records"] = {
        name: {
            kind: significant(float((labels[rows] == kind).mean()), 3)
            for kind in (*NOISE, *REDUNDANT)
        }
        | {"noise": significant(float(np.isin(labels[rows], list(NOISE)).mean()), 3)}
        for name, rows in choices.items()
    }
    print(result, file=sys.stderr)
    return result


def draw(result: dict[str, Any]) -> None:
    """Write the tables of the page."""
    text = PAGE.read_text(encoding="utf-8")
    drawn = {
        "real": caught_table(result["real_records_caught"], "set"),
        "planted": caught_table(result["planted_records_caught"], "records"),
        "copies": copies_table(result["copies_found_by_distance"]),
        "chosen": chosen_table(result["chosen"]),
        "cost": f"{made_on(result)}\n\n{cost_table(result)}",
    }
    for name, content in drawn.items():
        text = placed(text, name, content)
    PAGE.write_text(text, encoding="utf-8")


def caught_table(caught: Mapping[str, Mapping[str, float]], first: str) -> str:
    guards = [name for name in next(iter(caught.values())) if name != "records"]
    return table(
        [first, *(guard.replace("_", " ") for guard in guards)],
        [
            [label, *(percent(shares[guard]) for guard in guards)]
            for label, shares in caught.items()
        ],
    )


def copies_table(found: Mapping[str, Mapping[str, float]]) -> str:
    distances = next(iter(found.values()))
    return table(
        ["copies", *(f"{int(distance):,}" for distance in distances)],
        [[kind, *map(percent, shares.values())] for kind, shares in found.items()],
    )


def chosen_table(runs: Sequence[Mapping[str, Any]]) -> str:
    columns = {"pool": runs[0]["share_of_records"]["random"]} | {
        f"`{run['compressor']}`, {how}": run["share_of_records"][how]
        for run in runs
        for how in ("plain", "guarded")
    }
    kinds = [*NOISE, "noise", *REDUNDANT]
    return table(
        ["planted", *columns],
        [
            [
                f"**{kind}, all**" if kind == "noise" else kind,
                *(percent(of[kind]) for of in columns.values()),
            ]
            for kind in kinds
        ],
    )


def cost_table(result: Mapping[str, Any]) -> str:
    cost = result["cost"]
    rows = [[name, f"{value:.0f}"] for name, value in cost["cpu_microseconds_a_kilobyte"].items()]
    plain = ", ".join(
        f"{run['guards_cost']['cpu_seconds'] / run['plain_cost']['cpu_seconds']:.0%} of a plain "
        f"selection with `{run['compressor']}` ({run['budget']:,} of {run['pool']:,} records)"
        for run in result["chosen"]
    )
    return (
        table([f"guard, {cost['bytes'] / 1e6:.0f} MB of text", "CPU µs a KB"], rows)
        + f"\n\nAll but `near` together: {plain}. Memory at the most: "
        f"{cost['memory']['megabytes_beside']:.0f} MB, and "
        f"{cost['memory']['bytes_a_record']:.0f} bytes a record."
    )


def percent(share: float) -> str:
    return f"{100 * share:.2f}" if 0 < share < 0.1 else f"{100 * share:.0f}"


if __name__ == "__main__":
    main()

"""Share of planted and of real records that guards catch, their cost, and the effect on selections.

Alone, each data set shows how many of its real records each guard catches. Together, with planted
records among them (benchmarks/common/planted.py), they show how much of each kind is caught, how
copies are found at all distances, and how much noise a selection takes with guards that drop,
without guards, and at random. Real records that are caught are not always false alarms: real data
has copies and templates of its own.
"""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from benchmarks.common.inputs import Inputs
from benchmarks.common.internals import GUARDS
from benchmarks.common.measure import in_fresh_process, measured, report, significant
from benchmarks.common.page import table
from benchmarks.common.planted import (
    NOISE,
    REDUNDANT,
    exact_copy,
    near_copy,
    normalised_copy,
    plant,
)
from benchmarks.common.record import Record

from entropylaw import Corpus, ZipSelector
from entropylaw.guards import GuardReport, Guards, check_records
from entropylaw.ratios import sample_ratios
from entropylaw.types import AnyArray

COPIES = {"exact": exact_copy, "normalised": normalised_copy, "near": near_copy}
OFF = Guards.all("off")
SHORT = 120
"""Characters of the records by which memory is measured, so that their text adds little."""
STAGES = {"k1": 10_000, "k2": 200, "k3": 100}


@dataclass(frozen=True)
class Settings:
    """Records of a set alone, and in the mixed pool; planted ones of each kind; share chosen."""

    most: int = 10_000
    mixed: int = 2_000
    planted: int = 200
    share: float = 0.05
    distances: tuple[int, ...] = (1, 100, 10_000)
    guards: tuple[str, ...] = GUARDS
    compressors: tuple[str, ...] = ("zlib",)
    sets: tuple[str, ...] = (
        "alpaca_en_52k", "gpteacher_14k", "sgd_multiturn_17k_sharegpt", "smilechat_zh_6k_sharegpt",
        "gsm8k_train", "mgsm_11lang", "oasst1_fi_8k_text",
    )  # fmt: skip


QUICK = Settings(
    most=200,
    mixed=200,
    planted=20,
    distances=(1, 100),
    guards=tuple(guard for guard in GUARDS if guard != "near"),  # which needs an extra
    compressors=("zstd:3",),
    sets=("alpaca_en_52k", "smilechat_zh_6k_sharegpt", "gsm8k_train"),
)


def run(settings: Settings, inputs: Inputs) -> Iterator[dict[str, Any]]:
    rng = random.Random(0)
    sets: dict[str, list[str]] = {}
    for name in settings.sets:  # copies in the data themselves are not measured here
        distinct = list(dict.fromkeys(text.decode() for text in inputs.texts(name)))
        sets[name] = rng.sample(distinct, min(settings.most, len(distinct)))
    mixed = {
        name: rng.sample(texts, min(settings.mixed, len(texts))) for name, texts in sets.items()
    }
    real = [text for texts in mixed.values() for text in texts]
    everything = [text for texts in sets.values() for text in texts]
    content: dict[str, Any] = {
        "real_records_caught": {
            name: {"records": len(texts)} | caught(checked(texts), np.ones(len(texts), bool))
            for name, texts in sets.items()
        },
        "planted_records_caught": planted_caught(mixed, settings.planted),
        "copies_found_by_distance": copies_found(real, settings),
        "cost": in_fresh_process(costs, everything, settings),
    }
    yield content
    content["chosen"] = []
    for compressor in settings.compressors:
        content["chosen"].append(in_fresh_process(chosen, real, settings, compressor))
        report(content["chosen"][-1])
        yield content


def corpus_of(texts: Sequence[str]) -> Corpus:
    return Corpus.from_rows(text.encode() for text in texts)


def checked(texts: Sequence[str], guards: Guards | None = None) -> GuardReport:
    return check_records(corpus_of(texts), guards or Guards(), n_jobs=1)


def caught(found: GuardReport, of: AnyArray) -> dict[str, float]:
    """Return the share of these records that each guard caught."""
    return {
        finding.guard: significant(float(of[finding.rows].sum() / of.sum()), 3)
        for finding in found.findings
    }


def planted_caught(mixed: Mapping[str, Sequence[str]], count: int) -> dict[str, Any]:
    """Return the share of each planted kind, and of each set, that each guard catches."""
    source = {text: name for name, texts in mixed.items() for text in texts}
    kinds_of_one = [kind for kind in (*NOISE, *REDUNDANT) if not kind.endswith("copy")]
    texts, kinds = plant(list(source), dict.fromkeys(kinds_of_one, count), seed=0)
    labels = np.array([kind or source[text] for text, kind in zip(texts, kinds, strict=True)])
    found = checked(texts)
    return {
        label: {
            "records": int(of.sum()),
            "any": significant(float(found.caught[of].mean()), 3),
        }
        | caught(found, of)
        for label in (*kinds_of_one, *mixed)
        if (of := labels == label).any()
    }


def copies_found(real: Sequence[str], settings: Settings) -> dict[str, dict[str, float]]:
    """Return the share of copies that each guard against copies finds, by their distance."""
    found: dict[str, dict[str, float]] = {}
    for kind in (kind for kind in COPIES if kind in settings.guards):
        found[kind] = {}
        for distance in (*settings.distances, len(real) - settings.planted):
            rng = random.Random(distance)
            rows = rng.sample(list(real), len(real))
            room = len(rows) - distance
            places = rng.sample(range(0, room, 2), min(settings.planted, room) // 2)
            copies = {
                place: COPIES[kind]([rows[place]], rng) for place in places if fits(rows[place])
            }
            for place, text in copies.items():
                rows[place + distance] = text
            intact = [p for p in copies if p - distance not in copies]
            caught_rows = checked(rows, replace(OFF, **{kind: "warn"})).rows(kind)
            hits = np.isin([place + distance for place in intact], caught_rows)
            found[kind][str(distance)] = significant(float(hits.mean()), 3)
    report(found)
    return found


def fits(text: str) -> bool:
    """Return whether a text is long enough for each way of copying it."""
    return len(text) >= 100 and len(text.split(" ")) >= 50


def costs(real: Sequence[str], settings: Settings) -> dict[str, Any]:
    """Return CPU time and memory of each guard alone, of all, and of zlib for comparison."""
    corpus = corpus_of(real)
    seconds = {}
    with measured() as cost:
        sample_ratios(corpus, "zlib")
    seconds["zlib alone, for comparison"] = cost.cpu
    options = {guard: replace(OFF, **{guard: "warn"}) for guard in settings.guards}
    for name, guards in (options | {"all but near": Guards()}).items():
        with measured() as cost:
            check_records(corpus, guards, n_jobs=1)
        seconds[name] = cost.cpu
    return {
        "records": len(corpus),
        "bytes": corpus.total_bytes,
        "cpu_microseconds_a_kilobyte": {
            name: significant(1e6 * one * 1024 / corpus.total_bytes, 3)
            for name, one in seconds.items()
        },
        "memory": memory([text[:SHORT] for text in real[::4]]),
    }


def memory(texts: Sequence[str]) -> dict[str, float]:
    """Return the peak memory of the guards: a fixed part, and a part per record."""
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
        "megabytes_fixed": significant((low - few * of_one) / 1e6, 3),
    }


def chosen(real: Sequence[str], settings: Settings, compressor: str) -> dict[str, Any]:
    """Return the share of each planted kind in the pool, and in selections from it."""
    every_kind = dict.fromkeys((*NOISE, *REDUNDANT), settings.planted)
    texts, kinds = plant(real, every_kind, seed=1)
    labels = np.array(kinds)
    budget = round(settings.share * len(texts))
    result: dict[str, Any] = {"compressor": compressor, "pool": len(texts), "budget": budget}
    rows_of = {"random": np.arange(len(texts))}
    drop = replace(OFF, **dict.fromkeys(settings.guards, "drop"))
    for name, guards in (("plain", None), ("guarded", drop)):
        with measured() as cost:
            selector = ZipSelector(budget, compressor=compressor, guards=guards, **STAGES)
            rows_of[name] = selector.select(texts).indices
        result[f"{name}_cost"] = cost.seconds()
    with measured() as cost:
        checked(texts)
    return result | {
        "guards_cost": cost.seconds(),
        "share_of_records": {
            name: {
                kind: significant(float((labels[rows] == kind).mean()), 3) for kind in every_kind
            }
            | {"noise": significant(float(np.isin(labels[rows], list(NOISE)).mean()), 3)}
            for name, rows in rows_of.items()
        },
    }


def tables(record: Record) -> dict[str, str]:
    results = record.results
    copies = results["copies_found_by_distance"]
    distances = [f"{int(distance):,}" for distance in next(iter(copies.values()))]
    columns = {"pool": results["chosen"][0]["share_of_records"]["random"]} | {
        f"`{run['compressor']}`, {how}": run["share_of_records"][how]
        for run in results["chosen"]
        for how in ("plain", "guarded")
    }
    rows = [
        [
            f"**{kind}, all**" if kind == "noise" else kind,
            *(percent(of[kind]) for of in columns.values()),
        ]
        for kind in (*NOISE, "noise", *REDUNDANT)
    ]
    return {
        "real": caught_table(results["real_records_caught"], "set"),
        "planted": caught_table(results["planted_records_caught"], "records"),
        "copies": table(
            ["copies", *distances],
            [[kind, *map(percent, shares.values())] for kind, shares in copies.items()],
        ),
        "chosen": table(["planted", *columns], rows),
        "cost": f"{record.heading}\n\n{cost_table(results)}",
    }


def caught_table(found: Mapping[str, Mapping[str, float]], first: str) -> str:
    guards = [name for name in next(iter(found.values())) if name != "records"]
    return table(
        [first, *(guard.replace("_", " ") for guard in guards)],
        [[label, *(percent(of[guard]) for guard in guards)] for label, of in found.items()],
    )


def cost_table(results: Mapping[str, Any]) -> str:
    cost = results["cost"]
    rows = [[name, f"{value:.0f}"] for name, value in cost["cpu_microseconds_a_kilobyte"].items()]
    plain = ", ".join(
        f"{run['guards_cost']['cpu_seconds'] / run['plain_cost']['cpu_seconds']:.0%} of a plain "
        f"selection with `{run['compressor']}` ({run['budget']:,} of {run['pool']:,} records)"
        for run in results["chosen"]
    )
    return (
        table([f"guard, {cost['bytes'] / 1e6:.0f} MB of text", "CPU µs a KB"], rows)
        + f"\n\nAll but `near` together: {plain}. Memory at the most: "
        f"{cost['memory']['megabytes_fixed']:.0f} MB, and "
        f"{cost['memory']['bytes_a_record']:.0f} bytes a record."
    )


def percent(share: float) -> str:
    return f"{100 * share:.2f}" if 0 < share < 0.1 else f"{100 * share:.0f}"

"""Gain of a second core, by threads and by processes.

One round at paper settings, K 10,000 / 200 / 100, after some megabytes have been chosen: the
screened records are sized together with that set, then the shortlist is packed. All kinds of
workers take turns in one process, so that each repeat gives a ratio of its own; every case has
a fresh process.
"""

from __future__ import annotations

import multiprocessing
import os
import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np
from benchmarks.common.inputs import Inputs
from benchmarks.common.internals import SizedSet
from benchmarks.common.measure import in_fresh_process, measured, median, report, significant
from benchmarks.common.page import Target, table_of
from benchmarks.common.record import Record

from entropylaw import Corpus, get_compressor
from entropylaw.types import WorkerKind

KINDS: tuple[WorkerKind, ...] = ("serial", "threads", "processes")
STAGES = {"screen": "sizing with the set", "pack": "packing"}


@dataclass(frozen=True)
class Settings:
    compressors: tuple[str, ...] = ("zlib:9", "zstd:3", "zstd:6:long")
    record_bytes: tuple[int, ...] = (1_200, 500)
    k1: int = 10_000
    k2: int = 200
    k3: int = 100
    chosen_bytes: int = 4_000_000
    jobs: int = 2
    repeats: int = 7
    sets: tuple[str, ...] = (
        "sgd_multiturn_17k_sharegpt",
        "gpteacher_14k",
        "gsm8k_train",
        "alpaca_en_52k",
    )


QUICK = Settings(
    compressors=("zstd:3",),
    record_bytes=(500,),
    k1=500,
    k2=50,
    k3=20,
    chosen_bytes=300_000,
    repeats=2,
)


def run(settings: Settings, inputs: Inputs) -> Iterator[dict[str, Any]]:
    runs = []
    for about in settings.record_bytes:
        for spec in settings.compressors:
            runs.append(in_fresh_process(run_case, spec, about, settings, inputs))
            report(runs[-1])
            yield {
                "data": list(settings.sets),
                "jobs": settings.jobs,
                "gain": "over the calling thread alone, in the same repeat; median",
                "start_method": multiprocessing.get_start_method(),
                "runs": runs,
            }


def run_case(spec: str, about: int, settings: Settings, inputs: Inputs) -> dict[str, Any]:
    """Return the times of each kind of workers for one compressor and one size of records."""
    pool, chosen = split_pool(about, settings, inputs)
    candidates = np.arange(settings.k1)
    shortlist = np.sort(np.random.default_rng(0).choice(candidates, settings.k2, replace=False))
    times: dict[str, dict[str, list[float]]] = {
        stage: {kind: [] for kind in KINDS} for stage in STAGES
    }
    load = []
    with ExitStack() as stack:
        sets, sizes = {}, set()
        for kind in KINDS:
            sets[kind] = one = stack.enter_context(
                SizedSet(pool, chosen, spec, n_jobs=settings.jobs, workers=kind)
            )
            one.pack(shortlist, settings.k3)  # own sizes are known before the rounds
            sizes.add(one.screen(candidates).tobytes())
        assert len(sizes) == 1, "sizes depend on the kind of workers"
        for _ in range(settings.repeats):
            load.append(round(os.getloadavg()[0], 1))
            for kind, one in sets.items():
                times["screen"][kind].append(timed(one.screen, candidates))
                times["pack"][kind].append(timed(one.pack, shortlist, settings.k3))
    return {
        "compressor": get_compressor(spec).name,
        "mean_record_bytes": round(float(pool.lengths[candidates].mean())),
        "chosen_bytes": sum(map(len, chosen)),
        "repeats": settings.repeats,
        "load_before_each_repeat": load,
    } | {stage: summary(own) for stage, own in times.items()}


def timed(work: Callable[..., object], *arguments: object) -> float:
    """Do some work and return its seconds."""
    with measured() as cost:
        work(*arguments)
    return cost.wall


def summary(times: dict[str, list[float]]) -> dict[str, Any]:
    """Return the median time of each kind, and its gain over the calling thread alone."""
    serial = times["serial"]
    return {
        kind: {
            "wall_milliseconds": significant(1e3 * statistics.median(own)),
            "wall_gain": median([base / one for base, one in zip(serial, own, strict=True)], 3),
        }
        for kind, own in times.items()
    }


def split_pool(about: int, settings: Settings, inputs: Inputs) -> tuple[Corpus, list[bytes]]:
    """Return K1 records near a length, and others that make up the chosen set."""
    texts, k1 = inputs.all_texts(settings.sets), settings.k1
    near = [text for text in dict.fromkeys(texts) if 0.6 * about < len(text) < 1.6 * about]
    if len(near) < k1:
        raise SystemExit(f"only {len(near):,} records of about {about} bytes; {k1:,} are needed")
    rest = near[k1:] + texts
    reached = np.cumsum([len(text) for text in rest])
    return Corpus.from_rows(near[:k1]), rest[: int(np.searchsorted(reached, settings.chosen_bytes))]


def tables(record: Record) -> dict[str, str]:
    gains = {
        f"{kind}: {name}": f"{{{stage}[{kind}][wall_gain]:.2f}}×"
        for kind in ("threads", "processes")
        for stage, name in STAGES.items()
    }
    columns = {"compressor": "`{compressor}`", "bytes a record": "{mean_record_bytes:,}"} | gains
    return {"scaling": table_of(record.results["runs"], columns)}


def targets(results: dict[str, Any]) -> Iterator[Target]:
    for kind, least in (("threads", 1.7), ("processes", 1.85)):
        for stage, name in STAGES.items():
            gains: dict[str, list[float]] = {}
            for run in results["runs"]:
                gains.setdefault(run["compressor"], []).append(run[stage][kind]["wall_gain"])
            yield Target(
                f"2 {kind} gain {least}× or more: {name}",
                "; ".join(
                    f"`{spec}` {min(own):.2f} to {max(own):.2f}" for spec, own in gains.items()
                ),
                min(min(own) for own in gains.values()) >= least,
            )

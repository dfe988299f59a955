"""Time and memory of a selection of the paper's size: 10,000 records, K 10,000 / 200 / 100.

The pool is all data sets and Python's documentation. Each compressor runs in a fresh process.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from benchmarks.common.inputs import SETS, Inputs
from benchmarks.common.internals import as_corpus, stdlib_records
from benchmarks.common.measure import (
    in_fresh_process,
    measured,
    peak_megabytes,
    report,
    significant,
)
from benchmarks.common.page import Target, table_of
from benchmarks.common.record import Record

from entropylaw import Corpus, ZipSelector


@dataclass(frozen=True)
class Settings:
    budget: int = 10_000
    compressors: tuple[str, ...] = (
        "lz4", "zstd:1", "zstd:3", "zstd:6:long", "zlib:9:conditional", "zlib:9",
    )  # fmt: skip
    jobs: int = 2
    sets: tuple[str, ...] = SETS


QUICK = Settings(budget=100, compressors=("zstd:6:long",), sets=SETS[:2])


def run(settings: Settings, inputs: Inputs) -> Iterator[dict[str, Any]]:
    data = [*settings.sets, "the documentation of Python's standard library"]
    runs = []
    for compressor in settings.compressors:
        runs.append(in_fresh_process(run_case, compressor, settings, inputs))
        report(f"{compressor}: {runs[-1]['select']}")
        yield {"data": data, "runs": runs}


def run_case(compressor: str, settings: Settings, inputs: Inputs) -> dict[str, Any]:
    """Read the data and select, with time and memory of both."""
    load = os.getloadavg()[0]
    with measured() as reading:
        parts = [as_corpus(inputs.path(f"{name}.jsonl.gz")) for name in settings.sets]
        pool = Corpus.from_rows(chain.from_iterable([*parts, as_corpus(stdlib_records())]))
    memory_before = peak_megabytes()
    selector = ZipSelector(
        settings.budget, compressor=compressor, n_jobs=settings.jobs, progress=False
    )
    with measured() as selecting:
        result = selector.select(pool)
    return {
        "compressor": result.manifest.compressor.name,
        "version": result.manifest.compressor.version,
        "priming": result.manifest.compressor.priming,
        "pool_records": len(pool),
        "pool_bytes": pool.total_bytes,
        "chosen_records": len(result.indices),
        "chosen_bytes": result.manifest.selected.bytes,
        "chosen_fingerprint": result.manifest.selected.fingerprint,
        "ratio": significant(result.ratio),
        "visible_share_at_end": significant(float(result.memory.visible_share[-1])),
        "threads": settings.jobs,
        "load_before": round(load, 1),
        "evaluations": result.evaluations,
        "read": reading.seconds(),
        "select": selecting.seconds(),
        "cpu_microseconds_per_evaluation": significant(1e6 * selecting.cpu / result.evaluations),
        "peak_megabytes_after_reading": significant(memory_before),
        "peak_megabytes": significant(peak_megabytes()),
    }


def tables(record: Record) -> dict[str, str]:
    columns = {
        "compressor": "`{compressor}` ({priming})",
        "wall s": "{select[wall_seconds]:.1f}",
        "CPU s": "{select[cpu_seconds]:.1f}",
        "CPU µs an evaluation": "{cpu_microseconds_per_evaluation:.1f}",
        "evaluations": "{evaluations:,}",
        "peak MB": "{peak_megabytes:.0f}",
        "of it before selecting": "{peak_megabytes_after_reading:.0f}",
        "MB chosen": lambda run: f"{run['chosen_bytes'] / 1e6:.2f}",
        "ratio": "{ratio:.3f}",
        "share of the set in sight at the end": "{visible_share_at_end:.1%}",
    }
    return {"paper_size": table_of(record.results["runs"], columns)}


def targets(results: dict[str, Any]) -> Iterator[Target]:
    runs = {run["compressor"]: run for run in results["runs"]}
    for spec, most in (("zlib:9", 360), ("zstd:3", 60), ("zstd:6:long", 120)):
        run = runs[spec]
        took = run["select"]
        yield Target(
            f"{run['chosen_records']:,} of {run['pool_records']:,} records, 2 threads, "
            f"within {most} s: `{spec}`",
            f"{took['wall_seconds']:.0f} s (CPU {took['cpu_seconds']:.0f} s, "
            f"load before {run['load_before']:.1f})",
            took["wall_seconds"] <= most,
        )

"""Time and memory predicted by `estimate()`, and those of the selection.

Each case runs in a fresh process: the estimate first, then the selection. Memory is the peak of
the process beyond its size before the pool was read.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.common.inputs import SETS, Inputs
from benchmarks.common.internals import as_corpus
from benchmarks.common.measure import (
    in_fresh_process,
    measured,
    peak_megabytes,
    report,
    significant,
)
from benchmarks.common.page import Target, table_of
from benchmarks.common.record import Record

from entropylaw import ZipSelector

LAZY = {"packing": "lazy", "screening": "lazy"}


@dataclass(frozen=True)
class Settings:
    """Cases are compressors, then "x2" for two threads and "lazy" for both shortcuts."""

    records: int = 40_000
    budget: int = 3_000
    cases: tuple[str, ...] = (
        "lz4", "zstd:1", "zstd:3", "zstd:3 x2", "zstd:6:long", "zstd:6:long x2", "zstd:6:long lazy",
        "zlib:9:conditional", "zlib:9", "zlib:9 x2", "zlib:9 lazy",
    )  # fmt: skip
    sets: tuple[str, ...] = SETS


QUICK = Settings(records=2_000, budget=200, cases=("zstd:3", "zstd:6:long lazy"))


def run(settings: Settings, inputs: Inputs) -> Iterator[dict[str, Any]]:
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        stored = Path(folder) / "pool.jsonl"
        texts = [text.decode() for name in settings.sets for text in inputs.texts(name)]
        chosen = random.Random(0).sample(texts, min(settings.records, len(texts)))
        stored.write_text("".join(json.dumps({"text": text}) + "\n" for text in chosen))
        for case in settings.cases:
            runs.append(in_fresh_process(run_case, case, stored, settings.budget))
            report(f"{case}: {runs[-1]['seconds']} {runs[-1]['megabytes']}")
            yield {"data": list(settings.sets), "runs": runs}


def run_case(case: str, stored: Path, budget: int) -> dict[str, Any]:
    """Estimate and select."""
    spec, _, how = case.partition(" ")
    options = {
        "compressor": spec,
        "n_jobs": 2 if how == "x2" else 1,
        "packing": "full",
        "screening": "full",
    } | (LAZY if how == "lazy" else {})
    before = peak_megabytes()
    pool = as_corpus(stored)
    selector = ZipSelector(budget, **options, progress=False)
    estimate = selector.estimate(pool)
    with measured() as selecting:
        result = selector.select(pool)
    return options | {
        "pool_records": len(pool),
        "pool_bytes": pool.total_bytes,
        "budget": budget,
        "evaluations": {"estimated": estimate.evaluations, "run": result.evaluations},
        "certainty": estimate.certainty,
        "seconds": {
            "estimated": significant(estimate.seconds),
            "run": significant(selecting.wall),
            "estimated_over_run": significant(estimate.seconds / selecting.wall, 3),
        },
        "megabytes": {
            "estimated": significant(estimate.memory / 1e6),
            "run": significant(peak_megabytes() - before),
        },
    }


def tables(record: Record) -> dict[str, str]:
    columns = {
        "compressor": "`{compressor}`",
        "threads": "{n_jobs}",
        "shortcuts": lambda run: "none" if run["packing"] == "full" else "lazy",
        "seconds estimated": "{seconds[estimated]:,.1f}",
        "seconds measured": "{seconds[run]:,.1f}",
        "MB estimated": "{megabytes[estimated]:,.0f}",
        "MB measured": "{megabytes[run]:,.0f}",
    }
    return {"estimate": table_of(record.results["runs"], columns)}


def targets(results: dict[str, Any]) -> Iterator[Target]:
    for what in ("seconds", "megabytes"):
        off = [run[what]["estimated"] / run[what]["run"] for run in results["runs"]]
        yield Target(
            f"estimated {what} are within a factor of 2 of those measured",
            f"{min(off):.2f} to {max(off):.2f} times the run's, over {len(off)} cases",
            min(off) >= 0.5 and max(off) <= 2,
        )

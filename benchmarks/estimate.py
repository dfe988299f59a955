"""Is the estimate right? What `estimate()` says of time and memory, and what then happens.

Each case runs in a fresh process: the estimate first, then the selection. Memory is the peak of
the process beyond what it held before the pool was read.

Usage: python benchmarks/estimate.py DATA...
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from common import in_fresh_process, measured, peak_megabytes, significant, write_result
from entropylaw import ZipSelector
from entropylaw.errors import EntropyLawWarning
from entropylaw.io.load import as_corpus
from entropylaw.types import Packing, Screening


class Case(NamedTuple):
    """One selection to be estimated."""

    compressor: str
    n_jobs: int = 1
    packing: Packing = "full"
    screening: Screening = "full"


CASES = (
    Case("lz4"),
    Case("zstd:1"),
    Case("zstd:3"),
    Case("zstd:3", n_jobs=2),
    Case("zstd:6:long"),
    Case("zstd:6:long", n_jobs=2),
    Case("zstd:6:long", packing="lazy", screening="adaptive"),
    Case("zlib:9:conditional"),
    Case("zlib:9"),
    Case("zlib:9", n_jobs=2),
    Case("zlib:9", packing="lazy", screening="adaptive"),
)


def draw(data: Sequence[Path], records: int, target: Path) -> None:
    """Write so many records of the files, drawn with a fixed seed, as they are selected from."""
    texts = [text.decode() for path in data for text in as_corpus(path) if text]
    chosen = random.Random(0).sample(texts, min(records, len(texts)))
    target.write_text("".join(json.dumps({"text": text}) + "\n" for text in chosen))


def run_case(case: Case, stored: Path, budget: int) -> dict[str, Any]:
    """Estimate and select, and return both."""
    before = peak_megabytes()
    pool = as_corpus(stored)
    selector = ZipSelector(
        budget,
        compressor=case.compressor,
        packing=case.packing,
        screening=case.screening,
        n_jobs=case.n_jobs,
        progress=False,
    )
    estimate = selector.estimate(pool)
    with measured() as selecting, warnings.catch_warnings():
        warnings.simplefilter("ignore", EntropyLawWarning)
        result = selector.select(pool)
    return case._asdict() | {
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="+", type=Path, help="the pool: JSONL, may be packed")
    parser.add_argument("--records", type=int, default=40_000)
    parser.add_argument("--budget", type=int, default=3_000)
    options = parser.parse_args()
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        stored = Path(folder) / "pool.jsonl"
        in_fresh_process(draw, options.data, options.records, stored)
        for case in CASES:
            runs.append(in_fresh_process(run_case, case, stored, options.budget))
            print(case, runs[-1]["seconds"], runs[-1]["megabytes"], file=sys.stderr)
            write_result("estimate", {"data": [path.name for path in options.data], "runs": runs})


if __name__ == "__main__":
    main()

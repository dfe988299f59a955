"""How long a selection of the paper's size takes: 10,000 records, K 10,000 / 200 / 100.

Each compressor runs in a fresh process; wall and CPU time and peak memory. `--stdlib` adds
records made from the documentation of Python's standard library, which every machine has.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from common import (
    cost_of,
    in_fresh_process,
    measured,
    peak_megabytes,
    significant,
    write_result,
)
from entropylaw import Corpus, ZipSelector
from entropylaw.errors import ShortMemoryWarning
from entropylaw.io.load import as_corpus
from entropylaw.io.stdlib_pool import stdlib_records

CASES = ["lz4", "zstd:1", "zstd:3", "zstd:6:long", "zlib:9:conditional", "zlib:9"]


def read_pool(paths: Sequence[Path], *, stdlib: bool) -> Corpus:
    """Return the records of all files, one after the other."""
    parts = [as_corpus(path) for path in paths]
    if stdlib:
        parts.append(as_corpus(stdlib_records()))
    return Corpus.from_rows(chain.from_iterable(parts))


def run_case(
    compressor: str, data: Sequence[Path], stdlib: bool, budget: int, n_jobs: int
) -> dict[str, Any]:
    """Read the data, select, and return what that took."""
    load = os.getloadavg()[0]
    with measured() as reading:
        pool = read_pool(data, stdlib=stdlib)
    memory_before = peak_megabytes()
    selector = ZipSelector(budget, compressor=compressor, n_jobs=n_jobs, progress=False)
    with measured() as selecting, warnings.catch_warnings():
        warnings.simplefilter("ignore", ShortMemoryWarning)
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
        "threads": n_jobs,
        "load_before": round(load, 1),
        "evaluations": result.evaluations,
        "read": cost_of(reading),
        "select": cost_of(selecting),
        "cpu_microseconds_per_evaluation": significant(1e6 * selecting.cpu / result.evaluations),
        "peak_megabytes_after_reading": significant(memory_before),
        "peak_megabytes": significant(peak_megabytes()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="+", type=Path, help="the pool: JSONL, may be packed")
    parser.add_argument("--stdlib", action="store_true", help="add Python's documentation")
    parser.add_argument("--budget", type=int, default=10_000)
    parser.add_argument("--compressors", nargs="+", default=CASES)
    parser.add_argument("--jobs", type=int, default=2, help="threads")
    parser.add_argument("--name", default="paper_size", help="of the result file")
    options = parser.parse_args()

    data = [path.name for path in options.data]
    data += ["the documentation of Python's standard library"] * options.stdlib
    runs = []
    for compressor in options.compressors:
        runs.append(
            in_fresh_process(
                run_case, compressor, options.data, options.stdlib, options.budget, options.jobs
            )
        )
        took = runs[-1]["select"]
        print(f"{compressor}: {took}", file=sys.stderr)
        write_result(options.name, {"data": data, "runs": runs})


if __name__ == "__main__":
    main()

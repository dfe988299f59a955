"""One pass over a stream: how good is its choice at equal bytes, and how fast is it made?

The pools, the budgets and the judge are those of quality.py: lzma with a window that holds all of
the chosen text. A stream sees each record once, and has to decide on it there and then; random and
`ZipSelector`, which sees the whole pool as often as it likes, are what it is compared with. Every
pool comes shuffled, and source by source, as data drifts.

Usage: python benchmarks/stream.py DATA... [--budget-bytes N]

DATA are the files that POOLS of quality.py names for the pools used here.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from common import in_fresh_process, measured, significant, write_result
from entropylaw import ZipStream
from entropylaw.types import IntArray
from quality import DRAWS, JUDGE, POOLS, STAGES, Pool, Records, Zip, at_random, judged, read_pool

USED = {
    pool.name: pool
    for pool in POOLS
    if pool.name in {"all mixed", "dialogues and tool calls", "unrolled chats", "Alpaca"}
}
STREAMS = ("zstd:6:long", "zstd:3", "zlib:9", "lz4")
DRIFTING = "zstd:6:long"
"""The compressor of the streams that come source by source."""


def arrival(records: Records, *, by_source: bool) -> IntArray:
    """Return the rows of a pool in the order in which they come."""
    if by_source:
        return np.argsort(records.sources, kind="stable")
    return np.arange(len(records.corpus))


def run_pool(pool: Pool, paths: Mapping[str, Path], budget: int) -> dict[str, Any]:
    """Return what a pool is, and what random records of it come to."""
    records = read_pool(pool, paths, budget)
    draws = [judged(at_random, records, draw) for draw in range(DRAWS)]
    measures = ("records", "ratio", "unseen_bits_per_byte")
    return {
        "name": pool.name,
        "records": len(records.corpus),
        "bytes": records.corpus.total_bytes,
        "budget_bytes": records.budget,
        "random": {
            measure: significant(statistics.mean(draw[measure] for draw in draws))
            for measure in measures
        }
        | {"bytes_by_file": draws[0]["bytes_by_file"]},
    }


def run_stream(
    pool: Pool, paths: Mapping[str, Path], budget: int, spec: str, by_source: bool
) -> dict[str, Any]:
    """Offer a pool record by record, and return what was kept and what the judge says."""
    records = read_pool(pool, paths, budget)
    rows = arrival(records, by_source=by_source)
    texts = records.corpus.records(rows)
    stream = ZipStream(
        budget=records.budget,
        expected=records.corpus.total_bytes,
        cost="bytes",
        compressor=spec,
    )
    with measured() as cost:
        kept = [row for row, text in zip(rows.tolist(), texts, strict=True) if stream.offer(text)]
    chosen = np.array(kept, np.int64)
    with tempfile.TemporaryDirectory() as folder:
        stream.save(Path(folder) / "state")
        state = (Path(folder) / "state").stat().st_size
    return (
        {
            "method": f"ZipStream {spec}",
            "arrival": "by source" if by_source else "shuffled",
            "budget_used": significant(stream.tally.kept_cost / records.budget, 6),
            "records_per_second": significant(len(rows) / cost.cpu, 3),
            "megabytes_per_second": significant(records.corpus.total_bytes / cost.cpu / 1e6, 3),
            "remembered_bytes": stream.remembered_bytes,
            "state_file_bytes": state,
        }
        | judged(lambda *_: chosen, records, 0)
        | {"cpu_seconds": significant(cost.cpu)}
    )


def run_selector(pool: Pool, paths: Mapping[str, Path], budget: int) -> dict[str, Any]:
    """Choose from the whole pool at once."""
    records = read_pool(pool, paths, budget)
    case = judged(Zip("zstd:6:long"), records, 0)
    rate = significant(len(records.corpus) / case["cpu_seconds"], 3)
    return {"method": "ZipSelector zstd:6:long", "records_per_second": rate} | case


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="+", type=Path, help="the files that the pools are made of")
    parser.add_argument("--budget-bytes", type=int, default=2_000_000, help="of text, at most")
    options = parser.parse_args()
    paths = {path.name.partition(".")[0]: path for path in options.data}
    missing = sorted({name for pool in USED.values() for name in pool.files} - paths.keys())
    if missing:
        parser.error(f"these files are wanted as well: {', '.join(missing)}")

    result: dict[str, Any] = {
        "judge": f"{JUDGE.name}, window of {JUDGE.window:,} bytes; {JUDGE.version}",
        "stages": STAGES,
        "clock": "CPU seconds to choose, one thread, records in memory",
        "pools": [],
    }
    for pool in USED.values():
        about = in_fresh_process(run_pool, pool, paths, options.budget_bytes)
        orders = [(spec, False) for spec in STREAMS]
        if len(pool.files) > 1:
            orders.append((DRIFTING, True))
        cases = [
            in_fresh_process(run_stream, pool, paths, options.budget_bytes, spec, by_source)
            for spec, by_source in orders
        ]
        cases.append(in_fresh_process(run_selector, pool, paths, options.budget_bytes))
        for case in cases:
            for measure in ("ratio", "unseen_bits_per_byte"):
                against = case[measure] / about["random"][measure]
                case[f"{measure}_to_random"] = significant(against)
            print(pool.name, case, file=sys.stderr)
        result["pools"].append(about | {"methods": cases})
        write_result("stream", result)


if __name__ == "__main__":
    main()

"""One pass over a stream: quality at equal bytes, and speed.

The pools, the budgets and the judge are those of `quality`. A stream sees each record once and
decides at once; random and `ZipSelector`, which sees the whole pool as often as it needs, are the
baselines. Every pool comes shuffled, and source by source, as data drifts.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.common.inputs import Inputs
from benchmarks.common.measure import in_fresh_process, measured, report, significant
from benchmarks.common.page import table
from benchmarks.common.record import Record
from benchmarks.quality.quality import (
    DRAWS,
    JUDGE,
    POOLS,
    STAGES,
    Pool,
    Zip,
    at_random,
    judged,
    read_pool,
)

from entropylaw import ZipStream

BEST = "zstd:6:long"
"""The compressor of the streams that come source by source, and of the whole selection."""


@dataclass(frozen=True)
class Settings:
    budget_bytes: int = 2_000_000
    unseen: int = 2_000
    pools: tuple[str, ...] = ("all mixed", "dialogues and tool calls", "unrolled chats", "Alpaca")
    compressors: tuple[str, ...] = (BEST, "zstd:3", "zlib:9", "lz4")


QUICK = Settings(
    budget_bytes=40_000, unseen=100, pools=("unrolled chats",), compressors=("zstd:3",)
)


def run(settings: Settings, inputs: Inputs) -> Iterator[dict[str, Any]]:
    result: dict[str, Any] = {
        "judge": f"{JUDGE.name}, window of {JUDGE.window:,} bytes; {JUDGE.version}",
        "stages": STAGES,
        "clock": "CPU seconds to choose, one thread, records in memory",
        "pools": [],
    }
    for pool in (pool for pool in POOLS if pool.name in settings.pools):
        about = in_fresh_process(run_pool, pool, inputs, settings)
        orders = [(spec, False) for spec in settings.compressors]
        orders += [(BEST, True)] * (len(pool.files) > 1)
        cases = [
            in_fresh_process(run_stream, pool, inputs, settings, spec, by_source)
            for spec, by_source in orders
        ]
        cases.append(in_fresh_process(run_selector, pool, inputs, settings))
        for case in cases:
            for measure in ("ratio", "unseen_bits_per_byte"):
                against = case[measure] / about["random"][measure]
                case[f"{measure}_to_random"] = significant(against)
        result["pools"].append(about | {"methods": cases})
        report(result["pools"][-1])
        yield result


def run_pool(pool: Pool, inputs: Inputs, settings: Settings) -> dict[str, Any]:
    """Describe a pool, and random records of it."""
    records = read_pool(pool, inputs, settings.budget_bytes, settings.unseen)
    draws = [judged(at_random, records, draw) for draw in range(DRAWS)]
    return {
        "name": pool.name,
        "records": len(records.corpus),
        "bytes": records.corpus.total_bytes,
        "budget_bytes": records.budget,
        "random": {
            measure: significant(statistics.mean(draw[measure] for draw in draws))
            for measure in ("records", "ratio", "unseen_bits_per_byte")
        }
        | {"bytes_by_file": draws[0]["bytes_by_file"]},
    }


def run_stream(
    pool: Pool, inputs: Inputs, settings: Settings, spec: str, by_source: bool
) -> dict[str, Any]:
    """Offer a pool record by record, and judge the records kept."""
    records = read_pool(pool, inputs, settings.budget_bytes, settings.unseen)
    total = records.corpus.total_bytes
    rows = np.arange(len(records.corpus))
    if by_source:
        rows = np.argsort(records.sources, kind="stable")
    texts = records.corpus.rows(rows)
    stream = ZipStream(budget=records.budget, expected=total, cost="bytes", compressor=spec)
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
            "megabytes_per_second": significant(total / cost.cpu / 1e6, 3),
            "remembered_bytes": stream.remembered_bytes,
            "state_file_bytes": state,
        }
        | judged(lambda *_: chosen, records, 0)
        | {"cpu_seconds": significant(cost.cpu)}
    )


def run_selector(pool: Pool, inputs: Inputs, settings: Settings) -> dict[str, Any]:
    """Choose from the whole pool at once."""
    records = read_pool(pool, inputs, settings.budget_bytes, settings.unseen)
    case = judged(Zip(BEST), records, 0)
    rate = significant(len(records.corpus) / case["cpu_seconds"], 3)
    return {"method": f"ZipSelector {BEST}", "records_per_second": rate} | case


def tables(record: Record) -> dict[str, str]:
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

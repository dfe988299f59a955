"""What a container costs over a plain list of strings: to read it, and to select from it.

All hold the same records, with a column of text beside two others. They take turns, and each is
compared with the list in the same turn. Then the memory is counted that reading each has taken.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tracemalloc
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import datasets
import narwhals
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

from common import Cost, measured, read_records, significant, write_result
from entropylaw import ZipSelector
from entropylaw.io.load import as_corpus

BASE = "list of strings"
DICTS = "list of dicts"
TEMPLATE = "{source}: {text}"
TARGETS = ("pandas", "polars", "Arrow table")
TARGET = 1.2
CHUNKS = 64
SETTINGS: dict[str, Any] = {"k1": 1_000, "k2": 100, "k3": 50, "compressor": "zstd:1"}
LIBRARIES = (pd, pl, pa, datasets, narwhals)


@dataclass(frozen=True)
class Pool:
    """The records as columns."""

    texts: list[str]
    columns: dict[str, list[Any]]
    byte_count: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="+", type=Path, metavar="DATA")
    parser.add_argument("--budget", type=int, default=1_000)
    parser.add_argument("--repeats", type=int, default=9)
    options = parser.parse_args()

    pool = read_pool(options.data)
    built = {name: build(pool) for name, build in CONTAINERS.items()}
    selector = ZipSelector(options.budget, **SETTINGS, n_jobs=1, progress=False)
    read = in_turns(built, as_corpus, options.repeats)
    chosen = {name: tuple(selector.select(data).indices.tolist()) for name, data in built.items()}
    tables = {name: data for name, data in built.items() if name != BASE}
    filled = in_turns(tables, lambda data: as_corpus(data, text=TEMPLATE), options.repeats)
    select = in_turns(built, lambda data: selector.select(data).take(data), options.repeats)
    runs = [
        {
            "container": name,
            "read_seconds": median([cost.cpu for cost in read[name]]),
            "read_over_list": over(read, name),
            "template_over_dicts": over(filled, name, DICTS) if name in filled else None,
            "select_seconds": median([cost.cpu for cost in select[name]]),
            "select_over_list": over(select, name),
            "same_picks": chosen[name] == chosen[BASE],
            **memory(data, pool),
        }
        for name, data in built.items()
    ]
    for run in runs:
        print(run, file=sys.stderr)
    targets = [run for run in runs if run["container"] in TARGETS]
    write_result(
        "containers",
        {
            "data": [path.name for path in options.data],
            "records": len(pool.texts),
            "text_bytes": pool.byte_count,
            "budget": options.budget,
            "settings": SETTINGS,
            "template": TEMPLATE,
            "repeats": options.repeats,
            "libraries": {module.__name__: module.__version__ for module in LIBRARIES},
            "target": TARGET,
            "target_met": {
                "select": all(run["select_over_list"]["cpu"] <= TARGET for run in targets),
                "read": all(run["read_over_list"]["cpu"] <= TARGET for run in targets),
            },
            "runs": runs,
        },
    )


def read_pool(paths: list[Path]) -> Pool:
    """Return the text of all records, with the file and the row that each comes from."""
    texts: list[str] = []
    sources: list[str] = []
    for path in paths:
        corpus = as_corpus(read_records([path]))
        texts += [row.decode() for row in corpus]
        sources += [path.name.partition(".")[0]] * len(corpus)
    columns = {"text": texts, "source": sources, "row": list(range(len(texts)))}
    return Pool(texts, columns, sum(len(text.encode()) for text in texts))


def in_chunks(pool: Pool) -> pa.Table:
    """Return an Arrow table whose columns are in many pieces."""
    whole = pa.table(pool.columns)
    size = -(-whole.num_rows // CHUNKS)
    parts = [
        pa.Table.from_pylist(whole.slice(at, size).to_pylist()) for at in range(0, len(whole), size)
    ]
    return pa.concat_tables(parts)


CONTAINERS: dict[str, Callable[[Pool], Any]] = {
    BASE: lambda pool: pool.texts,
    DICTS: lambda pool: pa.table(pool.columns).to_pylist(),
    "Arrow table": lambda pool: pa.table(pool.columns),
    f"Arrow table in {CHUNKS} chunks": in_chunks,
    "pandas": lambda pool: pd.DataFrame(pool.columns),
    "pandas of objects": lambda pool: pd.DataFrame(
        pool.columns | {"text": pd.Series(pool.texts, dtype=object)}
    ),
    "polars": lambda pool: pl.DataFrame(pool.columns),
    "polars lazy": lambda pool: pl.LazyFrame(pool.columns),
    "datasets": lambda pool: datasets.Dataset.from_dict(pool.columns),
}


def in_turns(
    built: dict[str, Any], work: Callable[[Any], object], repeats: int
) -> dict[str, list[Cost]]:
    """Return what the work cost on each container, turn by turn; the first turn does not count."""
    costs: dict[str, list[Cost]] = {name: [] for name in built}
    for repeat in range(repeats + 1):
        for name, data in built.items():
            with measured() as cost:
                work(data)
            if repeat:
                costs[name].append(cost)
    return costs


def over(costs: dict[str, list[Cost]], name: str, base: str = BASE) -> dict[str, float]:
    """Return the median ratio to the base in the same turn, by CPU and by the clock."""
    pairs = list(zip(costs[name], costs[base], strict=True))
    return {
        "cpu": median([own.cpu / other.cpu for own, other in pairs]),
        "cpu_lowest": significant(min(own.cpu / other.cpu for own, other in pairs), 3),
        "cpu_highest": significant(max(own.cpu / other.cpu for own, other in pairs), 3),
        "wall": median([own.wall / other.wall for own, other in pairs]),
    }


def memory(data: Any, pool: Pool) -> dict[str, Any]:
    """Return what the corpus of a container holds beside it, over the bytes of the text."""
    before = pa.total_allocated_bytes()
    tracemalloc.start()
    corpus = as_corpus(data)
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    held += pa.total_allocated_bytes() - before
    return {
        "held_over_text": significant(held / pool.byte_count, 3),
        "peak_over_text": significant(peak / pool.byte_count, 3),
        "arrow_buffer_shared": shares_buffer(data, corpus.buffer),
    }


def shares_buffer(data: Any, buffer: Any) -> bool | None:
    """Tell whether a corpus of one buffer is the text column itself; None where it is no Arrow."""
    if not isinstance(data, pa.Table) or not isinstance(buffer, memoryview):
        return None
    held = data["text"].chunk(0).buffers()[2]
    return bool(np.frombuffer(buffer, np.uint8).ctypes.data == held.address)


def median(values: list[float]) -> float:
    """Return the median to three digits."""
    return significant(statistics.median(values), 3)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    warnings.simplefilter("ignore")
    main()

"""Cost of reading and selecting from data frames, Arrow and `datasets`, relative to a list.

All hold the same records, with a column of text among three. They take turns, and each is
compared with the list in the same turn. Then the memory is counted that reading each has taken.
"""

from __future__ import annotations

import tracemalloc
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.common.inputs import Inputs
from benchmarks.common.internals import as_corpus
from benchmarks.common.measure import Cost, measured, median, report, significant
from benchmarks.common.page import table_of
from benchmarks.common.record import Record

from entropylaw import ZipSelector

BASE = "list of strings"
DICTS = "list of dicts"
TEMPLATE = "{source}: {text}"
TARGETS = ("pandas", "polars", "Arrow table")
TARGET = 1.2
CHUNKS = 64
SEARCH: dict[str, Any] = {"k1": 1_000, "k2": 100, "k3": 50, "compressor": "zstd:1"}


@dataclass(frozen=True)
class Settings:
    budget: int = 1_000
    repeats: int = 9
    sets: tuple[str, ...] = (
        "alpaca_en_52k",
        "gpteacher_14k",
        "gsm8k_train",
        "mgsm_11lang",
        "oasst1_fi_8k_text",
    )


QUICK = Settings(budget=50, repeats=1, sets=("alpaca_en_52k", "gsm8k_train"))


@dataclass(frozen=True)
class Pool:
    """The records as columns."""

    texts: list[str]
    columns: dict[str, list[Any]]
    byte_count: int


def run(settings: Settings, inputs: Inputs) -> Iterator[dict[str, Any]]:
    warnings.simplefilter("ignore")
    pool = read_pool(settings, inputs)
    libraries, built = containers(pool)
    selector = ZipSelector(settings.budget, **SEARCH, n_jobs=1, progress=False)
    tables = {name: data for name, data in built.items() if name != BASE}
    read = in_turns(built, as_corpus, settings.repeats)
    filled = in_turns(tables, lambda data: as_corpus(data, text=TEMPLATE), settings.repeats)
    select = in_turns(built, lambda data: selector.select(data).take(data), settings.repeats)
    chosen = {name: tuple(selector.select(data).indices.tolist()) for name, data in built.items()}
    runs = [
        {
            "container": name,
            "read_seconds": median([cost.cpu for cost in read[name]], 3),
            "read_over_list": over(read, name),
            "template_over_dicts": over(filled, name, DICTS) if name in filled else None,
            "select_seconds": median([cost.cpu for cost in select[name]], 3),
            "select_over_list": over(select, name),
            "same_picks": chosen[name] == chosen[BASE],
            **memory(data, pool),
        }
        for name, data in built.items()
    ]
    report(runs)
    targets = [run for run in runs if run["container"] in TARGETS]
    yield {
        "data": list(settings.sets),
        "records": len(pool.texts),
        "text_bytes": pool.byte_count,
        "budget": settings.budget,
        "settings": SEARCH,
        "template": TEMPLATE,
        "repeats": settings.repeats,
        "libraries": libraries,
        "target": TARGET,
        "target_met": {
            what: all(run[f"{what}_over_list"]["cpu"] <= TARGET for run in targets)
            for what in ("select", "read")
        },
        "runs": runs,
    }


def read_pool(settings: Settings, inputs: Inputs) -> Pool:
    """Return the text of all records, with the set and the row that each comes from."""
    rows = [(text.decode(), name) for name in settings.sets for text in inputs.texts(name)]
    texts = [text for text, _ in rows]
    columns = {"text": texts, "source": [name for _, name in rows], "row": list(range(len(rows)))}
    return Pool(texts, columns, sum(len(text.encode()) for text in texts))


def containers(pool: Pool) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the versions of the libraries, and the records in every container."""
    import datasets
    import narwhals
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    whole = pa.table(pool.columns)
    size = -(-whole.num_rows // CHUNKS)
    parts = [
        pa.Table.from_pylist(whole.slice(at, size).to_pylist()) for at in range(0, len(whole), size)
    ]
    objects = pool.columns | {"text": pd.Series(pool.texts, dtype=object)}
    return {
        library.__name__: library.__version__ for library in (pd, pl, pa, datasets, narwhals)
    }, {
        BASE: pool.texts,
        DICTS: whole.to_pylist(),
        "Arrow table": whole,
        f"Arrow table in {CHUNKS} chunks": pa.concat_tables(parts),
        "pandas": pd.DataFrame(pool.columns),
        "pandas of objects": pd.DataFrame(objects),
        "polars": pl.DataFrame(pool.columns),
        "polars lazy": pl.LazyFrame(pool.columns),
        "datasets": datasets.Dataset.from_dict(pool.columns),
    }


def in_turns(
    built: dict[str, Any], work: Callable[[Any], object], repeats: int
) -> dict[str, list[Cost]]:
    """Return the cost of the work on each container by turn, without the first turn."""
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
    cpu = [own.cpu / other.cpu for own, other in pairs]
    return {
        "cpu": median(cpu, 3),
        "cpu_lowest": significant(min(cpu), 3),
        "cpu_highest": significant(max(cpu), 3),
        "wall": median([own.wall / other.wall for own, other in pairs], 3),
    }


def memory(data: Any, pool: Pool) -> dict[str, Any]:
    """Return the memory that the corpus of a container adds, over the bytes of the text."""
    import pyarrow as pa

    before = pa.total_allocated_bytes()
    tracemalloc.start()
    corpus = as_corpus(data)
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    held += pa.total_allocated_bytes() - before
    del corpus
    return {
        "held_over_text": significant(held / pool.byte_count, 3),
        "peak_over_text": significant(peak / pool.byte_count, 3),
    }


def tables(record: Record) -> dict[str, str]:
    results = record.results
    search = results["settings"]
    about = (
        f"{results['records']:,} records, {results['text_bytes'] / 1e6:.1f} MB of text; "
        f"{results['budget']:,} chosen by `{search['compressor']}`, k1={search['k1']:,}. "
        "Medians of CPU time in the same turn."
    )
    columns = {
        "container": "{container}",
        "reading, list = 1": "{read_over_list[cpu]:.2f}",
        "select and take, list = 1": "{select_over_list[cpu]:.2f}",
        "filling a template, dicts = 1": lambda run: (
            f"{run['template_over_dicts']['cpu']:.2f}" if run["template_over_dicts"] else ""
        ),
        "memory added, text = 1": "{held_over_text:.2f}",
    }
    return {"containers": f"{about}\n\n{table_of(results['runs'], columns)}"}

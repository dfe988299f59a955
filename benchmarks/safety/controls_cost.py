"""Cost of all controls together, over the plain run.

CPU seconds of the plain run, of one whose controls all but do nothing, and of one with every
control, turn by turn. The second chooses about the same as the plain run, so it shows the cost of
the controls alone; with controls that matter, other records are chosen, of other lengths and in
other numbers.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.common.inputs import Inputs
from benchmarks.common.measure import in_fresh_process, measured, median, report
from benchmarks.common.mixtures import LARGE, large_pool, planted_pool
from benchmarks.common.page import Target, table_of
from benchmarks.common.record import Record

from entropylaw import Guards, Quality, Quotas, Tokens, ZipSelector

BEST = "zstd:6:long"
POOLS = {"cost": "planted pool", "cost of a large pool": "large pool"}
WAYS: dict[str, dict[str, Any]] = {
    "plain": {},
    "controls that do nothing": {
        "groups": "source",
        "quotas": Quotas(maximum=1.0),
        "quality": Quality("score", minimum=-1.0, weight=1e-12),
        "min_bytes": 1,
        "max_bytes": 10**9,
        "guards": Guards.all("warn"),
        "typicality": 1e-12,
    },
    "every control": {
        "groups": "source",
        "quotas": Quotas("pool"),
        "compare_within": "group and length",
        "quality": Quality("score", minimum=0.01, weight=0.05, tie_break=True),
        "min_bytes": 10,
        "max_bytes": 100_000,
        "guards": Guards.all("drop"),
        "typicality": 0.1,
    },
}


@dataclass(frozen=True)
class Settings:
    """`share` of the planted pool; `repeats` there; `large`: whether to time the large pool too."""

    share: float = 1.0
    repeats: int = 3
    large: int = 1
    compressors: tuple[str, ...] = ("zlib:9", BEST)


QUICK = Settings(share=0.04, repeats=1, large=0, compressors=("zstd:3",))


def run(settings: Settings, inputs: Inputs) -> Iterator[dict[str, Any]]:
    cases = [("cost", spec, settings.repeats) for spec in settings.compressors]
    cases += [("cost of a large pool", BEST, 1)] * bool(settings.large)
    result: dict[str, Any] = {"data": list(LARGE)} | {part: {} for part in POOLS}
    for part, spec, repeats in cases:
        share = settings.share if part == "cost" else None
        result[part][spec] = in_fresh_process(costs, spec, repeats, share, inputs)
        report(f"{part}, {spec}")
        yield result


def costs(spec: str, repeats: int, share: float | None, inputs: Inputs) -> dict[str, Any]:
    """Return the cost of each way: on a share of the planted pool; None: on the large one."""
    pool = large_pool(inputs) if share is None else planted_pool(share, inputs)
    records = [
        {"text": t, "source": s, "score": random.Random(i).random(), "n_tokens": len(t) // 4 + 1}
        for i, (t, s) in enumerate(zip(pool.texts, pool.sources, strict=True))
    ]
    budget = Tokens(sum(record["n_tokens"] for record in records) // 10, counts="n_tokens")
    times: dict[str, list[float]] = {way: [] for way in WAYS}
    about = {}
    for _ in range(repeats):
        for way, controls in WAYS.items():
            with measured() as cost:
                result = ZipSelector(budget, compressor=spec, **controls).select(records)
            times[way].append(cost.cpu)
            about[way] = {"records": len(result), "evaluations": result.evaluations}
    return {
        way: about[way]
        | {
            "cpu_seconds": median(own),
            "over_plain": median([one / b for one, b in zip(own, times["plain"], strict=True)]),
        }
        for way, own in times.items()
    }


def tables(record: Record) -> dict[str, str]:
    rows = [
        own | {"case": f"`{compressor}`, {pool}: {way}"}
        for part, pool in POOLS.items()
        for compressor, found in record.results[part].items()
        for way, own in found.items()
    ]
    columns = {
        "": "{case}",
        "CPU s": "{cpu_seconds:.1f}",
        "times plain": "{over_plain:.2f}",
        "µs an evaluation": lambda own: f"{1e6 * own['cpu_seconds'] / own['evaluations']:.0f}",
        "evaluations": "{evaluations:,}",
        "records chosen": "{records:,}",
    }
    return {"controls_cost": table_of(rows, columns)}


def targets(results: dict[str, Any]) -> Iterator[Target]:
    for part, pool in POOLS.items():
        for spec, found in results[part].items():
            every, nothing = found["every control"], found["controls that do nothing"]
            yield Target(
                f"all controls together cost under 25 % of the plain run: `{spec}`, {pool}",
                f"{nothing['over_plain'] - 1:+.0%} CPU where they change almost nothing; "
                f"{every['over_plain'] - 1:+.0%} where they change the selection",
                nothing["over_plain"] < 1.25,
            )

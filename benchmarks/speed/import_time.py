"""Import time of entropylaw, next to an empty Python and to numpy.

Fresh interpreters take turns; the difference to the empty one is the cost of the import.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.common.inputs import Inputs
from benchmarks.common.measure import measured, significant
from benchmarks.common.page import Target, table_of
from benchmarks.common.record import Record

ENVIRONMENT = {name: value for name, value in os.environ.items() if "BYTECODE" not in name}
STATEMENTS = {
    "nothing": "pass",
    "numpy": "import numpy",
    "entropylaw": "import entropylaw",
    "entropylaw.ZipSelector": "from entropylaw import ZipSelector",
    "entropylaw.EntropyLawFit": "from entropylaw import EntropyLawFit",
}


@dataclass(frozen=True)
class Settings:
    repeats: int = 25


QUICK = Settings(repeats=1)


def run(settings: Settings, inputs: Inputs) -> Iterator[dict[str, Any]]:
    wall: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    cpu: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    load = round(os.getloadavg()[0], 1)
    for repeat in range(settings.repeats + 1):
        for name, statement in STATEMENTS.items():
            with measured() as cost:
                subprocess.run([sys.executable, "-c", statement], check=True, env=ENVIRONMENT)
            if repeat:  # the first turn compiles modules, and fills the caches of the disk
                wall[name].append(cost.wall)
                cpu[name].append(cost.cpu)
    yield {
        "repeats": settings.repeats,
        "load_before": load,
        "runs": [
            {
                "imported": name,
                "wall_milliseconds": milliseconds(wall[name]),
                "over_nothing_wall_milliseconds": over(wall, name),
                "over_nothing_cpu_milliseconds": over(cpu, name),
            }
            for name in STATEMENTS
        ],
    }


def milliseconds(seconds: list[float]) -> float:
    return significant(1e3 * statistics.median(seconds), 3)


def over(times: dict[str, list[float]], name: str) -> float:
    """Return how much longer than an empty Python in the same turn; median."""
    return milliseconds(
        [own - base for own, base in zip(times[name], times["nothing"], strict=True)]
    )


def tables(record: Record) -> dict[str, str]:
    columns = {
        "a fresh Python that imports": "{imported}",
        "wall ms": "{wall_milliseconds:.0f}",
        "more than nothing": "{over_nothing_wall_milliseconds:.0f}",
        "CPU ms more than nothing": "{over_nothing_cpu_milliseconds:.0f}",
    }
    return {"import_time": table_of(record.results["runs"], columns)}


def targets(results: dict[str, Any]) -> Iterator[Target]:
    runs = {run["imported"]: run for run in results["runs"]}
    took = runs["entropylaw"]
    more = {name: run["over_nothing_wall_milliseconds"] for name, run in runs.items()}
    yield Target(
        "`import entropylaw` within 150 ms",
        f"{more['entropylaw']:.0f} ms more than an empty Python "
        f"({took['wall_milliseconds']:.0f} in all; numpy alone {more['numpy']:.0f} more)",
        took["wall_milliseconds"] < 150,
    )
    beyond = more["entropylaw.ZipSelector"] - more["numpy"]
    yield Target(
        "`from entropylaw import ZipSelector` within 150 ms beyond numpy",
        f"{beyond:.0f} ms",
        beyond < 150,
    )

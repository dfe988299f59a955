"""What the benchmarks share: clocks, facts of the machine, records, the script, JSON results."""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import platform
import random
import resource
import statistics
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import Any

from entropylaw.io.jsonl import RecordFile

RESULTS = Path(__file__).parent / "results"
LIBRARIES = ("entropylaw", "numpy", "zstandard", "lz4", "brotli", "isal", "zlib-ng", "torch")


@dataclass(slots=True)
class Cost:
    """What a piece of work took; complete once its `measured` block is left.

    `cpu` counts all threads of this process, and the children that it has waited for.
    """

    wall: float = 0.0
    cpu: float = 0.0


@contextmanager
def measured() -> Iterator[Cost]:
    """Measure the block."""
    cost = Cost()
    wall, cpu = time.perf_counter(), _cpu_seconds()
    yield cost
    cost.wall, cost.cpu = time.perf_counter() - wall, _cpu_seconds() - cpu


def _cpu_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def peak_megabytes() -> float:
    """Return the most memory that this process has held, in MB (Linux and macOS)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e6


def in_fresh_process(function: Callable[..., Any], *args: object) -> Any:
    """Return ``function(*args)`` as computed by a process that has done nothing else.

    Workers that it starts in turn are started in the way that is usual on this system.
    """
    usual = multiprocessing.get_start_method()
    with ProcessPoolExecutor(
        1,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=multiprocessing.set_start_method,
        initargs=(usual, True),
    ) as pool:
        return pool.submit(function, *args).result()


def microseconds(seconds: Sequence[float], count: int = 1) -> dict[str, float]:
    """Return median, lowest and highest of repeated measurements, each of `count` evaluations."""
    each = [1e6 * one / count for one in seconds]
    return {
        "median": significant(statistics.median(each)),
        "lowest": significant(min(each)),
        "highest": significant(max(each)),
        "repeats": len(each),
    }


def significant(number: float, digits: int = 4) -> float:
    """Return a number rounded to so many significant digits."""
    return float(f"{number:.{digits}g}")


def read_records(paths: Iterable[Path]) -> list[Any]:
    """Return all records of the files, one file after the other."""
    return [record.value for record in chain.from_iterable(map(RecordFile, paths))]


def draw_pool(path: Path, count: int | None) -> list[dict[str, Any]]:
    """Return `count` distinct records of a file, drawn with a fixed seed; None: all of them.

    Each gets the `source` key that the published script requires, unless it has one.
    """
    distinct = list({repr(record): record for record in read_records([path])}.values())
    if count is not None:
        distinct = random.Random(0).sample(distinct, min(count, len(distinct)))
    source = path.name.partition(".")[0]
    return [{"source": source} | record for record in distinct]


def load_script(path: Path) -> ModuleType:
    """Import the user's own copy of the published script, so that its workers can as well."""
    sys.path.append(str(path.resolve().parent))
    return importlib.import_module(path.stem)


def wait_for_children() -> None:
    """Wait until the worker processes have ended, so that their CPU time is counted."""
    for child in multiprocessing.active_children():
        child.join()


def write_result(name: str, content: dict[str, Any]) -> None:
    """Write results/NAME.json: how it was made, on what, and what came out."""
    RESULTS.mkdir(exist_ok=True)
    target = RESULTS / f"{name}.json"
    target.write_text(json.dumps(_provenance() | content, indent=2, ensure_ascii=False) + "\n")
    print(f"wrote {target.name}", file=sys.stderr)


def cost_of(cost: Cost) -> dict[str, float]:
    """Return a cost as seconds for a result file."""
    return {f"{kind}_seconds": significant(value) for kind, value in asdict(cost).items()}


def _provenance() -> dict[str, Any]:
    return {
        "command": shown_command(sys.argv),
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": {
            "system": platform.system(),
            "architecture": platform.machine(),
            "cpu": _cpu_model(),
            "cores": os.cpu_count(),
            "load_at_end": [round(load, 2) for load in os.getloadavg()],
        },
        "versions": {
            "python": platform.python_version(),
            "zlib": zlib.ZLIB_RUNTIME_VERSION,
        }
        | {name: found for name in LIBRARIES if (found := _version(name))},
    }


def shown_command(argv: Sequence[str]) -> str:
    """Return the command line with file names in place of paths."""
    script, *options = (Path(word).name if os.sep in word else word for word in argv)
    return " ".join(["python", f"benchmarks/{script}", *options])


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def _cpu_model() -> str:
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        for line in facts.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"

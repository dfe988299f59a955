"""A large pool: 100,000 of 1,000,000 records of 1 to 2 KB, chosen from a mapped file.

The records are real ones recombined: lines of records of one source, drawn at random until there
are 1 to 2 KB. Reported are wall and CPU time, memory beyond the mapped file, and the cost of a
chosen record by the number chosen before it. Linux only, for the memory.
"""

from __future__ import annotations

import random
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.common.inputs import SETS, Inputs
from benchmarks.common.internals import build_mapped, open_mapped
from benchmarks.common.measure import in_fresh_process, measured, report, significant
from benchmarks.common.page import Target, table
from benchmarks.common.record import Record

from entropylaw import ZipSelector, get_compressor
from entropylaw.errors import ShortMemoryWarning

SHORTEST, LONGEST = 1_000, 2_000
SHARE = "reading_the_set_share_of_cpu"
"""In the record of 2026-11-25; no longer measured."""


@dataclass(frozen=True)
class Settings:
    records: int = 1_000_000
    budget: int = 100_000
    compressor: str = "zstd:6:long"
    jobs: int = 2
    sets: tuple[str, ...] = SETS[:7]


QUICK = Settings(records=1_500, budget=300)


def run(settings: Settings, inputs: Inputs) -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pool"
        with measured() as building:
            build_mapped(recombined(settings, inputs), path)
        report(f"built in {building.wall:.0f} s")
        yield {
            "data": list(settings.sets),
            "build": building.seconds(),
            "file_bytes": path.stat().st_size,
            "run": in_fresh_process(run_case, path, settings),
        }


def recombined(settings: Settings, inputs: Inputs) -> Iterator[str]:
    """Yield records of 1 to 2 KB, each of lines from one source."""
    rng = random.Random(0)
    sources = []
    for name in settings.sets:
        lines = [line for row in inputs.texts(name) for line in row.split(b"\n")]
        sources.append([line for line in lines if 20 <= len(line) <= SHORTEST])
    sizes = [sum(map(len, lines)) for lines in sources]
    for lines in rng.choices(sources, sizes, k=settings.records):
        wanted, parts, length = rng.randint(SHORTEST, LONGEST), [], 0
        while length < wanted:
            parts.append(rng.choice(lines))
            length += len(parts[-1]) + 1
        yield b"\n".join(parts)[:LONGEST].decode("utf-8", "ignore")


def anonymous_megabytes() -> float:
    """Return the memory that this process holds, mapped files not included, in MB."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("RssAnon:")[2].split()[0]) * 1024 / 1e6


def run_case(pool_path: Path, settings: Settings) -> dict[str, Any]:
    """Select from the mapped pool, round by round."""
    pool = open_mapped(pool_path)
    before = anonymous_megabytes()
    selector = ZipSelector(
        settings.budget, compressor=settings.compressor, n_jobs=settings.jobs, progress=False
    )
    chosen, cpu, memory = [0], [0.0], [before]
    raw = size = evaluations = 0
    with measured() as selecting, warnings.catch_warnings():
        warnings.simplefilter("ignore", ShortMemoryWarning)
        start = time.process_time()
        for one in selector.rounds(pool):
            chosen.append(chosen[-1] + len(one.picks))
            cpu.append(time.process_time() - start)
            memory.append(anonymous_megabytes())
            raw, size, evaluations = one.set_raw, one.set_size, evaluations + one.evaluations
            if one.number % 20 == 0:
                report(f"{chosen[-1]:,} chosen, {cpu[-1]:.0f} CPU s")
    return {
        "compressor": settings.compressor,
        "threads": settings.jobs,
        "pool_records": len(pool),
        "pool_bytes": pool.total_bytes,
        "chosen_records": chosen[-1],
        "chosen_bytes": raw,
        "ratio": significant(raw / size),
        "window": get_compressor(settings.compressor).window,
        "evaluations": evaluations,
        "select": selecting.seconds(),
        "peak_megabytes_beyond_the_file": significant(max(memory)),
        "of_it_before_selecting": significant(before),
        "exponent_of_cost_by_number_chosen": significant(exponent(chosen, cpu), 3),
    }


def exponent(chosen: Sequence[int], cpu: Sequence[float]) -> float:
    """Return b of cost = a * chosen**b, the cost of a record in each round; the first 5 % left out.

    0: a record costs the same however many were chosen; 1: in proportion to their number.
    """
    each = np.diff(cpu) / np.diff(chosen)
    start = np.array(chosen[:-1], np.float64)
    late = start >= max(1, 0.05 * chosen[-1])
    return float(np.polyfit(np.log(start[late]), np.log(each[late]), 1)[0])


def tables(record: Record) -> dict[str, str]:
    run, build = record.results["run"], record.results["build"]
    power = f"to the power {run['exponent_of_cost_by_number_chosen']:.3f}"
    rows = [
        ["pool", f"{run['pool_records']:,} records, {run['pool_bytes'] / 1e9:.2f} GB"],
        ["chosen", f"{run['chosen_records']:,} records, {run['chosen_bytes'] / 1e6:.0f} MB"],
        ["compressor, threads", f"`{run['compressor']}`, {run['threads']}"],
        ["time to select", f"{run['select']['wall_seconds'] / 60:.0f} min"],
        ["CPU", f"{run['select']['cpu_seconds'] / 60:.0f} min"],
        ["building the mapped file", f"{build['wall_seconds']:.0f} s"],
        ["peak memory beyond the file", f"{run['peak_megabytes_beyond_the_file']:.0f} MB"],
        ["cost of a chosen record, by number chosen before", power],
    ]
    if SHARE in run:
        rows.append(["share of CPU on reading the set", f"{run[SHARE]:.1%}"])
    return {"million": table(["what", "measured"], rows)}


def targets(results: dict[str, Any]) -> Iterator[Target]:
    run = results["run"]
    minutes = run["select"]["wall_seconds"] / 60
    what = f"{run['chosen_records']:,} of {run['pool_records']:,} records"
    memory = run["peak_megabytes_beyond_the_file"]
    power = run["exponent_of_cost_by_number_chosen"]
    yield Target(f"{what}: within an hour on 2 cores", f"{minutes:.0f} min", minutes <= 60)
    yield Target("memory beyond the mapped file: under 1.5 GB", f"{memory:.0f} MB", memory < 1_500)
    if SHARE in run:
        aim = "reading the growing set: under a third of the CPU"
        yield Target(aim, f"{run[SHARE]:.1%}", run[SHARE] < 1 / 3)
    yield Target(
        "cost of a chosen record by number already chosen: flat",
        f"to the power {power:.3f}",
        abs(power) < 0.05,
    )

"""A large pool: 100,000 records chosen of 1,000,000 of 1 to 2 KB, from a mapped file.

The records are real ones recombined: lines of records of one source, drawn at random until there
are 1 to 2 KB. Reported are wall and CPU time, memory beyond the mapped file, what a chosen record
costs by how many were chosen before it, and the share of the time that goes into reading the
growing set again (digesting it). Linux only, for the memory.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from common import cost_of, in_fresh_process, measured, read_records, significant, write_result
from entropylaw import ZipSelector, get_compressor
from entropylaw.compressors import Zstd
from entropylaw.errors import ShortMemoryWarning
from entropylaw.io.load import as_corpus
from entropylaw.io.mapped import build_mapped, open_mapped

SHORTEST, LONGEST = 1_000, 2_000
POINTS = 20


def recombined(paths: Sequence[Path], count: int) -> Iterator[str]:
    """Yield records of 1 to 2 KB, each of lines from one source."""
    rng = random.Random(0)
    sources = []
    for path in paths:
        lines = [line for row in as_corpus(read_records([path])) for line in row.split(b"\n")]
        sources.append([line for line in lines if 20 <= len(line) <= SHORTEST])
    sizes = [sum(map(len, lines)) for lines in sources]
    for lines in rng.choices(sources, sizes, k=count):
        wanted, parts, length = rng.randint(SHORTEST, LONGEST), [], 0
        while length < wanted:
            parts.append(rng.choice(lines))
            length += len(parts[-1]) + 1
        yield b"\n".join(parts)[:LONGEST].decode("utf-8", "ignore")


def anonymous_megabytes() -> float:
    """Return the memory that this process holds, mapped files not included, in MB."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("RssAnon:")[2].split()[0]) * 1024 / 1e6


def run_case(pool_path: Path, compressor: str, budget: int, jobs: int) -> dict[str, Any]:
    """Select from the mapped pool, round by round."""
    reading = {"seconds": 0.0, "digests": 0, "bytes": 0}
    digest = Zstd._digest

    def counted(self: Zstd, visible: bytes) -> object:
        start = time.thread_time()
        made = digest(self, visible)
        reading["seconds"] += time.thread_time() - start
        reading["digests"] += 1
        reading["bytes"] += len(visible)
        return made

    Zstd._digest = counted  # type: ignore[method-assign, assignment]
    pool = open_mapped(pool_path)
    before = anonymous_megabytes()
    selector = ZipSelector(budget, compressor=compressor, n_jobs=jobs, progress=False)
    chosen, cpu, digesting, memory = [0], [0.0], [0.0], [before]
    raw = size = evaluations = 0
    with measured() as selecting, warnings.catch_warnings():
        warnings.simplefilter("ignore", ShortMemoryWarning)
        start = time.process_time()
        for one in selector.rounds(pool):
            chosen.append(chosen[-1] + len(one.picks))
            cpu.append(time.process_time() - start)
            digesting.append(reading["seconds"])
            memory.append(anonymous_megabytes())
            raw, size, evaluations = one.set_raw, one.set_size, evaluations + one.evaluations
            if one.number % 20 == 0:
                print(f"{chosen[-1]:,} chosen, {cpu[-1]:.0f} CPU s", file=sys.stderr, flush=True)
    window = get_compressor(compressor).window
    return {
        "compressor": compressor,
        "threads": jobs,
        "pool_records": len(pool),
        "pool_bytes": pool.total_bytes,
        "chosen_records": chosen[-1],
        "chosen_bytes": raw,
        "ratio": significant(raw / size),
        "window": window,
        "evaluations": evaluations,
        "select": cost_of(selecting),
        "peak_megabytes_beyond_the_file": significant(max(memory)),
        "of_it_before_selecting": significant(before),
        "reading_the_set_cpu_seconds": significant(reading["seconds"]),
        "reading_the_set_share_of_cpu": significant(reading["seconds"] / cpu[-1], 3),
        "digests": reading["digests"],
        "digested_bytes": reading["bytes"],
        "exponent_of_cost_by_number_chosen": significant(exponent(chosen, cpu), 3),
        "by_number_chosen": curve(chosen, cpu, digesting, memory),
    }


def exponent(chosen: Sequence[int], cpu: Sequence[float]) -> float:
    """Return b of cost = a * chosen**b, the cost of a record in each round; the first 5 % left out.

    0: a record costs the same however many were chosen; 1: in proportion to their number.
    """
    each = np.diff(cpu) / np.diff(chosen)
    start = np.array(chosen[:-1], np.float64)
    late = start >= 0.05 * chosen[-1]
    return float(np.polyfit(np.log(start[late]), np.log(each[late]), 1)[0])


def curve(
    chosen: Sequence[int],
    cpu: Sequence[float],
    digesting: Sequence[float],
    memory: Sequence[float],
) -> list[dict[str, float]]:
    """Return cost and memory at evenly spaced numbers of chosen records."""
    marks = np.linspace(0, len(chosen) - 1, POINTS + 1).astype(int)
    return [
        {
            "chosen": chosen[end],
            "cpu_milliseconds_a_record": significant(
                1e3 * (cpu[end] - cpu[start]) / (chosen[end] - chosen[start])
            ),
            "of_it_reading_the_set": significant(
                1e3 * (digesting[end] - digesting[start]) / (chosen[end] - chosen[start])
            ),
            "megabytes": significant(memory[end]),
        }
        for start, end in pairwise(marks)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="+", type=Path, help="real text: JSONL, may be packed")
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--budget", type=int, default=100_000)
    parser.add_argument("--compressor", default="zstd:6:long")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--name", default="million", help="of the result file")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pool"
        with measured() as building:
            build_mapped(recombined(options.data, options.records), path)
        print(f"built in {building.wall:.0f} s", file=sys.stderr, flush=True)
        run = in_fresh_process(run_case, path, options.compressor, options.budget, options.jobs)
        content = {
            "data": [file.name for file in options.data],
            "build": cost_of(building),
            "file_bytes": path.stat().st_size,
            "run": run,
        }
    write_result(options.name, content)


if __name__ == "__main__":
    main()

"""What a second core gains: threads and processes against the calling thread alone.

One round at paper settings, K 10,000 / 200 / 100, after some megabytes have been chosen: the
screened records are sized together with that set, then the shortlist is packed. All kinds of
workers take turns in one process, so that each repeat gives a ratio of its own; every case has
a fresh process. Linux only, for the CPU time of the workers.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from common import in_fresh_process, read_records, significant, write_result
from entropylaw import Corpus, get_compressor
from entropylaw.io.load import as_corpus
from entropylaw.selection.stages import pack
from entropylaw.sizing import Sizer
from entropylaw.types import WorkerKind

COMPRESSORS = ["zlib:9", "zstd:3", "zstd:6:long"]
RECORD_BYTES = [1_200, 500]
KINDS: list[WorkerKind] = ["serial", "threads", "processes"]
K1, K2, K3 = 10_000, 200, 100
CHOSEN_BYTES = 4_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="+", type=Path, help="real text: JSONL, may be packed")
    parser.add_argument("--compressors", nargs="+", default=COMPRESSORS)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=7)
    options = parser.parse_args()

    runs = []
    for about in RECORD_BYTES:
        for spec in options.compressors:
            runs.append(
                in_fresh_process(run_case, spec, options.data, about, options.jobs, options.repeats)
            )
            print(runs[-1], file=sys.stderr)
            write_result(
                "scaling",
                {
                    "data": [path.name for path in options.data],
                    "jobs": options.jobs,
                    "gain": "over the calling thread alone, in the same repeat; median",
                    "start_method": multiprocessing.get_start_method(),
                    "runs": runs,
                },
            )


def run_case(spec: str, data: list[Path], about: int, jobs: int, repeats: int) -> dict[str, Any]:
    """Return the times of each kind of workers for one compressor and one size of records."""
    pool, chosen = split_pool(data, about)
    candidates = np.arange(K1)
    shortlist = np.sort(np.random.default_rng(0).choice(candidates, K2, replace=False))
    screen: dict[str, list[Times]] = {kind: [] for kind in KINDS}
    packing: dict[str, list[Times]] = {kind: [] for kind in KINDS}
    load = []
    with ExitStack() as stack:
        sets = {}
        for kind in KINDS:
            scorer = stack.enter_context(
                Sizer(pool, get_compressor(spec), n_jobs=jobs, workers=kind)
            )
            grown = scorer.empty_set()
            grown.extend_bytes(chosen)
            pack(shortlist, scorer.empty_set(), k3=K3)  # own sizes are known before the rounds
            sets[kind] = scorer, grown, grown.union_sizes(candidates)
        assert len({sizes.tobytes() for _, _, sizes in sets.values()}) == 1
        for _ in range(repeats):
            load.append(round(os.getloadavg()[0], 1))
            for kind, (scorer, grown, _) in sets.items():
                screen[kind].append(timed(scorer, partial(grown.union_sizes, candidates)))
                packing[kind].append(
                    timed(scorer, partial(pack, shortlist, scorer.empty_set(), k3=K3))
                )
    return {
        "compressor": get_compressor(spec).name,
        "mean_record_bytes": round(float(pool.lengths[candidates].mean())),
        "chosen_bytes": sum(map(len, chosen)),
        "repeats": repeats,
        "load_before_each_repeat": load,
        "screen": summary(screen),
        "pack": summary(packing),
    }


class Times(NamedTuple):
    """Seconds: of the clock, and of CPU in the process that took most."""

    wall: float
    busiest: float


def timed(scorer: Sizer, work: Callable[[], object]) -> Times:
    """Do some work and return what it took."""
    clocks = [time.CLOCK_PROCESS_CPUTIME_ID, *map(cpu_clock, getattr(scorer.session, "pids", []))]
    before = [time.clock_gettime(clock) for clock in clocks]
    start = time.perf_counter()
    work()
    wall = time.perf_counter() - start
    return Times(
        wall,
        max(time.clock_gettime(clock) - was for clock, was in zip(clocks, before, strict=True)),
    )


def cpu_clock(pid: int) -> int:
    """Return the CPU clock of another process, as clock_getcpuclockid does on Linux."""
    return (~pid << 3) | 2


def summary(times: dict[str, list[Times]]) -> dict[str, Any]:
    """Return the median time of each kind, and its gain over the calling thread alone.

    `cpu_gain` is what the clock would show if each process had a core to itself and none had
    to wait for another; threads share one process, so theirs says only what they add.
    """
    alone = times["serial"]
    return {
        kind: {
            "wall_milliseconds": significant(1e3 * statistics.median(t.wall for t in own)),
            "busiest_process_cpu_milliseconds": significant(
                1e3 * statistics.median(t.busiest for t in own)
            ),
            "wall_gain": significant(
                statistics.median(a.wall / t.wall for a, t in zip(alone, own, strict=True)), 3
            ),
            "cpu_gain": significant(
                statistics.median(a.busiest / t.busiest for a, t in zip(alone, own, strict=True)), 3
            ),
        }
        for kind, own in times.items()
    }


def split_pool(data: list[Path], about: int) -> tuple[Corpus, list[bytes]]:
    """Return K1 records near a length, and others that make up the chosen set."""
    texts = list(as_corpus(read_records(data)))
    random.Random(0).shuffle(texts)
    near = [text for text in dict.fromkeys(texts) if 0.6 * about < len(text) < 1.6 * about]
    if len(near) < K1:
        raise SystemExit(f"only {len(near):,} records of about {about} bytes; {K1:,} are needed")
    candidates, rest = near[:K1], near[K1:] + texts
    reached = np.cumsum([len(text) for text in rest])
    return Corpus.from_rows(candidates), rest[: int(np.searchsorted(reached, CHOSEN_BYTES))]


if __name__ == "__main__":
    main()

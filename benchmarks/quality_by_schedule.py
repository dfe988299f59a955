"""Does reading a large set on a schedule cost quality? Whole digests beside the schedule.

Beyond 8 MiB the whole chosen set is no longer read again after each round; see
`entropylaw.compressors.priming`. Here one selection reads it whole each time all the same. The
pool, the judge and the measures are those of quality.py, with a larger budget.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import quality
from common import in_fresh_process, significant, write_result
from entropylaw.compressors import Zstd, dictionary

ALWAYS = 1 << 62
METHODS = ["random", "ZIP zstd:6", "ZIP zstd:9", "ZIP zstd:6:long"]


def run_case(stored: Path, method: str, whole: int) -> dict[str, Any]:
    """Choose, and return what the judge says, with the CPU seconds spent on reading the set."""
    reading = {"seconds": 0.0, "bytes": 0}
    digest = Zstd._digest

    def counted(self: Zstd, visible: bytes) -> object:
        start = time.thread_time()
        made = digest(self, visible)
        reading["seconds"] += time.thread_time() - start
        reading["bytes"] += len(visible)
        return made

    Zstd._digest = counted  # type: ignore[method-assign, assignment]
    dictionary.WHOLE = whole
    case = quality.run_case(stored, method)
    return case | {
        "whole_up_to_bytes": whole,
        "reading_the_set_cpu_seconds": significant(reading["seconds"]),
        "digested_bytes": reading["bytes"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="+", type=Path, help="the files of the first of POOLS")
    parser.add_argument("--budget-bytes", type=int, default=11_000_000)
    options = parser.parse_args()

    paths = {path.name.partition(".")[0]: path for path in options.data}
    cases = [(method, dictionary.WHOLE) for method in METHODS] + [("ZIP zstd:6:long", ALWAYS)]
    done: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        stored = Path(folder) / "pool"
        about = in_fresh_process(
            quality.run_pool, quality.POOLS[0], paths, options.budget_bytes, stored
        )
        for method, whole in cases:
            case = in_fresh_process(run_case, stored, method, whole)
            case["reading"] = "whole each time" if whole == ALWAYS else "on the schedule"
            done.append(case)
            print(f"{method}, {case['reading']}: {case['ratio']}", file=sys.stderr)
            methods = quality.with_ratios_to_random(done)
            write_result("quality_by_schedule", about | {"methods": methods})


if __name__ == "__main__":
    main()

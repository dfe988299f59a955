"""What `import entropylaw` takes, beside a Python that imports nothing and one that imports numpy.

Fresh interpreters take turns; the difference to the empty one is the cost of the import.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from typing import Any

from common import measured, significant, write_result

ENVIRONMENT = {name: value for name, value in os.environ.items() if "BYTECODE" not in name}
STATEMENTS = {
    "nothing": "pass",
    "numpy": "import numpy",
    "entropylaw": "import entropylaw",
    "entropylaw.ZipSelector": "from entropylaw import ZipSelector",
    "entropylaw.EntropyLawFit": "from entropylaw import EntropyLawFit",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=25)
    options = parser.parse_args()

    wall: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    cpu: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    load = round(os.getloadavg()[0], 1)
    for repeat in range(options.repeats + 1):
        for name, statement in STATEMENTS.items():
            with measured() as cost:
                subprocess.run([sys.executable, "-c", statement], check=True, env=ENVIRONMENT)
            if repeat:  # the first turn compiles modules, and fills the caches of the disk
                wall[name].append(cost.wall)
                cpu[name].append(cost.cpu)
    runs: list[dict[str, Any]] = [
        {
            "imported": name,
            "wall_milliseconds": milliseconds(wall[name]),
            "over_nothing_wall_milliseconds": over(wall, name),
            "over_nothing_cpu_milliseconds": over(cpu, name),
        }
        for name in STATEMENTS
    ]
    for run in runs:
        print(run, file=sys.stderr)
    write_result("import_time", {"repeats": options.repeats, "load_before": load, "runs": runs})


def milliseconds(seconds: list[float]) -> float:
    """Return the median."""
    return significant(1e3 * statistics.median(seconds), 3)


def over(times: dict[str, list[float]], name: str) -> float:
    """Return how much longer it took than an empty Python in the same turn; median."""
    return milliseconds(
        [own - base for own, base in zip(times[name], times["nothing"], strict=True)]
    )


if __name__ == "__main__":
    main()

"""From `pip install` to the first selection: python benchmarks/first_selection.py [--repeats 3].

Each repeat makes a fresh virtual environment, installs a wheel built from this checkout into it,
and runs a first selection in a new process, twice. Downloading depends on the network, so it is
timed by itself: packages are fetched into a folder first, without pip's cache, and installed from
there.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

from common import Cost, measured, significant, write_result

ROOT = Path(__file__).parents[1]
FIRST = """
import time
start = time.perf_counter()
from entropylaw import ZipSelector
imported = time.perf_counter()
from entropylaw.io.stdlib_pool import stdlib_records
records = stdlib_records()
read = time.perf_counter()
result = ZipSelector(100, compressor="zstd:6:long", progress=False).select(records)
chosen = result.take(records)
done = time.perf_counter()
import json
print(json.dumps({"import": imported - start, "make_pool": read - imported,
                  "select_and_take": done - read}))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--extras", default="", help="such as cli,plot")
    options = parser.parse_args()
    extras = f"[{options.extras}]" if options.extras else ""
    with tempfile.TemporaryDirectory() as folder:
        wheels = Path(folder, "wheels")
        built = pip(sys.executable, "wheel", "--no-deps", "-w", str(wheels), str(ROOT))
        (own,) = wheels.glob("entropylaw-*.whl")
        wanted = f"{own}{extras}"
        download = pip(sys.executable, "download", "--no-cache-dir", "-d", str(wheels), wanted)
        runs = [one_run(wanted, wheels) for _ in range(options.repeats)]
        fetched = [file.stat().st_size for file in wheels.iterdir()]
    write_result(
        "first_selection",
        {
            "note": "the download depends on the network; everything else happens on this machine",
            "installed": f"entropylaw{extras}",
            "build_wheel_seconds": significant(built.wall),
            "download": {
                "wall_seconds": significant(download.wall),
                "megabytes": significant(sum(fetched) / 1e6),
                "packages": len(fetched),
            },
            "repeats": options.repeats,
            "median_seconds": medians(runs),
            "runs": runs,
        },
    )


def one_run(wanted: str, wheels: Path) -> dict[str, Any]:
    """Return what each step takes in a fresh environment, in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        with measured() as making:
            venv.create(folder, with_pip=True)
        python = str(Path(folder, "bin", "python"))
        offline = ["--no-index", "--find-links", str(wheels)]
        install = pip(python, "install", *offline, wanted)
        with measured() as first:
            steps = selected(python)
        with measured() as second:
            selected(python)
    return {
        "make_environment": significant(making.wall),
        "install": significant(install.wall),
        "first_run": significant(first.wall),
        "second_run": significant(second.wall),
        "install_to_first_selection": significant(install.wall + first.wall),
        "first_run_by_step": {name: significant(value) for name, value in steps.items()},
    }


def selected(python: str) -> dict[str, float]:
    """Select in a new process, and return what it says of its steps."""
    steps: dict[str, float] = json.loads(
        subprocess.check_output([python, "-I", "-c", FIRST], text=True)
    )
    return steps


def pip(python: str, *arguments: str) -> Cost:
    """Run pip quietly, and return what it took."""
    with measured() as cost:
        subprocess.run([python, "-m", "pip", "--quiet", *arguments], check=True)
    return cost


def medians(runs: list[dict[str, Any]]) -> dict[str, float]:
    """Return the median of each step over the repeats."""
    steps = [name for name, value in runs[0].items() if isinstance(value, float)]
    return {name: significant(statistics.median(run[name] for run in runs)) for name in steps}


if __name__ == "__main__":
    main()

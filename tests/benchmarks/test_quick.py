"""Every benchmark runs with --quick and yields a record."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.__main__ import found
from benchmarks.common.record import RESULTS, Record

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("name", found())
def test_quick_run_yields_a_record(name: str, tmp_path: Path):
    stored = {path.name: path.read_bytes() for path in RESULTS.iterdir()}
    output = tmp_path / "record.json"
    subprocess.run(
        [sys.executable, "-m", "benchmarks", name, "--quick", "--output", str(output)],
        cwd=ROOT,
        check=True,
        timeout=300,
    )
    record = Record.read(output)
    assert record.name == name
    assert record.command == f"python -m benchmarks {name} --quick"
    assert record.date
    assert record.machine["cores"]
    assert {"python", "zlib", "numpy", "zstandard", "lz4"} <= record.versions.keys()
    assert record.parameters
    assert record.results
    assert {path.name: path.read_bytes() for path in RESULTS.iterdir()} == stored

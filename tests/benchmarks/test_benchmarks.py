"""The benchmarks can be found, have the common options, and agree with the pages."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.common.record import RESULTS, Record

from benchmarks import __main__ as command

ROOT = Path(__file__).parents[2]
BENCHMARKS = command.found()


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *words], cwd=ROOT, capture_output=True, text=True
    )


def test_every_file_of_a_subject_is_listed_with_its_first_line():
    listed = run()
    assert listed.returncode == 0
    files = [path for path in (ROOT / "benchmarks").glob("*/*.py") if path.parent.name != "common"]
    assert len(files) == len(BENCHMARKS) > 10
    for path in files:
        line = ast.get_docstring(ast.parse(path.read_text())).splitlines()[0]
        assert f"  {path.stem} " in listed.stdout
        assert line.endswith(".")
        assert line in listed.stdout


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_has_quick_settings_and_common_options(name: str):
    module = command.module_of(name)
    assert isinstance(module.QUICK, module.Settings)
    shown = command.parser_of(name, module).format_help()
    for option in ("--quick", "--data", "--script", "--output"):
        assert option in shown


def test_listing_imports_no_benchmark():
    code = (
        "import sys; from benchmarks.__main__ import main; main([]);"
        "print([name for name in sys.modules if name.startswith(('entropylaw', 'numpy'))])"
    )
    shown = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True)
    assert shown.splitlines()[-1] == "[]"


def test_tables_of_the_pages_are_those_of_the_results():
    assert [page.name for page, _ in command.outdated()] == []


def test_a_changed_table_is_noticed_and_nothing_else_is_touched():
    from benchmarks.common.page import filled

    page = (ROOT / "docs" / "how-to" / "stream.md").read_text(encoding="utf-8")
    changed = page.replace("| `ZipStream zstd:3` |", "| `ZipStream zstd:9` |")
    assert changed != page
    assert filled(changed, command.contents()) == page


def test_old_and_new_records_read_alike(tmp_path: Path):
    old = Record.read(RESULTS / "scaling.json")
    assert old.name == "scaling"
    assert old.command.startswith("python benchmarks/scaling.py")
    assert set(old.results) == {"data", "jobs", "gain", "start_method", "runs"}
    (tmp_path / "again.json").write_text(old.to_json(), encoding="utf-8")
    assert Record.read(tmp_path / "again.json") == old


def test_every_retired_result_is_named_in_the_readme():
    readme = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    for path in RESULTS.glob("*.json"):
        if path.stem not in BENCHMARKS:
            assert f"`{path.stem}`" in readme


def test_paths_are_left_out_of_the_recorded_command():
    words = [
        "--data",
        "/some/where",
        "--script=/x/ZIP.py",
        "--output",
        "/y/z.json",
        "--budget",
        "5",
    ]
    assert command.shown("parity", words) == (
        "python -m benchmarks parity --data DIR --script=ZIP.py --budget 5"
    )


def test_quick_results_are_not_written_to_the_results():
    refused = run("import_time", "--quick", "--output", "benchmarks/results/import_time.json")
    assert refused.returncode == 2
    assert "--output" in refused.stderr


def test_a_full_run_asks_for_its_data():
    refused = run("estimate")
    assert refused.returncode == 1
    assert "--data DIR" in refused.stderr


def test_unknown_names_are_refused():
    refused = run("no_such_benchmark")
    assert refused.returncode == 1
    assert "no_such_benchmark" in refused.stderr
    assert json.loads((RESULTS / "parity.json").read_text())  # and nothing was written

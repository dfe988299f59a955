"""A compressor from a separate package: built, installed, found by its entry point, and used."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent / "package"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder into which pip has installed the package, without network access."""
    source = shutil.copytree(PACKAGE, tmp_path_factory.mktemp("source") / "package")
    target = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-index", "--no-deps", "--no-build-isolation"]
    done = subprocess.run(
        [*pip, *offline, "--target", target, source], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return target


def run(*command, installed):
    """Run Python with the installed folder on its path."""
    paths = [str(installed), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    done = subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def run_code(code, *, installed):
    return json.loads(run("-c", textwrap.dedent(code), installed=installed))


def test_it_is_a_package_of_its_own(installed):
    (info,) = installed.glob("*.dist-info")
    assert "rawlzma = entropylaw_rawlzma:RawLzma" in (info / "entry_points.txt").read_text()
    assert not (PACKAGE / "dist").exists()


def test_it_is_found_by_name_and_imported_only_when_used(installed):
    seen = run_code(
        """
        import json, sys
        import entropylaw
        from entropylaw.compressors import available_compressors, get_compressor
        from entropylaw.errors import CompressorSpecError

        loaded = lambda: "entropylaw_rawlzma" in sys.modules
        steps = [["imported", loaded()]]
        known = "rawlzma" in available_compressors()
        steps.append(["listed", loaded()])
        get_compressor("zlib")
        try:
            get_compressor("rawlzam")
        except CompressorSpecError as error:
            hint = str(error)
        steps.append(["others asked for", loaded()])
        names = [get_compressor(spec).name for spec in ("rawlzma", "rawlzma:3")]
        steps.append(["asked for", loaded()])
        print(json.dumps({"steps": steps, "known": known, "names": names, "hint": hint}))
        """,
        installed=installed,
    )
    assert seen["known"]
    assert dict(seen["steps"]) == {
        "imported": False,
        "listed": False,
        "others asked for": False,
        "asked for": True,
    }
    assert seen["names"] == ["rawlzma:6", "rawlzma:3"]
    assert 'Did you mean "rawlzma"' in seen["hint"]


def test_wrong_options_are_typed_errors(installed):
    errors = run_code(
        """
        import json
        from entropylaw.compressors import get_compressor
        from entropylaw.errors import CompressorSpecError

        reported = []
        for spec in ("rawlzma:3:4", "rawlzma:99", "rawlzma:x"):
            try:
                get_compressor(spec)
            except CompressorSpecError as error:
                reported.append(str(error))
        print(json.dumps(reported))
        """,
        installed=installed,
    )
    assert len(errors) == 3
    assert "does not take the options ['3', '4']" in errors[0]
    assert "preset: expected 0 to 9; saw 99" in errors[1]


def test_it_passes_every_check(installed):
    checked = run_code(
        """
        import json
        from entropylaw.compressors import get_compressor
        from entropylaw.testing import compressor_checks

        checks = compressor_checks(get_compressor("rawlzma:1"), get_compressor("rawlzma:3"))
        for check in checks:
            check()
        print(json.dumps([check.__name__ for check in checks]))
        """,
        installed=installed,
    )
    assert "RawLzma(preset=3):check_rebuilt_from_name" in checked
    assert "RawLzma(preset=3):check_shared_by_threads" in checked


def test_a_manifest_that_names_it_repeats_the_run(installed):
    chosen = run_code(
        """
        import json
        from entropylaw import ZipSelector

        texts = [f"record {i}: {i**9} {'again ' * (i % 4)}" for i in range(50)]
        first = ZipSelector(9, k1=50, k2=9, k3=3, compressor="rawlzma:1", progress=False).select(texts)
        again = ZipSelector.from_manifest(first.manifest).select(texts)
        recorded = first.manifest.compressor
        print(json.dumps([first.indices.tolist(), again.indices.tolist(), recorded.name, recorded.version]))
        """,
        installed=installed,
    )
    assert chosen[0] == chosen[1]
    assert chosen[2:] == ["rawlzma:1", "rawlzma 1.2.0"]


def test_without_it_the_name_is_not_known():
    done = subprocess.run(
        [sys.executable, "-c", "from entropylaw import get_compressor; get_compressor('rawlzma')"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "no compressor named 'rawlzma'" in done.stderr

"""`entropylaw compressors`: usable ones with their options, others with the reason."""

from __future__ import annotations

import subprocess
import sys

from command_runs import run

from entropylaw.compressors import describe, get_compressor
from entropylaw.compressors.registry import known_compressors, usage_of


def listing(before=""):
    code = f"import sys; {before}\nfrom entropylaw.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "compressors"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_name_has_a_row_and_its_options():
    shown = run("compressors").stdout
    rows = {line.split()[1]: line for line in shown.splitlines() if line.startswith("│")}
    for name in known_compressors():
        info = describe(get_compressor(name))
        assert info.priming in rows[info.name]
        assert info.version in rows[info.name]
        assert usage_of(name) in shown
    assert "128.0 MiB" in rows["zstd:6:long"]
    assert "conditional" in rows["zlib:9:conditional"]
    assert "64.0 KiB" in rows["brotli:5:tail"]
    assert "Not usable" not in shown


def test_a_missing_extra_is_shown_with_the_command_to_install_it():
    shown = listing("sys.modules['isal'] = None")
    assert "isal:2" not in shown
    assert "zlib-ng:8" in shown
    assert "isal: the compressor 'isal' needs isal" in shown
    assert "pip install 'entropylaw[fast]'" in shown


def test_a_broken_package_of_a_third_party_is_only_listed(tmp_path):
    info = tmp_path / "broken_codec-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-codec\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[entropylaw.compressors]\nlost = no_such_module:Codec\n"
    )
    shown = listing(f"sys.path.insert(0, {str(tmp_path)!r})")
    assert "lost: compressor 'lost' comes from broken-codec" in shown
    assert "zstd:6:long" in shown

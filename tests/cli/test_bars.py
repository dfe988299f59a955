"""Progress bars: where they are shown, their progress, and that results do not change."""

import gzip
import json
import os
import random
import re
import subprocess
import sys

import numpy as np
import pytest
from command_runs import run

from entropylaw.io.load import load_file
from entropylaw.ratios import compression_ratio, sample_ratios

COUNT = 1_234


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    rng = random.Random(0)
    path = tmp_path_factory.mktemp("bars") / "pool.jsonl"
    records = [{"text": rng.randbytes(rng.randint(5, 60)).hex(), "n": n} for n in range(COUNT)]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def reached(stderr):
    """Return the label of each bar, and its last position."""
    found = re.findall(r"(\w+): +(?:\d+%\|[^|]*\| )?([\d.,kM]+(?:/[\d.,kM]+)?)", stderr)
    return dict(found)


def on_a_terminal(*arguments):
    """Run a command whose stderr is a terminal; return its status, stdout, and what was drawn."""
    import fcntl
    import pty
    import struct
    import termios

    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 120, 0, 0))
    code = "from entropylaw.cli import main; main()"
    command = [sys.executable, "-c", code, *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=its) as process:
        os.close(its)
        drawn = b""
        while True:
            try:
                more = os.read(ours, 1 << 16)
            except OSError:  # on Linux, the other end is closed
                break
            if not more:
                break
            drawn += more
        stdout = process.stdout.read()
    os.close(ours)
    return process.returncode, stdout.decode(), drawn.decode()


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_on_a_terminal_a_bar_is_drawn_and_stdout_is_data(pool):
    status, stdout, drawn = on_a_terminal("ratio", pool, "--json")
    assert status == 0
    assert reached(drawn)["measure"] == f"{COUNT}/{COUNT}"
    assert "read: 100%" in drawn and re.search(r"\[\d\d:\d\d<\d\d:\d\d, ", drawn)  # time left
    assert json.loads(stdout) == json.loads(run("ratio", pool, "--json").stdout)
    status, stdout, drawn = on_a_terminal("ratio", pool, "--json", "--no-progress")
    assert (status, drawn) == (0, "") and json.loads(stdout)["records"] == COUNT


@pytest.mark.parametrize(
    ("command", "bars"),
    [
        (["select", "-b", 20, "--dry-run"], {"read"}),
        (["select", "-b", 20], {"read", "select"}),
        (["stream", "--keep", 0.5], {"stream"}),
        (["ratio"], {"read", "measure"}),
        (["audit"], {"read", "select"}),
        (["demo", "-b", 20], {"read", "select"}),
    ],
)
def test_elsewhere_a_bar_is_shown_only_if_asked_for(pool, tmp_path, command, bars):
    name, *options = command
    written = {"demo": ["-o", tmp_path], "select": ["-o", tmp_path / "out.jsonl"]}
    written["stream"] = ["-o", tmp_path / "kept.jsonl"]
    shown = run(name, pool, *options, *written.get(name, []), "--progress")
    assert set(reached(shown.stderr)) >= bars
    quiet = run(name, pool, *options, *written.get(name, []))
    assert "%|" not in quiet.stderr and not set(reached(quiet.stderr)) & bars
    if name != "select":  # its estimate contains times
        assert shown.stdout == quiet.stdout


def test_a_report_shows_bars(pool, tmp_path):
    chosen = tmp_path / "chosen.jsonl"
    run("select", pool, "-b", 9, "-o", chosen)
    manifest = f"{chosen}.manifest.json"
    done = run("report", manifest, pool, "-o", tmp_path / "page.html", "--progress")
    assert set(reached(done.stderr)) >= {"read", "select"}


@pytest.mark.parametrize("spec", ["zlib", "zstd:6:long"])
def test_ratios_do_not_depend_on_how_they_are_measured(pool, spec):
    shown = json.loads(run("ratio", pool, "-c", spec, "--json", "--progress").stdout)
    corpus = load_file(pool).corpus
    own = np.sort(sample_ratios(corpus, spec))
    assert shown["compression_ratio"] == compression_ratio(corpus, spec)
    assert list(shown["own_ratio"].values()) == [
        own[int(s * (COUNT - 1))] for s in (0.05, 0.5, 0.95)
    ]


def test_how_much_of_a_file_is_read(pool, tmp_path):
    size = pool.stat().st_size / 1000
    assert reached(run("ratio", pool, "--progress").stderr)["read"] == f"{size:.0f}k/{size:.0f}k"
    packed = tmp_path / "pool.jsonl.gz"
    packed.write_bytes(gzip.compress(pool.read_bytes()))
    assert reached(run("ratio", packed, "--progress").stderr)["read"] == f"{size:.0f}k"


@pytest.mark.parametrize(
    ("suffix", "read"), [(".parquet", f"{COUNT}/{COUNT}"), (".arrow", str(COUNT))]
)
def test_how_many_rows_of_a_table_are_read(pool, tmp_path, suffix, read):
    pa = pytest.importorskip("pyarrow")
    feather = pytest.importorskip("pyarrow.feather")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / f"table{suffix}"
    rows = pa.Table.from_pylist([json.loads(line) for line in pool.read_text().splitlines()])
    (parquet.write_table if suffix == ".parquet" else feather.write_feather)(rows, str(path))
    done = run("ratio", path, "--text", "{text} {text}", "--progress")
    assert reached(done.stderr)["read"] == read
    whole = run("ratio", path, "--text", "text", "--progress")
    assert set(reached(whole.stderr)) == {"measure"}  # a column of strings is read in one piece


def test_a_bar_ends_with_a_stream_that_stops_early(pool, tmp_path):
    arguments = ["--budget", 5, "--expected", 200, "-o", tmp_path / "kept.jsonl", "--progress"]
    done = run("stream", pool, *arguments)
    assert 0 < int(re.findall(r"stream: +(\d+)%", done.stderr)[-1]) < 60
    assert "\nZipStream" in done.stderr  # on a line of its own


def test_a_broken_line_ends_the_bar(pool, tmp_path):
    broken = tmp_path / "broken.jsonl"
    broken.write_text(pool.read_text() + "{broken\n")
    done = run("ratio", broken, "--progress", ok=False)
    assert f"\nerror: {broken}, line {COUNT + 1}: not valid JSON" in done.stderr

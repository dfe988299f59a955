"""Seen from a shell: exit status, stdout and stderr, Ctrl-C, and completion."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import sysconfig
import time

import pytest
from command_runs import run, run_process

PROGRAM = shutil.which("entropylaw", path=sysconfig.get_path("scripts"))
"""The installed program: completion goes by its name."""


def test_stdout_is_json_alone_while_progress_and_warnings_are_on_stderr(pool, tmp_path):
    with pool.open("a") as file:
        file.write("{broken\n")
    shown = ["--json", "--progress", "--on-error", "skip"]
    done = run_process("select", pool, "-b", 50, "-o", tmp_path / "out.jsonl", *shown)
    assert done.returncode == 0, done.stderr
    for done in (
        done,
        run("stream", pool, "--keep", 0.5, "-o", tmp_path / "kept.jsonl", *shown),
        run("audit", pool, *shown),
    ):
        assert isinstance(json.loads(done.stdout), dict)
        assert "SkippedRecordsWarning: skipped 1 records" in done.stderr
        assert "100%" in done.stderr  # of the bar


def test_exit_status(pool, tmp_path):
    assert run_process("ratio", tmp_path / "nowhere.jsonl").returncode == 1
    for wrong in (
        ["ratio", tmp_path / "nowhere.jsonl"],
        ["select", pool, "-b", 301, "-o", tmp_path / "out.jsonl"],
        ["select", pool, "-b", 5],
        ["select", pool, "-b", 5, "-o", tmp_path / "no" / "folder.jsonl"],
    ):
        done = run(*wrong, ok=False)
        assert done.returncode == 1
        assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1
    for unknown in (
        ["choose", pool],
        ["ratio", pool, "--colour"],
        ["ratio"],
        ["ratio", pool, "--on-error", "ignore"],
        ["select", pool, "--k1", "many"],
        [],
    ):
        assert run(*unknown, ok=False).returncode == 2


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_ctrl_c_leaves_no_output(tmp_path):
    rng = random.Random(0)
    path = tmp_path / "pool.jsonl"
    path.write_text(
        "".join(json.dumps({"text": rng.randbytes(900).hex()}) + "\n" for _ in range(3_000))
    )
    code = "from entropylaw.cli import main; main()"
    arguments = ["select", path, "-b", "2000", "-o", tmp_path / "out.jsonl", "--progress"]
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], stderr=subprocess.PIPE
    )
    seen = b""
    while b"select:" not in seen:  # the bar: it is selecting
        more = os.read(process.stderr.fileno(), 1 << 16)
        assert more, "it ended before it selected"
        seen += more
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in stderr
    assert [entry.name for entry in tmp_path.iterdir()] == ["pool.jsonl"]


def complete(*words):
    """Return the completions of the last word in bash."""
    typed = {
        "_ENTROPYLAW_COMPLETE": "complete_bash",
        "COMP_WORDS": "\n".join(["entropylaw", *words]),
        "COMP_CWORD": str(len(words)),
    }
    done = subprocess.run(
        [PROGRAM], env=os.environ | typed, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.skipif(PROGRAM is None, reason="the program is not installed")
def test_completion():
    assert complete("") == [
        "select", "stream", "report", "ratio", "audit", "compressors", "fit", "risk", "demo",
    ]  # fmt: skip
    assert complete("select", "--qual") == [
        "--quality", "--quality-minimum", "--quality-weight", "--quality-breaks-ties",
    ]  # fmt: skip
    assert complete("select", "--packing", "") == ["full", "lazy"]
    assert complete("ratio", "--compressor", "zs") == ["zstd"]
    assert complete("ratio", "--render", "share") == ["sharegpt"]


@pytest.mark.skipif(PROGRAM is None, reason="the program is not installed")
def test_the_completion_script_of_bash(tmp_path):
    quiet = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    done = subprocess.run(
        [PROGRAM, "--show-completion", "bash"],
        env=os.environ | quiet,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "_ENTROPYLAW_COMPLETE=complete_bash" in done.stdout
    if shutil.which("bash"):
        script = tmp_path / "completion.bash"
        script.write_text(done.stdout)
        typed = f"source {script}; complete -p entropylaw"
        offered = subprocess.run(["bash", "-c", typed], capture_output=True, text=True)
        assert "-F" in offered.stdout, offered.stderr

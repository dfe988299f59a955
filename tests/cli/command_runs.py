"""Runs of `entropylaw` as a user types it, in this process or in one of its own."""

import io
import json
import subprocess
import sys
import warnings
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from unittest import mock

from entropylaw.cli import main

INSTRUCTIONS = [
    {"instruction": f"Say {i}", "input": "", "output": f"{i} {i**7} {i % 7}", "extra": [i, None]}
    for i in range(300)
]

RUNS = """\
dataset,compression_ratio,first_epoch_loss,performance
a,2.95,1.31,6.85
b,2.91,1.29,6.83
c,2.72,1.26,6.91
d,3.10,1.36,6.71
e,2.86,1.24,6.88
f,2.64,1.27,6.97
g,3.22,1.41,6.62
h,2.41,1.22,7.08
"""


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


def run(*arguments, ok=True):
    """Run a command through `main` in this process, which is fast."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    argv = ["entropylaw", *map(str, arguments)]
    status = 0
    with (
        mock.patch.object(sys, "argv", argv),
        redirect_stdout(out),
        redirect_stderr(err),
        warnings.catch_warnings(),  # the application sets filters of its own
    ):
        try:
            main()
        except SystemExit as end:
            status = end.code or 0
    done = Done(status, *(stream.buffer.getvalue().decode() for stream in (out, err)))
    assert (status == 0) == ok, done.stderr
    return done


def run_process(*arguments, **options):
    """Run a command in a process of its own, and wait for it."""
    code = "from entropylaw.cli import main; main()"
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **options)


def write_records(path, records):
    """Write records as JSONL, and return the path."""
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path

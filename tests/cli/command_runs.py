"""`entropylaw` run as a user types it: here, or in a process of its own."""

import io
import subprocess
import sys
import warnings
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from unittest import mock

from entropylaw.cli import main


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


def run(*arguments, ok=True):
    """Run a command through `main` in this process, which is quick."""
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

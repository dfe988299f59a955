"""Faults of worker processes give a clear error and leave no process and no file behind."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from codecs_for_workers import (
    ExitingInWorker,
    KilledInWorker,
    NotInWorkers,
    Plain,
    RaisingInWorker,
    RaisingWhenPrimed,
    WithHandle,
)

from entropylaw import Corpus, ZipSelector
from entropylaw.errors import CompressorError, ConfigError, WorkerError
from entropylaw.sizing import Sizer

ROWS = [b"record %d of many, %d" % (i, i**3) for i in range(200)]
HERE = Path(__file__).parent

SCRIPT = """
import multiprocessing, sys
sys.path.insert(0, {here!r})
from codecs_for_workers import Slow
from entropylaw import Corpus
from entropylaw.sizing import Sizer

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    rows = [b"record %d of many" % i for i in range(5000)]
    with Sizer(Corpus.from_rows(rows), Slow(), n_jobs=3, workers="processes") as sizer:
        print(*sizer.session.pids, flush=True)
        sizer.own_sizes
"""


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    yield
    assert multiprocessing.active_children() == []
    assert list(folder.iterdir()) == []


def select(compressor, **options):
    selector = ZipSelector(
        20, k1=100, k2=40, k3=10, compressor=compressor, workers="processes", n_jobs=2, **options
    )
    return selector.select(Corpus.from_rows(ROWS))


def test_what_a_codec_raises_comes_back_whole(start_method):
    with pytest.raises(CompressorError, match="'raising' raised ValueError.*is broken") as caught:
        select(RaisingInWorker())
    (note,) = caught.value.__notes__
    assert "Raised in worker process" in note
    assert "in deep_inside" in note and "ValueError: the codec is broken" in note


def test_an_exception_that_does_not_pickle_is_reported(start_method):
    with pytest.raises(WorkerError, match="cannot be pickled: .*this and that") as caught:
        select(RaisingWhenPrimed())
    assert "in prime" in caught.value.__notes__[0]


@pytest.mark.parametrize(
    ("codec", "how"), [(KilledInWorker(), "killed by SIGKILL"), (ExitingInWorker(), "exit code 3")]
)
def test_a_worker_that_dies_at_work(start_method, codec, how):
    with pytest.raises(WorkerError, match=rf"worker process \d+ .*{how} while sizing"):
        select(codec)


def test_a_worker_that_is_killed_from_outside(start_method):
    with Sizer(Corpus.from_rows(ROWS), Plain(), n_jobs=3, workers="processes") as sizer:
        sizer.own_sizes
        grown = sizer.empty_set()
        grown.extend(np.arange(3))
        victim = sizer.session.pids[1]
        os.kill(victim, signal.SIGKILL)
        with pytest.raises(WorkerError, match=rf"worker process {victim} was killed by SIGKILL"):
            grown.union_sizes(np.arange(200))
        assert multiprocessing.active_children() == []
        with pytest.raises(WorkerError, match="have ended. Start the selection again"):
            grown.union_sizes(np.arange(200))


def test_an_error_of_the_caller_ends_the_workers():
    class StopError(Exception):
        pass

    with (
        pytest.raises(StopError),
        Sizer(Corpus.from_rows(ROWS), Plain(), n_jobs=2, workers="processes") as sizer,
    ):
        pids = sizer.session.pids
        raise StopError
    assert not any(map(alive, pids))


def test_rounds_left_early_end_the_workers():
    rounds = ZipSelector(20, k3=5, k2=9, workers="processes", n_jobs=2).rounds(ROWS)
    next(rounds)
    assert len(multiprocessing.active_children()) == 1
    rounds.close()


def test_a_codec_that_does_not_pickle():
    with pytest.raises(ConfigError, match="'plain'.*TextIOWrapper.*importable"):
        select(WithHandle())


def test_a_codec_that_does_not_load_in_the_worker(start_method):
    with pytest.raises(ImportError, match="handmade") as caught:
        select(NotInWorkers())
    assert "Raised in worker process" in caught.value.__notes__[0]


def test_a_daemon_may_not_start_processes():
    with multiprocessing.get_context("fork").Pool(1) as pool:
        message = pool.apply(message_in_a_daemon)
    assert 'workers="threads"' in message


def message_in_a_daemon():
    try:
        select(Plain())
    except ConfigError as error:
        return str(error)


def test_no_room_for_the_pool(monkeypatch):
    """A full disk: the temporary file of a pool in memory may not grow beyond a few bytes."""
    code = """
import multiprocessing, resource, sys
sys.path.insert(0, sys.argv[1])
from entropylaw.errors import StorageError
from test_process_faults import Plain, select
multiprocessing.set_start_method("spawn")
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    select(Plain())
except StorageError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(HERE)], capture_output=True, text=True, check=True
    )
    assert "not enough disk space for the pool" in done.stdout, done.stderr


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_workers_end_with_the_caller(tmp_path, method, sent):
    """Ctrl-C goes to the whole process group, as a terminal sends it; the others to the caller."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(here=str(HERE)))
    caller = subprocess.Popen(
        [sys.executable, script, method],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    pids = list(map(int, caller.stdout.readline().split()))
    assert len(pids) == 2 and all(map(alive, pids))
    time.sleep(0.1)
    (os.killpg if sent == signal.SIGINT else os.kill)(caller.pid, sent)
    _, errors = caller.communicate(timeout=20)
    assert caller.returncode == -sent
    assert errors.count("Traceback") == (1 if sent == signal.SIGINT else 0), errors
    deadline = time.monotonic() + 10
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(map(alive, pids))


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")

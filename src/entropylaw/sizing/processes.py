"""Worker processes: each has the pool and its own primed prefixes, and sizes a share of the rows.

The pool is shared, not copied: forked workers inherit it, others map the file it is in. Only
prefixes, row numbers and sizes are sent between processes.
"""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.context import DefaultContext
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from entropylaw.compressors import Compressor, prime
from entropylaw.corpus import Corpus
from entropylaw.errors import ConfigError, WorkerError
from entropylaw.io.files import file_identity
from entropylaw.io.mapped import MappedFile, reopen, room_for, write_pool
from entropylaw.sizing.executors import (
    KEYS,
    MIN_SHARE,
    Affixes,
    DividingExecutor,
    Prefix,
    SerialSession,
    Session,
    equal_shares,
    sized,
)
from entropylaw.sizing.process_worker import (
    Extend,
    Failure,
    MappedPool,
    Prime,
    Size,
    Task,
    serve,
)
from entropylaw.types import IntArray

EXIT_TIMEOUT = 5.0
"""Seconds that a worker is given to end on request before it is killed."""


@dataclass(frozen=True, slots=True)
class ProcessExecutor(DividingExecutor):
    """Computes equal shares (by bytes): one in the calling process, one in each worker process.

    Workers are started in the way that `multiprocessing` is set to. They are ended by `close`,
    by any error, and by themselves once the calling process is gone.

    Parameters
    ----------
    n_jobs : int or None, default None
        Processes that compute, the calling one included; None for all cores.
    """

    def start(self, corpus: Corpus, compressor: Compressor, /) -> Session:
        """Return a session on processes, once all of them are up.

        Raises
        ------
        ConfigError
            If the compressor cannot be pickled, or this process may not start others.
        StorageError
            If a pool in memory must be put into a temporary file, and there is no room for it.
        WorkerError
            If a worker does not start.
        """
        return self._session(corpus, compressor, ProcessSession)


class ProcessSession(SerialSession):
    """The session of `ProcessExecutor`."""

    def __init__(self, corpus: Corpus, compressor: Compressor, n_jobs: int) -> None:
        if multiprocessing.current_process().daemon:
            raise ConfigError(
                'workers: expected a process that may start others for workers="processes"; saw '
                'a daemonic one. Try workers="threads" or "serial" in it.'
            )
        super().__init__(corpus, compressor)
        pickled = _pickled(compressor)
        context = multiprocessing.get_context()
        self._discarded: list[int] = []
        self._workers: list[_Worker] = []
        try:
            with _shared(corpus, context) as pool:
                for _ in range(n_jobs - 1):
                    self._workers.append(_Worker(context, pool, pickled))
                for worker in self._workers:
                    worker.ready()
        except BaseException:
            self.close()
            raise

    @property
    def pids(self) -> list[int]:
        """The id of each worker process; none once they are closed."""
        return [worker.pid for worker in self._workers]

    def prime(self, prefix: bytes, /) -> Prefix:
        """Read a prefix, here and in the workers."""
        discarded, self._discarded[:] = self._discarded[:], []
        key = next(KEYS)
        self._send_all(Prime(key, prefix, discarded))  # first, so that all read it at once
        primed = Prefix(prime(self._compressor, prefix), key)
        weakref.finalize(primed, self._discarded.append, key)
        return primed

    def extend(self, prefix: Prefix, more: bytes, /) -> None:
        """Append bytes to a prefix, here and in the workers."""
        self._send_all(Extend(prefix.key, more))
        super().extend(prefix, more)

    def sizes(self, prefix: Prefix, rows: IntArray, affixes: Affixes, /) -> IntArray:
        """Return the compressed bytes of the prefix followed by each record on its own."""
        self._check_open()
        jobs = len(self._workers) + 1
        if len(rows) < MIN_SHARE * jobs:
            return sized(prefix.primed, self._corpus, rows, affixes)
        mine, *others = equal_shares(self._corpus, rows, jobs)
        try:
            for worker, share in zip(self._workers, others, strict=True):
                worker.send(Size(prefix.key, share, affixes))
            parts = [sized(prefix.primed, self._corpus, mine, affixes)]
            parts += [worker.sizes() for worker in self._workers]
        except BaseException:
            self.close()  # an answer left unread would be taken for the next one
            raise
        return np.concatenate(parts)

    def close(self) -> None:
        """End the workers."""
        workers, self._workers = self._workers, []
        for worker in workers:
            worker.stop()
        for worker in workers:
            worker.join()

    def _send_all(self, task: Task) -> None:
        self._check_open()
        try:
            for worker in self._workers:
                worker.send(task)
        except BaseException:
            self.close()
            raise

    def _check_open(self) -> None:
        if not self._workers:
            raise WorkerError("the worker processes have ended. Start the selection again.")


class _Worker:
    """One worker process and the connection to it."""

    def __init__(self, context: DefaultContext, pool: Corpus | MappedPool, pickled: bytes) -> None:
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=serve, args=(theirs, pool, pickled), name="entropylaw worker", daemon=True
        )
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def send(self, task: Task) -> None:
        """Send a task."""
        try:
            self._connection.send(task)
        except (BrokenPipeError, ConnectionResetError):
            self._ended("waiting")

    def ready(self) -> None:
        """Wait until the worker is up; raise if it does not start."""
        self._receive("starting")

    def sizes(self) -> IntArray:
        """Wait for the sizes last requested; raise the error of the worker, or WorkerError."""
        sizes: IntArray = self._receive("sizing records")
        return sizes

    def stop(self) -> None:
        """Terminate the worker without waiting for it."""
        self._connection.close()
        self._process.terminate()

    def join(self) -> None:
        """Wait until the worker has ended."""
        self._process.join(EXIT_TIMEOUT)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()

    def _receive(self, doing: str) -> Any:
        wait([self._connection, self._process.sentinel])
        if not self._connection.poll():
            self._ended(doing)
        try:
            answer = self._connection.recv()
        except (EOFError, ConnectionResetError):
            self._ended(doing)
        if isinstance(answer, Failure):
            answer.throw(self.pid)
        return answer

    def _ended(self, doing: str) -> NoReturn:
        self._process.join(EXIT_TIMEOUT)
        code = self._process.exitcode
        if code is not None and code < 0:
            how = f"was killed by {signal.Signals(-code).name}"
            hint = (
                "If memory ran out, use fewer n_jobs: each process keeps a state of its own. "
                'Or use workers="threads".'
            )
        else:
            how = f"ended with exit code {code}"
            hint = (
                "What it printed is above. A script that starts processes must do so under "
                '`if __name__ == "__main__":`, and its compressor must be importable.'
            )
        raise WorkerError(f"worker process {self.pid} {how} while {doing}. {hint}")


@contextmanager
def _shared(corpus: Corpus, context: DefaultContext) -> Iterator[Corpus | MappedPool]:
    """Yield the pool in a form that is cheap to pass to a new process."""
    if context.get_start_method() == "fork":
        yield corpus
    elif isinstance(corpus.buffer, MappedFile) and _whole_file(corpus, corpus.buffer):
        yield MappedPool(corpus.buffer.path, corpus.buffer.identity)
    else:
        # The file is unlinked once all workers have it open, so none is left behind.
        with tempfile.TemporaryDirectory(prefix="entropylaw-") as folder:
            path = Path(folder) / "pool"
            with room_for(path), path.open("xb") as sink:
                write_pool(sink, corpus)
            yield MappedPool(path, file_identity(path))


def _whole_file(corpus: Corpus, file: MappedFile) -> bool:
    """Return whether a corpus has all the records of the file, in their order."""
    return np.array_equal(reopen(file.path, file.identity).offsets, corpus.offsets)


def _pickled(compressor: Compressor) -> bytes:
    try:
        return pickle.dumps(compressor)
    except Exception as error:
        raise ConfigError(
            f"workers: expected a compressor that can be pickled for worker processes; saw "
            f"{compressor.name!r}: {error}. Define its class at the top of an importable module "
            "and keep open handles and functions out of its attributes, or try "
            'workers="threads" or "serial".'
        ) from error

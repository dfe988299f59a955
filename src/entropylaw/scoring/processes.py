"""Worker processes: each has the pool and its own read prefixes, and sizes a share of the rows.

The pool is shared, not copied: forked workers inherit it, others map the file it is in. What
travels between processes is the bytes by which prefixes grow, the rows to size, and sizes.
"""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
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
from entropylaw.scoring.process_worker import (
    Extend,
    Failure,
    MappedPool,
    Prime,
    Size,
    Task,
    serve,
)
from entropylaw.scoring.shares import Around, equal_shares
from entropylaw.scoring.workers import KEYS, SMALLEST_SHARE, Prefix, Serial
from entropylaw.types import IntArray

PATIENCE = 5.0
"""Seconds that a worker is given to end when it is told to."""


class Processes(Serial):
    """Equal shares (by bytes): one for the calling process and one for each worker process.

    Workers are started in the way that `multiprocessing` is set to. They are ended by `close`,
    by any error, and by themselves once the calling process is gone.

    Parameters
    ----------
    corpus : Corpus
        The pool.
    compressor : Compressor
        What measures; picklable.
    n_jobs : int
        Processes that compute, the calling one included.

    Raises
    ------
    ConfigError
        If the compressor cannot be pickled, or this process may not start others.
    StorageError
        If a pool in memory must be put into a temporary file, and there is no room for it.
    WorkerError
        If a worker does not start.
    """

    def __init__(self, corpus: Corpus, compressor: Compressor, n_jobs: int) -> None:
        super().__init__(corpus, compressor)
        if multiprocessing.current_process().daemon:
            raise ConfigError(
                "this process is a daemonic worker, which may not start processes of its own. "
                'Use workers="threads" or "serial" in it.'
            )
        packed = _pickled(compressor)
        context = multiprocessing.get_context()
        self._forgotten: list[int] = []
        self._crew: list[_Worker] = []
        try:
            with _shared(corpus, context) as pool:
                for _ in range(n_jobs - 1):
                    self._crew.append(_Worker(context, pool, packed))
                for worker in self._crew:
                    worker.ready()
        except BaseException:
            self.close()
            raise

    @property
    def pids(self) -> list[int]:
        """The id of each worker process; none once they are closed."""
        return [worker.pid for worker in self._crew]

    def prime(self, prefix: bytes) -> Prefix:
        """Read a prefix, here and in the workers."""
        forgotten, self._forgotten[:] = self._forgotten[:], []
        key = next(KEYS)
        self._tell_all(Prime(key, prefix, forgotten))
        read = Prefix(key, prime(self._compressor, prefix))
        weakref.finalize(read, self._forgotten.append, key)
        return read

    def extend(self, prefix: Prefix, more: bytes) -> None:
        """Grow a prefix, here and in the workers."""
        self._tell_all(Extend(prefix.key, more))
        prefix.primed.extend(more)

    def sizes(self, prefix: Prefix, rows: IntArray, around: Around) -> IntArray:
        """Return the size of the prefix followed by each of these records on its own."""
        self._check_open()
        jobs = len(self._crew) + 1
        if len(rows) < SMALLEST_SHARE * jobs:
            return super().sizes(prefix, rows, around)
        mine, *others = equal_shares(self._corpus, rows, jobs)
        try:
            for worker, share in zip(self._crew, others, strict=True):
                worker.tell(Size(prefix.key, share, around))
            parts = [super().sizes(prefix, mine, around)]
            parts += [worker.sizes() for worker in self._crew]
        except BaseException:
            self.close()  # an answer that nobody took would be taken for the next one
            raise
        return np.concatenate(parts)

    def close(self) -> None:
        """End the workers."""
        crew, self._crew = self._crew, []
        for worker in crew:
            worker.stop()
        for worker in crew:
            worker.join()

    def _tell_all(self, task: Task) -> None:
        self._check_open()
        try:
            for worker in self._crew:
                worker.tell(task)
        except BaseException:
            self.close()
            raise

    def _check_open(self) -> None:
        if not self._crew:
            raise WorkerError("the worker processes have ended. Start the selection again.")


class _Worker:
    """One worker process and the connection to it."""

    def __init__(self, context: DefaultContext, pool: Corpus | MappedPool, packed: bytes) -> None:
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=serve, args=(theirs, pool, packed), name="entropylaw worker", daemon=True
        )
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def tell(self, task: Task) -> None:
        """Send a task."""
        try:
            self._connection.send(task)
        except (BrokenPipeError, ConnectionResetError):
            self._ended("waiting")

    def ready(self) -> None:
        """Wait until the worker is up; raise why it is not."""
        self._receive("starting")

    def sizes(self) -> IntArray:
        """Wait for the sizes last asked for; raise what the worker raised, or that it ended."""
        sizes: IntArray = self._receive("sizing records")
        return sizes

    def stop(self) -> None:
        """Tell the worker to end, whatever it does."""
        self._connection.close()
        self._process.terminate()

    def join(self) -> None:
        """Wait until the worker has ended."""
        self._process.join(PATIENCE)
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
        self._process.join(PATIENCE)
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
    """Yield the pool in a form that costs next to nothing to hand to a process that starts."""
    if context.get_start_method() == "fork":
        yield corpus
    elif isinstance(corpus.buffer, MappedFile) and _whole_file(corpus, corpus.buffer):
        yield MappedPool(corpus.buffer.path, corpus.buffer.identity)
    else:
        # The name goes as soon as all have the file open, so nothing can be left behind.
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
            f"compressor {compressor.name!r} cannot be sent to worker processes: {error}. Define "
            "its class at the top of an importable module and keep open handles and functions out "
            'of its attributes, or use workers="threads" or "serial".'
        ) from error

"""The code of a worker process: it reads prefixes and sizes rows until its connection closes."""

from __future__ import annotations

import os
import pickle
import signal
import threading
import traceback
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple, NoReturn, TypeAlias

from entropylaw.compressors import Primed, prime
from entropylaw.corpus import Corpus
from entropylaw.errors import WorkerError
from entropylaw.io.mapped import reopen
from entropylaw.sizing.executors import Affixes, sized
from entropylaw.types import IntArray


class MappedPool(NamedTuple):
    """Where a pool is mapped from; see `entropylaw.io.mapped.MappedFile`."""

    path: Path
    identity: tuple[int, ...]


class Prime(NamedTuple):
    """Read a prefix, and discard those that are no longer used."""

    key: int
    prefix: bytes
    discarded: list[int]


class Extend(NamedTuple):
    """Append bytes to a prefix."""

    key: int
    more: bytes


class Size(NamedTuple):
    """Size rows after a prefix; the only task that is answered."""

    key: int
    rows: IntArray
    affixes: Affixes


Task: TypeAlias = Prime | Extend | Size


@dataclass(frozen=True, slots=True)
class Failure:
    """An exception on its way to another process.

    Attributes
    ----------
    pickled : bytes or None
        The exception; None if it cannot be pickled.
    text : str
        Its traceback, causes included.
    """

    pickled: bytes | None
    text: str

    @classmethod
    def of(cls, error: Exception) -> Failure:
        """Return an exception with its traceback as text."""
        text = "".join(traceback.format_exception(error)).rstrip()
        try:
            return cls(pickle.dumps(error), text)
        except Exception:
            return cls(None, text)

    def throw(self, pid: int) -> NoReturn:
        """Raise the exception, with a note that names the process and shows its traceback there."""
        error = self._unpickled()
        error.add_note(f"Raised in worker process {pid}:\n{self.text}")
        raise error

    def _unpickled(self) -> BaseException:
        if self.pickled is not None:
            try:
                error = pickle.loads(self.pickled)
            except Exception:
                error = None  # its class cannot be rebuilt from its arguments
            if isinstance(error, BaseException):
                return error
        last = self.text.rpartition("\n")[2]
        return WorkerError(f"a worker process raised an exception that cannot be pickled: {last}")


def serve(connection: Connection, pool: Corpus | MappedPool, compressor: bytes) -> None:
    """Do the tasks that come through a connection until it is closed.

    The first answer is None if the worker is ready, else a `Failure`. Afterwards
    each `Size` is answered by the sizes, or by the `Failure` of it or of a task before it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the caller ends us
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # a fork inherits the handler of its parent
    threading.Thread(target=_end_with_caller, daemon=True).start()
    try:
        state = _State(pool, compressor)
    except Exception as error:
        connection.send(Failure.of(error))
        return
    connection.send(None)
    failure: Failure | None = None
    while failure is None:
        try:
            task: Task = connection.recv()
        except EOFError:
            return
        try:
            answer = state.do(task)
        except Exception as error:
            failure = Failure.of(error)
        else:
            if answer is not None:
                connection.send(answer)
    _answer_next(connection, task, failure)


def _answer_next(connection: Connection, task: Task, failure: Failure) -> None:
    """Wait until an answer is expected, and send the failure."""
    while not isinstance(task, Size):
        try:
            task = connection.recv()
        except EOFError:
            return
    connection.send(failure)


class _State:
    """The pool, the compressor and the prefixes of one worker."""

    def __init__(self, pool: Corpus | MappedPool, compressor: bytes) -> None:
        self._corpus = pool if isinstance(pool, Corpus) else reopen(pool.path, pool.identity)
        self._compressor = pickle.loads(compressor)
        self._primed: dict[int, Primed] = {}

    def do(self, task: Task) -> IntArray | None:
        """Do a task and return its answer."""
        if isinstance(task, Size):
            return sized(self._primed[task.key], self._corpus, task.rows, task.affixes)
        if isinstance(task, Extend):
            self._primed[task.key].extend(task.more)
            return None
        for key in task.discarded:
            del self._primed[key]
        self._primed[task.key] = prime(self._compressor, task.prefix)
        return None


def _end_with_caller() -> None:
    caller = parent_process()
    if caller is not None:
        caller.join()
        os._exit(1)  # even during a long compression

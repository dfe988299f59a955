"""Compressors of the tests here, some made for worker processes; a module, so that they pickle."""

import multiprocessing
import os
import signal
import time
import zlib
from dataclasses import dataclass


def in_worker():
    return multiprocessing.parent_process() is not None


@dataclass(frozen=True)
class Plain:
    """Holds the interpreter, as most custom codecs do."""

    name: str = "plain"

    def compressed_size(self, data, /):
        return len(zlib.compress(data, 1))


@dataclass(frozen=True)
class RaisingInWorker(Plain):
    name: str = "raising"
    error: str = "ValueError"

    def compressed_size(self, data, /):
        if in_worker() and len(data) > 5:
            deep_inside(self.error)
        return super().compressed_size(data)


class TwoArgumentsError(Exception):
    """Pickles, but cannot be built again from its arguments."""

    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")


class RaisingWhenPrimed(Plain):
    """Raises outside of compressed_size, where nothing wraps the exception."""

    def prime(self, prefix, /):
        if in_worker() and prefix:
            raise TwoArgumentsError("this", "that")
        from entropylaw.compressors.priming import RecompressPrimed

        return RecompressPrimed(self, prefix)


def deep_inside(error):
    raise {"ValueError": ValueError, "MemoryError": MemoryError}[error]("the codec is broken")


class KilledInWorker(Plain):
    def compressed_size(self, data, /):
        if in_worker():
            os.kill(os.getpid(), signal.SIGKILL)
        return super().compressed_size(data)


class ExitingInWorker(Plain):
    def compressed_size(self, data, /):
        if in_worker():
            os._exit(3)
        return super().compressed_size(data)


class Slow(Plain):
    def compressed_size(self, data, /):
        time.sleep(0.02)
        return super().compressed_size(data)


class NotInWorkers(Plain):
    """Cannot be loaded in another process."""

    def __setstate__(self, state):
        raise ImportError("no module named 'handmade'")


class WithHandle(Plain):
    def __reduce__(self):
        raise TypeError("cannot pickle '_io.TextIOWrapper' object")


class Counting:
    """zlib that counts its calls."""

    name = "counting"

    def __init__(self):
        self.calls = 0

    def compressed_size(self, data, /):
        self.calls += 1
        return len(zlib.compress(data))

"""Sample data and comparisons that the checks share."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import numpy as np

from entropylaw.compressors import Compressor

T = TypeVar("T")


def is_count(size: object) -> bool:
    """Return whether this is an integer of 0 or more."""
    return isinstance(size, int | np.integer) and not isinstance(size, bool) and int(size) >= 0


def own_sizes(compressor: Compressor, items: Sequence[bytes]) -> list[int]:
    """Return the size of each item on its own."""
    return [compressor.compressed_size(item) for item in items]


def assert_twin(compressor: Compressor, twin: Compressor, source: str) -> None:
    """Raise AssertionError unless `twin` has the same configuration and sizes."""
    assert twin == compressor, (
        f"expected its {source} to be equal to it; saw a difference. "
        "Try a frozen dataclass, or write __eq__ from the options"
    )
    assert twin.name == compressor.name, (
        f"{source}: expected the name {compressor.name!r}; saw {twin.name!r}"
    )
    hashable = type(compressor).__hash__ is not None
    assert not hashable or hash(twin) == hash(compressor), f"expected an equal hash of its {source}"
    ours, theirs = own_sizes(compressor, SAMPLES), own_sizes(twin, SAMPLES)
    assert ours == theirs, f"expected sizes {ours}; its {source} gave {theirs}"


def at_once(tasks: Sequence[Callable[[], T]]) -> list[T]:
    """Run every task in a thread of its own, all started together."""
    start = Barrier(len(tasks))

    def run(task: Callable[[], T]) -> T:
        start.wait()
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def _text(size: int) -> bytes:
    """Return words with repeats near and far, the same in every run."""
    rng = random.Random(1)
    words = [rng.randbytes(rng.randint(2, 5)).hex().encode() for _ in range(2_000)]
    return b" ".join(rng.choices(words, range(len(words), 0, -1), k=size // 4))[:size]


TEXT = _text(100_000)
"""Longer than the windows of zlib and lz4."""

SAMPLES = (
    b"",
    b"x",
    b"short",
    TEXT[300:1_700],
    TEXT[40_000:52_000],
    b"\x00" * 9_000,
    bytes(range(256)),
    random.Random(3).randbytes(3_000),
    "grüße, 世界 🙂 ".encode() * 40,
)
"""Empty, tiny, in `TEXT`, repetitive, incompressible and non-ASCII bytes."""

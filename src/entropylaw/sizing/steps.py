"""Long computations in parts: some records at a time under a progress bar, or in threads."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from entropylaw.progress import with_bar
from entropylaw.sizing.sets import Sizer
from entropylaw.types import IntArray

T = TypeVar("T")
R = TypeVar("R")

STEP = 1_024
"""Records per step of the progress bar."""


def in_steps(
    sizer: Sizer, sizes: Callable[[IntArray], IntArray], *, label: str, progress: bool | None
) -> IntArray:
    """Return sizes of every record, each text sized once, under a progress bar.

    Parameters
    ----------
    sizer : Sizer
        Of the records.
    sizes : callable
        From rows, shape (m,), to their sizes, shape (m,) or (m, k).
    label, progress
        As in `with_bar`.

    Examples
    --------
    >>> from entropylaw.compressors import Zlib
    >>> from entropylaw.corpus import Corpus
    >>> with Sizer(Corpus.from_rows([b"to be", b"or not", b"to be"]), Zlib()) as sizer:
    ...     in_steps(sizer, sizer.sizes_alone, label="measure", progress=False).tolist()
    [13, 14, 13]
    """
    rows, places = sizer.distinct(np.arange(len(sizer.corpus)))
    found = with_bar(
        map(sizes, np.split(rows, range(STEP, len(rows), STEP))),
        label=label,
        total=len(rows),
        unit="record",
        size=len,
        progress=progress,
    )
    every: IntArray = np.concatenate(list(found))[places]
    return every


def in_threads(
    function: Callable[[T], R], values: Iterable[T], *, n_jobs: int
) -> Generator[R, None, None]:
    """Yield the function of each value, in order; computed by so many threads.

    Examples
    --------
    >>> list(in_threads(len, ["a", "bb"], n_jobs=2))
    [1, 2]
    """
    if n_jobs == 1:
        yield from map(function, values)
        return
    with ThreadPoolExecutor(n_jobs) as threads:
        yield from threads.map(function, values)

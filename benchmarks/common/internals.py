"""All internals of entropylaw that benchmarks use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from entropylaw import Corpus
from entropylaw.compressors import Zlib, get_compressor
from entropylaw.guards.options import GUARDS
from entropylaw.io.load import as_corpus
from entropylaw.io.stdlib_pool import stdlib_records
from entropylaw.selection.eligibility import Eligibility
from entropylaw.selection.limits import Limits
from entropylaw.selection.problem import Problem
from entropylaw.selection.report.coverage import coverage
from entropylaw.selection.search import SearchOptions, zip_rounds
from entropylaw.selection.stages import Ranking, lowest, pack
from entropylaw.sizing import Sizer
from entropylaw.types import IntArray, WorkerKind

__all__ = [
    "GUARDS",
    "Ranking",
    "SizedSet",
    "as_corpus",
    "coverage",
    "lowest",
    "ranked_picks",
    "stdlib_records",
]


def ranked_picks(
    pool: Sequence[Any], ranking: Ranking, *, budget: int, k1: int, k2: int, k3: int, n_jobs: int
) -> IntArray:
    """Return the picks of the reference variant, on the script's text, under another ranking."""
    corpus = as_corpus(pool, render="zip-reference")
    problem = Problem(corpus, Zlib(9), Eligibility.of_all(len(corpus)), Limits(budget))
    search = SearchOptions(k1, k2, k3, "reference")
    with Sizer(corpus, Zlib(9), n_jobs=n_jobs) as sizer:
        rounds = list(zip_rounds(sizer, problem, search, rank=ranking))
    return np.concatenate([one.rows for one in rounds])


class SizedSet:
    """Sizes of the unions of a chosen set with records of a pool, by one kind of worker."""

    def __init__(
        self, pool: Corpus, chosen: Sequence[bytes], spec: str, *, n_jobs: int, workers: WorkerKind
    ) -> None:
        self._scorer = Sizer(pool, get_compressor(spec), n_jobs=n_jobs, workers=workers)
        self._set = self._scorer.empty_set()
        self._set.extend_bytes(chosen)

    def __enter__(self) -> SizedSet:
        self._scorer.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._scorer.__exit__(*error)

    def screen(self, rows: IntArray) -> IntArray:
        """Size the union of the set with each of these records."""
        return self._set.union_sizes(rows)

    def pack(self, rows: IntArray, k3: int) -> object:
        """Pack `k3` of these records, from an empty set."""
        return pack(rows, self._scorer.empty_set(), k3=k3)

"""Selections tried on a sample of a pool, and compared with random draws.

Samples keep copies together, so that they are as repetitive as the pool.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from entropylaw.auditing.forecast import Drift, Forecast, Measured, TrialOptions
from entropylaw.auditing.parts import COPIES
from entropylaw.corpus import Corpus
from entropylaw.errors import EntropyLawWarning
from entropylaw.guards import GuardReport
from entropylaw.ratios import compression_ratio
from entropylaw.selection.orders import random_rows
from entropylaw.selection.report.coverage import coverage
from entropylaw.selection.zip import ZipSelector
from entropylaw.sizing import in_threads
from entropylaw.types import BoolArray, FloatArray, IntArray

JUDGE = "lzma"
"""An independent compressor, with a window of 8 MiB."""

DRAWS = 20
"""Random draws whose composition the selection is compared with."""

MEASURED_DRAWS = 5
"""How many of the random draws are compressed."""

STAGES = (10_000, 200, 100)
"""k1, k2 and k3 of a selection by default."""

LEAST_PACK = 5
"""Least k3: with a smaller one records would not be compared within a pack."""


@dataclass(frozen=True, slots=True, eq=False)
class Kinds:
    """The kinds that each record of a pool belongs to.

    Attributes
    ----------
    groups, lengths : tuple of (names, codes)
        Names, and the position of each record's name; a code of -1 is none of them.
    column : str or None
        The column that names the groups.
    caught : mapping
        Guard name to whether it caught each record.
    firsts : int64 array, shape (n,)
        First record that each record repeats, itself if none.
    """

    groups: tuple[tuple[str, ...], IntArray]
    lengths: tuple[tuple[str, ...], IntArray]
    column: str | None
    caught: Mapping[str, BoolArray]
    firsts: IntArray


def first_copies(report: GuardReport) -> IntArray:
    """Return the first record that each record repeats, itself if none; shape (n,).

    Examples
    --------
    >>> from entropylaw.guards import Guards, check_records
    >>> pool = Corpus.from_rows([b"To be!", b"and", b"to be", b"to be"])
    >>> first_copies(check_records(pool, Guards())).tolist()
    [0, 1, 0, 0]
    """
    firsts = np.arange(report.records)
    for finding in report.findings:
        if finding.guard in COPIES:
            firsts[finding.rows] = finding.evidence
    return firsts[firsts]  # the record that an exact copy repeats may itself be a normalised copy


def random_order(corpus: Corpus, firsts: IntArray, *, seed: int) -> IntArray:
    """Return all records with text in a random order in which copies follow one another.

    Any first part of it is a sample in which a record has as many copies as in the pool. A
    sample of single records would hold a tenth of the records but a hundredth of the pairs.
    """
    rng = np.random.default_rng(seed)
    place = rng.permutation(len(corpus))
    order = np.lexsort((np.arange(len(corpus)), place[firsts]))
    found: IntArray = order[corpus.lengths[order] > 0]
    return found


def first_part(corpus: Corpus, order: IntArray, *, records: int, size: int) -> IntArray:
    """Return the first rows: at most `records`, with at most `size` bytes; at least one."""
    fitting = int(np.searchsorted(np.cumsum(corpus.lengths[order]), size, side="right"))
    return order[: max(1, min(records, fitting))]


def split_off(order: IntArray, firsts: IntArray, count: int) -> tuple[IntArray, IntArray]:
    """Return the first `count` records of an order, and the rest without any copy of them."""
    split = order[:count]
    rest = order[count:]
    return split, rest[~np.isin(firsts[rest], firsts[split])]


def forecast(
    corpus: Corpus,
    kinds: Kinds,
    *,
    sample: IntArray,
    held_out: IntArray,
    share: float,
    options: TrialOptions,
    seed: int,
    n_jobs: int,
    progress: bool | None = None,
) -> Forecast:
    """Select from a sample of a pool and compare the selection with random draws.

    Parameters
    ----------
    corpus : Corpus
        The pool.
    kinds : Kinds
        Kinds that each record belongs to.
    sample : int64 array
        Rows to select from.
    held_out : int64 array
        Rows held out; may be empty.
    share : float
        Share of the records to select.
    options : TrialOptions
        Options of the selection.
    seed : int
        Seed of the random draws.
    n_jobs : int
        Threads.
    progress : bool or None
        A bar on stderr; None: only on a terminal or in a notebook.

    Raises
    ------
    BudgetError, QuotaError
        If guards leave too little of the sample, or of a group, to select from.
    """
    sample = np.sort(sample)  # ties go to the lower row, as they would in the pool
    part = corpus.take(sample)
    stages = _scaled_stages(len(sample) / len(corpus))
    count = max(1, round(share * len(sample)))
    codes = kinds.groups[1][sample]
    chosen = sample[_selected(part, codes, count, stages, options, n_jobs, progress)]
    size = int(corpus.lengths[chosen].sum())
    draws = [
        sample[random_rows(part.lengths, total=size, seed=int(state))]
        for state in np.random.SeedSequence(seed).generate_state(DRAWS)
    ]
    few = draws[:MEASURED_DRAWS]
    sizes = corpus.lengths
    compared = _Compared(np.flatnonzero(sizes > 0), draws, chosen)

    def ratio(rows: IntArray) -> float:
        return compression_ratio(corpus.take(rows), JUDGE)

    return Forecast(
        compressor=options.name,
        options=options.code(kinds.column),
        sample_records=len(sample),
        sample_bytes=part.total_bytes,
        chosen_records=len(chosen),
        chosen_bytes=size,
        stages=stages,
        groups=compared.by_name(*kinds.groups, sizes) if len(kinds.groups[0]) > 1 else (),
        lengths=compared.by_name(*kinds.lengths, np.ones(len(corpus), np.int64)),
        caught=tuple(compared.marked(name, mark, sizes) for name, mark in kinds.caught.items()),
        copies=compared.drift("copies", lambda rows: _copied(rows, kinds.firsts, sizes)),
        ratio=_measured([*in_threads(ratio, [chosen, *few], n_jobs=n_jobs)], JUDGE),
        coverage=_coverage(corpus, chosen, few, held_out, n_jobs) if len(held_out) else None,
    )


@dataclass(frozen=True, slots=True)
class _Compared:
    """Rows of the whole pool, of random draws and of the selection."""

    pool: IntArray
    draws: Sequence[IntArray]
    choice: IntArray

    def by_name(
        self, names: Sequence[str], codes: IntArray, amounts: IntArray
    ) -> tuple[Drift, ...]:
        def shares(rows: IntArray) -> FloatArray:
            known = rows[codes[rows] >= 0]
            sums = np.bincount(codes[known], weights=amounts[known], minlength=len(names))
            found: FloatArray = sums / max(sums.sum(), 1)
            return found

        pool, choice = shares(self.pool), shares(self.choice)
        random = np.array([shares(draw) for draw in self.draws])
        table = np.stack([pool, random.mean(axis=0), random.std(axis=0, ddof=1), choice], axis=1)
        return tuple(Drift(name, *row) for name, row in zip(names, table.tolist(), strict=True))

    def marked(self, name: str, mark: BoolArray, amounts: IntArray) -> Drift:
        def share(rows: IntArray) -> float:
            return int(amounts[rows[mark[rows]]].sum()) / max(int(amounts[rows].sum()), 1)

        return self.drift(name, share)

    def drift(self, name: str, share: Callable[[IntArray], float]) -> Drift:
        random = [share(draw) for draw in self.draws]
        mean, spread = float(np.mean(random)), float(np.std(random, ddof=1))
        return Drift(name, share(self.pool), mean, spread, share(self.choice))


def _selected(
    part: Corpus,
    groups: IntArray,
    count: int,
    stages: tuple[int, int, int],
    options: TrialOptions,
    n_jobs: int,
    progress: bool | None,
) -> IntArray:
    k1, k2, k3 = stages
    selector = ZipSelector(
        count,
        k1=k1,
        k2=k2,
        k3=k3,
        compressor=options.compressor,
        quotas=options.quotas,
        compare_within=options.compare_within,
        guards=options.guards,
        typicality=options.typicality,
        packing="lazy",
        screening="lazy" if options.quotas is None else "full",
        n_jobs=n_jobs,
        progress=progress,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EntropyLawWarning)  # the audit reports these itself
        return selector.select(part, groups=groups).indices


def _scaled_stages(share: float) -> tuple[int, int, int]:
    """Return k1, k2 and k3 for a sample that is this share of a pool.

    Examples
    --------
    >>> _scaled_stages(0.1), _scaled_stages(0.001)
    ((1000, 20, 10), (500, 10, 5))
    """
    factor = max(share, LEAST_PACK / STAGES[-1])
    k1, k2, k3 = (round(stage * factor) for stage in STAGES)
    return k1, k2, k3


def _copied(rows: IntArray, firsts: IntArray, sizes: IntArray) -> float:
    """Return the share of the bytes that are a copy of an earlier one of these records."""
    _, first = np.unique(firsts[rows], return_index=True)
    total = int(sizes[rows].sum())
    return 1 - int(sizes[rows[first]].sum()) / total if total else 0.0


def _measured(values: Sequence[float], compressor: str) -> Measured:
    """Return a measurement of the selection, which is the first, and of random draws."""
    choice, *random = values
    return Measured(choice, float(np.mean(random)), float(np.std(random, ddof=1)), compressor)


def _coverage(
    corpus: Corpus, chosen: IntArray, draws: Sequence[IntArray], held_out: IntArray, n_jobs: int
) -> Measured:
    found = [coverage(corpus, rows, held_out, n_jobs=n_jobs) for rows in (chosen, *draws)]
    return _measured([one.bits_per_byte for one in found], found[0].compressor)

"""What a selection would do to a pool: it is run on a sample, beside random draws."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from entropylaw.auditing.options import Options
from entropylaw.corpus import Corpus
from entropylaw.errors import EntropyLawWarning
from entropylaw.ratios import compression_ratio
from entropylaw.selection.orders import random_rows
from entropylaw.selection.report.coverage import coverage
from entropylaw.selection.zip import ZipSelector
from entropylaw.types import BoolArray, FloatArray, IntArray

JUDGE = "lzma"
"""An independent compressor, with a memory of 8 MiB."""

DRAWS = 20
"""Random draws whose composition the choice is compared with."""

MEASURED_DRAWS = 5
"""Those of them that are compressed."""

STAGES = (10_000, 200, 100)
"""k1, k2 and k3 of a selection by default."""

LEAST_PACK = 5
"""Below this k3 a selection would no longer compare records within a pack."""


@dataclass(frozen=True, slots=True)
class Drift:
    """The share of one kind of records in the pool, in random draws and in the choice.

    Attributes
    ----------
    name : str
        A group, a range of lengths, or a guard.
    pool : float
        Share of the pool.
    random, spread : float
        Mean and standard deviation over random draws from the sample.
    choice : float
        Share of what would be chosen.
    """

    name: str
    pool: float
    random: float
    spread: float
    choice: float

    @property
    def excess(self) -> float:
        """Share of the choice beyond that of random draws."""
        return self.choice - self.random

    @property
    def clear(self) -> bool:
        """Whether random draws hardly ever lie as far off."""
        return abs(self.excess) > 3 * self.spread


@dataclass(frozen=True, slots=True)
class Measured:
    """A number of the choice beside that of random draws of as many bytes.

    Attributes
    ----------
    choice : float
        Of what would be chosen.
    random, spread : float
        Mean and standard deviation of random draws.
    compressor : str
        What measured.
    """

    choice: float
    random: float
    spread: float
    compressor: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a selection chose from a sample of the pool, beside random draws of as many bytes.

    Attributes
    ----------
    compressor : str
        That of the selection.
    options : str
        What to type for it after the budget.
    sample_records, sample_bytes : int
        What it chose from.
    chosen_records, chosen_bytes : int
        What it chose.
    stages : tuple of int
        Its k1, k2 and k3: those of the pool, scaled down to the sample.
    groups : tuple of Drift
        Shares of bytes by group; empty without groups.
    lengths : tuple of Drift
        Shares of records by range of length.
    caught : tuple of Drift
        Shares of bytes that each guard caught.
    copies : Drift
        Share of the bytes of a set that are copies of an earlier record of it.
    ratio : Measured
        Compression ratio: low is less redundant.
    coverage : Measured or None
        Bits per byte of unseen records, given the set; low is better. None where the pool is
        too small to hold records back.
    """

    compressor: str
    options: str
    sample_records: int
    sample_bytes: int
    chosen_records: int
    chosen_bytes: int
    stages: tuple[int, int, int]
    groups: tuple[Drift, ...]
    lengths: tuple[Drift, ...]
    caught: tuple[Drift, ...]
    copies: Drift
    ratio: Measured
    coverage: Measured | None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True, eq=False)
class Kinds:
    """What kind each record of a pool is of.

    Attributes
    ----------
    groups, lengths : tuple of (names, codes)
        Names, and the place of each record in them; a code of -1 is none of them.
    column : str or None
        The column that names the groups.
    caught : mapping
        Guard to whether it caught each record.
    firsts : int64 array, shape (n,)
        The first record that each repeats, itself if none.
    """

    groups: tuple[tuple[str, ...], IntArray]
    lengths: tuple[tuple[str, ...], IntArray]
    column: str | None
    caught: Mapping[str, BoolArray]
    firsts: IntArray


def forecast(
    corpus: Corpus,
    kinds: Kinds,
    *,
    sample: IntArray,
    held_out: IntArray,
    share: float,
    options: Options,
    seed: int,
    n_jobs: int,
    progress: bool | None = None,
) -> Forecast:
    """Select from a sample of a pool and compare the choice with random draws.

    Parameters
    ----------
    corpus : Corpus
        The pool.
    kinds : Kinds
        What kind each record is of.
    sample : int64 array
        Rows that are chosen from.
    held_out : int64 array
        Rows that are not; may be empty.
    share : float
        Share of the records that is chosen.
    options : Options
        Of the selection.
    seed : int
        Of the random draws.
    n_jobs : int
        Threads.
    progress : bool or None
        A bar on stderr; None: only on a terminal or in a notebook.

    Raises
    ------
    BudgetError, QuotaError
        If guards leave less of the sample, or of a group, than is to be chosen.
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
        ratio=_measured(ratio, chosen, few, JUDGE),
        coverage=_coverage(corpus, chosen, few, held_out, n_jobs) if len(held_out) else None,
    )


@dataclass(frozen=True, slots=True)
class _Compared:
    """The whole pool, random draws and the choice, one beside the other."""

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
    options: Options,
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
        screening="adaptive" if options.quotas is None else "full",
        n_jobs=n_jobs,
        progress=progress,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EntropyLawWarning)  # the audit says it in its own words
        return selector.select(part, groups=groups).indices


def _scaled_stages(share: float) -> tuple[int, int, int]:
    """Return k1, k2 and k3 for a sample that is so much of a pool.

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


def _measured(
    measure: Callable[[IntArray], float],
    chosen: IntArray,
    draws: Sequence[IntArray],
    compressor: str,
) -> Measured:
    random = [measure(draw) for draw in draws]
    return Measured(
        measure(chosen), float(np.mean(random)), float(np.std(random, ddof=1)), compressor
    )


def _coverage(
    corpus: Corpus, chosen: IntArray, draws: Sequence[IntArray], held_out: IntArray, n_jobs: int
) -> Measured:
    found = [coverage(corpus, rows, held_out, n_jobs=n_jobs) for rows in (chosen, *draws)]
    choice, *random = (one.bits_per_byte for one in found)
    return Measured(
        choice, float(np.mean(random)), float(np.std(random, ddof=1)), found[0].compressor
    )

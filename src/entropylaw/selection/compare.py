"""Comparison: a choice beside what simpler ways of choosing would have given."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from entropylaw.compressors import Compressor, get_compressor
from entropylaw.errors import ConfigError
from entropylaw.guards.duplicates import normalised_firsts
from entropylaw.ratios import compression_ratio
from entropylaw.render.law_tables import html_table, number, text_table
from entropylaw.selection.coverage import WHOLE_SET, coverage
from entropylaw.selection.orders import (
    growth,
    near,
    order_of_distinct,
    order_of_like_lengths,
    random_order,
)
from entropylaw.selection.source import Source
from entropylaw.sizing import Sizer, resolve_jobs
from entropylaw.types import BudgetUnit, IntArray

JUDGE = "lzma:9"
"""A compressor that has no part in the choice, with a memory of 64 MiB."""

QUANTILES = (5, 25, 50, 75, 95)
"""Of the lengths of records, in percent."""

_STEP = 100
"""Records that join a set at a time where its ratio is measured."""

WAYS = ("selection", "random", "random of like length", "own ratio", "deduplicated")
"""What is compared. All but the first choose from the same records, until they have as much."""


@dataclass(frozen=True, slots=True)
class ComparedChoice:
    """One way of choosing.

    Attributes
    ----------
    name : str
        One of `WAYS`.
    records, amount : float
        Records, and tokens or bytes of them; the mean over draws.
    ratio, ratio_spread : float
        Compression ratio under the selecting compressor, and its standard deviation over draws
        (NaN for a single one).
    judge_ratio, judge_spread : float
        The same under the judge.
    coverage, coverage_spread : float
        Bits per byte that records of the pool cost to encode for one who knows the choice.
    drift : float
        By how much the composition differs from that of the records to choose from: half the sum
        of the differences of shares, 0 to 1; NaN without groups.
    composition : mapping
        Share of each group, by tokens or bytes.
    lengths : tuple of int
        Bytes of records at the `QUANTILES`.
    """

    name: str
    records: float
    amount: float
    ratio: float
    ratio_spread: float
    judge_ratio: float
    judge_spread: float
    coverage: float
    coverage_spread: float
    drift: float
    composition: Mapping[str, float]
    lengths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A choice beside what simpler ways of choosing would have given.

    Attributes
    ----------
    rows : tuple of ComparedChoice
        In the order of `WAYS`.
    unit : {"tokens", "bytes"}
        Of which each choice has about as many.
    compressor, judge : str
        What selected, and what judged.
    draws : int
        Of each random choice.
    held_out : int
        Records that coverage was measured on.
    pool_composition : mapping
        Share of each group among the records to choose from.
    pool_lengths : tuple of int
        Their bytes at the `QUANTILES`.
    """

    rows: tuple[ComparedChoice, ...]
    unit: BudgetUnit
    compressor: str
    judge: str
    draws: int
    held_out: int
    pool_composition: Mapping[str, float]
    pool_lengths: tuple[int, ...]

    def __getitem__(self, name: str) -> ComparedChoice:
        """Return the row of a way of choosing."""
        for row in self.rows:
            if row.name == name:
                return row
        raise ConfigError(f"no {name!r} was compared. There are: {', '.join(WAYS)}.")

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Return headers and rows of what the printed form shows."""
        grouped = bool(self.pool_composition)
        headers = ["choice", "records", self.unit, self.compressor, self.judge, "coverage"]
        headers += ["median bytes", *(["drift"] if grouped else [])]
        return headers, [
            [
                row.name,
                f"{row.records:,.0f}",
                f"{row.amount:,.0f}",
                _spread(row.ratio, row.ratio_spread),
                _spread(row.judge_ratio, row.judge_spread),
                _spread(row.coverage, row.coverage_spread),
                f"{row.lengths[QUANTILES.index(50)]:,}",
                *([f"{row.drift:.2f}"] if grouped else []),
            ]
            for row in self.rows
        ]

    def __str__(self) -> str:
        return f"{text_table(*self.table())}\n\n{self.note}"

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return html_table(*self.table(), caption=self.note)

    @property
    def note(self) -> str:
        """How to read the table."""
        return (
            f"Ratios: low is less redundant. Coverage: bits per byte of {self.held_out:,} records "
            f"of the pool, taken out of each choice; low is better. Random: mean of {self.draws} "
            "draws ± standard deviation."
        )


def compare(
    source: Source,
    rows: IntArray,
    *,
    judge: str | Compressor = JUDGE,
    draws: int = 5,
    held_out: int = 1_000,
    random_state: int = 0,
    n_jobs: int | None = None,
) -> Comparison:
    """Return a choice beside simpler ones of the same size, from the same records.

    Coverage is measured on random records of the pool. Those of them that a choice holds are taken
    out of it first, so that all are measured on the same records, seen by none.

    Parameters
    ----------
    source : Source
        The pool.
    rows : int64 array
        What was chosen.
    judge : str or Compressor, default "lzma:9"
        An independent compressor with a long memory.
    draws : int, default 5
        Of each random choice.
    held_out : int, default 1_000
        Records that coverage is measured on, at most a tenth of the pool.
    random_state : int, default 0
        Of the draws.
    n_jobs : int or None
        Threads; None for all cores.

    Raises
    ------
    ConfigError
        If `draws` or `held_out` is below 1.
    """
    for name, value in (("draws", draws), ("held_out", held_out)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
            raise ConfigError(f"{name} must be an integer of at least 1, got {value!r}.")
    eligible = np.union1d(np.flatnonzero(source.selectable), rows)
    rng = np.random.default_rng(random_state)
    tested = rng.choice(eligible, max(1, min(held_out, len(eligible) // 10)), replace=False)
    measure = _Measure(source, eligible, np.sort(tested), get_compressor(judge))
    choices = _choices(source, eligible, rows, draws, random_state)
    with ThreadPoolExecutor(resolve_jobs(n_jobs)) as threads:
        measured = {name: list(threads.map(measure, some)) for name, some in choices.items()}
    return Comparison(
        rows=tuple(measure.row(name, found) for name, found in measured.items()),
        unit=source.unit,
        compressor=source.compressor.name,
        judge=measure.judge.name,
        draws=draws,
        held_out=len(tested),
        pool_composition=measure.composition(eligible),
        pool_lengths=measure.lengths(eligible),
    )


def _choices(
    source: Source,
    eligible: IntArray,
    rows: IntArray,
    draws: int,
    seed: int,
) -> dict[str, list[IntArray]]:
    """Return the choices of each way, as rows of the pool in the order chosen."""
    lengths, costs = source.pool.lengths, source.costs[eligible]
    total = int(source.costs[rows].sum())

    def as_much(order: IntArray) -> IntArray:
        return eligible[near(order, costs, total=total)]

    seeds = range(seed, seed + draws)
    part = source.pool.take(eligible)
    with Sizer(part, source.compressor) as scorer:
        own = scorer.own_raw / np.maximum(scorer.own_sizes, 1)
    firsts = normalised_firsts(part)
    alike = lengths[rows]
    return {
        "selection": [rows],
        "random": [as_much(random_order(len(eligible), seed=s)) for s in seeds],
        "random of like length": [
            eligible[order_of_like_lengths(lengths[eligible], alike, seed=s)] for s in seeds
        ],
        "own ratio": [as_much(np.argsort(own, kind="stable"))],
        "deduplicated": [as_much(order_of_distinct(firsts, seed=s)) for s in seeds],
    }


@dataclass(frozen=True, slots=True)
class _Found:
    rows: IntArray
    ratio: float
    judge_ratio: float
    coverage: float


class _Measure:
    """Measures choices from one pool, all in the same way."""

    def __init__(
        self,
        source: Source,
        eligible: IntArray,
        tested: IntArray,
        judge: Compressor,
    ) -> None:
        self.judge = judge
        self._source, self._tested = source, tested
        self._pool_composition = self.composition(eligible)

    def __call__(self, rows: IntArray) -> _Found:
        """Return the ratios and the coverage of a choice."""
        pool = self._source.pool
        with Sizer(pool, self._source.compressor, workers="serial") as scorer:
            for raw, size in growth(scorer, rows, step=_STEP):
                ratio = raw / max(size, 1)
        unseen = rows[~np.isin(rows, self._tested)]
        covered = coverage(pool, unseen, self._tested, compressor=WHOLE_SET, n_jobs=1)
        judged = compression_ratio(pool.take(rows), self.judge)
        return _Found(rows, ratio, judged, covered.bits_per_byte)

    def row(self, name: str, found: Sequence[_Found]) -> ComparedChoice:
        """Return what was found over all draws of a way of choosing."""
        together = np.concatenate([one.rows for one in found])
        costs = self._source.costs
        ratio, ratio_spread = _over(one.ratio for one in found)
        judge_ratio, judge_spread = _over(one.judge_ratio for one in found)
        covered, covered_spread = _over(one.coverage for one in found)
        composition = self.composition(together)
        apart = [abs(composition[g] - share) for g, share in self._pool_composition.items()]
        return ComparedChoice(
            name=name,
            records=len(together) / len(found),
            amount=int(costs[together].sum()) / len(found),
            ratio=ratio,
            ratio_spread=ratio_spread,
            judge_ratio=judge_ratio,
            judge_spread=judge_spread,
            coverage=covered,
            coverage_spread=covered_spread,
            drift=sum(apart) / 2 if apart else math.nan,
            composition=composition,
            lengths=self.lengths(together),
        )

    def composition(self, rows: IntArray) -> Mapping[str, float]:
        """Return the share of each group in these rows, by cost; empty without groups."""
        groups = self._source.groups
        if groups is None:
            return MappingProxyType({})
        return MappingProxyType(groups.shares(self._source.costs, rows))

    def lengths(self, rows: IntArray) -> tuple[int, ...]:
        """Return the bytes of these records at the quantiles."""
        at = np.percentile(self._source.pool.lengths[rows], QUANTILES, method="nearest")
        return tuple(at.astype(np.int64).tolist())


def _over(values: Iterable[float]) -> tuple[float, float]:
    """Return mean and standard deviation; NaN for that of a single value."""
    found = np.array(list(values))
    return float(found.mean()), float(found.std(ddof=1)) if len(found) > 1 else math.nan


def _spread(value: float, spread: float) -> str:
    return number(value) if math.isnan(spread) else f"{number(value)} ± {number(spread, 2)}"

"""Comparison of a selection with baselines of the same size."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

import numpy as np

from entropylaw.compressors import Compressor, get_compressor
from entropylaw.compressors.base import measured_size
from entropylaw.errors import ConfigError, warn
from entropylaw.guards.duplicates import normalised_firsts
from entropylaw.progress import with_bar
from entropylaw.render.result import TableResult
from entropylaw.render.tables import Table, number
from entropylaw.selection.orders import (
    distinct_first,
    growth,
    length_matched,
    near,
    random_order,
)
from entropylaw.selection.problem import Problem
from entropylaw.selection.report.coverage import WHOLE_SET, coverage_with
from entropylaw.sizing import Sizer, in_threads, resolve_jobs, uses_threads
from entropylaw.types import BudgetUnit, IntArray
from entropylaw.validation import flag, integer, optional, seed

JUDGE = "lzma:9"
"""A compressor that has no part in the selection, with a memory of 64 MiB."""

QUANTILES = (5, 25, 50, 75, 95)
"""Of the lengths of records, in percent."""

_STEP = 100
"""Records that join a set at a time where its ratio is measured."""

WAYS = ("selection", "random", "random, length-matched", "own ratio", "deduplicated")
"""What is compared. All but the first draw from the same records, up to the same amount."""


@dataclass(frozen=True, slots=True)
class ComparedChoice:
    """One selection of a comparison.

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
        Bits per byte that records of the pool cost to encode for one who knows the selection.
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

    def to_dict(self) -> dict[str, Any]:
        """Return the row as plain values."""
        held = {f.name: getattr(self, f.name) for f in fields(self)}
        return held | {"composition": dict(self.composition), "lengths": list(self.lengths)}


@dataclass(frozen=True, slots=True, repr=False)
class Comparison(TableResult):
    """A selection compared with baselines of the same size.

    Attributes
    ----------
    rows : tuple of ComparedChoice
        In the order of `WAYS`.
    unit : {"tokens", "bytes"}
        Of which each selection has about as many.
    compressor, judge : str
        What selected, and what judged.
    draws : int
        Of each random selection.
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
        if name == "random of like length":
            warn(
                '"random of like length" is now called "random, length-matched".',
                DeprecationWarning,
            )
            name = "random, length-matched"
        for row in self.rows:
            if row.name == name:
                return row
        raise ConfigError(f"name: expected one of {', '.join(WAYS)}; saw {name!r}.")

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Return headers and rows of the printed form."""
        grouped = bool(self.pool_composition)
        headers = ["selection", "records", self.unit, self.compressor, self.judge, "coverage"]
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

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as plain values."""
        held = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "rows"}
        held["pool_composition"] = dict(self.pool_composition)
        held["pool_lengths"] = list(self.pool_lengths)
        return {"rows": [row.to_dict() for row in self.rows], **held}

    def _headline(self) -> str:
        ours, chance = self["selection"], self["random"]
        return (
            f"ratio {number(ours.ratio)}, random {number(chance.ratio)}; "
            f"coverage {number(ours.coverage)}, random {number(chance.coverage)} bits per byte"
        )

    def _table(self) -> Table:
        return Table.of(*self.table(), note=self.note)

    def _columns(self) -> Mapping[str, Any]:
        rows = [row.to_dict() for row in self.rows]
        plain = [name for name in rows[0] if name not in ("composition", "lengths")]
        columns = {name: [row[name] for row in rows] for name in plain}
        return columns | {"median_bytes": [r["lengths"][QUANTILES.index(50)] for r in rows]}

    @property
    def note(self) -> str:
        """How to read the table."""
        return (
            f"Ratios: low is less redundant. Coverage: bits per byte of {self.held_out:,} records "
            f"of the pool, taken out of each selection; low is better. Random: mean of "
            f"{self.draws} draws ± standard deviation."
        )


def compare(
    problem: Problem,
    rows: IntArray,
    *,
    judge: str | Compressor = JUDGE,
    draws: int = 5,
    held_out: int = 1_000,
    random_state: int = 0,
    n_jobs: int | None = None,
    progress: bool | None = None,
) -> Comparison:
    """Compare a selection with baselines of the same size, drawn from the same records.

    Coverage is measured on random records of the pool. They are removed from every selection
    first, so that all are measured on the same unseen records.

    Parameters
    ----------
    problem : Problem
        The pool.
    rows : int64 array
        What was chosen.
    judge : str or Compressor, default "lzma:9"
        An independent compressor with a long memory.
    draws : int, default 5
        Of each random selection.
    held_out : int, default 1_000
        Records that coverage is measured on, at most a tenth of the pool.
    random_state : int, default 0
        Of the draws.
    n_jobs : int or None
        Threads, if both compressors have ``releases_gil``; None for all cores.
    progress : bool or None
        Whether to show a progress bar on stderr; None: only on a terminal or in a notebook.

    Raises
    ------
    ConfigError
        If `draws` or `held_out` is below 1.
    """
    draws = integer("draws", draws, at_least=1)
    held_out = integer("held_out", held_out, at_least=1)
    random_state = seed("random_state", random_state)
    jobs, progress = resolve_jobs(n_jobs), optional(flag)("progress", progress)
    judging = get_compressor(judge)
    eligible = problem.choosable(rows)
    rng = np.random.default_rng(random_state)
    tested = rng.choice(eligible, max(1, min(held_out, len(eligible) // 10)), replace=False)
    corpus, compressor = problem.corpus, problem.compressor
    with (
        Sizer(corpus, compressor, workers="serial") as sizer,
        Sizer(corpus, get_compressor(WHOLE_SET), workers="serial") as whole_set,
    ):
        measure = _Measure(problem, eligible, np.sort(tested), judging, sizer, whole_set)
        choices = _choices(problem, sizer, eligible, rows, draws, random_state)
        each = [(name, rows) for name, some in choices.items() for rows in some]
        parallel = uses_threads(compressor) and uses_threads(judging)
        found = with_bar(
            in_threads(measure, [rows for _, rows in each], n_jobs=jobs if parallel else 1),
            label="compare",
            total=len(each),
            unit="selection",
            size=lambda _: 1,
            progress=progress,
        )
        measured: dict[str, list[_Found]] = {name: [] for name in choices}
        for (name, _), one in zip(each, found, strict=True):
            measured[name].append(one)
    return Comparison(
        rows=tuple(measure.row(name, found) for name, found in measured.items()),
        unit=problem.comparable_costs[0],
        compressor=compressor.name,
        judge=measure.judge.name,
        draws=draws,
        held_out=len(tested),
        pool_composition=measure.composition(eligible),
        pool_lengths=measure.lengths(eligible),
    )


def _choices(
    problem: Problem,
    sizer: Sizer,
    eligible: IntArray,
    rows: IntArray,
    draws: int,
    seed: int,
) -> dict[str, list[IntArray]]:
    """Return the selections of each kind, as rows of the pool in the order chosen."""
    lengths, all_costs = problem.corpus.lengths, problem.comparable_costs[1]
    costs, total = all_costs[eligible], int(all_costs[rows].sum())

    def as_much(order: IntArray) -> IntArray:
        return eligible[near(order, costs, total=total)]

    seeds = range(seed, seed + draws)
    own = (sizer.own_raw / np.maximum(sizer.own_sizes, 1))[eligible]
    firsts = normalised_firsts(problem.corpus.take(eligible))
    return {
        "selection": [rows],
        "random": [as_much(random_order(len(eligible), seed=s)) for s in seeds],
        "random, length-matched": [
            eligible[length_matched(lengths[eligible], lengths[rows], seed=s)] for s in seeds
        ],
        "own ratio": [as_much(np.argsort(own, kind="stable"))],
        "deduplicated": [as_much(distinct_first(firsts, seed=s)) for s in seeds],
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
        problem: Problem,
        eligible: IntArray,
        tested: IntArray,
        judge: Compressor,
        sizer: Sizer,
        whole_set: Sizer,
    ) -> None:
        self.judge = judge
        self._corpus, self._costs = problem.corpus, problem.comparable_costs[1]
        self._groups, self._tested = problem.groups, tested
        self._sizer, self._whole_set = sizer, whole_set
        self._pool_composition = self.composition(eligible)

    def __call__(self, rows: IntArray) -> _Found:
        """Return the ratios and the coverage of a selection."""
        for raw, size in growth(self._sizer, rows, step=_STEP):
            ratio = raw / max(size, 1)
        untested = rows[~np.isin(rows, self._tested)]
        covered = coverage_with(self._whole_set, untested, self._tested)
        whole = self._corpus.framing.whole(self._corpus.records(rows))
        judged = len(whole) / max(measured_size(self.judge, whole), 1)
        return _Found(rows, ratio, judged, covered.bits_per_byte)

    def row(self, name: str, found: Sequence[_Found]) -> ComparedChoice:
        """Return what was found over all draws of a way of choosing."""
        together = np.concatenate([one.rows for one in found])
        costs = self._costs
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
        if self._groups is None:
            return MappingProxyType({})
        return MappingProxyType(self._groups.shares(self._costs, rows))

    def lengths(self, rows: IntArray) -> tuple[int, ...]:
        """Return the bytes of these records at the quantiles."""
        at = np.percentile(self._corpus.lengths[rows], QUANTILES, method="nearest")
        return tuple(at.astype(np.int64).tolist())


def _over(values: Iterable[float]) -> tuple[float, float]:
    """Return mean and standard deviation; NaN for that of a single value."""
    found = np.array(list(values))
    return float(found.mean()), float(found.std(ddof=1)) if len(found) > 1 else math.nan


def _spread(value: float, spread: float) -> str:
    return number(value) if math.isnan(spread) else f"{number(value)} ± {number(spread, 2)}"

"""Cost of a selection, estimated on a small sample before it runs."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np

from entropylaw.render.result import Result
from entropylaw.render.tables import Table
from entropylaw.selection.problem import Problem
from entropylaw.selection.search import SearchOptions
from entropylaw.sizing import CompressedSet, Sizer
from entropylaw.types import Certainty, IntArray

SAMPLE, SLOW_SAMPLE = 10_000, 40
"""Records that are sized on their own: by most compressors, and by those that cannot be primed."""

TIMED, SLOW_TIMED = 150, 4
"""Those of them that are sized with a set, to learn what one costs; more if several work."""

FEW = 0.3
"""Share of these that is sized to separate the fixed cost of a call."""

SCREENED_SHARE, CHOSEN_SHARE = 0.7, 0.1
"""The shares of the pool, the densest, that are screened time and again, and chosen."""

REPEATS = 8
"""How often a piece of work is timed, unless it is slow."""

ENOUGH = 1.0
"""Seconds of a piece of work after which it is not timed again."""

LAZY_PACKING_SHARE, LAZY_SCREENING_SHARE = 0.13, 0.3
"""Share of the full evaluations that lazy packing and lazy screening typically need, measured
with zlib and zstd at the default k1, k2 and k3 on mixed chats and instructions.
"""

STATE_BYTES = 48
"""Bytes kept for each record in addition to its text: offsets, sizes and ratios."""

CANDIDATE_BYTES = 100
"""Bytes of overhead per candidate; its text is held twice while it is sized."""

FIXED_BYTES = 20 << 20
"""What running takes whatever the pool: modules that are loaded late, buffers of codecs."""


@dataclass(frozen=True, slots=True, repr=False)
class Estimate(Result):
    """Expected cost of a selection.

    Attributes
    ----------
    evaluations : int
        Unions to evaluate: exact for a budget of records without quotas, an upper bound with lazy
        stages, else approximate.
    rounds : int
        Rounds; exact while the shortlist is not shorter than k3.
    seconds : float
        Wall time on this machine with the same number of workers, reading not included. For
        lazy stages it assumes a typical share of the evaluations (`LAZY_PACKING_SHARE`,
        `LAZY_SCREENING_SHARE`); the true one depends on the data.
    memory : int
        Bytes held while selecting: the text, the state of each record, the chosen set as the
        compressor keeps it, the records that are sized at a time, and a fixed part. What the
        caller holds in addition to the pool is not included.
    certainty : {"exact", "at most", "about"}
        Certainty of the number of evaluations.
    """

    evaluations: int
    rounds: int
    seconds: float
    memory: int
    certainty: Certainty = "exact"

    def facts(self) -> dict[str, str]:
        """Return what the printed form shows: label to value."""
        about = "" if self.certainty == "exact" else f"{self.certainty} "
        return {
            "evaluations": f"{about}{self.evaluations:,} in {self.rounds:,} rounds",
            "time": _readable_time(self.seconds),
            "memory": f"{self.memory / 2**20:,.0f} MiB",
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return asdict(self)

    def _headline(self) -> str:
        facts = self.facts()
        return f"evaluations {facts['evaluations']}, {facts['time']}, {facts['memory']}"

    def _table(self) -> Table:
        return Table.of_facts("Estimate", self.facts())

    def _columns(self) -> Mapping[str, Any]:
        return {name: [value] for name, value in asdict(self).items()}


def expected_picks(problem: Problem) -> int:
    """Return the number of records that will be chosen: exact if each costs 1, else about."""
    limits = problem.limits
    if limits.costs is None:
        return limits.total
    may = np.flatnonzero(problem.eligibility.with_required(problem.required))
    typical = float(limits.costs[may].mean())
    return min(len(may), max(1, math.ceil(limits.total / typical))) if typical else len(may)


def count_evaluations(problem: Problem, search: SearchOptions) -> int:
    """Return the number of unions that a selection sizes, without sizing any.

    Exact for a plain budget of records; an upper bound with lazy stages; approximate with quotas
    or with records of different cost.

    Examples
    --------
    >>> from entropylaw import Corpus, ZipSelector, get_compressor
    >>> selector, pool = ZipSelector(4), Corpus.from_rows([b"%d" % i for i in range(9)])
    >>> problem = Problem.build(pool, selector, {}, get_compressor("zlib"), n_jobs=1)
    >>> count_evaluations(problem, SearchOptions(50, 4, 2))
    30
    """
    first = len(problem.required)
    left = max(0, expected_picks(problem) - first)
    live = max(int(problem.selectable.sum()), left)
    retired, total = 0, 2 * first
    while left:
        if not live:
            live, retired = retired, 0
        screened, short = min(search.k1, live), min(search.k2, live)
        packed = min(search.k3, left, short)
        total += screened + packed * short - packed * (packed - 1) // 2
        if search.variant == "reference":
            live, retired = live - short, retired + short - packed
        else:
            live -= packed
        left -= packed
    return total


def certainty_of(problem: Problem, search: SearchOptions) -> Certainty:
    """Return how certain the number of `count_evaluations` is."""
    if problem.limits.costs is not None or problem.limits.groups is not None:
        return "about"
    return "exact" if search.exhaustive else "at most"


def estimate_cost(sizer: Sizer, problem: Problem, search: SearchOptions) -> Estimate:
    """Measure a sample of each kind of work and multiply.

    Candidates are sized against a set of half the budget, which is what the chosen set is on
    average, and a step of packing is gone through with a pack of half of k3. Both are drawn from
    the densest records of a sample, and candidates from the denser ones, as in a selection: these
    often are shorter than others.
    """
    rng, expected = np.random.default_rng(0), expected_picks(problem)
    pool = np.flatnonzero(problem.selectable)
    rounds = -(-expected // search.k3)
    evaluations = count_evaluations(problem, search)
    packed, short = min(search.k3, expected), min(search.k2, len(pool))
    in_packs = rounds * (packed * short - packed * (packed - 1) // 2)
    screened = max(0, evaluations - in_packs)

    slow = sizer.info.priming == "recompress"
    repeats = 1 if slow else REPEATS
    drawn = rng.choice(pool, min(len(pool), SLOW_SAMPLE if slow else SAMPLE), replace=False)
    densest_first, alone = _by_density(sizer, drawn)
    chosen = _first(densest_first, max(CHOSEN_SHARE, expected / len(pool)))
    denser = _first(densest_first, max(SCREENED_SHARE, search.k1 / len(pool)))
    timed = rng.permutation(denser)[: SLOW_TIMED if slow else TIMED * sizer.n_jobs]

    half = (expected + 1) // 2
    picks = np.resize(rng.permutation(chosen), half + repeats * packed)
    half_set = _set_of(sizer, picks[:half], problem)
    growth, union = _mean_round(half_set, np.split(picks[half:], repeats), timed)
    few = _lowest_first(half_set, timed)[: max(1, short - packed // 2)]
    half_pack = _set_of(sizer, picks[: (packed + 1) // 2], None)
    extension = _seconds(lambda: half_pack.extend(few[:1]), repeats)
    step = _seconds(lambda: _pack_step(half_pack, few), repeats)
    inside = max(0.0, step - extension) / len(few)
    screening = screened * union * (1.0 if not search.lazy_screening else LAZY_SCREENING_SHARE)
    packing = in_packs * inside * (1.0 if not search.lazy_packing else LAZY_PACKING_SHARE)
    own = alone * len(sizer.corpus)
    seconds = own + rounds * growth + screening + packing + rounds * packed * extension

    memory = _memory(sizer, pool, problem, expected, search.k1)
    return Estimate(evaluations, rounds, seconds, memory, certainty_of(problem, search))


def _memory(sizer: Sizer, pool: IntArray, problem: Problem, expected: int, screened: int) -> int:
    """Return the bytes held at the end of a selection of records of average length."""
    corpus, window = sizer.corpus, sizer.info.window
    length = float(corpus.lengths[pool].mean())
    set_bytes = (0 if problem.owned is None else problem.owned.total_bytes) + round(
        expected * length
    )
    held = min(set_bytes, window or set_bytes)
    state_size: Callable[[int], int] = getattr(sizer.compressor, "state_size", lambda _: 0)
    batch = int(min(screened, len(pool)) * (2 * length + CANDIDATE_BYTES))
    kept = corpus.total_bytes + STATE_BYTES * len(corpus)
    return kept + held + state_size(held) + batch + FIXED_BYTES


def _set_of(sizer: Sizer, rows: IntArray, problem: Problem | None) -> CompressedSet:
    grown = sizer.empty_set()
    if problem is not None and problem.owned is not None:
        grown.extend_bytes(tuple(problem.owned))
    grown.extend(rows)
    return grown


def _by_density(sizer: Sizer, rows: IntArray) -> tuple[IntArray, float]:
    """Return rows with the densest first, and the seconds that it takes to size one alone."""
    sizer.sizes_alone(rows[:1])  # looks for copies in the pool first, once
    start = time.perf_counter()
    sizes = sizer.sizes_alone(rows)
    seconds = time.perf_counter() - start
    ratios = sizer.own_raw[rows] / np.maximum(sizes, 1)
    return rows[np.argsort(ratios)], seconds / len(rows)


def _first(rows: IntArray, share: float) -> IntArray:
    """Return a share of the rows, the first."""
    return rows[: max(1, round(min(1.0, share) * len(rows)))]


def _lowest_first(chosen: CompressedSet, sample: IntArray) -> IntArray:
    """Return a sample in order of how dense each record would leave the set."""
    ratios = chosen.union_raw(sample) / np.maximum(chosen.union_sizes(sample), 1)
    return sample[np.argsort(ratios)]


def _mean_round(
    chosen: CompressedSet, added: Sequence[IntArray], sample: IntArray
) -> tuple[float, float]:
    """Return the mean seconds of a round: of growing a set, and of sizing one record with it.

    What is done once a round, whatever the number of records, goes to the growth. There are
    several rounds, since what a record costs zlib depends on where in a block the set ends.
    """
    few = sample[: int(FEW * len(sample))]
    once: list[float] = []
    each: list[float] = []
    for rows in added:
        once.append(_seconds(partial(_grow, chosen, rows, few)))
        fixed = _seconds(partial(chosen.union_sizes, few))
        each.append(max(0.0, _seconds(partial(chosen.union_sizes, sample)) - fixed))
        if sum(once + each) > ENOUGH:
            break
    return statistics.fmean(once), statistics.fmean(each) / (len(sample) - len(few))


def _grow(chosen: CompressedSet, rows: IntArray, few: IntArray) -> None:
    """Grow a set, and have its compressor make ready what it puts off until it is asked."""
    chosen.extend(rows)
    chosen.union_sizes(few)


def _pack_step(pack: CompressedSet, candidates: IntArray) -> None:
    """Take a record into a pack and size the others with it."""
    pack.extend(candidates[:1])
    pack.union_sizes(candidates)


def _seconds(work: Callable[[], object], repeats: int = 1) -> float:
    """Return what a piece of work takes, the median of so many repeats, or of enough."""
    taken: list[float] = []
    while len(taken) < repeats and sum(taken) <= ENOUGH:
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def _readable_time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.1f} s"
    if seconds < 5400:
        return f"{seconds / 60:.1f} min"
    return f"{seconds / 3600:.1f} h"

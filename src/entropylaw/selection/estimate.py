"""What a selection will cost, measured on a small sample before it is run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from entropylaw.render.cards import html_card, text_card
from entropylaw.selection.plan import Plan, count_evaluations
from entropylaw.sizing import CompressedSet, Sizer
from entropylaw.types import Certainty, IntArray

SAMPLE, SLOW_SAMPLE = 10_000, 40
"""Records that are sized on their own: by most compressors, and by those that cannot be primed."""

TIMED, SLOW_TIMED = 150, 4
"""Those of them that are sized with a set, to learn what one costs; more if several work."""

FEW = 0.3
"""The share of these that is sized to learn what a call costs beside them."""

SCREENED_SHARE, CHOSEN_SHARE = 0.7, 0.1
"""The shares of the pool, the densest, that are screened time and again, and chosen."""

REPEATS = 8
"""How often a piece of work is timed, unless it is slow."""

ENOUGH = 1.0
"""Seconds of a piece of work after which it is not timed again."""

LAZY_SHARE, ADAPTIVE_SHARE = 0.13, 0.3
"""Share of the full evaluations that lazy packing and adaptive screening typically need, measured
with zlib and zstd at the default k1, k2 and k3 on mixed chats and instructions.
"""

STATE_BYTES = 48
"""What a selection keeps for each record beside its text: offsets, sizes and ratios."""

CANDIDATE_BYTES = 100
"""What a candidate takes beside its bytes, which are held twice while it is sized."""

FIXED_BYTES = 20 << 20
"""What running takes whatever the pool: modules that are loaded late, buffers of codecs."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a selection is expected to cost.

    Attributes
    ----------
    evaluations : int
        Unions that will be asked for: exact for a budget of records without quotas, at most so
        many with lazy packing or adaptive screening, else about.
    rounds : int
        Rounds; exact while the shortlist is not shorter than k3.
    seconds : float
        Wall time on this machine with the same number of workers, reading not included. For
        lazy packing and adaptive screening it is that of a typical share of the evaluations
        (`LAZY_SHARE`, `ADAPTIVE_SHARE`); the true one depends on the data.
    memory : int
        Bytes held while selecting: the text, the state of each record, the chosen set as the
        compressor keeps it, the records that are sized at a time, and what running takes whatever
        the pool. What the caller holds beside the pool is not included.
    certainty : {"exact", "at most", "about"}
        What the number of evaluations is.
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

    def __repr__(self) -> str:
        return text_card("Estimate", self.facts())

    def _repr_html_(self) -> str:
        return html_card("Estimate", self.facts())


def estimate_cost(scorer: Sizer, plan: Plan) -> Estimate:
    """Measure a sample of each kind of work and multiply.

    Candidates are sized against a set of half the budget, which is what the chosen set is on
    average, and a step of packing is gone through with a pack of half of k3. Both are drawn from
    the densest records of a sample, and candidates from the denser ones, as in a selection: these
    often are shorter than others.
    """
    rng = np.random.default_rng(0)
    pool = np.flatnonzero(plan.selectable)
    rounds = -(-plan.picks // plan.k3)
    evaluations = count_evaluations(plan)
    packed, short = min(plan.k3, plan.picks), min(plan.k2, len(pool))
    in_packs = rounds * (packed * short - packed * (packed - 1) // 2)
    screened = max(0, evaluations - in_packs)

    slow = scorer.info.priming == "recompress"
    repeats = 1 if slow else REPEATS
    drawn = rng.choice(pool, min(len(pool), SLOW_SAMPLE if slow else SAMPLE), replace=False)
    densest_first, alone = _by_density(scorer, drawn)
    chosen = _first(densest_first, max(CHOSEN_SHARE, plan.picks / len(pool)))
    denser = _first(densest_first, max(SCREENED_SHARE, plan.k1 / len(pool)))
    timed = rng.permutation(denser)[: SLOW_TIMED if slow else TIMED * scorer.n_jobs]

    half = (plan.picks + 1) // 2
    picks = np.resize(rng.permutation(chosen), half + repeats * packed)
    half_set = _set_of(scorer, picks[:half], plan)
    growth, union = _mean_round(half_set, np.split(picks[half:], repeats), timed)
    few = _lowest_first(half_set, timed)[: max(1, short - packed // 2)]
    half_pack = _set_of(scorer, picks[: (packed + 1) // 2], None)
    extension = _seconds(lambda: half_pack.extend(few[:1]), repeats)
    step = _seconds(lambda: _pack_step(half_pack, few), repeats)
    inside = max(0.0, step - extension) / len(few)
    screening = screened * union * (1.0 if plan.screening == "full" else ADAPTIVE_SHARE)
    packing = in_packs * inside * (1.0 if plan.packing == "full" else LAZY_SHARE)
    own = alone * len(scorer.corpus)
    seconds = own + rounds * growth + screening + packing + rounds * packed * extension

    memory = _memory(scorer, pool, plan)
    return Estimate(evaluations, rounds, seconds, memory, plan.certainty)


def _memory(scorer: Sizer, pool: IntArray, plan: Plan) -> int:
    """Return the bytes held at the end of a selection of records of average length."""
    corpus, window = scorer.corpus, scorer.info.window
    length = float(corpus.lengths[pool].mean())
    set_bytes = sum(map(len, plan.owned)) + round(plan.picks * length)
    held = min(set_bytes, window or set_bytes)
    state_size: Callable[[int], int] = getattr(scorer.compressor, "state_size", lambda _: 0)
    batch = int(min(plan.k1, len(pool)) * (2 * length + CANDIDATE_BYTES))
    kept = corpus.total_bytes + STATE_BYTES * len(corpus)
    return kept + held + state_size(held) + batch + FIXED_BYTES


def _set_of(scorer: Sizer, rows: IntArray, plan: Plan | None) -> CompressedSet:
    grown = scorer.empty_set()
    if plan is not None:
        grown.extend_bytes(plan.owned)
    grown.extend(rows)
    return grown


def _by_density(scorer: Sizer, rows: IntArray) -> tuple[IntArray, float]:
    """Return rows with the densest first, and the seconds that it takes to size one alone."""
    scorer.sizes_alone(rows[:1])  # looks for copies in the pool first, once
    start = time.perf_counter()
    sizes = scorer.sizes_alone(rows)
    seconds = time.perf_counter() - start
    ratios = scorer.own_raw[rows] / np.maximum(sizes, 1)
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

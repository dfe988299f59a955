"""Selectors without a search: what a ZIP selection is to be compared with.

They take the same budgets, quotas, quality minima, lengths and guards, and give the same kind
of result, with the same evidence for each pick.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from entropylaw.alignment import Target
from entropylaw.errors import ConfigError
from entropylaw.guards.duplicates import normalised_firsts
from entropylaw.selection.base import PoolSelector
from entropylaw.selection.orders import order_of_distinct, order_of_like_lengths, random_order
from entropylaw.selection.plan import Plan
from entropylaw.selection.round import Round
from entropylaw.selection.rounds import ordered_rounds
from entropylaw.selection.sizing import union_ratios
from entropylaw.selection.task import Task
from entropylaw.sizing import Sizer
from entropylaw.types import AnyArray, CompareWithin, IntArray


@dataclass(eq=False, repr=False, kw_only=True)
class _OrderSelector(PoolSelector):
    """Takes records in an order, as far as budget and quotas allow."""

    @abstractmethod
    def _order(self, scorer: Sizer, plan: Plan, task: Task) -> IntArray:
        """Return the rows, those to take first in front."""

    def _rounds(self, scorer: Sizer, plan: Plan, task: Task) -> Iterator[Round]:
        return ordered_rounds(scorer, plan, self._order(scorer, plan, task))


@dataclass(eq=False, repr=False, kw_only=True)
class _DrawSelector(_OrderSelector):
    """Draws at random, so that nothing weighs."""

    random_state: int = 0

    def _check(self) -> None:
        super()._check()
        seed = self.random_state
        if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
            raise ConfigError(f"random_state must be an integer of 0 or more, got {seed!r}.")
        if self.quality is not None and (self.quality.weight or self.quality.tie_break):
            raise ConfigError(
                f"a {type(self).__name__} draws at random, so a weight or tie-break of quality "
                "would do nothing. Quality(..., minimum=) works."
            )


@dataclass(eq=False, repr=False, kw_only=True)
class RandomSelector(_DrawSelector):
    """Choose records at random.

    Parameters
    ----------
    budget, compressor, groups, quotas, quality, min_bytes, max_bytes, guards, render, text
        As `ZipSelector`; the compressor only measures. Quality can be a minimum.
    n_jobs, workers, progress
        As `ZipSelector`.
    random_state : int, default 0
        Of the draw.
    like_lengths : int array, optional
        Bytes of records whose lengths the choice is to match, one by one, such as those of
        another selection; it must hold as many as will be drawn.

    Examples
    --------
    >>> texts = [f"record {number}" for number in range(50)]
    >>> result = RandomSelector(5, random_state=3).select(texts)
    >>> len(set(result.indices.tolist()))
    5
    """

    like_lengths: Sequence[int] | AnyArray | None = None

    def _order(self, scorer: Sizer, plan: Plan, task: Task) -> IntArray:
        if self.like_lengths is None:
            return random_order(len(task.pool), seed=int(self.random_state))
        rows = np.flatnonzero(plan.selectable)
        like = np.asarray(self.like_lengths, np.int64)[: len(rows)]
        return rows[
            order_of_like_lengths(task.pool.lengths[rows], like, seed=int(self.random_state))
        ]


@dataclass(eq=False, repr=False, kw_only=True)
class DedupSelector(_DrawSelector):
    """Choose records at random among those that no earlier record equals.

    Records count as equal if they are but for case, punctuation, white space and the forms of
    Unicode. Copies are taken only once nothing else is left.

    Parameters
    ----------
    budget, compressor, groups, quotas, quality, min_bytes, max_bytes, guards, render, text
        As `ZipSelector`; the compressor only measures. Quality can be a minimum.
    n_jobs, workers, progress
        As `ZipSelector`.
    random_state : int, default 0
        Of the draw.

    Examples
    --------
    >>> result = DedupSelector(2).select(["Once more", "once more!", "and again"])
    >>> sorted(result.indices.tolist())
    [0, 2]
    """

    def _order(self, scorer: Sizer, plan: Plan, task: Task) -> IntArray:
        return order_of_distinct(normalised_firsts(task.pool), seed=int(self.random_state))


@dataclass(eq=False, repr=False, kw_only=True)
class OwnRatioSelector(_OrderSelector):
    """Choose the records that compress least on their own, whatever they have in common.

    Parameters
    ----------
    budget, compressor, groups, quotas, quality, min_bytes, max_bytes, guards, render, text
        As `ZipSelector`.
    n_jobs, workers, progress
        As `ZipSelector`.
    compare_within : {"pool", "group", "length", "group and length"}, default "pool"
        As `ZipSelector`.

    Examples
    --------
    >>> texts = ["ha " * 30, "ho " * 30, "the quick brown fox jumps over the lazy dog"]
    >>> OwnRatioSelector(1).select(texts).indices.tolist()
    [2]
    """

    compare_within: CompareWithin = "pool"

    def _order(self, scorer: Sizer, plan: Plan, task: Task) -> IntArray:
        ratios = union_ratios(scorer.own_raw, scorer.own_sizes, 0, plan.weights)
        if plan.priority is None:
            return np.argsort(ratios, kind="stable")
        by_ratio: IntArray = np.argsort(ratios[plan.priority], kind="stable")
        return plan.priority[by_ratio]


@dataclass(eq=False, repr=False, kw_only=True)
class TargetSelector(_OrderSelector):
    """Choose the records closest to a target set, whatever they have in common.

    With ``Target(..., method="zip-fit")`` this is ZIP-FIT [1]_.

    Parameters
    ----------
    budget, compressor, groups, quotas, quality, min_bytes, max_bytes, guards, render, text
        As `ZipSelector`; the compressor only measures, that of the target decides. Quality can
        be a minimum.
    n_jobs, workers, progress
        As `ZipSelector`.
    target : Target
        What the choice is to be close to; its weight does not matter here.

    References
    ----------
    .. [1] E. Obbad et al., "ZIP-FIT: Embedding-Free Data Selection via Compression-Based
       Alignment", arXiv:2410.18194, 2024.

    Examples
    --------
    >>> texts = ["Tom has 3 apples and buys 2 more.", "A rose by any other name"]
    >>> target = Target(["Ann has 5 apples and buys 4 more."])
    >>> TargetSelector(1, target=target).select(texts).indices.tolist()
    [0]
    """

    target: Target

    def _check(self) -> None:
        super()._check()
        if self.quality is not None and (self.quality.weight or self.quality.tie_break):
            raise ConfigError(
                "a TargetSelector ranks by alignment alone, so a weight or tie-break of quality "
                "would do nothing. Quality(..., minimum=) works; ZipSelector(target=) mixes."
            )

    def _order(self, scorer: Sizer, plan: Plan, task: Task) -> IntArray:
        assert task.settled.aligned is not None
        return np.argsort(-task.settled.aligned, kind="stable")

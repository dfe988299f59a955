"""Baselines: selectors without a search, to compare a ZIP selection with.

They take the same budgets, quotas, quality minima, lengths and guards, and return the same kind
of result, with the same evidence for each pick.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from entropylaw.alignment import Target
from entropylaw.errors import ConfigError
from entropylaw.guards.duplicates import normalised_firsts
from entropylaw.selection.base import PoolSelector
from entropylaw.selection.orders import distinct_first, length_matched, random_order
from entropylaw.selection.problem import Problem
from entropylaw.selection.search import ordered_rounds
from entropylaw.selection.stages import union_ratios
from entropylaw.selection.trace import Round
from entropylaw.sizing import Sizer
from entropylaw.types import AnyArray, CompareWithin, IntArray
from entropylaw.validation import checked, choice, instance, integer, option, optional, seed

__all__ = ["DedupSelector", "OwnRatioSelector", "RandomSelector", "TargetSelector"]

ROUND = 100
"""Records in a round of selectors without stages."""


def _checked_lengths(name: str, values: Any) -> tuple[int, ...]:
    return tuple(integer(f"{name}[{i}]", value, at_least=0) for i, value in enumerate(values))


@dataclass(eq=False, repr=False, kw_only=True)
class _OrderSelector(PoolSelector):
    """Takes records in an order, as far as budget and quotas allow."""

    @abstractmethod
    def _order(self, sizer: Sizer, problem: Problem) -> IntArray:
        """Return the rows in the order in which to take them."""

    def _rounds(self, sizer: Sizer, problem: Problem) -> Iterator[Round]:
        return ordered_rounds(sizer, problem, self._order(sizer, problem), size=ROUND)


@dataclass(eq=False, repr=False, kw_only=True)
class _DrawSelector(_OrderSelector):
    """Draws at random, so that no criterion applies."""

    random_state: int = option(0, seed)

    def _check(self) -> None:
        super()._check()
        if self.quality is not None and (self.quality.weight or self.quality.tie_break):
            raise ConfigError(
                f"quality: expected a minimum only, since a {type(self).__name__} draws at "
                "random; saw a weight or tie-break. Try Quality(..., minimum=)."
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
        Bytes of records whose lengths the draw should match one by one, such as those of
        another selection; at least as many as will be drawn.

    Examples
    --------
    >>> texts = [f"record {number}" for number in range(50)]
    >>> result = RandomSelector(5, random_state=3).select(texts)
    >>> len(set(result.indices.tolist()))
    5
    """

    like_lengths: Sequence[int] | AnyArray | None = option(None, optional(_checked_lengths))

    def _order(self, sizer: Sizer, problem: Problem) -> IntArray:
        if self.like_lengths is None:
            return random_order(len(problem.corpus), seed=self.random_state)
        rows = np.flatnonzero(problem.selectable)
        wanted = np.asarray(self.like_lengths, np.int64)[: len(rows)]
        return rows[length_matched(problem.corpus.lengths[rows], wanted, seed=self.random_state)]


@dataclass(eq=False, repr=False, kw_only=True)
class DedupSelector(_DrawSelector):
    """Choose records at random among those that equal no earlier record.

    Records count as equal if they differ only in case, punctuation, white space and Unicode
    forms. Copies are taken only once nothing else remains.

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

    def _order(self, sizer: Sizer, problem: Problem) -> IntArray:
        return distinct_first(normalised_firsts(problem.corpus), seed=self.random_state)


@dataclass(eq=False, repr=False, kw_only=True)
class OwnRatioSelector(_OrderSelector):
    """Choose the records that compress least on their own, however much they share.

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

    compare_within: CompareWithin = option("pool", partial(choice, options=CompareWithin))

    def _order(self, sizer: Sizer, problem: Problem) -> IntArray:
        ratios = union_ratios(sizer.own_raw, sizer.own_sizes, 0, problem.weights)
        if problem.priority is None:
            return np.argsort(ratios, kind="stable")
        by_ratio: IntArray = np.argsort(ratios[problem.priority], kind="stable")
        return problem.priority[by_ratio]


@dataclass(eq=False, repr=False, kw_only=True)
class TargetSelector(_OrderSelector):
    """Choose the records closest to a target set, however much they share.

    With ``Target(..., method="zip-fit")`` this is ZIP-FIT [1]_.

    Parameters
    ----------
    budget, compressor, groups, quotas, quality, min_bytes, max_bytes, guards, render, text
        As `ZipSelector`; the compressor only measures, that of the target decides. Quality can
        be a minimum.
    n_jobs, workers, progress
        As `ZipSelector`.
    target : Target
        The set to be close to; its weight does not matter here.

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

    target: Target = field(
        metadata=checked(lambda n, v: instance(n, v, Target, "Target(examples)"))
    )

    def _check(self) -> None:
        super()._check()
        if self.quality is not None and (self.quality.weight or self.quality.tie_break):
            raise ConfigError(
                "quality: expected a minimum only, since a TargetSelector ranks by alignment "
                "alone; saw a weight or tie-break. Try Quality(..., minimum=), or "
                "ZipSelector(target=), which combines them."
            )

    def _order(self, sizer: Sizer, problem: Problem) -> IntArray:
        aligned = problem.scores_of("target")
        assert aligned is not None
        return np.argsort(-aligned, kind="stable")

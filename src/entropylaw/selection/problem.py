"""Problem: one pool with every constraint and criterion resolved against it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypedDict

import numpy as np

from entropylaw.compressors import Compressor
from entropylaw.corpus import Corpus, checked_weights
from entropylaw.errors import (
    BudgetError,
    ColumnError,
    ConfigError,
    EmptyRecordWarning,
    QuotaError,
    ScoreError,
    concerning,
    warn,
)
from entropylaw.guards import GuardReport, Guards, check_records
from entropylaw.io.load import PoolData, Render, Text, as_corpus, read_pool
from entropylaw.selection.budget import Budget, Tokens
from entropylaw.selection.costs import resolve_budget
from entropylaw.selection.criteria import Criterion, ScoredPool, criteria_of
from entropylaw.selection.criteria.quality import Quality, by_quality, checked_scores
from entropylaw.selection.eligibility import Eligibility, check_required, eligibility_of, rows_of
from entropylaw.selection.limits import Limits
from entropylaw.selection.quotas import Groups, Quotas, groups_of, resolve_quotas
from entropylaw.sizing import Sizer
from entropylaw.types import AnyArray, BoolArray, BudgetUnit, FloatArray, IntArray
from entropylaw.validation import as_integer


class Given(TypedDict, total=False):
    """Values that a caller passes with one pool; see `ZipSelector.select`."""

    initial_subset: object
    weights: object
    groups: Sequence[object] | AnyArray | None
    quality: Sequence[object] | AnyArray | None
    tokens: Sequence[object] | AnyArray | None
    required: Sequence[int] | AnyArray | None
    forbidden: Sequence[int] | AnyArray | None


class Options(Protocol):
    """The options that every selector has, validated."""

    budget: Budget
    groups: str | None
    quotas: Quotas | None
    quality: Quality | None
    min_bytes: int | None
    max_bytes: int | None
    guards: Guards | None
    render: Render
    text: Text

    def get_params(self) -> dict[str, Any]:
        """Return all options by name, those of the kind of selector included."""


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """One pool with every constraint and criterion resolved against it.

    Attributes
    ----------
    corpus : Corpus
        The records.
    compressor : Compressor
        Measures density.
    eligibility : Eligibility
        Records that may be chosen in addition to those required, and the reasons against others.
    limits : Limits
        Budget and quotas.
    groups : Groups or None
        Group of each record.
    required : int64 array
        Rows that are chosen first, in this order.
    owned : Corpus or None
        Records that are already owned: the set starts with them.
    guarded : GuardReport or None
        Findings of the guards.
    priority : int64 array, shape (n,), or None
        All rows, those to prefer among equal ratios first; None for the lower row.
    criteria : tuple of Criterion
        What decides next to density.
    weights : float array, shape (n,), or None
        Product of the criteria's weights; None before `weighted`, or if all are 1.
    scores : tuple of float64 array
        Scores of each criterion; empty before `weighted`.
    digests : mapping
        Digests of the caller's values and of scores, which the manifest records.
    """

    corpus: Corpus
    compressor: Compressor
    eligibility: Eligibility
    limits: Limits
    groups: Groups | None = None
    required: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    owned: Corpus | None = None
    guarded: GuardReport | None = None
    priority: IntArray | None = None
    criteria: tuple[Criterion, ...] = ()
    weights: FloatArray | None = None
    scores: tuple[FloatArray, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def build(
        cls, data: object, options: Options, given: Given, compressor: Compressor, *, n_jobs: int
    ) -> Problem:
        """Read a pool and resolve options and given values against it.

        Parameters
        ----------
        data : object
            The pool in any container; read once.
        options : Options
            Of the selector.
        given : Given
            Values passed with this pool.
        compressor : Compressor
            Measures density.
        n_jobs : int
            Threads of the guards.

        Raises
        ------
        BudgetError, QuotaError, ScoreError, RecordError, ColumnError, InputError, ConfigError
            See `ZipSelector.select`.
        """
        _check_given(options, given)
        pool = _read(data, options, given)
        corpus, count = pool.corpus, len(pool.corpus)
        owned_rows, owned = _owned(given.get("initial_subset"), corpus, options)
        _warn_of_empty(corpus)

        groups = _groups(pool, options, given)
        scores = _quality_scores(pool, options, given)
        required = rows_of("required", given.get("required"), count)
        forbidden = rows_of("forbidden", given.get("forbidden"), count)
        check_required(corpus, required, forbidden, owned_rows)
        guards = options.guards
        guarded = None if guards is None else check_records(corpus, guards, n_jobs=n_jobs)

        eligibility = eligibility_of(
            corpus,
            options,
            scores,
            guarded,
            required=required,
            owned=owned_rows,
            forbidden=forbidden,
        )
        limits = _limits(pool, options, given, groups, eligibility.with_required(required))
        _check_affordable(limits, groups, required)
        quality = options.quality
        digests = {
            "weights": None if corpus.weights is None else digest(corpus.weights, "<f8"),
            "groups": None if groups is None else digest(groups.codes, "<i8"),
            "quality": None if scores is None else digest(scores, "<f8"),
            "tokens": digest(limits.costs, "<i8")
            if limits.unit == "tokens" and limits.costs is not None
            else None,
            "required": digest(required, "<i8") if len(required) else None,
            "forbidden": digest(forbidden, "<i8") if len(forbidden) else None,
        }
        return cls(
            corpus=corpus,
            compressor=compressor,
            eligibility=eligibility,
            limits=limits,
            groups=groups,
            required=required,
            owned=owned,
            guarded=guarded,
            priority=None if quality is None or scores is None else by_quality(quality, scores),
            criteria=criteria_of(
                options.get_params(), {"weights": corpus.weights, "quality": scores}
            ),
            digests={name: d for name, d in digests.items() if d is not None},
        )

    def weighted(self, sizer: Sizer, options: Options, *, n_jobs: int) -> Problem:
        """Return the problem with the scores and weights of its criteria.

        Parameters
        ----------
        sizer : Sizer
            Of the corpus; measures own ratios.
        options : Options
            Of the selector: how records of a target become text.
        n_jobs : int
            Threads of criteria that measure.
        """
        if not self.criteria:
            return self
        pool = ScoredPool(
            corpus=self.corpus,
            selectable=self.eligibility.with_required(self.required),
            groups=None if self.groups is None else self.groups.codes,
            own_ratios=sizer.own_raw / np.maximum(sizer.own_sizes, 1),
            render=options.render,
            text=options.text,
            n_jobs=n_jobs,
        )
        scores = tuple(criterion.scores(pool) for criterion in self.criteria)
        weights = [
            criterion.weights(score, pool)
            for criterion, score in zip(self.criteria, scores, strict=True)
        ]
        digests = {
            criterion.name: digest(score, "<f8")
            for criterion, score in zip(self.criteria, scores, strict=True)
            if criterion.name == "target"
        }
        return replace(
            self,
            scores=scores,
            weights=_product(weights),
            digests={**self.digests, **digests},
        )

    @property
    def selectable(self) -> BoolArray:
        """Records that may be chosen in addition to those required; bool, shape (n,)."""
        return self.eligibility.selectable

    @property
    def comparable_costs(self) -> tuple[BudgetUnit, IntArray]:
        """Unit and costs in which selections of equal size are compared: tokens, else bytes."""
        limits = self.limits
        if limits.unit == "tokens" and limits.costs is not None:
            return "tokens", limits.costs
        return "bytes", self.corpus.lengths

    def choosable(self, rows: IntArray) -> IntArray:
        """Return the rows that may be chosen, together with these rows, ascending."""
        return np.union1d(np.flatnonzero(self.selectable), rows)

    def scores_of(self, name: str) -> FloatArray | None:
        """Return the scores of a criterion by name, None if there is no such criterion."""
        for criterion, score in zip(self.criteria, self.scores, strict=False):
            if criterion.name == name:
                return score
        return None


def columns_needed(options: Options, given: Given | None = None) -> tuple[str, ...]:
    """Return the columns to read next to the text: groups, quality, tokens.

    Columns whose values are given are left out.
    """
    given = given or {}
    counts = options.budget.counts if isinstance(options.budget, Tokens) else None
    columns = {
        "groups": options.groups,
        "quality": None if options.quality is None else options.quality.column,
        "tokens": counts,
    }
    needed = [name for key, name in columns.items() if name is not None and given.get(key) is None]
    return tuple(dict.fromkeys(needed))


def digest(values: FloatArray | IntArray, kind: str) -> str:
    """Return a digest of numbers, independent of the machine's byte order."""
    content = np.ascontiguousarray(values, kind).tobytes()
    return f"blake2b-128:{hashlib.blake2b(content, digest_size=16).hexdigest()}"


def _check_given(options: Options, given: Given) -> None:
    """Raise if options and given values do not fit together."""
    quality = options.quality
    if quality is None and given.get("quality") is not None:
        raise ConfigError(
            "quality: expected quality= on the selector where select() is given scores; saw none. "
            "Try Quality(minimum=0.5)."
        )
    if quality is not None and quality.column is None and given.get("quality") is None:
        raise ConfigError(
            "quality: expected a column or scores; saw neither. "
            "Try Quality('COLUMN', ...), or select(..., quality=scores)."
        )
    if given.get("tokens") is not None and not isinstance(options.budget, Tokens):
        raise ConfigError(
            "tokens: expected a budget in tokens where select() is given tokens; saw one in "
            "another unit. Try budget=Tokens(1_000_000)."
        )
    within = str(options.get_params().get("compare_within", "pool"))
    if options.groups is None and given.get("groups") is None:
        needing = "quotas" if options.quotas is not None else "compare_within"
        if options.quotas is not None or within.startswith("group"):
            raise ConfigError(
                f"{needing}: expected groups of records; saw none. Name their column with "
                "groups=, or pass select(..., groups=values).",
                parameters=(needing,),
            )


def _read(data: object, options: Options, given: Given) -> PoolData:
    """Return the text and the columns of the pool, from one pass over it."""
    columns = columns_needed(options, given)
    try:
        pool = read_pool(data, render=options.render, text=options.text, columns=columns)
    except ColumnError as error:
        error.parameters = error.parameters or _parameters_of(error.column, options)
        raise
    weights = given.get("weights")
    if weights is None:
        return pool
    corpus = replace(pool.corpus, weights=checked_weights(weights, len(pool.corpus)))
    return PoolData(corpus, pool.columns)


def _parameters_of(column: str | None, options: Options) -> tuple[str, ...]:
    """Return the options that name a column."""
    if column is None:
        return ()
    if column == options.groups:
        return ("groups",)
    if options.quality is not None and column == options.quality.column:
        return ("quality.column",)
    return ("budget", "tokens")


def _owned(
    initial_subset: object, corpus: Corpus, options: Options
) -> tuple[IntArray, Corpus | None]:
    """Return the rows of the pool that are owned, and all records that are owned."""
    rows = _owned_rows(initial_subset, len(corpus))
    if rows is None:
        nothing = np.empty(0, np.int64)
        return nothing, as_corpus(initial_subset, render=options.render, text=options.text)
    return rows, corpus.take(rows) if len(rows) else None


def _owned_rows(initial_subset: object, count: int) -> IntArray | None:
    """Return the rows of the pool that `initial_subset` names, or None if it holds records."""
    if initial_subset is None:
        return np.empty(0, np.int64)
    if isinstance(initial_subset, Sequence | np.ndarray) and not isinstance(initial_subset, str):
        if not len(initial_subset):
            return np.empty(0, np.int64)
        rows = [as_integer(item) for item in initial_subset]
        if None not in rows:
            return rows_of("initial_subset", np.array(rows, np.int64), count)
    return None


def _warn_of_empty(corpus: Corpus) -> None:
    rows = np.flatnonzero(corpus.lengths == 0).tolist()
    if rows:
        some = ", ".join(map(str, rows[:5])) + (", ..." if len(rows) > 5 else "")
        warn(
            f"{len(rows)} of {len(corpus)} records hold no text (rows {some}); "
            "they are never selected.",
            EmptyRecordWarning,
        )


def _groups(pool: PoolData, options: Options, given: Given) -> Groups | None:
    values = given.get("groups")
    if values is None and options.groups is not None:
        values = pool.columns[options.groups]
    return None if values is None else groups_of(values, len(pool.corpus))


def _quality_scores(pool: PoolData, options: Options, given: Given) -> FloatArray | None:
    quality, values = options.quality, given.get("quality")
    if quality is None:
        return None
    if values is not None or quality.column is None:
        return checked_scores(values if values is not None else (), len(pool.corpus))
    with concerning(ScoreError, "quality.column"):
        return checked_scores(pool.columns[quality.column], len(pool.corpus))


def _limits(
    pool: PoolData, options: Options, given: Given, groups: Groups | None, may: BoolArray
) -> Limits:
    """Return budget and quotas in one unit."""
    counts = given.get("tokens")
    if counts is None and isinstance(options.budget, Tokens) and options.budget.counts is not None:
        counts = pool.columns[options.budget.counts]
    limits = resolve_budget(options.budget, pool.corpus, may, counts=counts)
    if options.quotas is None or groups is None:
        return limits
    costs = np.ones(len(may), np.int64) if limits.costs is None else limits.costs
    supply = groups.sums(np.where(may, costs, 0))
    low, high = resolve_quotas(options.quotas, groups, supply, total=limits.total, unit=limits.unit)
    return replace(limits, groups=groups.codes, low=low, high=high)


def _check_affordable(limits: Limits, groups: Groups | None, required: IntArray) -> None:
    """Raise unless the required records fit the budget and leave enough for every minimum."""
    if not len(required):
        return
    costs = limits.cost_of(required)
    asked = int(costs.sum())
    by_group = np.zeros(len(limits.low), np.int64)
    np.add.at(by_group, limits.group_of(required), costs)
    over = np.flatnonzero(by_group > limits.high)
    if groups is not None and len(over):
        name, most = groups.names[over[0]], int(limits.high[over[0]])
        raise QuotaError(
            f"the required records of group {name!r} are {int(by_group[over[0]]):,} "
            f"{limits.unit}, above its maximum of {most:,}. Raise it, or require fewer."
        )
    asked += int(np.maximum(limits.low - by_group, 0).sum())
    if asked > limits.total:
        raise BudgetError(
            f"the required records, with what minima of groups need, are {asked:,} "
            f"{limits.unit}, more than the budget of {limits.total:,}. Raise it, or require "
            "fewer."
        )


def _product(parts: Sequence[FloatArray | None]) -> FloatArray | None:
    weights = [part for part in parts if part is not None]
    if not weights:
        return None
    product: FloatArray = np.prod(weights, axis=0)
    return product

"""ZipSelector: from a pool and a budget, the subset with the least redundancy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Unpack

from entropylaw.alignment import Target
from entropylaw.compressors import describe
from entropylaw.errors import ConfigError, SlowCompressorWarning, warn
from entropylaw.selection.base import WHOLE_SET, PoolSelector
from entropylaw.selection.estimate import Estimate, count_evaluations, estimate_cost
from entropylaw.selection.problem import Given, Problem
from entropylaw.selection.search import SearchOptions, zip_rounds
from entropylaw.selection.trace import Round
from entropylaw.sizing import Sizer
from entropylaw.types import CompareWithin, Packing, Screening, Variant
from entropylaw.validation import choice, instance, integer, option, optional
from entropylaw.weights import check_weight

SLOW_EVALUATIONS = 100_000
"""Unions above which recompressing the whole set for each deserves a warning."""

_COUNT = partial(integer, at_least=1)


def _checked_screening(name: str, value: Any) -> Screening:
    if value == "adaptive":
        warn('screening="adaptive" is now called "lazy", as for packing.', DeprecationWarning)
        return "lazy"
    checked: Screening = choice(name, value, ("full", "lazy"))
    return checked


@dataclass(eq=False, repr=False, kw_only=True)
class ZipSelector(PoolSelector):
    """Select the least redundant records of a pool with the greedy ZIP algorithm.

    Each round screens the `k1` records of lowest compression ratio, sizes each of them
    together with everything chosen so far, shortlists the `k2` of lowest ratio, and packs `k3`
    of these one at a time, each the one that keeps the round's pack densest.

    Parameters
    ----------
    budget : int, float, Tokens, Bytes or str
        Number of records, or a fraction of the pool above 0 and up to 1.0; or an amount of
        tokens or bytes, which is filled to within the smallest remaining record. Strings as the
        command line takes them work too: ``"10%"``, ``"200000 tokens"``.
    k1, k2, k3 : int, default 10_000, 200, 100
        Records screened, shortlisted and packed in a round; ``k1 >= k2 >= k3``.
    compressor : str or Compressor, default "zlib"
        ``"zlib"`` is that of the paper and remembers 32 KiB of the chosen set;
        ``"zstd:6:long"`` remembers all of it.
    variant : {"paper", "reference"}, default "paper"
        ``"paper"``: shortlisted records that are not packed stay in the pool.
        ``"reference"``: they are retired until no other is left, as the published script does.
    packing : {"full", "lazy"}, default "full"
        ``"lazy"``: each step of packing measures the most promising records of the shortlist
        first, by the bytes that each added when it was last measured, and stops once no other
        could be better. Needs about an eighth of the evaluations of packing, and changes some
        picks, because now and then a record adds more than before.
    screening : {"full", "lazy"}, default "full"
        ``"lazy"``: of the `k1` screened records the most promising are measured, until no
        other could be among the `k2`. Needs about a third of these evaluations, and changes
        some picks for the same reason; least so with compressors that see the whole set.
    groups : str, optional
        The column that names each record's group: its source, language, domain.
    quotas : Quotas or str, optional
        Shares, minima or maxima of the groups; ``"pool"`` and ``"equal"`` for short. They hold
        throughout, so that any prefix of the selection has about the same composition.
    compare_within : {"pool", "group", "length", "group and length"}, default "pool"
        Records to compare with: the ratio is divided by the median ratio of the record's group
        or length bin, so that code, scripts of several bytes a letter and short records compete
        among themselves.
    quality : Quality, optional
        Use of a quality score: a minimum, a weight against density, a tie-break.
    min_bytes, max_bytes : int, optional
        Length of the records that may be chosen.
    guards : Guards or str, optional
        Checks before anything is chosen: copies, noise, base64, mojibake, templates. Each guard
        warns and lists its findings, or drops them. ``"warn"`` and ``"drop"`` set all of them.
    target : Target, optional
        A set that the selection should be close to, and the weight of that against density.
    typicality : float, default 0.0
        Weight of representativeness against density: how typical a record is of its pool, or of
        its group where records have groups; 0.1 is mild, 1.0 strong. Density alone prefers
        records unlike any other, which carry little information about the rest of the pool [2]_.
    render : str, callable or None
        How a record becomes text: a rule (``"sharegpt"``, ``"messages"``, ``"alpaca"``, ...),
        a function, or None to recognise the shape of each record.
    text : str, sequence of str or callable, optional
        The column or columns that hold the text, a template, or a function, instead of a rule.
    n_jobs : int or None
        Threads or processes; None for all cores. The result does not depend on it.
    workers : {"auto", "threads", "processes", "serial"}, default "auto"
        Executor. ``"auto"``: threads where the compressor gains by them, else the calling thread
        alone. ``"processes"``: also for compressors that hold the interpreter lock, which must
        be picklable; each process keeps its own state of the compressor.
    progress : bool or None
        Show a progress bar on stderr; None: only on a terminal or in a notebook.

    Raises
    ------
    BudgetError, ConfigError, CompressorSpecError
        If an option cannot work.

    See Also
    --------
    entropylaw.audit : Forecast of what selection would do to a pool.

    Examples
    --------
    >>> texts = ["to be or not to be"] * 3 + ["a rose by any other name", "much ado"]
    >>> result = ZipSelector(budget=3, compressor="zstd").select(texts)
    >>> sorted(result.take(texts))
    ['a rose by any other name', 'much ado', 'to be or not to be']

    References
    ----------
    .. [1] M. Yin et al., "Entropy Law: The Story Behind Data Compression and LLM
       Performance", arXiv:2407.06645, 2024.
    .. [2] B. Settles and M. Craven, "An Analysis of Active Learning Strategies for Sequence
       Labeling Tasks", EMNLP 2008, who weight by density for the same reason.
    """

    k1: int = option(10_000, _COUNT)
    k2: int = option(200, _COUNT)
    k3: int = option(100, _COUNT)
    variant: Variant = option("paper", partial(choice, options=Variant))
    packing: Packing = option("full", partial(choice, options=Packing))
    screening: Screening = option("full", _checked_screening)
    compare_within: CompareWithin = option("pool", partial(choice, options=CompareWithin))
    target: Target | None = option(
        None, optional(lambda n, v: instance(n, v, Target, "Target(examples, weight=0.3)"))
    )
    typicality: float = option(0.0, check_weight)

    def estimate(self, data: object, **given: Unpack[Given]) -> Estimate:
        """Return the cost of `select`, estimated from a small sample; parameters as `select`.

        Guards run in full, since they decide which records may be chosen.

        Examples
        --------
        >>> texts = [f"record {i} of many" for i in range(900)]
        >>> ZipSelector(200).estimate(texts).evaluations
        31800
        """
        problem = self._problem(data, given)
        with self._sizer(problem) as sizer:
            return estimate_cost(sizer, problem, self._search)

    def rounds(self, data: object, **given: Unpack[Given]) -> Iterator[Round]:
        """Yield the rounds of a selection, for callers with a loop of their own.

        Parameters are those of `select`. Stop whenever enough is chosen.

        Examples
        --------
        >>> texts = [f"record {i} of many" for i in range(9)]
        >>> [len(r.rows) for r in ZipSelector(7, k1=9, k2=4, k3=3).rounds(texts)]
        [3, 3, 1]
        """
        problem = self._problem(data, given)
        with self._sizer(problem) as sizer:
            yield from self._rounds(
                sizer, problem.weighted(sizer, self._normalised(), n_jobs=sizer.n_jobs)
            )

    def _rounds(self, sizer: Sizer, problem: Problem) -> Iterator[Round]:
        return zip_rounds(sizer, problem, self._search)

    def _problem(self, data: object, given: Given) -> Problem:
        problem = super()._problem(data, given)
        _warn_of_slow(problem, count_evaluations(problem, self._search))
        return problem

    @property
    def _search(self) -> SearchOptions:
        return SearchOptions(
            self.k1,
            self.k2,
            self.k3,
            self.variant,
            lazy_packing=self.packing == "lazy",
            lazy_screening=self.screening == "lazy",
        )

    def _check(self) -> None:
        super()._check()
        if not self.k1 >= self.k2 >= self.k3:
            raise ConfigError(
                f"k1, k2, k3: expected k1 >= k2 >= k3, since each stage keeps part of the one "
                f"before; saw k1={self.k1} (screened), k2={self.k2} (shortlisted), "
                f"k3={self.k3} (packed).",
                parameters=("k1", "k2", "k3"),
            )
        if self.quotas is not None and self.screening == "lazy":
            raise ConfigError(
                'screening: expected "full" where there are quotas, since lazy screening ranks '
                'the records of all groups together; saw "lazy". Try screening="full".',
                parameters=("quotas", "screening"),
            )


def _warn_of_slow(problem: Problem, evaluations: int) -> None:
    """Warn if every union would be compressed from the start, and there are many."""
    info = describe(problem.compressor)
    if info.priming == "recompress" and evaluations > SLOW_EVALUATIONS:
        warn(
            f"{info.name} cannot be primed, so the chosen set is compressed again for each of up "
            f'to {evaluations:,} evaluations. Try compressor="{WHOLE_SET}" or "zlib", a '
            "smaller k1, or give your compressor a prime() method.",
            SlowCompressorWarning,
        )

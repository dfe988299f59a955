"""What all selectors share: their options, reading the pool, running, and the result."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, fields
from typing import Any, Self

from entropylaw.compressors import Compressor, get_compressor
from entropylaw.errors import ConfigError
from entropylaw.guards import Guards, warn_of
from entropylaw.io.load import Render, Text
from entropylaw.io.renderer import Renderer
from entropylaw.scoring import Scorer, check_kind, resolve_jobs
from entropylaw.selection.budget import Budget
from entropylaw.selection.controls import Controls, Given
from entropylaw.selection.guidance import warn_of_short_memory
from entropylaw.selection.manifest import Parameters, budget_record
from entropylaw.selection.plan import Plan
from entropylaw.selection.progress import rounds_with_bar
from entropylaw.selection.quality import Quality
from entropylaw.selection.quotas import Quotas
from entropylaw.selection.result import SelectionResult
from entropylaw.selection.round import Round
from entropylaw.selection.task import Method, Task, make_result, prepare, weighted
from entropylaw.types import AnyArray, WorkerKind

ROUND = 100
"""Records in a round of selectors that know no stages."""


@dataclass(eq=False, repr=False)
class PoolSelector(ABC):
    """A selector: options, `select`, and parameters in the way of scikit-learn.

    Options are the fields of the dataclass; a subclass adds its own, and says in `_rounds` how
    records are chosen.
    """

    budget: Budget
    _: KW_ONLY
    compressor: str | Compressor = "zlib"
    groups: str | None = None
    quotas: Quotas | None = None
    quality: Quality | None = None
    min_bytes: int | None = None
    max_bytes: int | None = None
    guards: Guards | None = None
    render: Render = None
    text: Text = None
    n_jobs: int | None = None
    workers: WorkerKind = "auto"
    progress: bool | None = None

    def __post_init__(self) -> None:
        self._check()

    def select(
        self,
        data: object,
        *,
        initial_subset: object = None,
        weights: object = None,
        groups: Sequence[object] | AnyArray | None = None,
        quality: Sequence[object] | AnyArray | None = None,
        tokens: Sequence[object] | AnyArray | None = None,
        required: Sequence[int] | AnyArray | None = None,
        forbidden: Sequence[int] | AnyArray | None = None,
    ) -> SelectionResult:
        """Choose records of `data` until the budget is spent.

        Parameters
        ----------
        data : sequence of str, bytes or dict, data frame, table, dataset, path, or Corpus
            The pool.
        initial_subset : sequence of int, or records, optional
            What is owned already and is to be extended: rows of the pool (which are then not
            chosen again), or records from elsewhere. They do not count towards the budget.
        weights : float array, shape (n,), optional
            How much the information of each record counts: the compressed bytes that a record
            adds are multiplied by its weight when ratios are compared. Finite and positive.
        groups : sequence, length n, optional
            The group of each record, instead of the column that the selector names.
        quality : float array, shape (n,), optional
            The quality score of each record, instead of the column that `Quality` names.
        tokens : int array, shape (n,), optional
            The tokens of each record, where the budget is in tokens.
        required : sequence of int, optional
            Rows that are chosen first, in this order. They count towards budget and quotas, and
            neither guards, quality nor length keep them out.
        forbidden : sequence of int, optional
            Rows that are not chosen.

        Returns
        -------
        SelectionResult

        Raises
        ------
        BudgetError
            If the records that may be chosen are fewer or smaller than the budget.
        QuotaError
            If the quotas cannot be met; names the group.
        ScoreError
            If quality scores or token counts are no numbers, or too few.
        ColumnError
            If a column is missing; names those seen.
        ConfigError
            If a row is required and forbidden, or values are given that no option uses.
        RecordError
            If a tokenizer raises on a record; names it.
        InputError
            If the data cannot be read; names the record.
        CompressorError
            If the compressor raises or returns nonsense.
        WorkerError
            If a worker process is killed.

        Warns
        -----
        EmptyRecordWarning
            If some records hold no text.
        GuardWarning
            If guards caught records and left them in.
        ShortMemoryWarning
            If the compressor could not see most of the chosen set at the end.
        """
        given = Given(initial_subset, weights, groups, quality, tokens, required, forbidden)
        task = self._task(data, given)
        with self._scorer(task) as scorer:
            plan = weighted(task, scorer)
            rounds = list(
                rounds_with_bar(
                    self._rounds(scorer, plan, task),
                    budget=plan.limits.total,
                    spending=task.settled.spending,
                    progress=self.progress,
                )
            )
        render = self.text if callable(self.text) else self.render
        result = make_result(task, plan, rounds, parameters=self._parameters(task), render=render)
        if task.settled.guarded is not None:
            warn_of(task.settled.guarded)
        warn_of_short_memory(result)
        return result

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the options by name, as scikit-learn does; no option has options of its own.

        Examples
        --------
        >>> from entropylaw import ZipSelector
        >>> ZipSelector(50, k3=10, k2=20).get_params()["k3"]
        10
        """
        return {name: getattr(self, name) for name in self._names()}

    def set_params(self, **params: Any) -> Self:
        """Change options by name, and return the selector.

        Raises
        ------
        ConfigError
            If there is no such option, or it cannot work; nothing is changed then.
        """
        names = self._names()
        unknown = [name for name in params if name not in names]
        if unknown:
            raise ConfigError(
                f"{type(self).__name__} has no option {unknown[0]!r}. It has: {', '.join(names)}."
            )
        type(self)(**{**self.get_params(), **params})
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        told = [
            f"{field.name}={getattr(self, field.name)!r}"
            for field in fields(self)
            if getattr(self, field.name) is not field.default
            and field.name not in ("n_jobs", "workers", "progress")
        ]
        return f"{type(self).__name__}({', '.join(told)})"

    @abstractmethod
    def _rounds(self, scorer: Scorer, plan: Plan, task: Task) -> Iterator[Round]:
        """Yield the rounds of a selection."""

    def _method(self) -> Method:
        """Return how records are sought."""
        return Method(get_compressor(self.compressor), k1=ROUND, k2=ROUND, k3=ROUND)

    def _check(self) -> None:
        """Raise unless every option can work."""
        self._controls()
        self._method()
        resolve_jobs(self.n_jobs)
        check_kind(self.workers)
        Renderer(self.render, self.text)

    def _controls(self) -> Controls:
        names = {field.name for field in fields(Controls)} & set(self._names())
        return Controls(**{name: getattr(self, name) for name in names})

    def _task(self, data: object, given: Given) -> Task:
        return prepare(
            data,
            controls=self._controls(),
            given=given,
            method=self._method(),
            render=self.render,
            text=self.text,
            n_jobs=resolve_jobs(self.n_jobs),
        )

    def _scorer(self, task: Task) -> Scorer:
        jobs = resolve_jobs(self.n_jobs)
        return Scorer(task.pool, task.method.compressor, n_jobs=jobs, workers=self.workers)

    def _parameters(self, task: Task) -> Parameters:
        controls, method = task.controls, task.method
        renderer = Renderer(self.render, self.text)
        return Parameters(
            selector=type(self).__name__,
            budget=budget_record(controls.budget),
            k1=method.k1,
            k2=method.k2,
            k3=method.k3,
            compressor=method.compressor.name,
            variant=method.variant,
            packing=method.packing,
            screening=method.screening,
            groups=controls.groups,
            quotas=controls.quotas,
            compare_within=controls.compare_within,
            quality=controls.quality,
            min_bytes=controls.min_bytes,
            max_bytes=controls.max_bytes,
            guards=controls.guards,
            typicality=controls.typicality,
            render=renderer.name,
            text=renderer.text,
        )

    @classmethod
    def _names(cls) -> list[str]:
        return [field.name for field in fields(cls)]

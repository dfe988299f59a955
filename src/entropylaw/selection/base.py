"""PoolSelector: what all selectors share: options, select, manifest, parameters by name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, field, fields
from functools import partial
from typing import Any, ClassVar, Self, cast

import numpy as np

from entropylaw.alignment import Target
from entropylaw.compressors import Compressor, get_compressor
from entropylaw.errors import ConfigError, ShortMemoryWarning, warn
from entropylaw.guards import Guards, warn_of
from entropylaw.guards.options import AllGuards
from entropylaw.io.load import Render, Text
from entropylaw.io.render import Renderer
from entropylaw.progress import with_bar
from entropylaw.selection.assembly import assembled
from entropylaw.selection.budget import Budget, Tokenizer, as_budget
from entropylaw.selection.criteria.quality import Quality
from entropylaw.selection.manifest import Manifest, recorded, restored
from entropylaw.selection.problem import Given, Options, Problem
from entropylaw.selection.quotas import EveryGroup, Quotas
from entropylaw.selection.result import SelectionResult
from entropylaw.selection.trace import Round
from entropylaw.sizing import Sizer, Workers, check_workers, resolve_jobs
from entropylaw.types import AnyArray
from entropylaw.validation import (
    as_integer,
    checked,
    flag,
    instance,
    integer,
    normalise,
    option,
    optional,
)

WHOLE_SET = "zstd:6:long"
"""The built-in compressor that sees the whole chosen set."""


def _checked_compressor(name: str, value: Any) -> str | Compressor:
    get_compressor(value)
    checked: str | Compressor = value
    return checked


def _checked_guards(name: str, value: Any) -> Guards:
    guards = Guards.of(value)
    assert guards is not None
    return guards


def _checked_jobs(name: str, value: Any) -> int | None:
    resolve_jobs(value)
    return None if value is None else as_integer(value)


_COLUMN = optional(lambda name, value: instance(name, value, str, '"source"'))
_LENGTH = optional(partial(integer, at_least=1))


@dataclass(eq=False, repr=False)
class PoolSelector(ABC):
    """A selector: options, `select`, and parameters in the way of scikit-learn.

    Options are the fields of the dataclass, each with its check; a subclass adds its own, and
    implements in `_rounds` how records are chosen.
    """

    budget: Budget | str = field(metadata=checked(lambda _, value: as_budget(value)))
    _: KW_ONLY
    compressor: str | Compressor = option("zlib", _checked_compressor)
    groups: str | None = option(None, _COLUMN)
    quotas: Quotas | EveryGroup | None = option(None, optional(Quotas.of))
    quality: Quality | None = option(
        None, optional(lambda n, v: instance(n, v, Quality, 'Quality("score", minimum=0.5)'))
    )
    min_bytes: int | None = option(None, _LENGTH)
    max_bytes: int | None = option(None, _LENGTH)
    guards: Guards | AllGuards | None = option(None, optional(_checked_guards))
    render: Render = None
    text: Text = None
    n_jobs: int | None = option(None, _checked_jobs)
    workers: Workers = option("auto", lambda _, value: check_workers(value))
    progress: bool | None = option(None, optional(flag))

    RUNNING: ClassVar[tuple[str, ...]] = ("n_jobs", "workers", "progress")
    """Options that do not decide what is chosen, which no manifest records."""

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
            The pool; read once.
        initial_subset : sequence of int, or records, optional
            Records that are already owned and are to be extended: rows of the pool (which are
            then not chosen again), or records from elsewhere. They do not count towards the
            budget.
        weights : float array, shape (n,), optional
            Weight of each record's information: the compressed bytes that a record adds are
            multiplied by its weight when ratios are compared. Finite and positive.
        groups : sequence, length n, optional
            The group of each record, instead of the column that the selector names.
        quality : float array, shape (n,), optional
            The quality score of each record, instead of the column that `Quality` names.
        tokens : int array, shape (n,), optional
            The tokens of each record, where the budget is in tokens.
        required : sequence of int, optional
            Rows that are chosen first, in this order. They count towards budget and quotas, and
            neither guards, quality nor length rule them out.
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
        problem = self._problem(
            data,
            Given(
                initial_subset=initial_subset,
                weights=weights,
                groups=groups,
                quality=quality,
                tokens=tokens,
                required=required,
                forbidden=forbidden,
            ),
        )
        with self._sizer(problem) as sizer:
            problem = problem.weighted(sizer, self._normalised(), n_jobs=sizer.n_jobs)
            limits = problem.limits
            rounds = list(
                with_bar(
                    self._rounds(sizer, problem),
                    label="select",
                    total=limits.total,
                    unit=limits.unit.removesuffix("s"),
                    size=lambda done: int(limits.cost_of(done.rows).sum()),
                    progress=self.progress,
                    notes=lambda done: {"ratio": f"{done.ratio:.3f}"},
                )
            )
        result = assembled(
            problem,
            rounds,
            selector=type(self).__name__,
            options=self._recorded(),
            render=self.text if callable(self.text) else self.render,
        )
        if problem.guarded is not None:
            warn_of(problem.guarded)
        _warn_of_short_memory(result)
        return result

    @classmethod
    def from_manifest(
        cls,
        manifest: Manifest,
        *,
        compressor: str | Compressor | None = None,
        tokenizer: Tokenizer | None = None,
        target: Target | None = None,
        render: Render = None,
        text: Text = None,
        random_state: int | None = None,
        n_jobs: int | None = None,
        workers: Workers = "auto",
        progress: bool | None = None,
    ) -> Self:
        """Return the selector that a manifest records.

        Parameters
        ----------
        manifest : Manifest
            Of an earlier result.
        compressor : str or Compressor, optional
            Needed only if the recorded name is not in the registry.
        tokenizer : callable, optional
            Needed if the budget was counted by one.
        target : Target, optional
            Needed if there was one.
        render, text : callable, optional
            Needed if the records were rendered by a function.
        random_state : int, optional
            Needed for a random draw recorded in format 1, which lacks it.
        n_jobs, workers, progress
            As for the class.

        Raises
        ------
        ConfigError
            If the manifest is that of another class, or something is needed that is not passed.
        """
        if manifest.selector != cls.__name__:
            raise ConfigError(
                f"manifest: expected one by {cls.__name__}; saw one by {manifest.selector}. "
                f"Try {manifest.selector}.from_manifest."
            )
        text_is_function = isinstance(manifest.options.get("text"), dict)
        passed = {
            "budget": tokenizer,
            "compressor": compressor,
            "target": target,
            "render": None if text_is_function else render,
            "text": render if text is None and text_is_function else text,
            "random_state": random_state,
        }
        options = {
            name: restored(name, manifest.options[name], passed.get(name))
            for name in cls._names()
            if name in manifest.options
        }
        if "random_state" in cls._names() and "random_state" not in options:
            if random_state is None:
                raise ConfigError(
                    "random_state: the manifest is of format 1, which does not record it. "
                    "Pass random_state= to from_manifest.",
                    parameters=("random_state",),
                )
            options["random_state"] = random_state
        return cls(**options, n_jobs=n_jobs, workers=workers, progress=progress)

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
        changed = type(self)(**{**self.get_params(), **params})
        for name in params:
            setattr(self, name, getattr(changed, name))
        return self

    def __repr__(self) -> str:
        shown = [
            f"{one.name}={getattr(self, one.name)!r}"
            for one in fields(self)
            if one.name not in self.RUNNING and not _equal(getattr(self, one.name), one.default)
        ]
        return f"{type(self).__name__}({', '.join(shown)})"

    @abstractmethod
    def _rounds(self, sizer: Sizer, problem: Problem) -> Iterator[Round]:
        """Yield the rounds of a selection."""

    def _check(self) -> None:
        """Normalise every option; raise unless they can work together."""
        normalise(self)
        Renderer(self.render, self.text)
        low, high = self.min_bytes, self.max_bytes
        if low is not None and high is not None and low > high:
            raise ConfigError(
                f"min_bytes: expected at most max_bytes={high}; saw {low}.",
                parameters=("min_bytes", "max_bytes"),
            )

    def _problem(self, data: object, given: Given) -> Problem:
        self._check()  # options may have been set since the last check
        compressor = get_compressor(self.compressor)
        jobs = resolve_jobs(self.n_jobs)
        return Problem.build(data, self._normalised(), given, compressor, n_jobs=jobs)

    def _normalised(self) -> Options:
        """Return the selector as its checked options: words were replaced by what they mean."""
        return cast("Options", self)

    def _sizer(self, problem: Problem) -> Sizer:
        jobs = resolve_jobs(self.n_jobs)
        return Sizer(problem.corpus, problem.compressor, n_jobs=jobs, workers=self.workers)

    def _recorded(self) -> dict[str, Any]:
        """Return the options as the manifest records them."""
        options = {
            name: recorded(value)
            for name, value in self.get_params().items()
            if name not in self.RUNNING
        }
        return options | {"compressor": recorded(get_compressor(self.compressor))}

    @classmethod
    def _names(cls) -> list[str]:
        return [one.name for one in fields(cls)]


def _warn_of_short_memory(result: SelectionResult) -> None:
    """Warn if most of the chosen set lay outside the compressor's window at the end."""
    seen = float(np.min(result.memory.visible_share[-1:]))
    if seen < 0.5:
        compressor = result.manifest.compressor
        warn(
            f"{compressor.name} has a window of {compressor.window:,} bytes: when the last records "
            f"were chosen it saw {seen:.1%} of the set. Repeats of the rest went unnoticed. "
            f'Try compressor="{WHOLE_SET}", which sees all of it.',
            ShortMemoryWarning,
        )


def _equal(value: object, default: object) -> bool:
    """Return whether an option has its default; defaults are None and plain values."""
    return type(value) is type(default) and bool(value == default)

"""ZipSelector: from a pool and a budget, the subset with the least redundancy."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import get_args

from tqdm.auto import tqdm

from entropylaw.compressors import Compressor, get_compressor
from entropylaw.errors import ConfigError
from entropylaw.io.load import Render
from entropylaw.io.renderer import Renderer
from entropylaw.scoring import Scorer, check_kind, resolve_jobs
from entropylaw.selection.budget import checked_budget, checked_stages
from entropylaw.selection.estimate import Estimate, estimate_cost
from entropylaw.selection.guidance import warn_of_short_memory
from entropylaw.selection.manifest import Manifest, Parameters
from entropylaw.selection.result import SelectionResult
from entropylaw.selection.rounds import Round, zip_rounds
from entropylaw.selection.task import Task, make_result, prepare
from entropylaw.types import Packing, Screening, Variant, WorkerKind


class ZipSelector:
    """Choose the least redundant records of a pool by the greedy ZIP algorithm.

    Each round screens the `k1` records of lowest compression ratio, sizes each of them
    together with everything chosen so far, shortlists the `k2` of lowest ratio, and packs `k3`
    of these one at a time, each the one that keeps the round's pack densest.

    Parameters
    ----------
    budget : int or float
        Number of records, or a fraction of the pool above 0 and up to 1.0.
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
    screening : {"full", "adaptive"}, default "full"
        ``"adaptive"``: of the `k1` screened records the most promising are measured, until no
        other could be among the `k2`. Needs about a third of these evaluations, and changes
        some picks for the same reason; least so with compressors that see the whole set.
    render : str, callable or None
        How a record becomes text: a rule (``"sharegpt"``, ``"messages"``, ``"alpaca"``, ...),
        a function, or None to recognise the shape of each record.
    text : str, optional
        The column that holds the text, instead of a rule.
    n_jobs : int or None
        Threads or processes; None for all cores. The result does not depend on it.
    workers : {"auto", "threads", "processes", "serial"}, default "auto"
        What computes. ``"auto"``: threads where the compressor gains by them, else the calling
        thread alone. ``"processes"``: also for compressors that hold the interpreter, which
        must be picklable; each process keeps its own state of the compressor.
    progress : bool or None
        Show a progress bar on stderr; None: only on a terminal or in a notebook.

    Raises
    ------
    BudgetError, ConfigError, CompressorSpecError
        If an option cannot work.

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
    """

    def __init__(
        self,
        budget: int | float,
        *,
        k1: int = 10_000,
        k2: int = 200,
        k3: int = 100,
        compressor: str | Compressor = "zlib",
        variant: Variant = "paper",
        packing: Packing = "full",
        screening: Screening = "full",
        render: Render = None,
        text: str | None = None,
        n_jobs: int | None = None,
        workers: WorkerKind = "auto",
        progress: bool | None = None,
    ) -> None:
        checked_budget(budget)
        checked_stages(k1, k2, k3)
        get_compressor(compressor)
        resolve_jobs(n_jobs)
        check_kind(workers)
        if variant not in get_args(Variant):
            raise ConfigError(
                f'variant must be "paper" or "reference", got {variant!r}. '
                '"reference" does what the published script does.'
            )
        if packing not in get_args(Packing):
            raise ConfigError(f'packing must be "full" or "lazy", got {packing!r}.')
        if screening not in get_args(Screening):
            raise ConfigError(f'screening must be "full" or "adaptive", got {screening!r}.')
        Renderer(render, text)
        self.budget = budget
        self.k1 = k1
        self.k2 = k2
        self.k3 = k3
        self.compressor = compressor
        self.variant: Variant = variant
        self.packing: Packing = packing
        self.screening: Screening = screening
        self.render = render
        self.text = text
        self.n_jobs = n_jobs
        self.workers: WorkerKind = workers
        self.progress = progress

    @classmethod
    def from_manifest(
        cls,
        manifest: Manifest,
        *,
        compressor: str | Compressor | None = None,
        render: Render = None,
        n_jobs: int | None = None,
        workers: WorkerKind = "auto",
        progress: bool | None = None,
    ) -> ZipSelector:
        """Return the selector that a manifest tells of.

        Parameters
        ----------
        manifest : Manifest
            Of an earlier result.
        compressor : str or Compressor, optional
            Needed only where the name in the manifest is not in the registry.
        render : callable, optional
            Needed where the records were rendered by a function.
        n_jobs, workers, progress
            As for the class.
        """
        asked = manifest.parameters
        if asked.render.startswith("function ") and render is None:
            raise ConfigError(
                f"the manifest's records were rendered by the {asked.render}, which a manifest "
                "cannot hold. Pass it as render=."
            )
        rule = None if asked.render == "auto" or asked.text is not None else asked.render
        return cls(
            asked.budget,
            k1=asked.k1,
            k2=asked.k2,
            k3=asked.k3,
            compressor=asked.compressor if compressor is None else compressor,
            variant=asked.variant,
            packing=asked.packing,
            screening=asked.screening,
            render=rule if render is None else render,
            text=asked.text,
            n_jobs=n_jobs,
            workers=workers,
            progress=progress,
        )

    def select(
        self,
        data: object,
        *,
        initial_subset: object = None,
        weights: object = None,
    ) -> SelectionResult:
        """Choose records of `data` until the budget is met.

        Parameters
        ----------
        data : sequence of str, bytes or dict, path, or Corpus
            The pool.
        initial_subset : sequence of int, or records, optional
            What is owned already and is to be extended: rows of the pool (which are then not
            chosen again), or records from elsewhere. They do not count towards the budget.
        weights : float array, shape (n,), optional
            How much the information of each record counts: the compressed bytes that a record
            adds are multiplied by its weight when ratios are compared. Finite and positive.

        Returns
        -------
        SelectionResult

        Raises
        ------
        BudgetError
            If the pool has fewer records to choose from than the budget.
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
        ShortMemoryWarning
            If the compressor could not see most of the chosen set at the end.
        """
        task = self._task(data, initial_subset, weights)
        with self._scorer(task) as scorer:
            rounds = list(self._shown(zip_rounds(scorer, task.plan), task.plan.budget))
        result = make_result(task, rounds, parameters=self._parameters(task), render=self.render)
        warn_of_short_memory(result)
        return result

    def estimate(
        self,
        data: object,
        *,
        initial_subset: object = None,
        weights: object = None,
    ) -> Estimate:
        """Say what `select` would cost, from a small sample; parameters as `select`.

        Examples
        --------
        >>> texts = [f"record {i} of many" for i in range(900)]
        >>> ZipSelector(200).estimate(texts).evaluations
        31800
        """
        task = self._task(data, initial_subset, weights)
        with self._scorer(task) as scorer:
            return estimate_cost(scorer, task.plan)

    def rounds(
        self,
        data: object,
        *,
        initial_subset: object = None,
        weights: object = None,
    ) -> Iterator[Round]:
        """Yield what each round chose, for those who embed the selection; parameters as `select`.

        Stop whenever enough is chosen.

        Examples
        --------
        >>> texts = [f"record {i} of many" for i in range(9)]
        >>> [len(r.rows) for r in ZipSelector(7, k1=9, k2=4, k3=3).rounds(texts)]
        [3, 3, 1]
        """
        task = self._task(data, initial_subset, weights)
        with self._scorer(task) as scorer:
            yield from zip_rounds(scorer, task.plan)

    def __repr__(self) -> str:
        return (
            f"ZipSelector(budget={self.budget!r}, k1={self.k1}, k2={self.k2}, k3={self.k3}, "
            f"compressor={self.compressor!r}, variant={self.variant!r}, "
            f"packing={self.packing!r}, screening={self.screening!r})"
        )

    def _task(self, data: object, initial_subset: object, weights: object) -> Task:
        return prepare(
            data,
            budget=checked_budget(self.budget),
            stages=(self.k1, self.k2, self.k3),
            compressor=get_compressor(self.compressor),
            variant=self.variant,
            packing=self.packing,
            screening=self.screening,
            render=self.render,
            text=self.text,
            initial_subset=initial_subset,
            weights=weights,
        )

    def _scorer(self, task: Task) -> Scorer:
        jobs = resolve_jobs(self.n_jobs)
        return Scorer(task.pool, task.compressor, n_jobs=jobs, workers=self.workers)

    def _parameters(self, task: Task) -> Parameters:
        return Parameters(
            budget=checked_budget(self.budget),
            k1=int(self.k1),
            k2=int(self.k2),
            k3=int(self.k3),
            compressor=task.compressor.name,
            variant=self.variant,
            packing=self.packing,
            screening=self.screening,
            render=Renderer(self.render, self.text).name,
            text=self.text,
        )

    def _shown(self, rounds: Iterable[Round], budget: int) -> Iterator[Round]:
        show = _interactive() if self.progress is None else self.progress
        with tqdm(total=budget, unit="record", disable=not show, desc="select") as bar:
            for one in rounds:
                bar.update(len(one.picks))
                bar.set_postfix(ratio=f"{one.ratio:.3f}", refresh=False)
                yield one


def _interactive() -> bool:
    return sys.stderr.isatty() or "ipykernel" in sys.modules

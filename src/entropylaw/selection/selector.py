"""ZipSelector: from a pool and a budget, the subset with the least redundancy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from entropylaw.alignment import Target
from entropylaw.compressors import Compressor, get_compressor
from entropylaw.errors import ConfigError
from entropylaw.io.load import Render
from entropylaw.selection.base import PoolSelector
from entropylaw.selection.budget import Tokenizer, checked_stages
from entropylaw.selection.controls import Given
from entropylaw.selection.estimate import Estimate, estimate_cost
from entropylaw.selection.manifest import Manifest, recorded_budget
from entropylaw.selection.plan import Plan
from entropylaw.selection.round import Round
from entropylaw.selection.rounds import zip_rounds
from entropylaw.selection.task import Method, Task, weighted
from entropylaw.sizing import Sizer, Workers
from entropylaw.types import AnyArray, CompareWithin, Packing, Screening, Variant


@dataclass(eq=False, repr=False, kw_only=True)
class ZipSelector(PoolSelector):
    """Choose the least redundant records of a pool by the greedy ZIP algorithm.

    Each round screens the `k1` records of lowest compression ratio, sizes each of them
    together with everything chosen so far, shortlists the `k2` of lowest ratio, and packs `k3`
    of these one at a time, each the one that keeps the round's pack densest.

    Parameters
    ----------
    budget : int, float, Tokens or Bytes
        Number of records, or a fraction of the pool above 0 and up to 1.0; or an amount of
        tokens or bytes, which is filled to within the smallest record that is left.
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
    groups : str, optional
        The column that names each record's group: its source, language, domain.
    quotas : Quotas, optional
        What each group gets of the budget. Kept all along, so that any prefix of the choice has
        about the same composition.
    compare_within : {"pool", "group", "length", "group and length"}, default "pool"
        With whom a record competes: its ratio is put in proportion to the typical ratio of its
        like, so that code, scripts of several bytes a letter and short records are judged among
        themselves.
    quality : Quality, optional
        What a quality score does: a minimum, a weight against density, a tie-break.
    min_bytes, max_bytes : int, optional
        Length of the records that may be chosen.
    guards : Guards, optional
        What is looked for before anything is chosen: copies, noise, base64, mojibake, templates.
        Each guard warns and lists what it caught, or drops it.
    target : Target, optional
        A set that the choice is to be close to, and how much that counts beside density.
    typicality : float, default 0.0
        How much it counts, beside density, that a record is typical of its pool, or of its group
        where records have groups; 0.1 is mild, 1.0 strong. Density alone prefers records that are
        like no other, which tell little about the rest of the pool [2]_.
    render : str, callable or None
        How a record becomes text: a rule (``"sharegpt"``, ``"messages"``, ``"alpaca"``, ...),
        a function, or None to recognise the shape of each record.
    text : str, sequence of str or callable, optional
        The column or columns that hold the text, a template, or a function, instead of a rule.
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

    See Also
    --------
    entropylaw.audit : What selection would do to a pool, before anything is selected.

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

    k1: int = 10_000
    k2: int = 200
    k3: int = 100
    variant: Variant = "paper"
    packing: Packing = "full"
    screening: Screening = "full"
    compare_within: CompareWithin = "pool"
    target: Target | None = None
    typicality: float = 0.0

    @classmethod
    def from_manifest(
        cls,
        manifest: Manifest,
        *,
        compressor: str | Compressor | None = None,
        tokenizer: Tokenizer | None = None,
        target: Target | None = None,
        render: Render = None,
        n_jobs: int | None = None,
        workers: Workers = "auto",
        progress: bool | None = None,
    ) -> ZipSelector:
        """Return the selector that a manifest tells of.

        Parameters
        ----------
        manifest : Manifest
            Of an earlier result.
        compressor : str or Compressor, optional
            Needed only where the name in the manifest is not in the registry.
        tokenizer : callable, optional
            Needed where the budget was counted by one.
        target : Target, optional
            Needed where there was one.
        render : callable, optional
            Needed where the records were rendered by a function.
        n_jobs, workers, progress
            As for the class.
        """
        asked = manifest.parameters
        if asked.selector != cls.__name__:
            raise ConfigError(f"the manifest is that of a {asked.selector}, not of a ZipSelector.")
        if asked.render.startswith("function ") and render is None:
            raise ConfigError(
                f"the manifest's records were rendered by the {asked.render}, which a manifest "
                "cannot hold. Pass it as render=."
            )
        if manifest.target is not None and target is None:
            raise ConfigError(
                "the manifest's selection had a target, which a manifest cannot hold. Pass it as "
                "target=."
            )
        rule = None if asked.render == "auto" or asked.text is not None else asked.render
        return cls(
            recorded_budget(asked.budget, tokenizer),
            k1=asked.k1,
            k2=asked.k2,
            k3=asked.k3,
            compressor=asked.compressor if compressor is None else compressor,
            variant=asked.variant,
            packing=asked.packing,
            screening=asked.screening,
            groups=asked.groups,
            quotas=asked.quotas,
            compare_within=asked.compare_within,
            quality=asked.quality,
            min_bytes=asked.min_bytes,
            max_bytes=asked.max_bytes,
            guards=asked.guards,
            target=target,
            typicality=asked.typicality,
            render=rule if render is None else render,
            text=asked.text,
            n_jobs=n_jobs,
            workers=workers,
            progress=progress,
        )

    def estimate(
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
    ) -> Estimate:
        """Say what `select` would cost, from a small sample; parameters as `select`.

        Guards are gone through in full, since they decide who may be chosen.

        Examples
        --------
        >>> texts = [f"record {i} of many" for i in range(900)]
        >>> ZipSelector(200).estimate(texts).evaluations
        31800
        """
        given = Given(initial_subset, weights, groups, quality, tokens, required, forbidden)
        task = self._task(data, given)
        with self._scorer(task) as scorer:
            return estimate_cost(scorer, task.plan)

    def rounds(
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
    ) -> Iterator[Round]:
        """Yield what each round chose, for those who embed the selection; parameters as `select`.

        Stop whenever enough is chosen.

        Examples
        --------
        >>> texts = [f"record {i} of many" for i in range(9)]
        >>> [len(r.rows) for r in ZipSelector(7, k1=9, k2=4, k3=3).rounds(texts)]
        [3, 3, 1]
        """
        given = Given(initial_subset, weights, groups, quality, tokens, required, forbidden)
        task = self._task(data, given)
        with self._scorer(task) as scorer:
            yield from zip_rounds(scorer, weighted(task, scorer))

    def _rounds(self, scorer: Sizer, plan: Plan, task: Task) -> Iterator[Round]:
        return zip_rounds(scorer, plan)

    def _method(self) -> Method:
        checked_stages(self.k1, self.k2, self.k3)
        _check_option("variant", self.variant, get_args(Variant))
        _check_option("packing", self.packing, get_args(Packing))
        _check_option("screening", self.screening, get_args(Screening))
        if self.quotas is not None and self.screening == "adaptive":
            raise ConfigError(
                'screening="adaptive" looks for the most promising records of all groups '
                'together; with quotas use screening="full".',
                parameters=("quotas", "screening"),
            )
        return Method(
            get_compressor(self.compressor),
            k1=int(self.k1),
            k2=int(self.k2),
            k3=int(self.k3),
            variant=self.variant,
            packing=self.packing,
            screening=self.screening,
        )


def _check_option(name: str, value: object, options: tuple[str, ...]) -> None:
    if value not in options:
        either = " or ".join(f'"{option}"' for option in options)
        raise ConfigError(f"{name} must be {either}, got {value!r}.")

"""Before and after the rounds: settle what is asked for, and put the result together."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np

from entropylaw import __version__
from entropylaw.alignment import alignment_weights
from entropylaw.compressors import Compressor, describe
from entropylaw.corpus import Corpus, checked_weights
from entropylaw.io.load import Render, Text, as_corpus
from entropylaw.selection.controls import Controls, Given
from entropylaw.selection.eligible import rows_of
from entropylaw.selection.evidence import LAST_SCREENED, SHORTLISTED, Evidence, gathered
from entropylaw.selection.guidance import warn_of_empty, warn_of_slow
from entropylaw.selection.honoured import (
    budget_line,
    group_lines,
    guard_lines,
    quality_line,
    target_line,
    typicality_line,
)
from entropylaw.selection.likeness import likeness_weights
from entropylaw.selection.manifest import CompressorRecord, DataRecord, Manifest, Parameters
from entropylaw.selection.plan import Plan, count_evaluations
from entropylaw.selection.quality import quality_weights
from entropylaw.selection.result import SelectionResult
from entropylaw.selection.round import TRACE, Round
from entropylaw.selection.settle import Settled, settle
from entropylaw.selection.source import source_of
from entropylaw.selection.typical import typicality_weights
from entropylaw.sizing import Sizer
from entropylaw.types import FloatArray, IntArray, Packing, Screening, Variant


@dataclass(frozen=True, slots=True)
class Method:
    """How records are sought: the stages, and what measures.

    Attributes
    ----------
    compressor : Compressor
        What measures.
    k1, k2, k3 : int
        Records screened, shortlisted and packed in a round.
    variant, packing, screening
        As in `ZipSelector`.
    """

    compressor: Compressor
    k1: int
    k2: int
    k3: int
    variant: Variant = "paper"
    packing: Packing = "full"
    screening: Screening = "full"


@dataclass(frozen=True, slots=True)
class Task:
    """A selection ready to run.

    Attributes
    ----------
    pool : Corpus
        What is chosen from.
    method : Method
        How.
    controls, given
        What is asked for.
    settled : Settled
        What that means for each record.
    plan : Plan
        What to choose; weights that depend on own ratios come in with `weighted`.
    owned : Corpus or None
        What is owned already.
    """

    pool: Corpus
    method: Method
    controls: Controls
    given: Given
    settled: Settled
    plan: Plan
    owned: Corpus | None


def prepare(
    data: object,
    *,
    controls: Controls,
    given: Given,
    method: Method,
    render: Render,
    text: Text,
    n_jobs: int,
) -> Task:
    """Read the data and settle every parameter; see `ZipSelector` for their meaning."""
    pool = as_corpus(data, render=render, text=text)
    if given.weights is not None:
        pool = replace(pool, weights=checked_weights(given.weights, len(pool)))
    rows = _owned_rows(given.initial_subset, len(pool))
    if rows is not None:
        owned = pool.take(rows) if len(rows) else None
    else:
        owned = as_corpus(given.initial_subset, render=render, text=text)

    warn_of_empty(np.flatnonzero(pool.lengths == 0).tolist(), len(pool))
    settled = settle(
        data,
        pool,
        controls,
        given,
        owned=np.empty(0, np.int64) if rows is None else rows,
        render=render,
        text=text,
        n_jobs=n_jobs,
    )
    plan = Plan(
        limits=settled.limits,
        k1=method.k1,
        k2=method.k2,
        k3=method.k3,
        variant=method.variant,
        selectable=settled.selectable,
        weights=pool.weights,
        owned=() if owned is None else tuple(owned),
        packing=method.packing,
        screening=method.screening,
        required=settled.required,
        priority=settled.priority,
    )
    warn_of_slow(describe(method.compressor), count_evaluations(plan))
    return Task(pool, method, controls, given, settled, plan, owned)


def weighted(task: Task, scorer: Sizer) -> Plan:
    """Return the plan with all that makes a record's information count more or less.

    These are the caller's weights, quality, alignment with a target, typicality, and a comparison
    with the record's like; they multiply.
    """
    quality, scores = task.controls.quality, task.settled.scores
    target, aligned = task.controls.target, task.settled.aligned
    parts = [task.plan.weights]
    if quality is not None and scores is not None:
        parts.append(quality_weights(quality, scores))
    if target is not None and aligned is not None:
        parts.append(alignment_weights(aligned, target.weight))
    groups = task.settled.groups
    if task.settled.typical is not None:
        codes, strength = None if groups is None else groups.codes, task.controls.typicality
        parts.append(typicality_weights(task.settled.typical, codes, strength))
    if task.controls.compare_within != "pool":
        parts.append(
            likeness_weights(
                scorer.own_raw / np.maximum(scorer.own_sizes, 1),
                task.pool.lengths,
                None if groups is None else groups.codes,
                task.controls.compare_within,
            )
        )
    return replace(task.plan, weights=_product(parts))


def make_result(
    task: Task, plan: Plan, rounds: Sequence[Round], *, parameters: Parameters, render: Render
) -> SelectionResult:
    """Put picks, trace, evidence and manifest of a finished run together."""
    picks = np.concatenate([one.picks for one in rounds])
    trace = np.array(
        [
            (
                r.number,
                len(r.picks),
                r.screened,
                r.shortlisted,
                r.evaluations,
                r.set_raw,
                r.set_size,
            )
            for r in rounds
        ],
        TRACE,
    )
    picks.setflags(write=False)
    trace.setflags(write=False)
    rows, settled = picks["row"], task.settled
    left = np.setdiff1d(np.flatnonzero(settled.selectable), rows)
    manifest = Manifest(
        entropylaw=__version__,
        parameters=parameters,
        compressor=CompressorRecord(**asdict(describe(task.method.compressor))),
        pool=_data_record(task.pool),
        shapes=dict(task.pool.shapes),
        initial_subset=None if task.owned is None else _data_record(task.owned),
        weights=None if task.pool.weights is None else _digest(task.pool.weights, "<f8"),
        given=_digests(task),
        empty_records=int(np.count_nonzero(task.pool.lengths == 0)),
        left_out=settled.left_out,
        selected=_data_record(task.pool.take(rows)),
        budget=budget_line(settled.spending, rows, left),
        groups=group_lines(settled.groups, settled.limits, settled.spending, rows),
        quality=quality_line(task.controls.quality, settled.scores, rows),
        guards=guard_lines(settled.guarded, rows),
        target=target_line(task.controls.target, settled.aligned, rows),
        typicality=typicality_line(task.controls.typicality, settled.typical, rows),
        set_raw=rounds[-1].set_raw,
        set_size=rounds[-1].set_size,
    )
    evidence = Evidence(
        gathered([one.shortlist for one in rounds], SHORTLISTED),
        gathered([one.last_screened for one in rounds], LAST_SCREENED),
        settled.reasons,
    )
    source = source_of(
        task.pool,
        settled.selectable,
        settled.spending,
        settled.groups,
        task.method.compressor,
        plan,
    )
    return SelectionResult(picks, trace, evidence, manifest, render, source)


def _owned_rows(initial_subset: object, pool: int) -> IntArray | None:
    """Return the rows of the pool that `initial_subset` names, or None if it holds records."""
    if initial_subset is None:
        return np.empty(0, np.int64)
    if isinstance(initial_subset, Sequence | np.ndarray) and not isinstance(initial_subset, str):
        if not len(initial_subset):
            return np.empty(0, np.int64)
        if all(_is_row(item) for item in initial_subset):
            return rows_of("initial_subset", np.array(initial_subset, np.int64), pool)
    return None


def _is_row(item: object) -> bool:
    return isinstance(item, int | np.integer) and not isinstance(item, bool)


def _product(parts: Sequence[FloatArray | None]) -> FloatArray | None:
    weights = [part for part in parts if part is not None]
    if not weights:
        return None
    product: FloatArray = np.prod(weights, axis=0)
    return product


def _data_record(corpus: Corpus) -> DataRecord:
    return DataRecord(records=len(corpus), bytes=corpus.total_bytes, fingerprint=corpus.fingerprint)


def _digests(task: Task) -> dict[str, str]:
    """Return digests of what decides the choice and stands in no other place of the manifest."""
    settled = task.settled
    digests = {}
    if settled.groups is not None:
        digests["groups"] = _digest(settled.groups.codes, "<i8")
    if settled.scores is not None:
        digests["quality"] = _digest(settled.scores, "<f8")
    if settled.aligned is not None:
        digests["target"] = _digest(settled.aligned, "<f8")
    if settled.spending.unit == "tokens" and settled.spending.costs is not None:
        digests["tokens"] = _digest(settled.spending.costs, "<i8")
    if len(settled.required):
        digests["required"] = _digest(settled.required, "<i8")
    if task.given.forbidden is not None and len(task.given.forbidden):
        digests["forbidden"] = _digest(np.asarray(task.given.forbidden, np.int64), "<i8")
    return digests


def _digest(values: FloatArray | IntArray, kind: str) -> str:
    content = np.ascontiguousarray(values, kind).tobytes()
    return f"blake2b-128:{hashlib.blake2b(content, digest_size=16).hexdigest()}"

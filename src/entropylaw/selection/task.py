"""Before and after the rounds: settle what is asked for, and put the result together."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version

import numpy as np

from entropylaw.compressors import Compressor, describe
from entropylaw.corpus import Corpus, checked_weights
from entropylaw.errors import InputError
from entropylaw.io.load import Render, as_corpus
from entropylaw.selection.budget import records_of
from entropylaw.selection.guidance import warn_of_empty, warn_of_slow
from entropylaw.selection.manifest import CompressorRecord, DataRecord, Manifest, Parameters
from entropylaw.selection.result import TRACE, SelectionResult
from entropylaw.selection.rounds import Plan, Round, count_evaluations
from entropylaw.types import FloatArray, IntArray, Packing, Screening, Variant


@dataclass(frozen=True, slots=True)
class Task:
    """A selection ready to run.

    Attributes
    ----------
    pool : Corpus
        What is chosen from.
    compressor : Compressor
        What measures.
    plan : Plan
        What to choose.
    owned : Corpus or None
        What is owned already.
    empty : int
        Records of the pool without text.
    """

    pool: Corpus
    compressor: Compressor
    plan: Plan
    owned: Corpus | None
    empty: int


def prepare(
    data: object,
    *,
    budget: int | float,
    stages: tuple[int, int, int],
    compressor: Compressor,
    variant: Variant,
    packing: Packing,
    screening: Screening,
    render: Render,
    text: str | None,
    initial_subset: object,
    weights: object,
) -> Task:
    """Read the data and settle every parameter; see `ZipSelector` for their meaning."""
    pool = as_corpus(data, render=render, text=text)
    if weights is not None:
        pool = replace(pool, weights=checked_weights(weights, len(pool)))
    rows = _rows_of(initial_subset, len(pool))
    if rows is not None:
        owned = pool.take(rows) if len(rows) else None
    else:
        owned = as_corpus(initial_subset, render=render, text=text)

    empty = pool.lengths == 0
    selectable = ~empty
    selectable[rows if rows is not None else []] = False
    warn_of_empty(np.flatnonzero(empty).tolist(), len(pool))
    k1, k2, k3 = map(int, stages)
    plan = Plan(
        budget=records_of(budget, selectable=int(selectable.sum()), pool=len(pool)),
        k1=k1,
        k2=k2,
        k3=k3,
        variant=variant,
        selectable=selectable,
        weights=pool.weights,
        owned=() if owned is None else tuple(owned),
        packing=packing,
        screening=screening,
    )
    warn_of_slow(describe(compressor), count_evaluations(plan))
    return Task(pool, compressor, plan, owned, int(empty.sum()))


def make_result(
    task: Task, rounds: Sequence[Round], *, parameters: Parameters, render: Render
) -> SelectionResult:
    """Put picks, trace and manifest of a finished run together."""
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
    manifest = Manifest(
        entropylaw=version("entropylaw"),
        parameters=parameters,
        compressor=CompressorRecord(**asdict(describe(task.compressor))),
        pool=_data_record(task.pool),
        shapes=dict(task.pool.shapes),
        initial_subset=None if task.owned is None else _data_record(task.owned),
        weights=None if task.pool.weights is None else _digest(task.pool.weights),
        empty_records=task.empty,
        selected=_data_record(task.pool.take(picks["row"])),
        set_raw=rounds[-1].set_raw,
        set_size=rounds[-1].set_size,
    )
    return SelectionResult(picks, trace, manifest, render)


def _rows_of(initial_subset: object, pool: int) -> IntArray | None:
    """Return the rows of the pool that `initial_subset` names, or None if it holds records."""
    if initial_subset is None:
        return np.empty(0, np.int64)
    if isinstance(initial_subset, Sequence | np.ndarray) and not isinstance(initial_subset, str):
        if not len(initial_subset):
            return np.empty(0, np.int64)
        if all(_is_row(item) for item in initial_subset):
            return _checked_rows(np.array(initial_subset, np.int64), pool)
    return None


def _is_row(item: object) -> bool:
    return isinstance(item, int | np.integer) and not isinstance(item, bool)


def _checked_rows(rows: IntArray, pool: int) -> IntArray:
    if rows.min() < 0 or rows.max() >= pool or len(np.unique(rows)) < len(rows):
        raise InputError(
            f"initial_subset as rows must be distinct and from 0 to {pool - 1}; seen: {len(rows)} "
            f"rows, {len(np.unique(rows))} distinct, from {rows.min()} to {rows.max()}."
        )
    return rows


def _data_record(corpus: Corpus) -> DataRecord:
    return DataRecord(records=len(corpus), bytes=corpus.total_bytes, fingerprint=corpus.fingerprint)


def _digest(weights: FloatArray) -> str:
    content = np.ascontiguousarray(weights, "<f8").tobytes()
    return f"blake2b-128:{hashlib.blake2b(content, digest_size=16).hexdigest()}"

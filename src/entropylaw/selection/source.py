"""Source: the pool that a result was made from, with what is needed to look at it again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from entropylaw.compressors import Compressor, get_compressor
from entropylaw.corpus import Corpus
from entropylaw.errors import FingerprintError, InputError
from entropylaw.io.columns import column_of
from entropylaw.io.load import Render, as_corpus
from entropylaw.selection.costs import Spending
from entropylaw.selection.manifest import BudgetRecord, Manifest
from entropylaw.selection.plan import Plan
from entropylaw.selection.quotas import Groups, groups_of
from entropylaw.types import BoolArray, BudgetUnit, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """What a selection was made from.

    Attributes
    ----------
    pool : Corpus
        Its records.
    selectable : bool array, shape (n,)
        Which might have been chosen.
    costs : int64 array, shape (n,)
        What each record counts where choices of equal size are compared: its tokens if the
        budget was in tokens, else its bytes.
    unit : {"tokens", "bytes"}
        Of the costs.
    groups : Groups or None
        The group of each record.
    compressor : Compressor
        What measured.
    plan : Plan or None
        What was chosen by, all weights included; None once read from a file.
    """

    pool: Corpus
    selectable: BoolArray
    costs: IntArray
    unit: BudgetUnit
    groups: Groups | None
    compressor: Compressor
    plan: Plan | None = None


def source_of(
    pool: Corpus,
    selectable: BoolArray,
    spending: Spending,
    groups: Groups | None,
    compressor: Compressor,
    plan: Plan,
) -> Source:
    """Return the source of a selection that was just made."""
    if spending.unit == "tokens" and spending.costs is not None:
        return Source(pool, selectable, spending.costs, "tokens", groups, compressor, plan)
    return Source(pool, selectable, pool.lengths, "bytes", groups, compressor, plan)


def source_again(data: object, manifest: Manifest, render: Render, selectable: BoolArray) -> Source:
    """Return the source of a selection that was read from a file.

    Groups and tokens are known if they stand in a column.

    Raises
    ------
    InputError
        If there is no data, or the records were rendered by a function that is not given.
    FingerprintError
        If it is not what the selection was made from.
    CompressorSpecError
        If the compressor is not in the registry.
    """
    if data is None:
        raise InputError(
            "a selection that was read from a file does not hold its pool. Pass the data that "
            "select() was given, as data=."
        )
    asked = manifest.parameters
    pool = corpus_again(data, manifest, render)
    if pool.fingerprint != manifest.pool.fingerprint:
        raise FingerprintError(
            "this is not the pool that was selected from: its records have another fingerprint. "
            "Pass the data that select() was given, in the same order."
        )
    compressor = get_compressor(manifest.compressor.name)
    groups = None
    if asked.groups is not None and not isinstance(data, Corpus):
        groups = groups_of(column_of(data, asked.groups, len(pool)), len(pool))
    if isinstance(asked.budget, BudgetRecord) and asked.budget.counts is not None:
        costs = np.asarray(column_of(data, asked.budget.counts, len(pool)), np.int64)
        return Source(pool, selectable, costs, "tokens", groups, compressor)
    return Source(pool, selectable, pool.lengths, "bytes", groups, compressor)


def corpus_again(data: object, manifest: Manifest, render: Render) -> Corpus:
    """Return the bytes of records as the selection read them.

    Raises
    ------
    InputError
        If they were rendered by a function that is not given.
    """
    if isinstance(data, Corpus):
        return data
    return as_corpus(data, render=_recorded_rule(manifest, render), text=manifest.parameters.text)


def _recorded_rule(manifest: Manifest, render: Render) -> Render:
    """Return how the records of a manifest are rendered."""
    name = manifest.parameters.render
    if render is not None:
        return render
    if name.startswith("function "):
        raise InputError(
            f"the records were rendered by the {name}, which a file cannot hold. Pass it as "
            "SelectionResult.load(path, render=...)."
        )
    return None if name.startswith(("auto", "text=")) else name

"""The budget resolved against one pool: its amount, and the cost of each record."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence, Sized

import numpy as np

from entropylaw.corpus import Corpus
from entropylaw.errors import BudgetError, RecordError, ScoreError
from entropylaw.selection.budget import (
    Budget,
    Bytes,
    Tokenizer,
    Tokens,
    records_of,
    tokenizer_name,
)
from entropylaw.selection.limits import Limits
from entropylaw.types import AnyArray, BoolArray, BudgetUnit, IntArray
from entropylaw.validation import as_integer


def resolve_budget(
    budget: Budget,
    pool: Corpus,
    selectable: BoolArray,
    *,
    counts: Sequence[object] | AnyArray | None,
) -> Limits:
    """Return the limits of a budget for one pool, without quotas.

    Parameters
    ----------
    budget : Budget
        As `as_budget` returned it.
    pool : Corpus
        The records; a fraction is taken of all of them.
    selectable : bool array, shape (n,)
        Which records may be chosen.
    counts : sequence of int, optional
        Tokens of each record, from the column that the budget names or from the caller.

    Raises
    ------
    BudgetError
        If the records that may be chosen cost less than the budget together, or the cheapest of
        them costs more.
    RecordError
        If a tokenizer raises on a record, or returns no tokens; names the record.
    ScoreError
        If token counts are not whole numbers of 0 or more.
    """
    if isinstance(budget, Tokens):
        costs, source = _token_costs(budget, pool, counts)
        return _limits("tokens", budget.amount, costs, selectable, source)
    if isinstance(budget, Bytes):
        return _limits("bytes", budget.amount, pool.lengths, selectable, "bytes of text")
    wanted = records_of(budget, selectable=int(selectable.sum()), pool=len(pool))
    return Limits(wanted)


def checked_counts(counts: Sequence[object] | AnyArray, count: int) -> IntArray:
    """Return token counts as int64, one for each record, none negative.

    Raises
    ------
    ScoreError
        Otherwise; names the first record at fault.
    """
    try:
        if isinstance(counts, Iterator):
            counts = list(counts)
        values: AnyArray = np.asarray(counts, np.float64)
    except (TypeError, ValueError) as error:
        raise ScoreError(f"token counts must be whole numbers, one per record: {error}.") from error
    if values.shape != (count,):
        raise ScoreError(f"expected {count} token counts, got an array of shape {values.shape}.")
    wrong = np.flatnonzero(~((values >= 0) & (values == np.floor(values)) & np.isfinite(values)))
    if len(wrong):
        raise ScoreError(
            f"token counts must be whole numbers of 0 or more; {len(wrong)} are not, the first is "
            f"{values[wrong[0]]:g} at record {wrong[0]}. Fix or remove these records."
        )
    return values.astype(np.int64)


def _limits(
    unit: BudgetUnit,
    amount: int | float,
    costs: IntArray,
    selectable: BoolArray,
    source: str,
) -> Limits:
    available = costs[selectable]
    supply = int(available.sum())
    total = amount if isinstance(amount, int) else max(1, math.floor(amount * int(costs.sum())))
    if isinstance(amount, float) and amount == 1.0:
        total = supply
    if total > supply or not len(available):
        raise BudgetError(
            f"budget of {total:,} {unit}, but the records that may be chosen have only {supply:,}. "
            "Lower the budget; 1.0 takes all of them.",
            parameters=("budget",),
        )
    if int(available.min()) > total:
        raise BudgetError(
            f"budget of {total:,} {unit}, but the smallest record has {int(available.min()):,}.",
            parameters=("budget",),
        )
    costs.setflags(write=False)
    return Limits(total, costs, unit=unit, counted_by=source)


def _token_costs(
    budget: Tokens, pool: Corpus, counts: Sequence[object] | AnyArray | None
) -> tuple[IntArray, str]:
    if counts is not None:
        source = "tokens=" if budget.counts is None else f"column {budget.counts!r}"
        return checked_counts(counts, len(pool)), source
    if budget.tokenizer is not None:
        counted = (_counted(budget.tokenizer, text, row) for row, text in enumerate(pool))
        return np.fromiter(
            counted, np.int64, len(pool)
        ), f"tokenizer {tokenizer_name(budget.tokenizer)}"
    if budget.bytes_per_token is not None:
        costs = np.ceil(pool.lengths / budget.bytes_per_token).astype(np.int64)
        return costs, f"bytes / {budget.bytes_per_token:g}, an estimate"
    raise BudgetError(
        "a budget in tokens: expected a way to count them; saw none. Try Tokens(..., "
        'counts="COLUMN"), Tokens(..., tokenizer=...), Tokens(..., bytes_per_token=4), or '
        "select(..., tokens=...)."
    )


def _counted(tokenizer: Tokenizer, text: bytes, row: int) -> int:
    try:
        tokens = tokenizer(text.decode("utf-8", "replace"))
    except Exception as error:
        raise RecordError(
            f"the tokenizer raised {type(error).__name__}: {error}. Call it on this record's text "
            "alone to see why, or give counts of your own.",
            row=row,
        ) from error
    count = as_integer(tokens)
    if count is not None and count >= 0:
        return count
    ids = tokens["input_ids"] if hasattr(tokens, "keys") and "input_ids" in tokens else tokens
    if isinstance(ids, Sized) and not isinstance(ids, str | bytes):
        return len(ids)
    raise RecordError(
        f"the tokenizer returned {type(tokens).__name__}; expected a list of tokens, or their "
        "number.",
        row=row,
    )

"""First-epoch loss: the token-weighted mean training loss of the first epoch or first steps."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from entropylaw.errors import RunsError
from entropylaw.law.noise import ratio_of_sums
from entropylaw.law.training_log import Columns, Entry, read_log
from entropylaw.render.result import Result
from entropylaw.render.tables import Table, number
from entropylaw.validation import choice, integer

OnNan: TypeAlias = Literal["raise", "skip"]
"""Whether losses that are not finite raise RunsError, or are left out and counted."""


@dataclass(frozen=True, repr=False)
class FirstEpochLoss(Result):
    """Mean training loss with its standard error and the steps it covers.

    Attributes
    ----------
    mean : float
        Mean loss, in the unit of the log (usually nats a token).
    std_err : float
        Standard error of `mean` from the scatter of the steps about their trend; NaN with fewer
        than 5 intervals. It does not include the variation between seeds: see the docs on risk.
    steps : int
        Optimiser steps covered, including those with NaN losses.
    tokens : int or None
        Tokens that `mean` is weighted by; None if the log has no token counts and every step
        has the same weight.
    nan_steps : int
        Steps left out because their loss was NaN or infinite.
    intervals : int
        Logged means used. Fewer than `steps` if not every step was logged.
    replaced : int
        Log entries that a resumed run repeated; the later ones are used.
    covers : str
        "first epoch" or "first N steps". Compare only losses that cover the same.
    """

    mean: float
    std_err: float
    steps: int
    tokens: int | None
    nan_steps: int
    intervals: int
    replaced: int
    covers: str

    def __float__(self) -> float:
        return self.mean

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values; an unknown standard error is None."""
        return {**asdict(self), "std_err": None if math.isnan(self.std_err) else self.std_err}

    def _headline(self) -> str:
        return f"{number(self.mean, 6)} ± {number(self.std_err, 3)}, {self.covers}"

    def _table(self) -> Table:
        tokens = "not logged: equal weights" if self.tokens is None else f"{self.tokens:,}"
        facts = {
            "mean loss": number(self.mean, 6),
            "standard error": number(self.std_err, 3),
            "covers": self.covers,
            "steps": f"{self.steps:,} in {self.intervals:,} logged intervals",
            "tokens": tokens,
            "NaN steps left out": f"{self.nan_steps:,}",
            "entries replaced on resuming": f"{self.replaced:,}",
        }
        return Table.of_facts("First-epoch loss", facts)

    def _columns(self) -> Mapping[str, Any]:
        return {name: [value] for name, value in self.to_dict().items()}


def first_epoch_loss(
    source: object,
    *,
    steps: int | None = None,
    on_nan: OnNan = "raise",
    loss: str = "loss",
    step: str | None = "step",
    epoch: str = "epoch",
    tokens: str | None = None,
    process: str = "rank",
) -> FirstEpochLoss:
    """Read the mean training loss of the first epoch, or of the first steps, from a log.

    Each row is the mean since the row before it, as Transformers logs it; a row that reaches past
    the end counts in proportion. Rows are weighted by their tokens where the log counts them,
    otherwise by their steps. A step number that decreases means that the run was resumed: later
    rows replace earlier ones. Rows that repeat a step are its micro-batches.

    Parameters
    ----------
    source : object
        `trainer_state.json` or a folder with one (or with checkpoints); a `.csv` or `.jsonl`
        log; a trainer's `state`; a data frame; a list of mappings; or a list of paths, one log
        for each process of one run.
    steps : int, optional
        Use the first `steps` optimiser steps instead of the first epoch.
    on_nan : {"raise", "skip"}, default "raise"
        Raise for losses that are NaN or infinite, or leave them out and count them.
        Transformers keeps them out of its log unless `logging_nan_inf_filter=False`.
    loss, step, epoch : str
        Names of the columns. `step=None`: each row is one step.
    tokens : str, optional
        Column with the tokens of each row. By default "tokens", or the running totals
        "num_tokens" (TRL) and "num_input_tokens_seen" (Transformers).
    process : str, default "rank"
        Column that identifies the process, if there is one.

    Returns
    -------
    FirstEpochLoss
        Mean, standard error, and the steps covered.

    Raises
    ------
    RunsError
        If the log ends too early, starts late, has NaN losses, or a cell is not valid; names
        the row or line and the column.
    FileFormatError
        If the content of a file does not match its suffix.
    ConfigError
        If an option is not valid.

    Examples
    --------
    >>> log = [{"step": s, "epoch": s / 8, "loss": 3 - s / 10, "tokens": 512} for s in range(1, 9)]
    >>> result = first_epoch_loss(log)
    >>> round(result.mean, 3), result.steps, result.tokens, result.covers
    (2.55, 8, 4096, 'first epoch')
    >>> round(first_epoch_loss(log, steps=4).mean, 3)
    2.75
    """
    on_nan = choice("on_nan", on_nan, OnNan)
    steps = checked_steps(steps)
    log = read_log(source, Columns(loss, step, epoch, tokens, process))
    _check_start(log.entries)
    end = _end_of_first_epoch(log.entries) if steps is None else _end_of_steps(log.entries, steps)
    used = [entry for entry, start in _with_starts(log.entries) if start < end]
    spans, shares = [], []
    for entry, start in _with_starts(used):
        spans.append(min(entry.step, end) - start)
        shares.append(spans[-1] / (entry.step - start))
    counted = all(entry.tokens is not None for entry in used)
    counts = [
        share * entry.tokens if entry.tokens is not None else 0.0
        for entry, share in zip(used, shares, strict=True)
    ]
    return average_losses(
        [entry.loss for entry in used],
        tokens=counts if counted else None,
        steps=spans,
        where=[entry.where for entry in used],
        on_nan=on_nan,
        replaced=log.replaced,
        covers="first epoch" if steps is None else f"first {steps} steps",
    )


def average_losses(
    losses: npt.ArrayLike,
    *,
    tokens: npt.ArrayLike | None,
    steps: npt.ArrayLike,
    where: Sequence[str],
    on_nan: OnNan,
    replaced: int,
    covers: str,
) -> FirstEpochLoss:
    """Average the losses of consecutive intervals, arrays of shape (n,), weighted by tokens.

    Without `tokens`, the weights are `steps`. `where` names the intervals in messages.

    Raises
    ------
    RunsError
        For a loss that is not finite (unless skipped), a negative one, or nothing to average.
    """
    value = np.asarray(losses, dtype=np.float64)
    span = np.asarray(steps, dtype=np.float64)
    weight = span if tokens is None else np.asarray(tokens, dtype=np.float64)
    finite = np.isfinite(value)
    if not finite.all() and on_nan == "raise":
        row = int(np.flatnonzero(~finite)[0])
        raise RunsError(
            f"{where[row]}: expected a finite loss; saw {value[row]}, the first of "
            f"{int((~finite).sum())}. A mean over the others hides a broken run. Fix the run, or "
            "leave such losses out and count them with on_nan='skip'."
        )
    if (value[finite] < 0).any():
        row = int(np.flatnonzero(finite & (value < 0))[0])
        raise RunsError(f"{where[row]}: expected a loss of 0 or more; saw {value[row]}.")
    total = float(weight[finite].sum())
    if not total > 0:
        raise RunsError(
            f"expected finite losses with tokens above 0; saw none in {len(value)} intervals."
        )
    mean, std_err = ratio_of_sums((weight * value)[finite], weight[finite])
    return FirstEpochLoss(
        mean=mean,
        std_err=std_err,
        steps=round(float(span.sum())),
        tokens=None if tokens is None else round(total),
        nan_steps=round(float(span[~finite].sum())),
        intervals=int(finite.sum()),
        replaced=replaced,
        covers=covers,
    )


def checked_steps(steps: object) -> int | None:
    """Return a number of steps as an int, or None; raise ConfigError if it is not above 0."""
    return None if steps is None else integer("steps", steps, at_least=1, hint="Try steps=100.")


def _with_starts(entries: Sequence[Entry]) -> list[tuple[Entry, int]]:
    """Return each entry with the step at which its interval starts."""
    return list(zip(entries, [0, *(entry.step for entry in entries)], strict=False))


def _check_start(entries: Sequence[Entry]) -> None:
    """Raise RunsError if the first rows are missing: the first interval is the longest by far."""
    spans = [entry.step - start for entry, start in _with_starts(entries)]
    if len(spans) > 2 and spans[0] > 2 * max(spans[1:]):
        raise RunsError(
            f"{entries[0].where}: expected a first row by step {2 * max(spans[1:])}, since later "
            f"rows are at most {max(spans[1:])} steps apart; saw step {spans[0]}. The beginning is "
            "missing. Put the earlier part of the log before it."
        )


def _end_of_steps(entries: Sequence[Entry], steps: int) -> int:
    """Return `steps`; raise RunsError if the log ends before."""
    if entries[-1].step < steps:
        raise RunsError(
            f"{entries[-1].where}: expected {steps} steps; the log ends at step "
            f"{entries[-1].step}. Try steps={entries[-1].step} to use all of it."
        )
    return steps


def _end_of_first_epoch(entries: Sequence[Entry]) -> int:
    """Return the last step of the first epoch."""
    last = entries[-1]
    epochs: list[float] = []
    for entry in entries:
        if entry.epoch is None or not math.isfinite(entry.epoch):
            raise RunsError(
                f"{entry.where}: expected a number in the epoch column, which marks the end of the "
                f'first epoch; saw none. Try epoch="COLUMN", or a number of steps: '
                f"steps={last.step}."
            )
        epochs.append(entry.epoch)
    if _counts_epochs(epochs):
        return max(e.step for e, k in zip(entries, epochs, strict=True) if k == epochs[0])
    before = 0.0
    for (entry, start), now in zip(_with_starts(entries), epochs, strict=True):
        if now >= 1 - 1e-6:
            share = (1 - before) / (now - before) if now > before else 1.0
            return start + max(1, round(share * (entry.step - start)))
        before = now
    raise RunsError(
        f"{last.where}: expected a whole epoch; the log ends at epoch {epochs[-1]:.4g}, step "
        f"{last.step}. Try steps={last.step} to use all of it."
    )


def _counts_epochs(epochs: Sequence[float]) -> bool:
    """Return whether these are epoch numbers (0, 0, 1, 1), not positions (0.5, 1.0, 1.5)."""
    whole = all(value == int(value) for value in epochs)
    return whole and (len(set(epochs)) < len(epochs) or epochs[0] == 0)

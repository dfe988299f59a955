"""Runs as arrays: the columns that a fit needs, checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from entropylaw.errors import RunsError
from entropylaw.law.options import Predictors
from entropylaw.law.runs import Run
from entropylaw.types import FloatArray


@dataclass(frozen=True, eq=False)
class RunTable:
    """Columns of some runs, one entry a run; NaN where a column is not used.

    `precision` says where `weight` is from: a column of that name, or None for equal weights.
    """

    ratio: FloatArray
    loss: FloatArray
    performance: FloatArray
    weight: FloatArray
    precision: Literal["weight", "std_err"] | None
    group: tuple[str, ...] | None
    labels: tuple[str, ...]
    compressor: str | None

    def __len__(self) -> int:
        return len(self.labels)


def tabulate(runs: Sequence[Run], *, predictors: Predictors, scored: bool) -> RunTable:
    """Return the columns of `runs`, checked for a fit (`scored`) or for prediction.

    Raises
    ------
    RunsError
        If a needed value is missing, some runs only have a group or a weight, two compressors
        measured the ratios, or (when `scored`) two runs are equal in every field.
    """
    needed = {"both": ("compression_ratio", "first_epoch_loss"), "ratio": ("compression_ratio",)}
    wanted = needed.get(predictors, ("first_epoch_loss",)) + (("performance",) if scored else ())
    if scored:
        _refuse_duplicates(runs)
    weight, precision = _weights(runs)
    return RunTable(
        ratio=_column(runs, "compression_ratio", required="compression_ratio" in wanted),
        loss=_column(runs, "first_epoch_loss", required="first_epoch_loss" in wanted),
        performance=_column(runs, "performance", required=scored),
        weight=weight,
        precision=precision,
        group=_groups(runs),
        labels=tuple(run.dataset or f"run {row}" for row, run in enumerate(runs)),
        compressor=_one_compressor(runs) if predictors != "loss" else None,
    )


def name_row(runs: Sequence[Run], row: int) -> str:
    """Return how messages call a run: its row from 0, and its data set if named."""
    name = runs[row].dataset
    return f"row {row}" if name is None else f"row {row} ({name!r})"


def _column(runs: Sequence[Run], name: str, *, required: bool) -> FloatArray:
    """Return a column as floats; refuse missing values where they are needed."""
    values = [getattr(run, name) for run in runs]
    if required:
        for row, value in enumerate(values):
            if value is None:
                some = any(v is not None for v in values)
                raise RunsError(
                    f"{name_row(runs, row)}, column {name!r}: expected a number; "
                    f"saw none (blank, NaN{'' if some else ' or no such column'}). "
                    f"{_without(name)}"
                )
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _without(name: str) -> str:
    """Say what to type when a column is not to be had."""
    return {
        "compression_ratio": "Fill it in, drop the run, or fit with predictors='loss'.",
        "first_epoch_loss": "Fill it in, drop the run, or fit with predictors='ratio'.",
        "performance": "Fill it in, or drop the run: a fit needs its score.",
    }[name]


def _weights(
    runs: Sequence[Run],
) -> tuple[FloatArray, Literal["weight", "std_err"] | None]:
    """Return inverse variances up to a factor, and the column they are from."""
    given: dict[Literal["weight", "std_err"], list[float | None]] = {
        "weight": [run.weight for run in runs],
        "std_err": [run.std_err for run in runs],
    }
    used = [name for name, values in given.items() if any(v is not None for v in values)]
    if not used:
        return np.ones(len(runs)), None
    if len(used) > 1:
        raise RunsError("some runs have a weight and others a std_err: use one of the two columns.")
    name = used[0]
    for row, value in enumerate(given[name]):
        if value is None:
            raise RunsError(
                f"{name_row(runs, row)}, column {name!r}: expected {name} for every run or for "
                "none; saw none here. Fill it in, or drop the column."
            )
    values = np.array(given[name], dtype=np.float64)
    return (values if name == "weight" else values**-2.0), name


def _groups(runs: Sequence[Run]) -> tuple[str, ...] | None:
    """Return the group of each run, or None if no run names one."""
    named = [run.group for run in runs if run.group is not None]
    if not named:
        return None
    for row, run in enumerate(runs):
        if run.group is None:
            raise RunsError(
                f"{name_row(runs, row)}, column 'group': expected a group for every run or for "
                "none; saw none here. Fill it in, or drop the column."
            )
    return tuple(named)


def _one_compressor(runs: Sequence[Run]) -> str | None:
    """Return the compressor that measured the ratios; refuse two."""
    named = {run.compressor: row for row, run in reversed(list(enumerate(runs))) if run.compressor}
    if len(named) > 1:
        where = "; ".join(
            f"{name!r} first in row {row}"
            for name, row in sorted(named.items(), key=lambda item: item[1])
        )
        raise RunsError(
            f"column 'compressor': the ratios were measured with different compressors ({where}). "
            "Their ratios are on different scales, so one slope cannot serve them. "
            "Measure every run with one compressor, or fit each compressor's runs alone."
        )
    return next(iter(named), None)


def _refuse_duplicates(runs: Sequence[Run]) -> None:
    """Refuse two runs that are equal in every field: one was probably entered twice."""
    first: dict[Run, int] = {}
    for row, run in enumerate(runs):
        if run in first:
            raise RunsError(
                f"{name_row(runs, row)} repeats row {first[run]} in every column. Drop one; if "
                "they are two runs (two seeds, say), tell them apart in column 'dataset'."
            )
        first[run] = row

"""Runs as arrays: the columns that a fit needs, validated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from entropylaw.errors import RunsError
from entropylaw.law.options import Predictors
from entropylaw.law.runs import Run
from entropylaw.types import FloatArray


@dataclass(frozen=True, eq=False)
class RunTable:
    """Columns of some runs, one entry per run; NaN where a column is not used.

    `precision` is the column that `weight` comes from, or None for equal weights.
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
    """Return the columns of `runs`, validated for a fit (`scored`) or for prediction.

    Raises
    ------
    RunsError
        If a required value is missing, only some runs have a group or a weight, two compressors
        measured the ratios, or (if `scored`) two runs are equal in every field.
    """
    needed = {"both": ("compression_ratio", "first_epoch_loss"), "ratio": ("compression_ratio",)}
    wanted = needed.get(predictors, ("first_epoch_loss",)) + (("performance",) if scored else ())
    if scored:
        _check_duplicates(runs)
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


def tabulate_new(
    runs: Sequence[Run], fitted: RunTable, *, predictors: Predictors, typical_weight: float
) -> RunTable:
    """Return the columns of new runs for prediction, with weights on the scale of the fit.

    Without a fitted precision column, or without it in the new runs, every weight is 1.

    Raises
    ------
    RunsError
        If the compressor or the precision column is not that of the fit.
    """
    table = tabulate(runs, predictors=predictors, scored=False)
    if table.compressor and fitted.compressor and table.compressor != fitted.compressor:
        raise RunsError(
            f"column 'compressor': expected {fitted.compressor!r}, which measured the fitted "
            f"ratios; saw {table.compressor!r}, whose ratios are on another scale. Measure the new "
            f"data with {fitted.compressor!r}."
        )
    if fitted.precision is None or table.precision is None:
        return replace(table, weight=np.ones(len(table)), precision=None)
    if table.precision != fitted.precision:
        raise RunsError(
            f"column {table.precision!r}: expected {fitted.precision!r}, with which the law was "
            f"fitted; the two are on different scales. Pass {fitted.precision!r}, or neither."
        )
    return replace(table, weight=table.weight / typical_weight)


def name_row(runs: Sequence[Run], row: int) -> str:
    """Return the name of a run in messages: its row from 0, and its data set if named."""
    name = runs[row].dataset
    return f"row {row}" if name is None else f"row {row} ({name!r})"


def _column(runs: Sequence[Run], name: str, *, required: bool) -> FloatArray:
    """Return a column as floats; raise RunsError for missing values if it is required."""
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
    """Return the advice for a missing column."""
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
        raise RunsError(
            "runs: expected weight or std_err in all runs; saw a weight in some and a std_err in "
            "others. Use one of the two columns."
        )
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
    """Return the compressor that measured the ratios; raise RunsError for two."""
    named = {run.compressor: row for row, run in reversed(list(enumerate(runs))) if run.compressor}
    if len(named) > 1:
        where = "; ".join(
            f"{name!r} first in row {row}"
            for name, row in sorted(named.items(), key=lambda item: item[1])
        )
        raise RunsError(
            f"column 'compressor': expected one compressor for all runs; saw {where}. Ratios of "
            "different compressors are on different scales. Measure every run with one compressor, "
            "or fit the runs of each compressor separately."
        )
    return next(iter(named), None)


def _check_duplicates(runs: Sequence[Run]) -> None:
    """Raise RunsError if two runs are equal in every field: probably one entered twice."""
    first: dict[Run, int] = {}
    for row, run in enumerate(runs):
        if run in first:
            raise RunsError(
                f"{name_row(runs, row)}: expected distinct runs; saw the values of row "
                f"{first[run]} in every column. Drop one, or if they are two runs (two seeds, for "
                "example), give them different names in column 'dataset'."
            )
        first[run] = row

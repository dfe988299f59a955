"""Tests of the two deductions of the entropy law: both slopes are below 0."""

from __future__ import annotations

import numpy as np

from entropylaw.law.design import Design
from entropylaw.law.result import Deduction, Deductions, LawResult
from entropylaw.law.student import t_below


def deduce(design: Design, result: LawResult, *, level: float) -> Deductions:
    """Test each slope of `result` against 0, one-sided.

    Parameters
    ----------
    design : Design
    result : LawResult
        Of an unconstrained fit: a slope that was held below 0 cannot be tested for it.
    level : float
        Confidence asked of a verdict.
    """
    words = {
        design.ratio_column: "performance falls with ratio"
        + (" (loss held)" if design.loss_column is not None else ""),
        design.loss_column: "performance falls with loss"
        + (" (ratio held)" if design.ratio_column is not None else ""),
    }
    tests = []
    for column in design.slope_columns:
        slope, std_err = float(result.coef[column]), float(result.std_err[column])
        with np.errstate(divide="ignore", invalid="ignore"):
            t = float(np.float64(slope) / std_err)
        tests.append(
            Deduction(
                statement=words[column],
                coefficient=design.names[column],
                slope=slope,
                std_err=std_err,
                t=t,
                p_value=float(t_below(t, result.df)),
                bootstrap_probability=(
                    None if result.draws is None else float(np.mean(result.draws[:, column] < 0))
                ),
                level=level,
            )
        )
    return Deductions(tuple(tests), _note(design, result))


def _note(design: Design, result: LawResult) -> str:
    """Say what the tests rest on."""
    parts = [f"Covariance: {result.covariance_name}; {result.df} degrees of freedom."]
    if design.used == "ratio":
        parts.append("Without the loss, consistency is not held: this slope mixes both deductions.")
    if design.used == "loss":
        parts.append("Without the ratio, this slope mixes both deductions.")
    if design.form == "interaction":
        parts.append("Slopes are those at the average run.")
    if len(design.slope_columns) == 2:
        parts.append("The law speaks of equal consistency; the regression can hold only the loss.")
    return " ".join(parts)

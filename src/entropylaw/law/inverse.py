"""The law turned round: which compression ratio reaches a target score."""

from __future__ import annotations

import math

import numpy as np

from entropylaw.errors import (
    ExtrapolationWarning,
    FormError,
    LawWarning,
    MissingUncertaintyWarning,
    RunsError,
)
from entropylaw.law.cautions import Caution
from entropylaw.law.design import Design
from entropylaw.law.options import Interval
from entropylaw.law.result import LawResult, RequiredRatio
from entropylaw.law.student import t_quantile
from entropylaw.law.table import RunTable
from entropylaw.types import FloatArray


def required_ratio(
    design: Design,
    result: LawResult,
    fitted: RunTable,
    *,
    target: float,
    loss: float | None,
    group: str | None,
    interval: Interval,
    level: float,
) -> tuple[RequiredRatio, tuple[Caution, ...]]:
    """Return the ratio whose expected score is `target`, with Fieller's interval.

    The interval holds every ratio whose own band at `level` contains the target. Where the slope
    of the ratio cannot be told from 0 at that level, that is an unbounded set, and is given as
    0 to infinity rather than cut to something that looks finite.

    References
    ----------
    Fieller (1954), Some problems in interval estimation, J. Royal Statistical Society B 16.
    """
    start, step = _line(design, loss=loss, group=group)
    covariance = result.covariance
    gap, slope = float(start @ result.coef) - target, float(step @ result.coef)
    noise = result.regression.sigma**2 if interval == "prediction" else 0.0
    t2 = t_quantile(level, result.df) ** 2
    # |gap + u slope|^2 <= t^2 (variance at u), a quadratic in u = R or ln R
    a = slope**2 - t2 * float(step @ covariance @ step)
    b = 2 * (slope * gap - t2 * float(start @ covariance @ step))
    c = gap**2 - t2 * (float(start @ covariance @ start) + noise)
    point = -gap / slope if slope != 0 else math.nan
    if a > 0:
        root = math.sqrt(max(b * b - 4 * a * c, 0.0))
        low, high = (-b - root) / (2 * a), (-b + root) / (2 * a)
    else:
        low, high = -math.inf, math.inf
    if design.form == "logarithmic":
        point, low, high = (_exp(value) for value in (point, low, high))
    answer = RequiredRatio(
        ratio=point,
        low=max(low, 0.0),
        high=high,
        target=target,
        first_epoch_loss=loss,
        group=group,
        level=level,
        interval=interval,
        side="at most" if slope <= 0 else "at least",
    )
    return answer, tuple(_cautions(answer, fitted, slope))


def _line(
    design: Design, *, loss: float | None, group: str | None
) -> tuple[FloatArray, FloatArray]:
    """Return the design row at u = 0 and its change with u, where u is R or ln R."""
    if design.ratio_column is None:
        raise FormError(
            "required: the law was fitted without the compression ratio. "
            "Fit with predictors='both' or 'ratio'."
        )
    if design.loss_column is not None and loss is None:
        raise RunsError(
            "required: this law uses the loss. Say required(..., first_epoch_loss=...)."
        )
    if design.loss_column is None and loss is not None:
        raise RunsError(
            "required: this law was fitted with predictors='ratio', which knows no loss; saw "
            f"first_epoch_loss={loss!r}. Leave it out."
        )
    if loss is not None and (
        not math.isfinite(loss) or loss < 0 or (loss == 0 and design.form == "logarithmic")
    ):
        raise RunsError(f"required: expected a finite first_epoch_loss above 0; saw {loss!r}.")
    if design.groups and group not in design.groups:
        raise RunsError(
            f"required: expected group to be one of {', '.join(design.groups)}; saw {group!r}."
        )
    ratios = np.array([1.0, math.e]) if design.form == "logarithmic" else np.array([0.0, 1.0])
    losses = np.full(2, math.nan if loss is None else loss)
    names = [group, group] if design.groups and group is not None else None
    at_zero, at_one = design.matrix(ratios, losses, names)
    return at_zero, at_one - at_zero


def _exp(value: float) -> float:
    """Return exp(value), infinite where it overflows."""
    return math.exp(value) if value < 700 else math.inf


def _cautions(answer: RequiredRatio, fitted: RunTable, slope: float) -> list[Caution]:
    """Say what to beware of in the answer."""
    found: list[Caution] = []
    category: type[LawWarning]
    if slope == 0:
        return [
            Caution(
                MissingUncertaintyWarning,
                "the fitted slope of the compression ratio is 0: no ratio reaches the target.",
            )
        ]
    if not answer.bounded:
        found.append(
            Caution(
                MissingUncertaintyWarning,
                f"the slope of the compression ratio cannot be told from 0 at level "
                f"{answer.level:g}: no ratio can be ruled out. Add runs, or ask a lower level.",
            )
        )
    low, high = float(fitted.ratio.min()), float(fitted.ratio.max())
    if not low <= answer.ratio <= high:
        category = ExtrapolationWarning
        where = (
            "cannot exist"
            if answer.ratio <= 0
            else f"is outside the runs ({low:.4g} to {high:.4g})"
        )
        found.append(
            Caution(category, f"the required ratio {answer.ratio:.4g} {where}; nothing tests it.")
        )
    return found

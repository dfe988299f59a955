"""Inverse prediction: the compression ratio that reaches a target score."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from entropylaw.errors import (
    ExtrapolationWarning,
    FormError,
    MissingUncertaintyWarning,
    RunsError,
)
from entropylaw.law.design import Design
from entropylaw.law.diagnostics import Caution
from entropylaw.law.least_squares import t_quantile
from entropylaw.law.options import Interval
from entropylaw.law.result import LawResult
from entropylaw.law.run_table import RunTable
from entropylaw.render.result import Result
from entropylaw.render.tables import Table
from entropylaw.types import FloatArray
from entropylaw.validation import as_number


@dataclass(frozen=True, repr=False)
class RequiredRatio(Result):
    """Compression ratio that reaches a target score at a given loss.

    Attributes
    ----------
    ratio : float
        Raw / compressed at which the expected score is the target; NaN if the ratio has no effect.
    low, high : float
        Ends of its interval; 0 and infinity if no ratio can be ruled out.
    target : float
    first_epoch_loss : float or None
    group : str or None
    level : float
    interval : {"confidence", "prediction"}
        For the mean of many runs at that ratio, or for one run.
    side : {"at most", "at least"}
        Which side of `ratio` reaches the target: "at most" where the score falls with the ratio.
    """

    ratio: float
    low: float
    high: float
    target: float
    first_epoch_loss: float | None
    group: str | None
    level: float
    interval: Interval
    side: Literal["at most", "at least"]

    @property
    def bounded(self) -> bool:
        """Whether the interval is finite."""
        return math.isfinite(self.high)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return dict(self.__dict__)

    def _headline(self) -> str:
        at = "" if self.first_epoch_loss is None else f" at loss {self.first_epoch_loss:.4g}"
        return (
            f"{self.side} {self.ratio:.4g} for performance {self.target:.4g}{at}, "
            f"{self._interval_text()}"
        )

    def _table(self) -> Table:
        loss = self.first_epoch_loss
        facts = {
            "target performance": f"{self.target:.4g}",
            "first-epoch loss": "-" if loss is None else f"{loss:.4g}",
            "group": self.group or "-",
            "compression ratio": f"{self.side} {self.ratio:.4g}",
            "interval": self._interval_text(),
        }
        known = {name: text for name, text in facts.items() if text != "-"}
        return Table.of_facts("Required compression ratio", known)

    def _columns(self) -> Mapping[str, Any]:
        return {name: [value] for name, value in self.to_dict().items()}

    def _interval_text(self) -> str:
        if not self.bounded:
            return f"no ratio ruled out at {self.level:.4g}"
        return f"{self.level:.4g} {self.interval} interval {self.low:.4g} to {self.high:.4g}"


def required_ratio(
    design: Design,
    result: LawResult,
    fitted: RunTable,
    *,
    target: object,
    loss: object,
    group: str | None,
    interval: Interval,
    level: float,
) -> tuple[RequiredRatio, tuple[Caution, ...]]:
    """Return the ratio whose expected score is `target`, with Fieller's interval.

    The interval holds every ratio whose own band at `level` contains the target. Where the slope
    of the ratio does not differ from 0 at that level, this set is unbounded, and is returned as
    0 to infinity.

    References
    ----------
    Fieller (1954), Some problems in interval estimation, J. Royal Statistical Society B 16.
    """
    score, held_loss = _score(target), _loss(design, loss)
    start, step = _line(design, loss=held_loss, group=group)
    covariance = result.covariance
    gap, slope = float(start @ result.coef) - score, float(step @ result.coef)
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
        target=score,
        first_epoch_loss=held_loss,
        group=group,
        level=level,
        interval=interval,
        side="at most" if slope <= 0 else "at least",
    )
    return answer, tuple(_cautions(answer, fitted, slope))


def _score(target: object) -> float:
    """Return the target score as a finite float."""
    score = as_number(target)
    if score is None or not math.isfinite(score):
        raise RunsError(f"performance: expected a finite number; saw {target!r}.")
    return score


def _loss(design: Design, loss: object) -> float | None:
    """Return the loss at which a ratio is wanted, None if the law has no loss."""
    if design.ratio_column is None:
        raise FormError(
            "required: expected a law with the compression ratio; saw predictors='loss'. "
            "Fit with predictors='both' or 'ratio'."
        )
    if design.loss_column is None:
        if loss is not None:
            raise RunsError(
                "first_epoch_loss: expected None, since this law was fitted with "
                f"predictors='ratio' and has no loss; saw {loss!r}. Leave it out."
            )
        return None
    if loss is None:
        raise RunsError(
            "first_epoch_loss: expected a number, since this law uses the loss; saw None. "
            "Try required(..., first_epoch_loss=...)."
        )
    value = as_number(loss)
    logged = design.form == "logarithmic"
    if value is None or not math.isfinite(value) or value < 0 or (value == 0 and logged):
        bound = "above 0" if logged else "of at least 0"
        raise RunsError(f"first_epoch_loss: expected a finite number {bound}; saw {loss!r}.")
    return value


def _line(
    design: Design, *, loss: float | None, group: str | None
) -> tuple[FloatArray, FloatArray]:
    """Return the design row at u = 0 and its change with u, where u is R or ln R."""
    if design.groups and group not in design.groups:
        raise RunsError(f"group: expected one of {', '.join(design.groups)}; saw {group!r}.")
    ratios = np.array([1.0, math.e]) if design.form == "logarithmic" else np.array([0.0, 1.0])
    losses = np.full(2, math.nan if loss is None else loss)
    names = [group, group] if design.groups and group is not None else None
    at_zero, at_one = design.matrix(ratios, losses, names)
    return at_zero, at_one - at_zero


def _exp(value: float) -> float:
    """Return exp(value), infinite where it overflows."""
    return math.exp(value) if value < 700 else math.inf


def _cautions(answer: RequiredRatio, fitted: RunTable, slope: float) -> list[Caution]:
    """Return the warnings of an inverse prediction."""
    if slope == 0:
        return [
            Caution(
                MissingUncertaintyWarning,
                "the fitted slope of the compression ratio is 0: no ratio reaches the target.",
            )
        ]
    found: list[Caution] = []
    if not answer.bounded:
        found.append(
            Caution(
                MissingUncertaintyWarning,
                "the slope of the compression ratio does not differ from 0 at level "
                f"{answer.level:g}: no ratio can be ruled out. Add runs, or try a lower level.",
            )
        )
    low, high = float(fitted.ratio.min()), float(fitted.ratio.max())
    if not low <= answer.ratio <= high:
        where = (
            "cannot exist"
            if answer.ratio <= 0
            else f"is outside the fitted runs ({low:.4g} to {high:.4g})"
        )
        found.append(
            Caution(
                ExtrapolationWarning,
                f"the required ratio {answer.ratio:.4g} {where}; these runs do not test it.",
            )
        )
    return found

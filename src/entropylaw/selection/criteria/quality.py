"""A quality score as a threshold, a weight and a tie-break."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from entropylaw.errors import ConfigError, ScoreError
from entropylaw.selection.criteria.base import ScoredPool
from entropylaw.selection.outcomes import ControlOutcome
from entropylaw.types import AnyArray, BoolArray, FloatArray, IntArray
from entropylaw.validation import flag, instance, normalise, number, option, optional
from entropylaw.weights import check_weight, exponential_weights


@dataclass(frozen=True, slots=True)
class Quality:
    """A quality score per record, and its effect on a selection; higher is better.

    Parameters
    ----------
    column : str, optional
        The column that holds the score; or pass the scores to ``select(..., quality=scores)``.
    minimum : float, optional
        Records with a lower score are not chosen, nor those without one (NaN).
    weight : float, default 0.0
        Trade-off between quality and density. The bytes that a record adds count
        ``exp(weight * z)`` times, where z is its score in robust standard deviations above the
        median, at most 3 either way. So at 0.1 a record one deviation better may carry a tenth
        less information and still rank the same; at 1.0 quality decides nearly alone; at 0 only
        density does.
    tie_break : bool, default False
        Among records of equal ratio take the better one, instead of the lower row.

    Raises
    ------
    ConfigError
        If a number cannot work, or the score would do nothing.

    Examples
    --------
    >>> Quality("score", minimum=0.5, weight=0.1).weight
    0.1
    """

    column: str | None = option(None, optional(lambda n, v: instance(n, v, str, '"score"')))
    minimum: float | None = option(None, optional(number))
    weight: float = option(0.0, check_weight)
    tie_break: bool = option(False, flag)

    def __post_init__(self) -> None:
        normalise(self)
        if self.minimum is None and self.weight == 0 and not self.tie_break:
            raise ConfigError(
                "quality: expected a minimum, a weight above 0, or tie_break=True; saw none, so "
                "it would do nothing. Try Quality(minimum=0.5)."
            )


@dataclass(frozen=True, slots=True, eq=False)
class QualityScore:
    """The quality of each record as a criterion.

    Parameters
    ----------
    quality : Quality
        The option.
    values : float64 array, shape (n,)
        The scores, as `checked_scores` returned them.
    """

    quality: Quality
    values: FloatArray
    name = "quality"

    def scores(self, pool: ScoredPool) -> FloatArray:
        """Return the scores."""
        return self.values

    def weights(self, scores: FloatArray, pool: ScoredPool) -> FloatArray | None:
        """Return ``exp(weight * z)`` of each record's score; None if the weight is 0."""
        return quality_weights(self.quality, scores)

    def outcome(self, scores: FloatArray, rows: IntArray) -> ControlOutcome:
        """Return mean and lowest score of the selection, and the mean of the pool."""
        chosen = scores[rows][~np.isnan(scores[rows])]
        return ControlOutcome(
            control=self.name,
            unit="score",
            asked={
                "minimum": self.quality.minimum,
                "weight": self.quality.weight,
                "tie_break": self.quality.tie_break,
            },
            pool={"mean": float(np.nanmean(scores))},
            chosen={
                "mean": float(chosen.mean()) if len(chosen) else None,
                "lowest": float(chosen.min()) if len(chosen) else None,
            },
        )


def checked_scores(scores: Sequence[object] | AnyArray, count: int) -> FloatArray:
    """Return scores as float64, one for each record; NaN where there is none.

    Raises
    ------
    ScoreError
        If there is not one number for each record, or not one of them is finite.
    """
    try:
        values: FloatArray = np.array(
            [np.nan if score is None else score for score in scores], np.float64
        )
    except (TypeError, ValueError) as error:
        raise ScoreError(f"quality scores must be numbers, one per record: {error}.") from error
    if values.shape != (count,):
        raise ScoreError(f"expected {count} quality scores, got an array of shape {values.shape}.")
    values[np.isinf(values)] = np.nan
    if np.isnan(values).all():
        raise ScoreError(
            f"quality: expected finite scores; saw none in {count} records. "
            "Check the column, or leave quality out."
        )
    values.setflags(write=False)
    return values


def good_enough(quality: Quality, scores: FloatArray) -> BoolArray:
    """Return which records may be chosen; bool, shape (n,)."""
    if quality.minimum is None:
        return np.ones(len(scores), np.bool_)
    enough: BoolArray = scores >= quality.minimum  # False for NaN
    return enough


def quality_weights(quality: Quality, scores: FloatArray) -> FloatArray | None:
    """Return the weight of each record, or None if the weight of quality is 0.

    A record without a score counts as one at the median.

    Examples
    --------
    >>> quality_weights(Quality(weight=0.1), np.array([1.0, 2.0, 3.0, np.nan])).round(2).tolist()
    [0.93, 1.0, 1.07, 1.0]
    """
    if quality.weight == 0:
        return None
    return exponential_weights(scores, quality.weight)


def by_quality(quality: Quality, scores: FloatArray) -> IntArray | None:
    """Return all rows, best score first, ties to the lower row; None unless quality breaks ties."""
    if not quality.tie_break:
        return None
    return np.argsort(np.nan_to_num(-scores, nan=np.inf), kind="stable")

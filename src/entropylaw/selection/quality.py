"""A quality score as a threshold, as a weight in the objective, and as a tie-break."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from entropylaw.errors import ConfigError, ScoreError, concerning
from entropylaw.types import AnyArray, BoolArray, FloatArray, IntArray
from entropylaw.weights import check_weight, exponential_weights


@dataclass(frozen=True, slots=True)
class Quality:
    """What a quality score of each record does to a selection; higher is better.

    Parameters
    ----------
    column : str, optional
        The column that holds the score; or pass the scores to ``select(..., quality=scores)``.
    minimum : float, optional
        Records with a lower score are not chosen, nor those without one (NaN).
    weight : float, default 0.0
        How quality is traded for density. The bytes that a record adds count ``exp(weight * z)``
        times, where z is its score in robust standard deviations above the median, at most 3 either
        way. So at 0.1 a record one deviation better may carry a tenth less information and still
        rank the same; at 1.0 quality decides nearly alone; at 0 only density does.
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

    column: str | None = None
    minimum: float | None = None
    weight: float = 0.0
    tie_break: bool = False

    def __post_init__(self) -> None:
        if self.minimum is not None and not math.isfinite(self.minimum):
            raise ConfigError(
                f"the minimum of quality must be finite, got {self.minimum!r}.",
                parameters=("minimum",),
            )
        with concerning(ConfigError, "weight"):
            check_weight("weight", self.weight)
        if self.minimum is None and self.weight == 0 and not self.tie_break:
            raise ConfigError(
                "this Quality does nothing: give a minimum, a weight above 0, or tie_break=True."
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
            f"not one of the {count} quality scores is a finite number. Check the column, or leave "
            "quality out."
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
    """Return how many times the information of each record counts, or None if once for all.

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
    """Return all rows, the best first, ties to the lower row; None if quality breaks no ties."""
    if not quality.tie_break:
        return None
    return np.argsort(np.nan_to_num(-scores, nan=np.inf), kind="stable")

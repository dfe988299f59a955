"""Scores as weights of information: from any scale to factors around 1."""

from __future__ import annotations

from numbers import Real

import numpy as np

from entropylaw.errors import ConfigError
from entropylaw.types import FloatArray
from entropylaw.validation import number

MOST_DEVIATIONS = 3.0
"""Scores further than this from the median count as this far, so that no outlier rules."""

MOST_WEIGHT = 10.0
"""Far beyond this nothing but the scores decides."""

_DEVIATIONS_PER_MAD = 1.4826  # of normally distributed scores


def check_weight(name: str, weight: object) -> None:
    """Raise ConfigError unless a weight of scores is a number from 0 to MOST_WEIGHT."""
    if (
        isinstance(weight, Real)
        and not isinstance(weight, bool)
        and 0 <= float(weight) <= MOST_WEIGHT
    ):
        return
    raise ConfigError(
        f"{name} must be a number from 0 to {MOST_WEIGHT:g}, got {weight!r}; 0.1 is mild, 1.0 "
        "strong."
    )


def checked_weight(name: str, weight: object) -> float:
    """Return a weight of scores as a float.

    Raises
    ------
    ConfigError
        If it is no number from 0 to `MOST_WEIGHT`.
    """
    return number(name, weight, at_least=0, at_most=MOST_WEIGHT, hint="0.1 is mild, 1.0 strong.")


def exponential_weights(scores: FloatArray, strength: float) -> FloatArray:
    """Return ``exp(strength * z)``, z being each score in robust deviations above the median.

    A deviation is 1.4826 times the median absolute deviation; where more than half of the scores
    are equal, the standard deviation instead. z is at most 3 either way.

    Parameters
    ----------
    scores : float array, shape (n,)
        Higher is better; NaN counts as the median.
    strength : float
        0 gives each weight 1.

    Returns
    -------
    float array, shape (n,)
        Positive and finite.

    Examples
    --------
    >>> exponential_weights(np.array([1.0, 2.0, 3.0, np.nan]), 0.1).round(2).tolist()
    [0.93, 1.0, 1.07, 1.0]
    """
    off = scores - np.nanmedian(scores)
    spread = float(np.nanmedian(np.abs(off))) * _DEVIATIONS_PER_MAD or float(np.nanstd(scores))
    z = np.nan_to_num(off / spread) if spread else np.zeros(len(scores))
    weights: FloatArray = np.exp(strength * np.clip(z, -MOST_DEVIATIONS, MOST_DEVIATIONS))
    return weights

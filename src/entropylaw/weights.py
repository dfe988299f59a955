"""Weights from scores: factors around 1, whatever the scale of the scores."""

from __future__ import annotations

import numpy as np

from entropylaw.types import FloatArray
from entropylaw.validation import number

MAX_DEVIATIONS = 3.0
"""Scores further than this from the median count as this far, which limits outliers."""

MAX_WEIGHT = 10
"""Largest weight of scores: with it they outweigh compression almost entirely."""

_DEVIATIONS_PER_MAD = 1.4826  # of normally distributed scores


def check_weight(name: str, weight: object) -> float:
    """Return the weight of scores as a float from 0 to `MAX_WEIGHT`.

    Raises
    ------
    ConfigError
        If it is no such number.

    Examples
    --------
    >>> check_weight("typicality", np.float32(0.5))
    0.5
    """
    hint = "Try 0.1 (mild) to 1.0 (strong)."
    return number(name, weight, at_least=0, at_most=MAX_WEIGHT, hint=hint)


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
    weights: FloatArray = np.exp(strength * np.clip(z, -MAX_DEVIATIONS, MAX_DEVIATIONS))
    return weights

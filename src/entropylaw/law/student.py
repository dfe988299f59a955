"""Student's t: quantiles and probabilities, the only place that asks scipy for them."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from entropylaw.types import FloatArray


def t_quantile(level: float, df: int) -> float:
    """Return the half-width, in standard errors, of a two-sided interval; NaN without `df`."""
    from scipy.special import stdtrit

    return float(stdtrit(df, 0.5 + level / 2)) if df > 0 else math.nan


def t_below(value: npt.ArrayLike, df: int) -> FloatArray:
    """Return the probability that a t variable with `df` degrees of freedom is below `value`."""
    from scipy.special import stdtr

    points = np.asarray(value, dtype=np.float64)
    if df <= 0:
        return np.full(points.shape, np.nan)
    return np.asarray(stdtr(df, points), dtype=np.float64)


def z_quantile(level: float) -> float:
    """Return the half-width, in standard errors, of a two-sided normal interval."""
    from scipy.special import ndtri

    return float(ndtri(0.5 + level / 2))

"""Seeded bootstrap of the coefficients, with the design held fixed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from entropylaw.law.regression import FULL_LEVERAGE, Regression, whiten
from entropylaw.law.student import t_quantile, z_quantile
from entropylaw.types import FloatArray


def bootstrap(
    fit: Regression,
    unconstrained: Regression,
    solve: Callable[[FloatArray, FloatArray], FloatArray],
    *,
    scheme: Literal["bootstrap", "wild-bootstrap"],
    n_boot: int,
    seed: int,
) -> FloatArray:
    """Return coefficients refitted to scores made from the fit plus resampled noise.

    The noise is taken from the residuals of `unconstrained`, since a bound that binds adds its own
    misfit to the residuals of `fit`. "bootstrap" draws residuals / sqrt(1 - leverage) with
    replacement: equal noise (after weighting) is assumed. "wild-bootstrap" gives each run its own
    residual / (1 - leverage) with a random sign: noise may differ from run to run.

    Parameters
    ----------
    fit : Regression
        Where the scores are centred.
    unconstrained : Regression
        Where the residuals are from; may be `fit` itself.
    solve : callable
        From whitened columns (n, p) and scores (b, n) to coefficients (b, p).
    scheme : {"bootstrap", "wild-bootstrap"}
    n_boot : int
        Number of refits.
    seed : int
        The same seed gives the same draws.

    Returns
    -------
    array of float, shape (n_boot, p)

    References
    ----------
    Davison and Hinkley (1997), Bootstrap Methods and their Application, section 6.3.
    Wild: Wu (1986), Annals of Statistics 14; signs: Liu (1988), Annals of Statistics 16.
    """
    rng = np.random.default_rng(seed)
    n = len(fit.y)
    Xw, _ = whiten(fit.X, fit.y, fit.weights)
    noise = unconstrained.residuals * np.sqrt(fit.weights)
    # A run of full leverage is fitted exactly: its residual is 0 and says nothing about noise.
    left = np.where(unconstrained.leverage > FULL_LEVERAGE, 1.0, 1 - unconstrained.leverage)
    if scheme == "bootstrap":
        pool = noise / np.sqrt(left)
        pool = (pool - pool.mean()) * np.sqrt(n / (n - 1))
        drawn = pool[rng.integers(0, n, size=(n_boot, n))]
    else:
        drawn = noise / left * rng.choice([-1.0, 1.0], size=(n_boot, n))
    return solve(Xw, fit.coef @ Xw.T + drawn)


def stretched_interval(
    point: FloatArray, draws: FloatArray, *, level: float, df: int
) -> tuple[FloatArray, FloatArray]:
    """Return percentile intervals widened for small samples.

    Plain percentiles behave as if the noise level were known. Their distances from the point
    estimate are stretched by t(df) / z, which for a symmetric distribution gives the t-interval.

    Parameters
    ----------
    point : array, shape (k,)
    draws : array, shape (b, k)
    level : float
    df : int

    References
    ----------
    Hesterberg (2015), What teachers should know about the bootstrap, The American Statistician 69
    (expanded percentile interval; here the distances are stretched, not the probabilities, which
    would need tens of thousands of draws at few degrees of freedom).
    """
    stretch = t_quantile(level, df) / z_quantile(level)
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
    below = np.maximum(point - low, 0.0)
    above = np.maximum(high - point, 0.0)
    return point - stretch * below, point + stretch * above

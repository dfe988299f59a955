"""Weighted least squares with its diagnostics, and quantiles of Student's t."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from entropylaw.types import BoolArray, FloatArray

FULL_LEVERAGE = 1 - 1e-9
"""Leverage above which one run alone determines a coefficient and cannot be left out."""


@dataclass(frozen=True)
class FitQuality:
    """Goodness of fit to the runs that were fitted; for prediction error see leave-one-out.

    Attributes
    ----------
    r2, adj_r2 : float
        Weighted, about the weighted mean.
    log_likelihood, aicc : float
        Gaussian; AICc counts the noise variance as a parameter and is NaN if n < p + 3.
    """

    r2: float
    adj_r2: float
    log_likelihood: float
    aicc: float


@dataclass(frozen=True, eq=False)
class Regression:
    """Regression of `n` runs on `p` columns.

    Attributes
    ----------
    X, y, weights : arrays, shapes (n, p), (n,), (n,)
        Data that were fitted; weights are inverse variances up to a factor.
    coef : array, shape (p,)
    covariance : array, shape (p, p)
        Of the coefficients, under equal noise variance (after weighting).
    hc3 : array, shape (p, p), or None
        Heteroscedasticity-consistent covariance; NaN if a run has full leverage.
    sigma : float
        Noise standard deviation of a run of weight 1, in units of `y`; NaN if df is 0.
    df : int
        Residual degrees of freedom, n - p.
    fitted, residuals : arrays, shape (n,)
        In units of `y`.
    leverage : array, shape (n,)
        Diagonal of the hat matrix of the weighted columns, 0 to 1.
    cooks_distance : array, shape (n,)
    loo_residuals : array, shape (n,)
        Score of each run minus its prediction from the other runs; NaN at full leverage.
    quality : FitQuality
        R², adjusted R², log-likelihood, AICc.
    condition_number : float
        Of the weighted columns scaled to length 1, intercept included (Belsley).
    vif : array, shape (p,)
        Variance inflation factors; NaN for the intercept.
    robust_weights : array, shape (n,), or None
        Weight that a robust fit gave each run, 0 to 1.
    """

    X: FloatArray
    y: FloatArray
    weights: FloatArray
    coef: FloatArray
    covariance: FloatArray
    hc3: FloatArray | None
    sigma: float
    df: int
    fitted: FloatArray
    residuals: FloatArray
    leverage: FloatArray
    cooks_distance: FloatArray
    loo_residuals: FloatArray
    quality: FitQuality
    condition_number: float
    vif: FloatArray
    robust_weights: FloatArray | None = None


def least_squares(X: FloatArray, y: FloatArray, weights: FloatArray) -> Regression:
    """Fit `y` on the columns of `X` by weighted least squares.

    Parameters
    ----------
    X : array of float, shape (n, p)
        Columns of full rank, the first of them ones.
    y : array of float, shape (n,)
    weights : array of float, shape (n,)
        Inverse variances up to a factor, above 0.

    Returns
    -------
    Regression

    Examples
    --------
    >>> import numpy as np
    >>> X = np.column_stack([np.ones(4), [1.0, 2.0, 3.0, 4.0]])
    >>> least_squares(X, np.array([1.0, 3.0, 5.0, 7.0]), np.ones(4)).coef.round(6).tolist()
    [-1.0, 2.0]

    References
    ----------
    HC3: MacKinnon and White (1985), J. Econometrics 29. AICc: Hurvich and Tsai (1989),
    Biometrika 76. Condition number and VIF: Belsley, Kuh and Welsch (1980).
    """
    n, p = X.shape
    Xw, yw = whiten(X, y, weights)
    lengths = np.linalg.norm(Xw, axis=0)
    U, s, Vt = np.linalg.svd(Xw / lengths, full_matrices=False)
    solve = (Vt.T / s) @ U.T / lengths[:, None]  # (p, n): scores to coefficients
    bread = solve @ solve.T
    coef = solve @ yw
    residuals = y - X @ coef
    noise = residuals * np.sqrt(weights)
    leverage = np.minimum(np.sum(U**2, axis=1), 1.0)
    df = n - p
    rss = float(noise @ noise)
    sigma = math.sqrt(rss / df) if df else math.nan
    left = 1 - leverage
    full = leverage > FULL_LEVERAGE
    left[full] = np.nan
    meat = solve * (noise / left)
    with np.errstate(divide="ignore", invalid="ignore"):
        cooks = noise**2 * leverage / (p * sigma**2 * left**2)
    return Regression(
        X=X,
        y=y,
        weights=weights,
        coef=coef,
        covariance=sigma**2 * bread,
        hc3=meat @ meat.T,
        sigma=sigma,
        df=df,
        fitted=X @ coef,
        residuals=residuals,
        leverage=leverage,
        cooks_distance=cooks,
        loo_residuals=residuals / left,
        quality=fit_quality(y, residuals, weights, p),
        condition_number=float(s[0] / s[-1]),
        vif=_vif(X, weights, bread),
    )


def whiten(X: FloatArray, y: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return columns and scores scaled to equal noise variance."""
    root = np.sqrt(weights)
    return X * root[:, None], y * root


def fit_quality(y: FloatArray, residuals: FloatArray, weights: FloatArray, p: int) -> FitQuality:
    """Return R², adjusted R², Gaussian log-likelihood and AICc of these residuals."""
    n = len(y)
    rss = float(weights @ residuals**2)
    mean = float(weights @ y / weights.sum())
    tss = float(weights @ (y - mean) ** 2)
    r2 = 1 - rss / tss if tss else math.nan
    log_likelihood = (
        -n / 2 * (math.log(2 * math.pi * rss / n) + 1) + float(np.log(weights).sum()) / 2
        if rss > 0
        else math.inf
    )
    k = p + 1  # the noise variance is a parameter too
    correction_df = n - k - 1
    return FitQuality(
        r2=r2,
        adj_r2=1 - (1 - r2) * (n - 1) / (n - p) if n > p else math.nan,
        log_likelihood=log_likelihood,
        aicc=(
            -2 * log_likelihood + 2 * k + 2 * k * (k + 1) / correction_df
            if correction_df > 0
            else math.nan
        ),
    )


def leave_out_each(
    regression: Regression, solve: Callable[[FloatArray, FloatArray], FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Return leave-one-out residuals and Cook's distances by refitting without each run.

    Parameters
    ----------
    regression : Regression
        Its `coef` is what `solve` gives for all runs.
    solve : callable
        From whitened columns (m, p) and scores (m,) to coefficients (p,).

    Returns
    -------
    loo_residuals, cooks_distance : arrays, shape (n,)
        NaN at full leverage.
    """
    X, y = regression.X, regression.y
    n, p = X.shape
    Xw, yw = whiten(X, y, regression.weights)
    gram = Xw.T @ Xw
    loo, cooks = np.full(n, np.nan), np.full(n, np.nan)
    for row in np.flatnonzero(regression.leverage <= FULL_LEVERAGE):
        keep: BoolArray = np.arange(n) != row
        without = solve(Xw[keep], yw[keep])
        loo[row] = y[row] - X[row] @ without
        moved = regression.coef - without
        with np.errstate(divide="ignore", invalid="ignore"):
            cooks[row] = moved @ gram @ moved / (p * np.float64(regression.sigma) ** 2)
    return loo, cooks


def _vif(X: FloatArray, weights: FloatArray, bread: FloatArray) -> FloatArray:
    """Return the variance inflation factors, NaN for the intercept."""
    means = weights @ X / weights.sum()
    vif = np.diag(bread) * (weights @ (X - means) ** 2)
    vif[0] = np.nan
    return np.asarray(vif, dtype=np.float64)


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

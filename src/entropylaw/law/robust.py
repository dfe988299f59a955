"""Huber's M-estimator by iteratively reweighted least squares."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from entropylaw.law.least_squares import (
    Regression,
    fit_quality,
    least_squares,
    leave_out_each,
    whiten,
)
from entropylaw.types import FloatArray

HUBER_K = 1.345
"""Residuals beyond this many robust standard deviations are downweighted (95 % efficiency)."""

_MAD = 0.674489750196082  # median of |z| for a standard normal z
_MAX_ITERATIONS = 300
_TOLERANCE = 1e-11


def huber(X: FloatArray, y: FloatArray, weights: FloatArray) -> Regression:
    """Fit `y` on the columns of `X` by Huber's M-estimator, which downweights outlying runs.

    Starts from weighted least squares; the scale is the median absolute residual, updated in each
    iteration. The covariance is Huber's (H1), which is what t-intervals use; leverage, VIF and
    condition number are those of the least-squares design. The Gaussian likelihood and AICc do
    not apply and are NaN.

    Parameters
    ----------
    X : array of float, shape (n, p)
    y : array of float, shape (n,)
    weights : array of float, shape (n,)
        Inverse variances up to a factor.

    References
    ----------
    Huber and Ronchetti (2009), Robust Statistics, 2nd edition, chapter 7.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(9.0)
    >>> y = 2 * x + np.array([0.1, -0.1, 0.2, 0, -0.2, 0.1, 0, -0.1, 50])
    >>> fit = huber(np.column_stack([np.ones(9), x]), y, np.ones(9))
    >>> bool(abs(fit.coef[1] - 2) < 0.1), bool(fit.robust_weights[8] < 0.05)
    (True, True)
    """
    start = least_squares(X, y, weights)
    Xw, yw = whiten(X, y, weights)
    coef = huber_coefficients(Xw, yw[None])[0]
    residuals = y - X @ coef
    noise = residuals * np.sqrt(weights)
    scale = float(_scale(noise[None])[0])
    robust_weights = _robust_weights(noise[None], np.array([scale]))[0]
    p = X.shape[1]
    sigma = _sigma(noise, scale, p)
    unit = start.covariance / start.sigma**2 if start.sigma else start.covariance
    quality = fit_quality(y, residuals, weights, p)
    fit = replace(
        start,
        coef=coef,
        covariance=sigma**2 * unit,
        hc3=None,
        sigma=sigma,
        fitted=X @ coef,
        residuals=residuals,
        robust_weights=robust_weights,
        quality=replace(quality, log_likelihood=math.nan, aicc=math.nan),
    )
    loo, cooks = leave_out_each(fit, lambda A, b: huber_coefficients(A, b[None])[0])
    return replace(fit, loo_residuals=loo, cooks_distance=cooks)


def huber_coefficients(X: FloatArray, Y: FloatArray) -> FloatArray:
    """Return the coefficients of several sets of scores on the same whitened columns.

    Parameters
    ----------
    X : array of float, shape (n, p)
    Y : array of float, shape (b, n)

    Returns
    -------
    array of float, shape (b, p)
    """
    lengths = np.linalg.norm(X, axis=0)
    A = X / lengths  # scaled, so that the normal equations below lose no digits to units
    p = A.shape[1]
    products = (A[:, :, None] * A[:, None, :]).reshape(-1, p * p)
    coef = Y @ np.linalg.pinv(A).T
    moving = np.arange(len(Y))  # sets of scores whose coefficients still change
    for _ in range(_MAX_ITERATIONS):
        scores, before = Y[moving], coef[moving]
        noise = scores - before @ A.T
        weights = _robust_weights(noise, _scale(noise))
        gram = (weights @ products).reshape(-1, p, p)
        moment = (weights * scores) @ A
        after = np.linalg.solve(gram, moment[..., None])[..., 0]
        coef[moving] = after
        change = np.abs(after - before).max(axis=1)
        moving = moving[change > _TOLERANCE * np.abs(after).max(axis=1)]
        if not len(moving):
            break
    return np.asarray(coef / lengths, dtype=np.float64)


def _scale(noise: FloatArray) -> FloatArray:
    """Return the robust standard deviation of each row of residuals."""
    return np.asarray(np.median(np.abs(noise), axis=1) / _MAD, dtype=np.float64)


def _robust_weights(noise: FloatArray, scale: FloatArray) -> FloatArray:
    """Return Huber's weights: 1 within the limit, then proportional to 1 / distance."""
    limit = HUBER_K * scale[:, None]
    size = np.abs(noise)
    # With a scale of 0 (half the runs fitted exactly), no residual can be called outlying.
    within = (size <= limit) | (limit == 0)
    return np.where(within, 1.0, limit / np.where(size == 0, 1.0, size))


def _sigma(noise: FloatArray, scale: float, p: int) -> float:
    """Return the noise level whose square times (X'X)^-1 is Huber's H1 covariance."""
    n = len(noise)
    if n <= p or scale == 0:
        return math.nan
    psi = np.clip(noise / scale, -HUBER_K, HUBER_K)
    inside = np.abs(noise) <= HUBER_K * scale
    mean = float(inside.mean())
    spread = float(inside.var())
    correction = 1 + p / n * spread / mean**2
    return correction * scale * math.sqrt(float(psi @ psi) / (n - p)) / mean

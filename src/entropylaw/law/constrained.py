"""Exact least squares with some slopes constrained to be at most 0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from entropylaw.law.least_squares import (
    Regression,
    fit_quality,
    least_squares,
    leave_out_each,
    whiten,
)
from entropylaw.types import FloatArray


def constrained(
    X: FloatArray, y: FloatArray, weights: FloatArray, *, nonpositive: Sequence[int]
) -> Regression:
    """Fit `y` on the columns of `X` with the slopes of `nonpositive` columns at most 0.

    The covariance is NaN: an estimate that may lie on its bound has no closed form (use the
    bootstrap). Leverage, VIF and condition number are those of the unconstrained design. Degrees
    of freedom count every column, on its bound or not, so intervals are wide rather than narrow.

    Parameters
    ----------
    X : array of float, shape (n, p)
    y : array of float, shape (n,)
    weights : array of float, shape (n,)
    nonpositive : sequence of int
        Columns of `X` with a slope of at most 0.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(5.0)
    >>> X = np.column_stack([np.ones(5), x])
    >>> constrained(X, x + 1, np.ones(5), nonpositive=[1]).coef.round(6).tolist()
    [3.0, 0.0]
    """
    start = least_squares(X, y, weights)
    Xw, yw = whiten(X, y, weights)
    coef = constrained_coefficients(Xw, yw[None], nonpositive=nonpositive)[0]
    residuals = y - X @ coef
    rss = float(weights @ residuals**2)
    fit = replace(
        start,
        coef=coef,
        covariance=np.full_like(start.covariance, np.nan),
        hc3=None,
        sigma=float(np.sqrt(rss / start.df)) if start.df else np.nan,
        fitted=X @ coef,
        residuals=residuals,
        quality=fit_quality(y, residuals, weights, X.shape[1]),
    )
    loo, cooks = leave_out_each(
        fit, lambda A, b: constrained_coefficients(A, b[None], nonpositive=nonpositive)[0]
    )
    return replace(fit, loo_residuals=loo, cooks_distance=cooks)


def constrained_coefficients(
    X: FloatArray, Y: FloatArray, *, nonpositive: Sequence[int]
) -> FloatArray:
    """Return the coefficients of several sets of scores on the same whitened columns.

    The problem is convex, so its solution is the least-squares fit on the columns that are not on
    their bound. Two bounded slopes give four such sets of columns: all are fitted, and for each
    set of scores the feasible fit with the smallest residual is kept.

    Parameters
    ----------
    X : array of float, shape (n, p)
    Y : array of float, shape (b, n)
    nonpositive : sequence of int

    Returns
    -------
    array of float, shape (b, p)
    """
    best = np.zeros((len(Y), X.shape[1]))
    best_rss = np.full(len(Y), np.inf)
    for size in range(len(nonpositive) + 1):
        for at_bound in combinations(nonpositive, size):
            free = [column for column in range(X.shape[1]) if column not in at_bound]
            A = X[:, free]
            lengths = np.linalg.norm(A, axis=0)
            coef = np.zeros_like(best)
            coef[:, free] = Y @ np.linalg.pinv(A / lengths).T / lengths
            rss = np.sum((Y - coef @ X.T) ** 2, axis=1)
            better = np.all(coef[:, list(nonpositive)] <= 0, axis=1) & (rss < best_rss)
            best[better], best_rss[better] = coef[better], rss[better]
    return best

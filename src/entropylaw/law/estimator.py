"""Estimation of a law: coefficients (optionally sign-constrained) and covariance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

import numpy as np

from entropylaw.errors import RunsError
from entropylaw.law.design import Design, Used
from entropylaw.law.least_squares import (
    FULL_LEVERAGE,
    Regression,
    fit_quality,
    least_squares,
    leave_out_each,
    whiten,
)
from entropylaw.law.options import Covariance, Form, Robust
from entropylaw.law.result import CovarianceName, LawResult
from entropylaw.law.robust import huber, huber_coefficients
from entropylaw.law.run_table import RunTable
from entropylaw.types import FloatArray

Solver = Callable[[FloatArray, FloatArray], FloatArray]
"""From whitened columns (n, p) and scores (b, n) to coefficients (b, p)."""


@dataclass(frozen=True)
class Estimator:
    """How coefficients and their covariance are estimated; see `EntropyLawFit` for the options."""

    covariance: Covariance
    robust: Robust | None
    group_intercepts: bool
    n_boot: int
    seed: int

    def fit(self, table: RunTable, *, form: Form, used: Used) -> tuple[Design, LawResult]:
        """Return the design of these runs and the law fitted on it."""
        design, regression = self.point(table, form=form, used=used)
        name = self.covariance
        if name == "auto":
            name = "bootstrap" if form == "constrained" else "classical"
        nonpositive = design.slope_columns if form == "constrained" else ()
        draws = None
        if name == "hc3":
            assert regression.hc3 is not None  # not allowed with robust and constrained fits
            covariance = regression.hc3
        elif name == "classical":
            covariance = regression.covariance
        elif regression.df == 0:
            covariance = np.full_like(regression.covariance, np.nan)
        else:
            free = (
                least_squares(regression.X, regression.y, regression.weights)
                if nonpositive
                else regression
            )
            draws = bootstrap(
                regression,
                free,
                self._solver(nonpositive),
                scheme=name,
                n_boot=self.n_boot,
                seed=self.seed,
            )
            covariance = np.cov(draws, rowvar=False).reshape(regression.covariance.shape)
        label: CovarianceName = "huber-h1" if self.robust and name == "classical" else name
        return design, LawResult(design.names, regression, covariance, label, draws, nonpositive)

    def point(self, table: RunTable, *, form: Form, used: Used) -> tuple[Design, Regression]:
        """Return the design and the regression without a bootstrap: enough for leave-one-out."""
        design = Design.of(table, form=form, used=used, group_intercepts=self.group_intercepts)
        X = design.matrix_of(table)
        y, weights = table.performance, table.weight
        if self.robust is not None:
            if len(y) <= 2 * X.shape[1]:
                raise RunsError(
                    f"robust={self.robust!r}: expected more than two runs per coefficient, to "
                    f"distinguish an outlier from the rest; saw {len(y)} runs for {X.shape[1]} "
                    "coefficients. Try robust=None, or predictors='ratio'."
                )
            return design, huber(X, y, weights)
        if form == "constrained" and design.slope_columns:
            return design, constrained(X, y, weights, nonpositive=design.slope_columns)
        return design, least_squares(X, y, weights)

    def _solver(self, nonpositive: tuple[int, ...]) -> Solver:
        """Return a function that refits many sets of scores on one whitened design."""
        if self.robust is not None:
            return huber_coefficients
        return lambda X, Y: constrained_coefficients(X, Y, nonpositive=nonpositive)


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


def bootstrap(
    fit: Regression,
    unconstrained: Regression,
    solve: Solver,
    *,
    scheme: Literal["bootstrap", "wild-bootstrap"],
    n_boot: int,
    seed: int,
) -> FloatArray:
    """Return coefficients refitted to fitted scores plus resampled noise, the design fixed.

    The noise comes from the residuals of `unconstrained`, because a binding constraint adds its
    own misfit to the residuals of `fit`. "bootstrap" draws residuals / sqrt(1 - leverage) with
    replacement, which assumes equal noise (after weighting). "wild-bootstrap" gives each run its
    own residual / (1 - leverage) with a random sign, so noise may differ between runs.

    Parameters
    ----------
    fit : Regression
        Its fitted scores are the centre.
    unconstrained : Regression
        Source of the residuals; may be `fit` itself.
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
    # A run of full leverage is fitted exactly: its residual is 0 and carries no noise.
    left = np.where(unconstrained.leverage > FULL_LEVERAGE, 1.0, 1 - unconstrained.leverage)
    if scheme == "bootstrap":
        pool = noise / np.sqrt(left)
        pool = (pool - pool.mean()) * np.sqrt(n / (n - 1))
        drawn = pool[rng.integers(0, n, size=(n_boot, n))]
    else:
        drawn = noise / left * rng.choice([-1.0, 1.0], size=(n_boot, n))
    return solve(Xw, fit.coef @ Xw.T + drawn)

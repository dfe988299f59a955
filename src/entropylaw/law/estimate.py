"""From a design and scores to a law: the estimator, then its covariance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from entropylaw.errors import RunsError
from entropylaw.law.bootstrap import bootstrap
from entropylaw.law.constrained import constrained, constrained_coefficients
from entropylaw.law.design import Design, Used
from entropylaw.law.options import Covariance, Form, Robust
from entropylaw.law.regression import Regression, least_squares
from entropylaw.law.result import CovarianceName, LawResult
from entropylaw.law.robust import huber, huber_coefficients
from entropylaw.law.table import RunTable
from entropylaw.types import FloatArray


@dataclass(frozen=True)
class Estimator:
    """How coefficients and their covariance are found; see `EntropyLawFit` for the options."""

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
        falling = design.slope_columns if form == "constrained" else ()
        draws = None
        if name == "hc3":
            assert regression.hc3 is not None  # refused with robust and constrained fits
            covariance = regression.hc3
        elif name == "classical":
            covariance = regression.covariance
        elif regression.df == 0:
            covariance = np.full_like(regression.covariance, np.nan)
        else:
            free = (
                least_squares(regression.X, regression.y, regression.weights)
                if falling
                else regression
            )
            draws = bootstrap(
                regression,
                free,
                self._solver(falling),
                scheme=name,
                n_boot=self.n_boot,
                seed=self.seed,
            )
            covariance = np.cov(draws, rowvar=False).reshape(regression.covariance.shape)
        label: CovarianceName = "huber-h1" if self.robust and name == "classical" else name
        return design, LawResult(design.names, regression, covariance, label, draws, falling)

    def point(self, table: RunTable, *, form: Form, used: Used) -> tuple[Design, Regression]:
        """Return the design and the regression alone: enough for leave-one-out."""
        design = Design.of(table, form=form, used=used, group_intercepts=self.group_intercepts)
        X = design.matrix_of(table)
        y, weights = table.performance, table.weight
        if self.robust is not None:
            if len(y) <= 2 * X.shape[1]:
                raise RunsError(
                    f"robust={self.robust!r} needs more than two runs a coefficient to tell an "
                    f"outlier from the rest; saw {len(y)} runs for {X.shape[1]} coefficients. "
                    "Try robust=None, or predictors='ratio'."
                )
            return design, huber(X, y, weights)
        if form == "constrained" and design.slope_columns:
            return design, constrained(X, y, weights, falling=design.slope_columns)
        return design, least_squares(X, y, weights)

    def _solver(self, falling: tuple[int, ...]) -> Callable[[FloatArray, FloatArray], FloatArray]:
        """Return what refits many sets of scores on one whitened design."""
        if self.robust is not None:
            return huber_coefficients
        if falling:
            return lambda X, Y: constrained_coefficients(X, Y, falling=falling)
        return lambda X, Y: constrained_coefficients(X, Y, falling=())

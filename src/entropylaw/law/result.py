"""Fitted coefficients with their covariance, and predictions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from entropylaw.errors import warn
from entropylaw.law.design import Design
from entropylaw.law.least_squares import Regression, t_below, t_quantile, z_quantile
from entropylaw.law.options import Interval, checked_level
from entropylaw.law.run_table import RunTable
from entropylaw.render.result import Result
from entropylaw.render.tables import Table, number
from entropylaw.types import FloatArray

CovarianceName: TypeAlias = Literal["classical", "huber-h1", "hc3", "bootstrap", "wild-bootstrap"]
"""Source of a covariance; "huber-h1" is the counterpart of classical for a robust fit."""


@dataclass(frozen=True, eq=False, repr=False)
class LawResult(Result):
    """A fitted law: the regression, and the covariance used for its intervals.

    Attributes
    ----------
    names : tuple of str, length p
        Names of the coefficients.
    regression : Regression
        Point estimates and diagnostics.
    covariance : array, shape (p, p)
        Covariance of the coefficients: classical, HC3, Huber's H1, or of the bootstrap draws.
    covariance_name : {"classical", "huber-h1", "hc3", "bootstrap", "wild-bootstrap"}
    draws : array, shape (n_boot, p), or None
        Bootstrap coefficients.
    nonpositive : tuple of int
        Coefficients that were constrained to be at most 0.
    """

    names: tuple[str, ...]
    regression: Regression
    covariance: FloatArray
    covariance_name: CovarianceName
    draws: FloatArray | None
    nonpositive: tuple[int, ...]

    @property
    def coef(self) -> FloatArray:
        """Coefficients, shape (p,)."""
        return self.regression.coef

    @property
    def std_err(self) -> FloatArray:
        """Standard errors, shape (p,)."""
        return np.asarray(np.sqrt(np.diag(self.covariance)), dtype=np.float64)

    @property
    def df(self) -> int:
        """Residual degrees of freedom."""
        return self.regression.df

    @property
    def falling(self) -> tuple[int, ...]:
        """Deprecated name of `nonpositive`."""
        warn("LawResult.falling: renamed. Use LawResult.nonpositive.", DeprecationWarning)
        return self.nonpositive

    def coef_interval(self, level: float) -> tuple[FloatArray, FloatArray]:
        """Return lower and upper ends of the interval of each coefficient, shape (p,)."""
        low, high = self.mean_interval(np.eye(len(self.names)), level)
        columns = list(self.nonpositive)
        high[columns] = np.minimum(high[columns], 0.0)  # what the form allows
        return low, high

    def mean_interval(self, X: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
        """Return the ends of the intervals of `X @ coef`, from Student's t or from the draws."""
        level = checked_level(level)
        point = X @ self.coef
        if self.draws is not None:
            return stretched_interval(point, self.draws @ X.T, level=level, df=self.df)
        half = t_quantile(level, self.df) * self.mean_std_err(X)
        return point - half, point + half

    def mean_std_err(self, X: FloatArray) -> FloatArray:
        """Return the standard error of each entry of `X @ coef`."""
        variance = np.einsum("ij,jk,ik->i", X, self.covariance, X)
        return np.asarray(np.sqrt(np.maximum(variance, 0.0)), dtype=np.float64)

    def to_dict(self) -> dict[str, Any]:
        """Return coefficients, standard errors and their covariance as plain values."""
        return {
            "names": list(self.names),
            "coef": self.coef.tolist(),
            "std_err": self.std_err.tolist(),
            "covariance": self.covariance.tolist(),
            "covariance_name": self.covariance_name,
            "df": self.df,
        }

    def _headline(self) -> str:
        return f"{len(self.names)} coefficients, {self.covariance_name} covariance, df={self.df}"

    def _table(self) -> Table:
        rows = [
            (name, number(value), number(error))
            for name, value, error in zip(self.names, self.coef, self.std_err, strict=True)
        ]
        note = f"{self.covariance_name} standard errors, {self.df} degrees of freedom"
        return Table.of(("coefficient", "estimate", "std err"), rows, note=note)

    def _columns(self) -> Mapping[str, Any]:
        return {"name": list(self.names), "estimate": self.coef, "std_err": self.std_err}


@dataclass(frozen=True, eq=False, repr=False)
class Prediction(Result):
    """Predicted scores of some runs, with their uncertainty.

    Attributes
    ----------
    performance : array, shape (m,)
        Expected score.
    low, high : array, shape (m,), or None
        Ends of the interval; None if no interval was requested.
    interval : {"confidence", "prediction"} or None
    level : float
        Confidence level of the interval.
    std_err : array, shape (m,)
        Standard error of `performance` (of the mean of many such runs).
    noise : array, shape (m,)
        Standard deviation of one run about its mean.
    df : int
        Degrees of freedom of both.
    labels : tuple of str
        Names of the runs.
    """

    performance: FloatArray
    low: FloatArray | None
    high: FloatArray | None
    interval: Interval | None
    level: float
    std_err: FloatArray
    noise: FloatArray
    df: int
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)

    def __array__(
        self, dtype: npt.DTypeLike | None = None, copy: bool | None = None
    ) -> npt.NDArray[Any]:
        return np.array(self.performance, dtype=dtype)

    @property
    def run_std_err(self) -> FloatArray:
        """Standard error of the score of one new run: that of the mean, and the run's noise."""
        return np.hypot(self.std_err, self.noise)

    def probability_below(self, score: npt.ArrayLike) -> FloatArray:
        """Return the probability that one new run scores below `score`, shape (m,).

        Student's t with `df` degrees of freedom, centred at `performance`.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            t = (np.asarray(score, dtype=np.float64) - self.performance) / self.run_std_err
        return t_below(t, self.df)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: the kind and level of the interval, and one list per column."""
        return {
            "interval": self.interval,
            "level": self.level,
            "run": list(self.labels),
            "performance": self.performance.tolist(),
            "low": None if self.low is None else self.low.tolist(),
            "high": None if self.high is None else self.high.tolist(),
            "std_err": self.std_err.tolist(),
        }

    def _headline(self) -> str:
        count = len(self)
        runs = f"{count} run" if count == 1 else f"{count} runs"
        if self.interval is None:
            return runs
        return f"{runs}, {self.level:.4g} {self.interval} interval"

    def _table(self) -> Table:
        headers = ["run", "performance"]
        columns = [list(self.labels), [number(v) for v in self.performance]]
        if self.low is not None and self.high is not None:
            headers += ["low", "high"]
            columns += [[number(v) for v in self.low], [number(v) for v in self.high]]
        title = "expected performance"
        if self.interval is not None:
            title += f", {self.level:.4g} {self.interval} interval"
        return Table.of(headers, list(zip(*columns, strict=True)), title=title)

    def _columns(self) -> Mapping[str, Any]:
        nan = np.full(len(self), np.nan)
        return {
            "run": list(self.labels),
            "performance": self.performance,
            "low": nan if self.low is None else self.low,
            "high": nan if self.high is None else self.high,
            "std_err": self.std_err,
        }


def predict(
    design: Design, result: LawResult, table: RunTable, *, interval: Interval | None, level: float
) -> Prediction:
    """Return the scores that a fitted law expects of the runs in `table`."""
    X = design.matrix_of(table)
    mean = X @ result.coef
    noise = result.regression.sigma / np.sqrt(table.weight)
    low: FloatArray | None = None
    high: FloatArray | None = None
    if interval is not None:
        low, high = result.mean_interval(X, level)
    if interval == "prediction" and low is not None and high is not None:
        half = t_quantile(level, result.df) * noise
        low, high = mean - np.hypot(mean - low, half), mean + np.hypot(high - mean, half)
    return Prediction(
        performance=mean,
        low=low,
        high=high,
        interval=interval,
        level=level,
        std_err=result.mean_std_err(X),
        noise=noise,
        df=result.df,
        labels=table.labels,
    )


def stretched_interval(
    point: FloatArray, draws: FloatArray, *, level: float, df: int
) -> tuple[FloatArray, FloatArray]:
    """Return percentile intervals widened for small samples.

    Percentiles of bootstrap draws treat the noise level as known. Their distances from the point
    estimate are multiplied by t(df) / z, which for a symmetric distribution gives the t-interval.

    Parameters
    ----------
    point : array, shape (k,)
    draws : array, shape (b, k)
    level : float
    df : int

    References
    ----------
    Hesterberg (2015), What teachers should know about the bootstrap, The American Statistician 69
    (expanded percentile interval; here the distances are stretched instead of the probabilities,
    which would need tens of thousands of draws at few degrees of freedom).
    """
    stretch = t_quantile(level, df) / z_quantile(level)
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
    below = np.maximum(point - low, 0.0)
    above = np.maximum(high - point, 0.0)
    return point - stretch * below, point + stretch * above

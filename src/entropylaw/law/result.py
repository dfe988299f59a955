"""What a fit learnt, as frozen values: coefficients, predictions, scores and verdicts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from entropylaw.law.bootstrap import stretched_interval
from entropylaw.law.options import Interval, check_level
from entropylaw.law.regression import Regression
from entropylaw.law.student import t_below, t_quantile
from entropylaw.render.law_tables import html_table, number, text_table
from entropylaw.types import FloatArray

CovarianceName: TypeAlias = Literal["classical", "huber-h1", "hc3", "bootstrap", "wild-bootstrap"]
"""Where a covariance is from; "huber-h1" is the counterpart of classical for a robust fit."""


@dataclass(frozen=True, eq=False)
class LawResult:
    """Hold a fitted law: the regression, and the covariance chosen for its intervals.

    Attributes
    ----------
    names : tuple of str, length p
        Of the coefficients.
    regression : Regression
        Point estimates and diagnostics.
    covariance : array, shape (p, p)
        Of the coefficients: classical, HC3, Huber's H1, or that of the bootstrap draws.
    covariance_name : {"classical", "huber-h1", "hc3", "bootstrap", "wild-bootstrap"}
    draws : array, shape (n_boot, p), or None
        Bootstrap coefficients.
    falling : tuple of int
        Coefficients that were held at most 0.
    """

    names: tuple[str, ...]
    regression: Regression
    covariance: FloatArray
    covariance_name: CovarianceName
    draws: FloatArray | None
    falling: tuple[int, ...]

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

    def coef_interval(self, level: float) -> tuple[FloatArray, FloatArray]:
        """Return lower and upper ends of the interval of each coefficient, shape (p,)."""
        low, high = self.mean_interval(np.eye(len(self.names)), level)
        columns = list(self.falling)
        high[columns] = np.minimum(high[columns], 0.0)  # what the form allows
        return low, high

    def mean_interval(self, X: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
        """Return the ends of the intervals of `X @ coef`, t-based or from the draws."""
        check_level(level)
        point = X @ self.coef
        if self.draws is not None:
            return stretched_interval(point, self.draws @ X.T, level=level, df=self.df)
        half = t_quantile(level, self.df) * self.mean_std_err(X)
        return point - half, point + half

    def mean_std_err(self, X: FloatArray) -> FloatArray:
        """Return the standard error of each entry of `X @ coef`."""
        variance = np.einsum("ij,jk,ik->i", X, self.covariance, X)
        return np.asarray(np.sqrt(np.maximum(variance, 0.0)), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Prediction:
    """Hold predicted scores of some runs and how sure they are.

    Attributes
    ----------
    performance : array, shape (m,)
        Expected score.
    low, high : array, shape (m,), or None
        Ends of the interval; None if none was asked for.
    interval : {"confidence", "prediction"} or None
    level : float
        Of the interval.
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
        """Standard error of the score of one new run: of the mean, and its own noise."""
        return np.hypot(self.std_err, self.noise)

    def probability_below(self, score: npt.ArrayLike) -> FloatArray:
        """Return the chance that one new run scores below `score`, shape (m,).

        Student's t with `df` degrees of freedom, centred at `performance`.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            t = (np.asarray(score, dtype=np.float64) - self.performance) / self.run_std_err
        return t_below(t, self.df)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: what was asked, and one list a column."""
        return {
            "interval": self.interval,
            "level": self.level,
            "run": list(self.labels),
            "performance": self.performance.tolist(),
            "low": None if self.low is None else self.low.tolist(),
            "high": None if self.high is None else self.high.tolist(),
            "std_err": self.std_err.tolist(),
        }

    def _table(self) -> tuple[list[str], list[list[str]]]:
        headers = ["run", "performance"]
        columns = [list(self.labels), [number(v) for v in self.performance]]
        if self.low is not None and self.high is not None:
            headers += ["low", "high"]
            columns += [[number(v) for v in self.low], [number(v) for v in self.high]]
        return headers, [list(row) for row in zip(*columns, strict=True)]

    def _title(self) -> str:
        if self.interval is None:
            return "expected performance"
        return f"expected performance, {self.level:.4g} {self.interval} interval"

    def __repr__(self) -> str:
        return f"{self._title()}\n{text_table(*self._table())}"

    def _repr_html_(self) -> str:
        return html_table(*self._table(), caption=self._title())


@dataclass(frozen=True, eq=False)
class LooScore:
    """Hold the leave-one-out error of one law.

    Attributes
    ----------
    name : str
    rmse : float
        Root of the weighted mean squared error over left-out runs, in units of performance.
    std_err : float
        Standard error of `rmse` (delta method on the squared errors).
    n : int
        Runs that could be left out: one that alone fixes a coefficient cannot.
    squared_errors : array, shape (runs,)
        One a run, NaN where it could not be left out.
    """

    name: str
    rmse: float
    std_err: float
    n: int
    squared_errors: FloatArray

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {"name": self.name, "rmse": self.rmse, "std_err": self.std_err, "n": self.n}


@dataclass(frozen=True)
class Deduction:
    """Hold the evidence for one of the two deductions of the law: a slope below 0.

    Attributes
    ----------
    statement : str
        In words.
    coefficient : str
        Name of the slope that it is about.
    slope, std_err, t : float
    p_value : float
        One-sided: the chance of a slope as low or lower, were the true slope 0.
    bootstrap_probability : float or None
        Share of bootstrap draws below 0, if the law was fitted with a bootstrap covariance.
    level : float
        Confidence asked of the verdict.
    """

    statement: str
    coefficient: str
    slope: float
    std_err: float
    t: float
    p_value: float
    bootstrap_probability: float | None
    level: float

    @property
    def verdict(self) -> Literal["supported", "contradicted", "undecided"]:
        """What these runs say at `level`; "undecided" is no evidence against it."""
        if self.p_value < 1 - self.level:
            return "supported"
        if self.p_value > self.level:
            return "contradicted"
        return "undecided"

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, the verdict with them."""
        return {**self.__dict__, "verdict": self.verdict}


@dataclass(frozen=True)
class Deductions:
    """Hold the tests of the deductions that a fit can speak of; prints as a table."""

    tests: tuple[Deduction, ...]
    note: str

    def __iter__(self) -> Iterator[Deduction]:
        return iter(self.tests)

    def __len__(self) -> int:
        return len(self.tests)

    def __getitem__(self, index: int) -> Deduction:
        return self.tests[index]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {"tests": [test.to_dict() for test in self.tests], "note": self.note}

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Return headers and rows as text."""
        headers = ["deduction", "slope", "std err", "p (one-sided)", "boot P(<0)", "verdict"]
        rows = [
            [
                test.statement,
                number(test.slope),
                number(test.std_err),
                number(test.p_value),
                "-" if test.bootstrap_probability is None else number(test.bootstrap_probability),
                test.verdict,
            ]
            for test in self.tests
        ]
        return headers, rows

    def __repr__(self) -> str:
        return f"{text_table(*self.table())}\n{self.note}"

    def _repr_html_(self) -> str:
        return html_table(*self.table(), caption=self.note)


@dataclass(frozen=True)
class RequiredRatio:
    """Hold the compression ratio that reaches a target score at a given loss.

    Attributes
    ----------
    ratio : float
        Raw / compressed at which the expected score is the target; NaN if the ratio has no effect.
    low, high : float
        Ends of its interval. 0 and infinity if no ratio can be ruled out.
    target : float
    first_epoch_loss : float or None
    group : str or None
    level : float
    interval : {"confidence", "prediction"}
        For the mean of many runs at that ratio, or for one run.
    side : {"at most", "at least"}
        Which side of `ratio` meets the target: "at most" where score falls with ratio.
    """

    ratio: float
    low: float
    high: float
    target: float
    first_epoch_loss: float | None
    group: str | None
    level: float
    interval: Interval
    side: Literal["at most", "at least"]

    @property
    def bounded(self) -> bool:
        """Whether the runs tie the ratio down at all at this level."""
        return math.isfinite(self.high)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return dict(self.__dict__)

    def __repr__(self) -> str:
        at = "" if self.first_epoch_loss is None else f" at loss {self.first_epoch_loss:.4g}"
        sure = (
            f"{self.level:.4g} {self.interval} interval {self.low:.4g} to {self.high:.4g}"
            if self.bounded
            else f"at {self.level:.4g} these runs rule no ratio out"
        )
        return (
            f"performance {self.target:.4g}{at} needs a compression ratio of "
            f"{self.side} {self.ratio:.4g} ({sure})"
        )

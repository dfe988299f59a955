"""State of a fitted law, and the attributes that read it."""

from __future__ import annotations

from dataclasses import dataclass

from entropylaw.errors import NotFittedError
from entropylaw.law.comparison import LooScore
from entropylaw.law.design import Design
from entropylaw.law.diagnostics import Caution
from entropylaw.law.result import LawResult
from entropylaw.law.run_table import RunTable
from entropylaw.law.runs import Run
from entropylaw.types import FloatArray


@dataclass(frozen=True, eq=False)
class Fitted:
    """Everything that a fit computes."""

    runs: tuple[Run, ...]
    table: RunTable  # its weights have a median of 1
    typical_weight: float  # the median weight before
    design: Design
    result: LawResult
    scores: tuple[LooScore, ...]
    cautions: tuple[Caution, ...]


class FittedAttributes:
    """Attributes of a fitted law; each raises NotFittedError before `fit`."""

    _state: Fitted | None = None

    @property
    def coef_(self) -> FloatArray:
        """Coefficients: intercept, compression ratio, first-epoch loss, ..., groups."""
        return self._fitted.result.coef

    @property
    def coef_names_(self) -> tuple[str, ...]:
        """Names of `coef_`."""
        return self._fitted.result.names

    @property
    def std_err_(self) -> FloatArray:
        """Standard errors of `coef_`."""
        return self._fitted.result.std_err

    @property
    def r_squared_(self) -> float:
        """Share of the (weighted) variance of performance that the law explains."""
        return self._fitted.result.regression.quality.r2

    @property
    def adj_r_squared_(self) -> float:
        """R² adjusted for the number of coefficients; NaN without degrees of freedom."""
        return self._fitted.result.regression.quality.adj_r2

    @property
    def sigma_(self) -> float:
        """Noise standard deviation of a run of median weight, in units of performance."""
        return self._fitted.result.regression.sigma

    @property
    def residuals_(self) -> FloatArray:
        """Performance minus fitted performance of each run."""
        return self._fitted.result.regression.residuals

    @property
    def df_(self) -> int:
        """Residual degrees of freedom: runs minus coefficients."""
        return self._fitted.result.df

    @property
    def n_runs_(self) -> int:
        """Number of runs."""
        return len(self._fitted.runs)

    @property
    def n_groups_(self) -> int:
        """Number of groups with an intercept; 1 if all runs share one."""
        return max(1, len(self._fitted.design.groups))

    @property
    def rmse_loo_(self) -> float:
        """Leave-one-out error, in units of performance; NaN if no run can be left out."""
        return self._fitted.scores[0].rmse

    @property
    def loo_(self) -> tuple[LooScore, ...]:
        """Leave-one-out error of this law and of its baselines."""
        return self._fitted.scores

    @property
    def result_(self) -> LawResult:
        """The regression: covariance, leverage, Cook's distance, AICc, VIF and the above."""
        return self._fitted.result

    @property
    def cautions_(self) -> tuple[str, ...]:
        """Texts of the warnings that the fit gave."""
        return tuple(caution.message for caution in self._fitted.cautions)

    @property
    def runs_(self) -> tuple[Run, ...]:
        """The runs that were fitted."""
        return self._fitted.runs

    def __sklearn_is_fitted__(self) -> bool:
        return self._state is not None

    @property
    def _fitted(self) -> Fitted:
        if self._state is None:
            raise NotFittedError("expected a fitted law; saw one before fit. Try .fit(runs) first.")
        return self._state

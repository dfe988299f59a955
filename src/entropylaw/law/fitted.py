"""A fitted law: what a fit computes, the attributes and plots of it, and its JSON file."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import ValidationError

from entropylaw import __version__
from entropylaw.errors import FileFormatError, NotFittedError
from entropylaw.io.files import atomic_write, open_text
from entropylaw.json_model import JsonModel, first_error
from entropylaw.law import plots
from entropylaw.law.comparison import LooScore, baselines, loo_score
from entropylaw.law.design import Design
from entropylaw.law.diagnostics import Caution, fit_cautions
from entropylaw.law.estimator import Estimator
from entropylaw.law.options import Form, Predictors
from entropylaw.law.result import LawResult
from entropylaw.law.run_table import RunTable, tabulate
from entropylaw.law.runs import Run
from entropylaw.types import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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


def fit_law(
    runs: Sequence[Run], estimator: Estimator, *, form: Form, predictors: Predictors
) -> Fitted:
    """Fit a law on these runs, and compute its leave-one-out errors and warnings."""
    table = tabulate(runs, predictors=predictors, scored=True)
    typical = float(np.median(table.weight))
    table = replace(table, weight=table.weight / typical)
    design, result = estimator.fit(table, form=form, used=predictors)
    scores = (
        loo_score("this law", result.regression),
        *baselines(table, estimator, form=form, used=predictors),
    )
    cautions = fit_cautions(table, design, result, scores)
    return Fitted(tuple(runs), table, typical, design, result, scores, cautions)


class FittedLaw:
    """Attributes and plots of a fitted law; each raises NotFittedError before `fit`."""

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

    def conf_int(self, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
        """Return the lower and upper ends of the interval of each coefficient."""
        return self._fitted.result.coef_interval(level)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        against: Literal["ratio", "loss"] | None = None,
        level: float = 0.95,
    ) -> Axes:
        """Draw performance against the ratio (or the loss) with bands for the mean and for a run.

        The other predictor is held at its average, and the points are partial residuals.
        """
        state = self._fitted
        return plots.plot_curve(
            state.table, state.design, state.result, against=against, level=level, ax=ax
        )

    def plot_loss_ratio(self, ax: Axes | None = None, *, level: float = 0.95) -> Axes:
        """Draw first-epoch loss against compression ratio, with their regression line."""
        return plots.plot_loss_ratio(self._fitted.table, level=level, ax=ax)

    def plot_residuals(self, ax: Axes | None = None) -> Axes:
        """Draw residuals against fitted scores."""
        return plots.plot_residuals(self._fitted.table, self._fitted.result, ax=ax)

    def plot_surface(self, ax: Axes | None = None) -> Axes:
        """Draw expected performance over ratio and loss as contours, with the runs."""
        state = self._fitted
        return plots.plot_surface(state.table, state.design, state.result, ax=ax)

    def __sklearn_is_fitted__(self) -> bool:
        return self._state is not None

    @property
    def _fitted(self) -> Fitted:
        if self._state is None:
            raise NotFittedError("expected a fitted law; saw one before fit. Try .fit(runs) first.")
        return self._state


class SavedLaw(JsonModel):
    """Content of the file.

    Loading fits again from options and runs. The estimates are for other readers, and to detect
    files that were edited.
    """

    format: Literal["entropylaw.law/1"] = "entropylaw.law/1"
    entropylaw_version: str
    options: dict[str, Any]
    runs: list[Run]
    coefficients: dict[str, float]
    std_err: dict[str, float | None]
    summary: dict[str, Any]


def write_law(
    path: str | os.PathLike[str],
    fitted: Fitted,
    *,
    options: dict[str, Any],
    summary: dict[str, Any],
) -> None:
    """Write the file atomically; numbers that are not finite become null."""
    result = fitted.result
    saved = SavedLaw(
        entropylaw_version=__version__,
        options=options,
        runs=list(fitted.runs),
        coefficients=dict(zip(result.names, result.coef.tolist(), strict=True)),
        std_err=dict(zip(result.names, result.std_err.tolist(), strict=True)),
        summary=summary,
    )
    plain = _finite(saved.model_dump(mode="python"))
    text = json.dumps(plain, indent=1, allow_nan=False, ensure_ascii=False)
    with atomic_write(path) as file:
        file.write(text.encode() + b"\n")


def read_law(path: str | os.PathLike[str]) -> SavedLaw:
    """Read the file of a fitted law.

    Raises
    ------
    FileFormatError
        If it is not valid.
    """
    with open_text(path) as file:
        text = file.read()
    try:
        return SavedLaw.model_validate_json(text)
    except ValidationError as error:
        raise FileFormatError(
            f"expected a law saved by EntropyLawFit.save; {first_error(error)}.",
            path=str(Path(path)),
        ) from None


def check_reproduced(saved: SavedLaw, result: LawResult, path: str | os.PathLike[str]) -> None:
    """Raise FileFormatError unless these coefficients are those in the file."""
    stored = np.array(list(saved.coefficients.values()))
    same = tuple(saved.coefficients) == result.names
    if not same or not np.allclose(result.coef, stored, rtol=1e-6, atol=1e-9):
        raise FileFormatError(
            "expected coefficients that follow from the runs in the file; saw others. The file was "
            f"edited, or is from another version (entropylaw {saved.entropylaw_version}). Fit "
            "again from the runs.",
            path=str(path),
        )


def _finite(value: Any) -> Any:
    """Return the value with None for every float that is not finite."""
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value

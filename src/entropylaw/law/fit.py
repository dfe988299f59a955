"""`EntropyLawFit`: the entropy law as a regression, from runs to answers."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from entropylaw import __version__
from entropylaw.errors import ConfigError, FileFormatError, LawWarning, NotFittedError, RunsError
from entropylaw.law import pictures
from entropylaw.law.cautions import Caution, extrapolations, fit_cautions, low_ratios
from entropylaw.law.compare import Comparison, compare_forms, loo_score, simpler_rivals
from entropylaw.law.deductions import deduce
from entropylaw.law.design import Design, Used
from entropylaw.law.estimate import Estimator
from entropylaw.law.inverse import required_ratio
from entropylaw.law.options import (
    Covariance,
    Form,
    Interval,
    Predictors,
    Robust,
    check_choice,
    check_fit_options,
    check_level,
)
from entropylaw.law.result import Deductions, LawResult, LooScore, Prediction, RequiredRatio
from entropylaw.law.runs import Run, read_runs
from entropylaw.law.storage import SavedLaw, read_law, write_law
from entropylaw.law.student import t_quantile
from entropylaw.law.summary import LawSummary, summarize
from entropylaw.law.table import RunTable, tabulate
from entropylaw.types import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False)
class _Fitted:
    """What `fit` leaves behind."""

    runs: tuple[Run, ...]
    table: RunTable  # its weights have a median of 1
    typical_weight: float  # what they were divided by
    design: Design
    result: LawResult
    scores: tuple[LooScore, ...]
    cautions: tuple[Caution, ...]


class EntropyLawFit:
    """Regress performance on compression ratio and first-epoch loss.

    Parameters
    ----------
    form : {"linear", "logarithmic", "interaction", "constrained"}, default "linear"
        How performance depends on ratio R and loss L: as they are, as ln R and ln L, with
        their centred product, or linear with both slopes held at most 0 (what the law says).
    predictors : {"both", "ratio", "loss"}, default "both"
        Which of the two are used.
    covariance : {"auto", "classical", "hc3", "bootstrap", "wild-bootstrap"}, default "auto"
        Where standard errors and intervals come from. "auto" is classical, or "bootstrap" for
        the constrained form. "hc3" and "wild-bootstrap" allow noise that differs between runs.
    robust : "huber", optional
        Hold outlying runs down.
    group_intercepts : bool, default True
        Give every group its own intercept, if the runs name more than one.
    n_boot : int, default 2000
        Bootstrap draws.
    random_state : int, default 0
        Seed of the bootstrap.

    Attributes
    ----------
    coef_ : array, shape (p,)
        Intercept, compression ratio, first-epoch loss, in that order; then the product (form
        "interaction"), then for each group after the first its difference from the first.
    coef_names_ : tuple of str
    std_err_ : array, shape (p,)
    loo_ : tuple of LooScore
        Leave-one-out error of this law, of no predictor, and of each predictor alone.
    cautions_ : tuple of str
        The warnings that the fit gave.
    result_ : LawResult
        All the rest: covariance, residuals, leverage, Cook's distance, R², AICc, VIF.
    runs_ : tuple of Run

    Examples
    --------
    >>> runs = {
    ...     "compression_ratio": [2.1, 2.4, 2.6, 2.9, 3.1, 3.4, 3.6, 3.9],
    ...     "first_epoch_loss": [1.31, 1.18, 1.35, 1.22, 1.40, 1.25, 1.43, 1.37],
    ...     "performance": [7.10, 6.95, 6.84, 6.88, 6.52, 6.70, 6.35, 6.41],
    ... }
    >>> law = EntropyLawFit().fit(runs)
    >>> law.coef_.round(2).tolist()
    [9.09, -0.33, -1.06]
    >>> prediction = law.predict({"compression_ratio": 3.0, "first_epoch_loss": 1.3})
    >>> prediction.performance.round(2).tolist(), prediction.low.round(2).tolist()
    ([6.73], [6.51])

    References
    ----------
    Yin et al. (2024), Entropy Law: The Story Behind Data Compression and LLM Performance,
    arXiv 2407.06645. The paper gives no functional form and no errors; both are this library's.
    """

    def __init__(
        self,
        form: Form = "linear",
        *,
        predictors: Predictors = "both",
        covariance: Covariance = "auto",
        robust: Robust | None = None,
        group_intercepts: bool = True,
        n_boot: int = 2000,
        random_state: int = 0,
    ) -> None:
        self.form: Form = form
        self.predictors: Predictors = predictors
        self.covariance: Covariance = covariance
        self.robust: Robust | None = robust
        self.group_intercepts = group_intercepts
        self.n_boot = n_boot
        self.random_state = random_state
        self._state: _Fitted | None = None
        check_fit_options(**self.get_params())

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the options, as scikit-learn's `clone` asks for them."""
        return {
            "form": self.form,
            "predictors": self.predictors,
            "covariance": self.covariance,
            "robust": self.robust,
            "group_intercepts": self.group_intercepts,
            "n_boot": self.n_boot,
            "random_state": self.random_state,
        }

    def set_params(self, **options: Any) -> Self:
        """Change options and forget the fit."""
        for name in options:
            if name not in self.get_params():
                known = ", ".join(self.get_params())
                raise ConfigError(f"set_params: no option {name!r}. Options: {known}.")
        check_fit_options(**{**self.get_params(), **options})
        for name, value in options.items():
            setattr(self, name, value)
        self._state = None
        return self

    def fit(self, runs: object) -> Self:
        """Fit the law on these runs.

        Parameters
        ----------
        runs : object
            Whatever `read_runs` reads: a path, a data frame, a mapping of columns, a list of
            `Run` or of mappings. If runs have a `weight` or `std_err`, they are weighted.

        Returns
        -------
        EntropyLawFit
            Itself.

        Raises
        ------
        RunsError
            If the runs cannot be used; names row and column.

        Warns
        -----
        FewRunsWarning, CollinearityWarning, LowRatioWarning, WeakLawWarning,
        MissingUncertaintyWarning
        """
        check_fit_options(**self.get_params())
        records = tuple(read_runs(runs))
        table = tabulate(records, predictors=self.predictors, scored=True)
        typical = float(np.median(table.weight))
        table = replace(table, weight=table.weight / typical)
        estimator = self._estimator
        design, result = estimator.fit(table, form=self.form, used=self.predictors)
        scores = (
            loo_score("this law", result.regression),
            *simpler_rivals(table, estimator, form=self.form, used=self.predictors),
        )
        cautions = fit_cautions(table, design, result, scores)
        self._state = _Fitted(records, table, typical, design, result, scores, cautions)
        for caution in cautions:
            caution.warn()
        return self

    def predict(
        self, new: object, *, interval: Interval | None = "prediction", level: float = 0.95
    ) -> Prediction:
        """Predict the performance of new runs.

        Parameters
        ----------
        new : object
            Runs as for `fit`, without performance. Their `weight` or `std_err` counts only if the
            law was fitted with that column; without it a new run is as noisy as the median one.
        interval : {"confidence", "prediction"}, optional
            For the mean of many such runs, or for one of them. None gives no interval.
        level : float, default 0.95

        Returns
        -------
        Prediction
            `.performance`, `.low`, `.high`, ...; `numpy.asarray` gives the performance.

        Raises
        ------
        RunsError
            For a missing column, an unknown group, or another compressor than the fit's.

        Warns
        -----
        ExtrapolationWarning, LowRatioWarning
        """
        state = self._fitted
        if interval is not None:
            check_choice("interval", interval, Interval)
        check_level(level)
        table = self._new_table(new)
        X = state.design.matrix_of(table)
        mean = X @ state.result.coef
        noise = state.result.regression.sigma / np.sqrt(table.weight)
        low: FloatArray | None = None
        high: FloatArray | None = None
        if interval is not None:
            low, high = state.result.mean_interval(X, level)
        if interval == "prediction" and low is not None and high is not None:
            half = t_quantile(level, state.result.df) * noise
            low, high = mean - np.hypot(mean - low, half), mean + np.hypot(high - mean, half)
        for caution in (
            *low_ratios(table, state.design),
            *extrapolations(table, state.design, state.result, state.table),
        ):
            caution.warn()
        return Prediction(
            performance=mean,
            low=low,
            high=high,
            interval=interval,
            level=level,
            std_err=state.result.mean_std_err(X),
            noise=noise,
            df=state.result.df,
            labels=table.labels,
        )

    def required(
        self,
        performance: float,
        *,
        first_epoch_loss: float | None = None,
        group: str | None = None,
        interval: Interval = "confidence",
        level: float = 0.95,
    ) -> RequiredRatio:
        """Find the compression ratio that reaches a target score at a given loss.

        Parameters
        ----------
        performance : float
            The target.
        first_epoch_loss : float, optional
            Needed if the law uses the loss.
        group : str, optional
            Needed if the law has group intercepts.
        interval : {"confidence", "prediction"}, default "confidence"
            Every ratio whose own interval of this kind holds the target (Fieller); 0 to infinity
            where the slope of the ratio cannot be told from 0 at `level`.
        level : float, default 0.95

        Warns
        -----
        ExtrapolationWarning, MissingUncertaintyWarning
        """
        state = self._fitted
        check_choice("interval", interval, Interval)
        check_level(level)
        if not math.isfinite(performance):
            raise RunsError(f"required: expected a finite performance; saw {performance!r}.")
        answer, cautions = required_ratio(
            state.design,
            state.result,
            state.table,
            target=performance,
            loss=first_epoch_loss,
            group=group,
            interval=interval,
            level=level,
        )
        for caution in cautions:
            caution.warn()
        return answer

    def conf_int(self, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
        """Return the lower and upper ends of the interval of each coefficient."""
        return self._fitted.result.coef_interval(level)

    def test_deductions(self, level: float = 0.95) -> Deductions:
        """Test the law's two deductions: performance falls with ratio, and with loss.

        One-sided t-tests, with the share of bootstrap draws below 0 where there are draws. The
        constrained form takes its signs for granted, so the linear form is tested in its place.
        """
        check_level(level)
        state = self._fitted
        if self.form != "constrained":
            return deduce(state.design, state.result, level=level)
        free = self._estimator.fit(state.table, form="linear", used=self.predictors)
        return deduce(*free, level=level)

    def compare(
        self,
        forms: Sequence[Form] = ("linear", "logarithmic", "interaction", "constrained"),
    ) -> Comparison:
        """Rank forms and sets of predictors, and no predictor at all, by leave-one-out error.

        Every candidate is fitted on the runs of this fit, with its weights and groups. Of those
        within a standard error of the best, prefer the simplest. With `robust`, all are robust
        and the constrained form is left out.
        """
        state = self._fitted
        chosen: list[Form] = [f for f in forms if not (self.robust and f == "constrained")]
        table = state.table
        columns: dict[Used, FloatArray] = {"ratio": table.ratio, "loss": table.loss}
        single: list[Used] = [name for name, v in columns.items() if np.isfinite(v).all()]
        available: list[Used] = ["both", *single] if len(single) == 2 else single
        return compare_forms(table, self._estimator, forms=chosen, available=available)

    def summary(self, level: float = 0.95) -> LawSummary:
        """Gather everything worth reading about the fit; it prints itself."""
        state = self._fitted
        return summarize(
            state.table,
            state.design,
            state.result,
            scores=state.scores,
            deductions=self.test_deductions(level),
            cautions=self.cautions_,
            level=level,
            robust=self.robust,
        )

    def plot(
        self,
        ax: Axes | None = None,
        *,
        against: Literal["ratio", "loss"] | None = None,
        level: float = 0.95,
    ) -> Axes:
        """Draw performance against the ratio (or the loss) with bands for the mean and for a run.

        What is not drawn is held at its average, and points are moved along by it.
        """
        state = self._fitted
        return pictures.plot_curve(
            state.table, state.design, state.result, against=against, level=level, ax=ax
        )

    def plot_loss_ratio(self, ax: Axes | None = None, *, level: float = 0.95) -> Axes:
        """Draw first-epoch loss against compression ratio: how far they go together."""
        return pictures.plot_loss_ratio(self._fitted.table, level=level, ax=ax)

    def plot_residuals(self, ax: Axes | None = None) -> Axes:
        """Draw residuals against fitted scores."""
        return pictures.plot_residuals(self._fitted.table, self._fitted.result, ax=ax)

    def plot_surface(self, ax: Axes | None = None) -> Axes:
        """Draw expected performance over ratio and loss as contours, with the runs."""
        state = self._fitted
        return pictures.plot_surface(state.table, state.design, state.result, ax=ax)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write options, runs and results as JSON, whole or not at all."""
        state = self._fitted
        names = state.result.names
        write_law(
            path,
            SavedLaw(
                entropylaw_version=__version__,
                options=self.get_params(),
                runs=list(state.runs),
                coefficients=dict(zip(names, self.coef_.tolist(), strict=True)),
                std_err=dict(zip(names, self.std_err_.tolist(), strict=True)),
                summary=self.summary().to_dict(),
            ),
        )

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a saved law, fit it again on its runs, and check that it says the same.

        Raises
        ------
        FileFormatError
            If the file is no saved law, or its coefficients do not follow from its runs.
        """
        saved = read_law(path)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", LawWarning)  # given when it was fitted; kept too
                law = cls(**saved.options).fit(saved.runs)
        except (TypeError, ConfigError, RunsError) as error:
            raise FileFormatError(f"cannot be fitted again: {error}", path=str(path)) from error
        wanted = np.array(list(saved.coefficients.values()))
        if tuple(saved.coefficients) != law.coef_names_ or not np.allclose(
            law.coef_, wanted, rtol=1e-6, atol=1e-9
        ):
            raise FileFormatError(
                "its coefficients do not follow from its runs: it was edited, or is of another "
                f"version (entropylaw {saved.entropylaw_version}). Fit again from the runs.",
                path=str(path),
            )
        return law

    @property
    def coef_(self) -> FloatArray:
        """Coefficients: intercept, compression ratio, first-epoch loss, ..., groups."""
        return self._fitted.result.coef

    @property
    def std_err_(self) -> FloatArray:
        """Standard errors of `coef_`."""
        return self._fitted.result.std_err

    @property
    def coef_names_(self) -> tuple[str, ...]:
        """Names of `coef_`."""
        return self._fitted.result.names

    @property
    def result_(self) -> LawResult:
        """The whole result."""
        return self._fitted.result

    @property
    def loo_(self) -> tuple[LooScore, ...]:
        """Leave-one-out error of this law and of its simpler rivals."""
        return self._fitted.scores

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

    def __sklearn_tags__(self) -> Any:  # asked for by cross-validation and searches
        from sklearn.utils import Tags, TargetTags

        return Tags(estimator_type="regressor", target_tags=TargetTags(required=False))

    def __repr__(self) -> str:
        options = ", ".join(f"{name}={value!r}" for name, value in self.get_params().items())
        return f"EntropyLawFit({options})"

    def _repr_html_(self) -> str:
        if self._state is None:
            return f"<code>{self!r}</code>"
        return self.summary()._repr_html_()

    @property
    def _fitted(self) -> _Fitted:
        if self._state is None:
            raise NotFittedError("this law has not been fitted. Type .fit(runs) first.")
        return self._state

    @property
    def _estimator(self) -> Estimator:
        return Estimator(
            covariance=self.covariance,
            robust=self.robust,
            group_intercepts=self.group_intercepts,
            n_boot=self.n_boot,
            seed=self.random_state,
        )

    def _new_table(self, new: object) -> RunTable:
        """Return new runs as arrays that go with the fitted ones."""
        state = self._fitted
        table = tabulate(read_runs(new), predictors=self.predictors, scored=False)
        fitted = state.table
        if table.compressor and fitted.compressor and table.compressor != fitted.compressor:
            raise RunsError(
                f"column 'compressor': the law was fitted on ratios by {fitted.compressor!r}; saw "
                f"{table.compressor!r}, whose ratios are on another scale. Measure the new data "
                f"with {fitted.compressor!r}."
            )
        if fitted.precision is None or table.precision is None:
            return replace(table, weight=np.ones(len(table)), precision=None)
        if table.precision != fitted.precision:
            raise RunsError(
                f"column {table.precision!r}: the law was fitted with {fitted.precision!r}, and "
                f"the two are on different scales. Give {fitted.precision!r}, or neither."
            )
        return replace(table, weight=table.weight / state.typical_weight)

"""`EntropyLawFit`: the entropy law as a regression."""

from __future__ import annotations

import inspect
import os
import warnings
from collections.abc import Sequence
from html import escape
from typing import Any, Self

from entropylaw.errors import ConfigError, FileFormatError, LawWarning, RunsError, warn
from entropylaw.law.comparison import Comparison, compare_forms
from entropylaw.law.diagnostics import extrapolations, low_ratios
from entropylaw.law.estimator import Estimator
from entropylaw.law.fitted import (
    FittedLaw,
    check_reproduced,
    fit_law,
    read_law,
    write_law,
)
from entropylaw.law.inverse_prediction import RequiredRatio, required_ratio
from entropylaw.law.options import (
    Covariance,
    Form,
    Interval,
    Predictors,
    Robust,
    check_names,
    checked_fit_options,
    checked_level,
)
from entropylaw.law.result import Prediction, predict
from entropylaw.law.run_table import tabulate_new
from entropylaw.law.runs import read_runs
from entropylaw.law.sign_tests import Deductions, sign_tests
from entropylaw.law.summary import LawSummary, summarize
from entropylaw.validation import choice


class EntropyLawFit(FittedLaw):
    """Regress performance on compression ratio and first-epoch loss.

    Parameters
    ----------
    form : {"linear", "logarithmic", "interaction", "constrained"}, default "linear"
        How performance depends on ratio R and loss L: linear in R and L, in ln R and ln L, with
        their centred product, or linear with both slopes at most 0 (as the law states).
    predictors : {"both", "ratio", "loss"}, default "both"
        Which of the two are used.
    covariance : {"auto", "classical", "hc3", "bootstrap", "wild-bootstrap"}, default "auto"
        Source of standard errors and intervals. "auto" is classical, or "bootstrap" for the
        constrained form. "hc3" and "wild-bootstrap" allow noise that differs between runs.
    robust : "huber", optional
        Downweight outlying runs.
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
    r_squared_, adj_r_squared_ : float
    residuals_ : array, shape (n_runs_,)
        Performance minus fitted performance.
    sigma_ : float
        Noise standard deviation of a run, in units of performance.
    n_runs_, n_groups_, df_ : int
        Runs, groups with an intercept, and residual degrees of freedom.
    rmse_loo_ : float
        Leave-one-out error, in units of performance.
    loo_ : tuple of LooScore
        Leave-one-out error of this law, of no predictor, and of each predictor alone.
    cautions_ : tuple of str
        Texts of the warnings that the fit gave.
    result_ : LawResult
        The full regression: covariance, leverage, Cook's distance, AICc, VIF.
    runs_ : tuple of Run

    Examples
    --------
    >>> runs = {
    ...     "compression_ratio": [2.1, 2.4, 2.6, 2.9, 3.1, 3.4, 3.6, 3.9],
    ...     "first_epoch_loss": [1.31, 1.18, 1.35, 1.22, 1.40, 1.25, 1.43, 1.37],
    ...     "performance": [7.10, 6.95, 6.84, 6.88, 6.52, 6.70, 6.35, 6.41],
    ... }
    >>> law = EntropyLawFit().fit(runs)
    >>> law
    EntropyLawFit(form='linear', fitted on 8 runs, R² 0.94)
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
        self._store_options(**self.get_params())

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the options, for `sklearn.base.clone`."""
        return {name: getattr(self, name) for name in _DEFAULTS}

    def set_params(self, **options: Any) -> Self:
        """Change options and discard the fit.

        Raises
        ------
        ConfigError, FormError
            If an option does not exist or is not valid.
        """
        check_names(options, known=_DEFAULTS)
        self._store_options(**{**self.get_params(), **options})
        self._state = None
        return self

    def fit(self, runs: object) -> Self:
        """Fit the law on these runs.

        Parameters
        ----------
        runs : object
            Anything that `read_runs` accepts: a path, a data frame, a mapping of columns, a list
            of `Run` or of mappings. If runs have a `weight` or `std_err`, they are weighted.

        Returns
        -------
        EntropyLawFit
            Itself.

        Raises
        ------
        RunsError
            If the runs are not valid; names row and column.

        Warns
        -----
        FewRunsWarning, CollinearityWarning, LowRatioWarning, WeakLawWarning,
        MissingUncertaintyWarning
        """
        self._store_options(**self.get_params())
        self._state = fit_law(
            read_runs(runs), self._estimator, form=self.form, predictors=self.predictors
        )
        for caution in self._state.cautions:
            caution.warn()
        return self

    def predict(
        self, new: object, *, interval: Interval | None = "prediction", level: float = 0.95
    ) -> Prediction:
        """Predict the performance of new runs.

        Parameters
        ----------
        new : object
            Runs as for `fit`, without performance. Their `weight` or `std_err` is used only if
            the law was fitted with that column; without it a new run has the noise of the
            median run.
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
            For a missing column, an unknown group, or another compressor than that of the fit.

        Warns
        -----
        ExtrapolationWarning, LowRatioWarning
        """
        state = self._fitted
        interval = None if interval is None else choice("interval", interval, Interval)
        level = checked_level(level)
        table = tabulate_new(
            read_runs(new),
            state.table,
            predictors=self.predictors,
            typical_weight=state.typical_weight,
        )
        prediction = predict(state.design, state.result, table, interval=interval, level=level)
        for caution in (
            *low_ratios(table, state.design),
            *extrapolations(table, state.design, state.result, state.table),
        ):
            caution.warn()
        return prediction

    def required(
        self,
        performance: float,
        *,
        first_epoch_loss: float | None = None,
        group: str | None = None,
        interval: Interval = "confidence",
        level: float = 0.95,
    ) -> RequiredRatio:
        """Return the compression ratio that reaches a target score at a given loss.

        Parameters
        ----------
        performance : float
            Target score.
        first_epoch_loss : float, optional
            Required if the law uses the loss.
        group : str, optional
            Required if the law has group intercepts.
        interval : {"confidence", "prediction"}, default "confidence"
            Every ratio whose own interval of this kind contains the target (Fieller); 0 to
            infinity where the slope of the ratio does not differ from 0 at `level`.
        level : float, default 0.95

        Warns
        -----
        ExtrapolationWarning, MissingUncertaintyWarning
        """
        state = self._fitted
        answer, cautions = required_ratio(
            state.design,
            state.result,
            state.table,
            target=performance,
            loss=first_epoch_loss,
            group=group,
            interval=choice("interval", interval, Interval),
            level=checked_level(level),
        )
        for caution in cautions:
            caution.warn()
        return answer

    def sign_tests(self, level: float = 0.95) -> Deductions:
        """Test the two deductions of the law: performance falls with ratio, and with loss.

        One-sided t-tests, with the share of bootstrap draws below 0 where there are draws. The
        constrained form assumes the signs, so the linear form is tested instead.
        """
        level = checked_level(level)
        state = self._fitted
        if self.form != "constrained":
            return sign_tests(state.design, state.result, level=level)
        free = self._estimator.fit(state.table, form="linear", used=self.predictors)
        return sign_tests(*free, level=level)

    def test_deductions(self, level: float = 0.95) -> Deductions:
        """Deprecated name of `sign_tests`."""
        warn(
            "EntropyLawFit.test_deductions: renamed. Use EntropyLawFit.sign_tests.",
            DeprecationWarning,
        )
        return self.sign_tests(level)

    def compare(
        self,
        forms: Sequence[Form] = ("linear", "logarithmic", "interaction", "constrained"),
        *,
        progress: bool | None = False,
    ) -> Comparison:
        """Rank forms and sets of predictors, and no predictor at all, by leave-one-out error.

        Every candidate is fitted on the runs of this fit, with its weights and groups. Of those
        within one standard error of the best, prefer the simplest. With `robust`, all are robust
        and the constrained form is left out.

        Parameters
        ----------
        forms : sequence of str
            Forms to compare; see `EntropyLawFit`.
        progress : bool or None, default False
            Whether to show a progress bar; None: only on a terminal or in a notebook.
        """
        return compare_forms(
            self._fitted.table, self._estimator, forms=list(forms), progress=progress
        )

    def summary(self, level: float = 0.95) -> LawSummary:
        """Return coefficients, errors, deductions and influence of runs; prints as tables."""
        state = self._fitted
        level = checked_level(level)
        return summarize(
            state.table,
            state.design,
            state.result,
            scores=state.scores,
            deductions=self.sign_tests(level),
            cautions=self.cautions_,
            level=level,
            robust=self.robust,
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write options, runs and estimates as JSON; an existing file is replaced atomically."""
        write_law(path, self._fitted, options=self.get_params(), summary=self.summary().to_dict())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a saved law and fit it again on its runs.

        Raises
        ------
        FileFormatError
            If the file is not a saved law, or its coefficients do not follow from its runs.
        """
        saved = read_law(path)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", LawWarning)  # given when it was fitted
                law = cls(**saved.options).fit(saved.runs)
        except (TypeError, ConfigError, RunsError) as error:
            raise FileFormatError(f"cannot be fitted again: {error}", path=str(path)) from error
        check_reproduced(saved, law._fitted.result, path)
        return law

    def __sklearn_tags__(self) -> Any:  # required by cross-validation and searches
        from sklearn.utils import Tags, TargetTags

        return Tags(estimator_type="regressor", target_tags=TargetTags(required=False))

    def __repr__(self) -> str:
        options = [
            f"{name}={value!r}"
            for name, value in self.get_params().items()
            if name == "form" or value != _DEFAULTS[name]
        ]
        state = "not fitted"
        if self._state is not None:
            state = f"fitted on {self.n_runs_} runs, R² {self.r_squared_:.2f}"
        return f"EntropyLawFit({', '.join([*options, state])})"

    def _repr_html_(self) -> str:
        if self._state is None:
            return f"<code>{escape(repr(self))}</code>"
        return self.summary()._repr_html_()

    def _store_options(self, **options: Any) -> None:
        """Set the options to their normalised values."""
        for name, value in checked_fit_options(**options).items():
            setattr(self, name, value)

    @property
    def _estimator(self) -> Estimator:
        return Estimator(
            covariance=self.covariance,
            robust=self.robust,
            group_intercepts=self.group_intercepts,
            n_boot=self.n_boot,
            seed=self.random_state,
        )


_DEFAULTS: dict[str, Any] = {
    name: parameter.default
    for name, parameter in inspect.signature(EntropyLawFit).parameters.items()
}

"""Leave-one-out error of a law, of its baselines, and of the other forms."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from entropylaw.errors import ConfigError, RunsError, warn
from entropylaw.law.design import Used
from entropylaw.law.estimator import Estimator
from entropylaw.law.least_squares import Regression
from entropylaw.law.options import Form
from entropylaw.law.run_table import RunTable
from entropylaw.progress import with_bar
from entropylaw.render.result import TableResult
from entropylaw.render.tables import Table, number
from entropylaw.types import FloatArray
from entropylaw.validation import choice, flag, optional

_USED_NAMES = {"none": "no predictor", "ratio": "ratio alone", "loss": "loss alone"}


@dataclass(frozen=True, eq=False)
class LooScore:
    """Leave-one-out error of one law.

    Attributes
    ----------
    name : str
    rmse : float
        Root of the weighted mean squared error over left-out runs, in units of performance.
    std_err : float
        Standard error of `rmse` (delta method on the squared errors).
    n : int
        Runs that could be left out; a run that alone determines a coefficient cannot.
    squared_errors : array, shape (runs,)
        One per run, NaN where it could not be left out.
    """

    name: str
    rmse: float
    std_err: float
    n: int
    squared_errors: FloatArray = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {"name": self.name, "rmse": self.rmse, "std_err": self.std_err, "n": self.n}


@dataclass(frozen=True)
class ComparisonRow:
    """One candidate of a comparison.

    Attributes
    ----------
    name : str
        Form and predictors, for example "logarithmic, ratio alone".
    form : str
        "" for the baseline.
    predictors : {"both", "ratio", "loss", "none"}
    loo_rmse, loo_std_err : float
        Leave-one-out error and its standard error, in units of performance; NaN if not fitted.
    rmse_gap, rmse_gap_std_err : float
        `loo_rmse` minus that of the best, and the standard error of this difference (paired by
        run, so it can be much smaller than that of either error).
    adj_r2, aicc : float
    reason : str
        Why it could not be fitted; "" if it was.
    """

    name: str
    form: str
    predictors: Used
    loo_rmse: float
    loo_std_err: float
    rmse_gap: float
    rmse_gap_std_err: float
    adj_r2: float
    aicc: float
    reason: str

    @property
    def behind(self) -> float:
        """Deprecated name of `rmse_gap`."""
        warn("ComparisonRow.behind: renamed. Use ComparisonRow.rmse_gap.", DeprecationWarning)
        return self.rmse_gap

    @property
    def behind_std_err(self) -> float:
        """Deprecated name of `rmse_gap_std_err`."""
        warn(
            "ComparisonRow.behind_std_err: renamed. Use ComparisonRow.rmse_gap_std_err.",
            DeprecationWarning,
        )
        return self.rmse_gap_std_err


@dataclass(frozen=True, repr=False)
class Comparison(TableResult):
    """Candidates in order of increasing leave-one-out error; prints as a table."""

    rows: tuple[ComparisonRow, ...]

    @property
    def best(self) -> ComparisonRow:
        """The candidate with the lowest leave-one-out error."""
        return self.rows[0]

    @property
    def within_one_se(self) -> tuple[ComparisonRow, ...]:
        """The best, and the candidates within one standard error of the difference from it."""
        return tuple(
            row for row in self.rows if row is self.best or row.rmse_gap <= row.rmse_gap_std_err
        )

    @property
    def as_good(self) -> tuple[ComparisonRow, ...]:
        """Deprecated name of `within_one_se`."""
        warn("Comparison.as_good: renamed. Use Comparison.within_one_se.", DeprecationWarning)
        return self.within_one_se

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {"rows": [dict(row.__dict__) for row in self.rows]}

    def _headline(self) -> str:
        error = number(self.best.loo_rmse)
        return f"{len(self.rows)} candidates, best: {self.best.name}, leave-one-out error {error}"

    def _table(self) -> Table:
        headers = ("law", "LOO error", "std err", "RMSE gap", "std err", "adj R2", "AICc", "")
        rows = [
            (
                row.name,
                *(number(v) for v in (row.loo_rmse, row.loo_std_err)),
                *(number(v) for v in (row.rmse_gap, row.rmse_gap_std_err)),
                *(number(v) for v in (row.adj_r2, row.aicc)),
                row.reason,
            )
            for row in self.rows
        ]
        return Table.of(headers, rows)

    def _columns(self) -> Mapping[str, Any]:
        names = [column.name for column in fields(ComparisonRow)]
        return {name: [getattr(row, name) for row in self.rows] for name in names}


def loo_score(name: str, regression: Regression) -> LooScore:
    """Return the leave-one-out error of a regression, with its standard error."""
    squared = regression.loo_residuals**2
    known = np.isfinite(squared)
    n = int(known.sum())
    if n == 0:
        return LooScore(name, math.nan, math.nan, 0, squared)
    weights = regression.weights[known] / regression.weights[known].sum()
    mean = float(weights @ squared[known])
    rmse = math.sqrt(mean)
    if n < 2 or rmse == 0:
        return LooScore(name, rmse, math.nan, n, squared)
    std_err = math.sqrt(float(weights**2 @ (squared[known] - mean) ** 2) * n / (n - 1))
    return LooScore(name, rmse, std_err / (2 * rmse), n, squared)


def baselines(
    table: RunTable, estimator: Estimator, *, form: Form, used: Used
) -> tuple[LooScore, ...]:
    """Return the scores of the intercept-only baseline and of each single predictor.

    With groups the baseline is the mean of each group. The single predictors keep the form,
    except that an interaction of one predictor is linear.
    """
    simpler: tuple[Used, ...] = ("none", "ratio", "loss") if used == "both" else ("none",)
    single: Form = "linear" if form == "interaction" else form
    scores = []
    for predictors in simpler:
        name = _USED_NAMES[predictors]
        try:
            _, regression = estimator.point(table, form=single, used=predictors)
        except RunsError:  # too few runs for a robust baseline: its score is unknown
            scores.append(_unknown(name, len(table)))
        else:
            scores.append(loo_score(name, regression))
    return tuple(scores)


def compare_forms(
    table: RunTable,
    estimator: Estimator,
    *,
    forms: Sequence[Form],
    progress: bool | None = False,
) -> Comparison:
    """Rank the baseline and every form with every set of predictors by leave-one-out error.

    Raises
    ------
    ConfigError
        If `forms` is empty or names a form that does not exist.
    RunsError
        If no candidate can be fitted with a run left out.
    """
    progress = optional(flag)("progress", progress)
    checked: list[Form] = [choice("forms", form, Form) for form in forms]
    if estimator.robust:
        checked = [form for form in checked if form != "constrained"]
    if not checked:
        raise ConfigError(
            "forms: expected at least one form; saw none. Try forms=['linear'].",
            parameters=("forms",),
        )
    candidates = _candidates(checked, _available(table))
    scored = with_bar(
        (_fit_candidate(table, estimator, form, used) for form, used in candidates),
        label="compare",
        total=len(candidates),
        unit="fit",
        size=lambda _: 1,
        progress=progress,
    )
    ranked = sorted(scored, key=lambda pair: math.inf if math.isnan(pair[1].rmse) else pair[1].rmse)
    best = ranked[0][1]
    if math.isnan(best.rmse):
        raise RunsError(
            "runs: expected enough runs to leave one out; every candidate needs all "
            f"{len(table)} of them. Add runs."
        )
    return Comparison(tuple(_with_gap(row, score, best, table) for row, score in ranked))


def _available(table: RunTable) -> list[Used]:
    """Return the sets of predictors whose columns have no missing values."""
    columns: dict[Used, FloatArray] = {"ratio": table.ratio, "loss": table.loss}
    single: list[Used] = [name for name, v in columns.items() if np.isfinite(v).all()]
    return ["both", *single] if len(single) == 2 else single


def _candidates(forms: Sequence[Form], available: Sequence[Used]) -> list[tuple[Form, Used]]:
    """Return the baseline, and each distinct combination of form and predictors."""
    pairs: list[tuple[Form, Used]] = [("linear", "none")]
    for form in dict.fromkeys(forms):
        for used in available:
            if form == "interaction" and used != "both":
                continue  # without a product it is the linear form
            pairs.append((form, used))
    return pairs


def _fit_candidate(
    table: RunTable, estimator: Estimator, form: Form, used: Used
) -> tuple[ComparisonRow, LooScore]:
    """Return one candidate and its score, NaN where it cannot be fitted."""
    name = "no predictor" if used == "none" else f"{form}, {_USED_NAMES.get(used, 'both')}"
    quality = None
    try:
        _, regression = estimator.point(table, form=form, used=used)
    except RunsError as error:
        score, reason = _unknown(name, len(table)), str(error)
    else:
        score, quality = loo_score(name, regression), regression.quality
        reason = "" if score.n else "no run can be left out"
    row = ComparisonRow(
        name=name,
        form="" if used == "none" else form,
        predictors=used,
        loo_rmse=score.rmse,
        loo_std_err=score.std_err,
        rmse_gap=math.nan,
        rmse_gap_std_err=math.nan,
        adj_r2=quality.adj_r2 if quality else math.nan,
        aicc=quality.aicc if quality else math.nan,
        reason=reason,
    )
    return row, score


def _with_gap(
    row: ComparisonRow, score: LooScore, best: LooScore, table: RunTable
) -> ComparisonRow:
    """Return the row with its gap to the best, paired over runs that both can leave out."""
    difference = score.squared_errors - best.squared_errors
    known = np.isfinite(difference)
    n = int(known.sum())
    total = score.rmse + best.rmse
    std_err = math.nan
    if n > 1 and total > 0:
        weights = table.weight[known] / table.weight[known].sum()
        spread = difference[known] - float(weights @ difference[known])
        std_err = math.sqrt(float(weights**2 @ spread**2) * n / (n - 1)) / total
    return replace(row, rmse_gap=score.rmse - best.rmse, rmse_gap_std_err=std_err)


def _unknown(name: str, n: int) -> LooScore:
    return LooScore(name, math.nan, math.nan, 0, np.full(n, np.nan))

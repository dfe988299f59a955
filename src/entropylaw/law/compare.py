"""Leave-one-out error of a law, of its simpler rivals, and of the other forms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from entropylaw.errors import ConfigError, RunsError
from entropylaw.law.design import Used
from entropylaw.law.estimate import Estimator
from entropylaw.law.options import Form, check_choice
from entropylaw.law.regression import Regression
from entropylaw.law.result import LooScore
from entropylaw.law.table import RunTable
from entropylaw.render.law_tables import html_table, number, text_table

_USED_NAMES = {"none": "no predictor", "ratio": "ratio alone", "loss": "loss alone"}


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


def simpler_rivals(
    table: RunTable, estimator: Estimator, *, form: Form, used: Used
) -> tuple[LooScore, ...]:
    """Return the scores of the intercept-only baseline and of each single predictor.

    With groups the baseline is each group's mean. The single predictors keep the form, except
    that an interaction has none and becomes linear.
    """
    rivals: tuple[Used, ...] = ("none", "ratio", "loss") if used == "both" else ("none",)
    single: Form = "linear" if form == "interaction" else form
    scores = []
    for rival in rivals:
        try:
            _, regression = estimator.point(table, form=single, used=rival)
        except RunsError:  # too few runs for a robust rival: its score is not known
            scores.append(_unknown(_USED_NAMES[rival], len(table)))
        else:
            scores.append(loo_score(_USED_NAMES[rival], regression))
    return tuple(scores)


@dataclass(frozen=True)
class ComparisonRow:
    """Hold one candidate of a comparison.

    Attributes
    ----------
    name : str
        Form and predictors, for example "logarithmic, ratio alone".
    form : str
        "" for the baseline.
    predictors : {"both", "ratio", "loss", "none"}
    loo_rmse, loo_std_err : float
        Leave-one-out error and its standard error, in units of performance; NaN if not fitted.
    behind, behind_std_err : float
        `loo_rmse` less that of the best, and the standard error of this difference (paired by
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
    behind: float
    behind_std_err: float
    adj_r2: float
    aicc: float
    reason: str


@dataclass(frozen=True)
class Comparison:
    """Hold candidates from the lowest leave-one-out error up; prints as a table."""

    rows: tuple[ComparisonRow, ...]

    @property
    def best(self) -> ComparisonRow:
        """The lowest leave-one-out error."""
        return self.rows[0]

    @property
    def as_good(self) -> tuple[ComparisonRow, ...]:
        """Candidates within one standard error of the difference from the best, it included."""
        return tuple(
            row for row in self.rows if row is self.best or row.behind <= row.behind_std_err
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {"rows": [dict(row.__dict__) for row in self.rows]}

    def _table(self) -> tuple[list[str], list[list[str]]]:
        headers = ["law", "LOO error", "std err", "behind best", "std err", "adj R2", "AICc", ""]
        rows = [
            [
                row.name,
                *(number(v) for v in (row.loo_rmse, row.loo_std_err)),
                *(number(v) for v in (row.behind, row.behind_std_err)),
                *(number(v) for v in (row.adj_r2, row.aicc)),
                row.reason,
            ]
            for row in self.rows
        ]
        return headers, rows

    def __repr__(self) -> str:
        return text_table(*self._table())

    def _repr_html_(self) -> str:
        return html_table(*self._table())


def compare_forms(
    table: RunTable, estimator: Estimator, *, forms: Sequence[Form], available: Sequence[Used]
) -> Comparison:
    """Rank the baseline and every form with every set of predictors by leave-one-out error."""
    if not forms:
        raise ConfigError("forms: expected at least one form; saw none. Try forms=['linear'].")
    for form in forms:
        check_choice("forms", form, Form)
    fitted: list[tuple[ComparisonRow, LooScore]] = []
    refused: list[ComparisonRow] = []
    for form, used in _candidates(forms, available):
        name = "no predictor" if used == "none" else f"{form}, {_USED_NAMES.get(used, 'both')}"
        label = "" if used == "none" else form
        try:
            _, regression = estimator.point(table, form=form, used=used)
        except RunsError as error:
            refused.append(_row(name, label, used, _unknown(name, len(table)), reason=str(error)))
            continue
        score = loo_score(name, regression)
        row = _row(name, label, used, score, regression=regression)
        if math.isnan(score.rmse):
            refused.append(row)
        else:
            fitted.append((row, score))
    if not fitted:
        raise RunsError(
            "no candidate can be judged by leaving runs out: every one uses up all runs. Add runs."
        )
    fitted.sort(key=lambda pair: pair[1].rmse)
    best = fitted[0][1]
    ranked = [_behind(row, score, best, table) for row, score in fitted]
    return Comparison((*ranked, *refused))


def _candidates(forms: Sequence[Form], available: Sequence[Used]) -> list[tuple[Form, Used]]:
    """Return each form with each set of predictors that tells it from the others."""
    pairs: list[tuple[Form, Used]] = [("linear", "none")]
    for form in dict.fromkeys(forms):
        for used in available:
            if form == "interaction" and used != "both":
                continue  # without a product it is the linear form
            pairs.append((form, used))
    return pairs


def _row(
    name: str,
    form: str,
    used: Used,
    score: LooScore,
    *,
    regression: Regression | None = None,
    reason: str = "",
) -> ComparisonRow:
    return ComparisonRow(
        name=name,
        form=form,
        predictors=used,
        loo_rmse=score.rmse,
        loo_std_err=score.std_err,
        behind=math.nan,
        behind_std_err=math.nan,
        adj_r2=regression.quality.adj_r2 if regression else math.nan,
        aicc=regression.quality.aicc if regression else math.nan,
        reason=reason or ("" if score.n else "no run can be left out"),
    )


def _behind(row: ComparisonRow, score: LooScore, best: LooScore, table: RunTable) -> ComparisonRow:
    """Return the row with its distance from the best, paired over runs that both can leave out."""
    difference = score.squared_errors - best.squared_errors
    known = np.isfinite(difference)
    n = int(known.sum())
    total = score.rmse + best.rmse
    std_err = math.nan
    if n > 1 and total > 0:
        weights = table.weight[known] / table.weight[known].sum()
        spread = difference[known] - float(weights @ difference[known])
        std_err = math.sqrt(float(weights**2 @ spread**2) * n / (n - 1)) / total
    values = row.__dict__ | {"behind": score.rmse - best.rmse, "behind_std_err": std_err}
    return ComparisonRow(**values)


def _unknown(name: str, n: int) -> LooScore:
    return LooScore(name, math.nan, math.nan, 0, np.full(n, np.nan))

"""Summary of a fitted law: coefficients, leave-one-out errors, deductions, influence of runs."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from entropylaw.errors import warn
from entropylaw.law.comparison import LooScore
from entropylaw.law.design import Design
from entropylaw.law.least_squares import t_below
from entropylaw.law.result import LawResult
from entropylaw.law.run_table import RunTable
from entropylaw.law.sign_tests import Deductions
from entropylaw.render.result import TableResult
from entropylaw.render.tables import Table, html_table, number


@dataclass(frozen=True)
class CoefficientRow:
    """One coefficient: estimate, standard error, t, two-sided p, interval and VIF.

    t and p are NaN for a slope whose sign the form constrains: that sign cannot be tested.
    """

    name: str
    estimate: float
    std_err: float
    t: float
    p_value: float
    low: float
    high: float
    vif: float


@dataclass(frozen=True)
class InfluenceRow:
    """Influence of one run on the fit.

    Attributes
    ----------
    run : str
    performance, fitted : float
    loo_error : float
        Score minus the prediction from the other runs.
    leverage : float
        How unusual its ratio and loss are, 0 to 1.
    cooks_distance : float
        How far all coefficients move without it.
    robust_weight : float or None
        Weight that a robust fit gave it, 0 to 1; None for other fits.
    """

    run: str
    performance: float
    fitted: float
    loo_error: float
    leverage: float
    cooks_distance: float
    robust_weight: float | None

    @property
    def trust(self) -> float | None:
        """Deprecated name of `robust_weight`."""
        warn("InfluenceRow.trust: renamed. Use InfluenceRow.robust_weight.", DeprecationWarning)
        return self.robust_weight


@dataclass(frozen=True, repr=False)
class LawSummary(TableResult):
    """Summary of a fit; prints as text with a table for each part.

    The data frame, Markdown and LaTeX hold the coefficients.

    Attributes
    ----------
    title : str
    facts : dict of str to float
        Runs, coefficients, df, sigma, R2, adj R2, AICc, condition number.
    level : float
        Confidence level of the intervals and verdicts.
    coefficients : tuple of CoefficientRow
    leave_one_out : tuple of LooScore
        The law first, then the baselines.
    deductions : Deductions
    influence : tuple of InfluenceRow
    cautions : tuple of str
        The warnings that the fit gave.
    """

    title: str
    facts: dict[str, float]
    level: float
    coefficients: tuple[CoefficientRow, ...]
    leave_one_out: tuple[LooScore, ...]
    deductions: Deductions
    influence: tuple[InfluenceRow, ...]
    cautions: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, NaN where something is not defined."""
        return {
            "title": self.title,
            "facts": dict(self.facts),
            "level": self.level,
            "coefficients": [asdict(row) for row in self.coefficients],
            "leave_one_out": [score.to_dict() for score in self.leave_one_out],
            "deductions": self.deductions.to_dict(),
            "influence": [asdict(row) for row in self.influence],
            "cautions": list(self.cautions),
        }

    def __str__(self) -> str:
        facts = "  ".join(f"{name} {number(value)}" for name, value in self.facts.items())
        parts = [self.title, facts, *(f"! {caution}" for caution in self.cautions)]
        parts += [f"\n{table}" for table in self._tables()]
        return "\n".join(parts)

    def _repr_html_(self) -> str:
        facts = html_table(list(self.facts), [[number(v) for v in self.facts.values()]])
        cautions = "".join(f"<li>{html.escape(text)}</li>" for text in self.cautions)
        tables = "".join(table.to_html() for table in self._tables())
        listed = f"<ul>{cautions}</ul>" if cautions else ""
        return f"<div><h4>{html.escape(self.title)}</h4>{facts}{listed}{tables}</div>"

    def _headline(self) -> str:
        return f"{self.title}, {self.facts['runs']} runs, R² {number(self.facts['R2'], 2)}"

    def _table(self) -> Table:
        facts = ", ".join(f"{name} {number(value)}" for name, value in self.facts.items())
        return self._coefficient_table(title=self.title, note=facts)

    def _columns(self) -> Mapping[str, Any]:
        names = [column.name for column in fields(CoefficientRow)]
        return {name: [getattr(row, name) for row in self.coefficients] for name in names}

    def _tables(self) -> tuple[Table, ...]:
        """Return the tables in reading order."""
        scores = [
            (score.name, number(score.rmse), number(score.std_err), str(score.n))
            for score in self.leave_one_out
        ]
        tests = self.deductions._table()
        return (
            self._coefficient_table(title=f"Coefficients, {100 * self.level:.4g} % intervals"),
            Table.of(
                ("", "error", "std err", "runs"),
                scores,
                title="Leave-one-out error, in units of performance",
            ),
            Table.of(
                tests.headers, tests.rows, title=f"Deductions of the entropy law. {tests.note}"
            ),
            self._influence_table(),
        )

    def _coefficient_table(self, *, title: str, note: str = "") -> Table:
        rows = [
            (
                row.name,
                *map(number, (row.estimate, row.std_err, row.t, row.p_value)),
                *map(number, (row.low, row.high, row.vif)),
            )
            for row in self.coefficients
        ]
        headers = ("", "estimate", "std err", "t", "p", "low", "high", "VIF")
        return Table.of(headers, rows, title=title, note=note)

    def _influence_table(self) -> Table:
        robust = any(row.robust_weight is not None for row in self.influence)
        headers = ["run", "performance", "fitted", "LOO error", "leverage", "Cook's D"]
        rows = [
            (
                row.run,
                *map(number, (row.performance, row.fitted, row.loo_error)),
                *map(number, (row.leverage, row.cooks_distance)),
                *([] if row.robust_weight is None else [number(row.robust_weight)]),
            )
            for row in self.influence
        ]
        return Table.of([*headers, *(["robust weight"] if robust else [])], rows, title="Runs")


def summarize(
    table: RunTable,
    design: Design,
    result: LawResult,
    *,
    scores: tuple[LooScore, ...],
    deductions: Deductions,
    cautions: tuple[str, ...],
    level: float,
    robust: str | None,
) -> LawSummary:
    """Return the summary of a fit from its parts."""
    regression = result.regression
    n, p = regression.X.shape
    estimator = "sign-constrained" if design.form == "constrained" else robust or "least squares"
    title = f"entropy law, {design.form}, {design.used}: {estimator}, {result.covariance_name}"
    return LawSummary(
        title=f"{title} standard errors",
        facts={
            "runs": n,
            "coefficients": p,
            "df": regression.df,
            "sigma": regression.sigma,
            "R2": regression.quality.r2,
            "adj R2": regression.quality.adj_r2,
            "AICc": regression.quality.aicc,
            "condition number": regression.condition_number,
        },
        level=level,
        coefficients=_coefficients(result, level),
        leave_one_out=scores,
        deductions=deductions,
        influence=_influence(table, result),
        cautions=cautions,
    )


def _coefficients(result: LawResult, level: float) -> tuple[CoefficientRow, ...]:
    low, high = result.coef_interval(level)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = result.coef / result.std_err
    t[list(result.nonpositive)] = np.nan  # an estimate that may lie on its bound has no t
    p = 2 * t_below(-np.abs(t), result.df)
    columns = (result.coef, result.std_err, t, p, low, high, result.regression.vif)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return tuple(CoefficientRow(name, *row) for name, row in zip(result.names, rows, strict=True))


def _influence(table: RunTable, result: LawResult) -> tuple[InfluenceRow, ...]:
    regression = result.regression
    weights = regression.robust_weights
    return tuple(
        InfluenceRow(
            run=label,
            performance=float(table.performance[row]),
            fitted=float(regression.fitted[row]),
            loo_error=float(regression.loo_residuals[row]),
            leverage=float(regression.leverage[row]),
            cooks_distance=float(regression.cooks_distance[row]),
            robust_weight=None if weights is None else float(weights[row]),
        )
        for row, label in enumerate(table.labels)
    )

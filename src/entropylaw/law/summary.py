"""A fitted law as one page of data, which prints as text and as HTML."""

from __future__ import annotations

import html
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from entropylaw.law.design import Design
from entropylaw.law.result import Deductions, LawResult, LooScore
from entropylaw.law.student import t_below
from entropylaw.law.table import RunTable
from entropylaw.render.law_tables import html_table, number, text_table


@dataclass(frozen=True)
class CoefficientRow:
    """Hold one coefficient: estimate, standard error, t, two-sided p and interval.

    t and p are NaN for a slope whose sign the form fixes: it cannot be tested for that sign.
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
    """Hold what one run does to the fit.

    `leverage` is how unlike the others its ratio and loss are, `cooks_distance` how far all
    coefficients move without it, `loo_error` its score less its prediction from the others, and
    `trust` the weight that a robust fit gave it.
    """

    run: str
    performance: float
    fitted: float
    loo_error: float
    leverage: float
    cooks_distance: float
    trust: float | None


@dataclass(frozen=True)
class LawSummary:
    """Hold everything a reader of a fit should see, in the order in which to read it.

    Attributes
    ----------
    title : str
    facts : dict of str to float
        Runs, coefficients, df, sigma, r2, adj_r2, aicc, condition_number.
    level : float
        Of the intervals and verdicts.
    coefficients : tuple of CoefficientRow
    leave_one_out : tuple of LooScore
        The law first, then the simpler rivals.
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

    def __repr__(self) -> str:
        facts = "  ".join(f"{name} {number(value)}" for name, value in self.facts.items())
        parts = [self.title, facts, *(f"! {caution}" for caution in self.cautions)]
        for heading, (headers, rows) in self._tables():
            parts.append(f"\n{heading}\n{text_table(headers, rows)}")
        return "\n".join(parts)

    def _repr_html_(self) -> str:
        facts = html_table(list(self.facts), [[number(v) for v in self.facts.values()]])
        cautions = "".join(f"<li>{html.escape(text)}</li>" for text in self.cautions)
        tables = "".join(
            html_table(headers, rows, caption=heading)
            for heading, (headers, rows) in self._tables()
        )
        listed = f"<ul>{cautions}</ul>" if cautions else ""
        return f"<div><h4>{html.escape(self.title)}</h4>{facts}{listed}{tables}</div>"

    def _tables(self) -> list[tuple[str, tuple[list[str], list[list[str]]]]]:
        """Return headings, headers and rows of text."""
        percent = f"{100 * self.level:.4g} %"
        coefficients = [
            [
                row.name,
                *map(number, (row.estimate, row.std_err, row.t, row.p_value)),
                *map(number, (row.low, row.high, row.vif)),
            ]
            for row in self.coefficients
        ]
        scores = [
            [score.name, number(score.rmse), number(score.std_err), str(score.n)]
            for score in self.leave_one_out
        ]
        robust = any(row.trust is not None for row in self.influence)
        influence = [
            [
                row.run,
                *map(number, (row.performance, row.fitted, row.loo_error)),
                *map(number, (row.leverage, row.cooks_distance)),
                *([number(row.trust)] if row.trust is not None else []),
            ]
            for row in self.influence
        ]
        columns = ["run", "performance", "fitted", "LOO error", "leverage", "Cook's D"]
        return [
            (
                f"Coefficients, {percent} intervals",
                (["", "estimate", "std err", "t", "p", "low", "high", "VIF"], coefficients),
            ),
            (
                "Leave-one-out error, in units of performance",
                (["", "error", "std err", "runs"], scores),
            ),
            (f"Deductions of the entropy law. {self.deductions.note}", self.deductions.table()),
            ("Runs", ([*columns, *(["trust"] if robust else [])], influence)),
        ]


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
    """Gather a summary from the parts of a fit."""
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
    t[list(result.falling)] = np.nan  # an estimate that may sit on its bound has no t
    p = 2 * t_below(-np.abs(t), result.df)
    columns = (result.coef, result.std_err, t, p, low, high, result.regression.vif)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return tuple(CoefficientRow(name, *row) for name, row in zip(result.names, rows, strict=True))


def _influence(table: RunTable, result: LawResult) -> tuple[InfluenceRow, ...]:
    regression = result.regression
    trust = regression.robust_weights
    return tuple(
        InfluenceRow(
            run=label,
            performance=float(table.performance[row]),
            fitted=float(regression.fitted[row]),
            loo_error=float(regression.loo_residuals[row]),
            leverage=float(regression.leverage[row]),
            cooks_distance=float(regression.cooks_distance[row]),
            trust=None if trust is None else float(trust[row]),
        )
        for row, label in enumerate(table.labels)
    )

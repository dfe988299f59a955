"""Checks of fits and predictions, given to the user as warnings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from entropylaw.errors import (
    CollinearityWarning,
    ExtrapolationWarning,
    FewRunsWarning,
    LawWarning,
    LowRatioWarning,
    MissingUncertaintyWarning,
    WeakLawWarning,
    warn,
)
from entropylaw.law.comparison import LooScore
from entropylaw.law.design import Design
from entropylaw.law.least_squares import FULL_LEVERAGE
from entropylaw.law.result import LawResult
from entropylaw.law.run_table import RunTable
from entropylaw.types import FloatArray

FEW_DF = 5
"""Least residual degrees of freedom without a warning; at 4, t-intervals are 1.4 x normal ones."""

HIGH_VIF = 10.0
"""Variance inflation above which a warning is given (a correlation of 0.95)."""


@dataclass(frozen=True)
class Caution:
    """A warning that a fit or prediction gives: category and text."""

    category: type[LawWarning]
    message: str

    def warn(self) -> None:
        """Give the warning."""
        warn(self.message, self.category)


def fit_cautions(
    table: RunTable,
    design: Design,
    result: LawResult,
    scores: Sequence[LooScore],
) -> tuple[Caution, ...]:
    """Return the warnings of a fit; `scores` are those of the law, then of the baselines."""
    found = [*low_ratios(table, design)]
    regression = result.regression
    n, p = regression.X.shape
    if regression.df < FEW_DF:
        found.append(
            Caution(
                FewRunsWarning,
                f"runs: expected {p + FEW_DF} or more for {p} coefficients; saw {n}, which leave "
                f"{regression.df} degrees of freedom: intervals are wide and checks are weak. "
                "Try predictors='ratio', or add runs.",
            )
        )
    slopes = [c for c in design.slope_columns if regression.vif[c] > HIGH_VIF]
    if slopes:
        worst = max(slopes, key=lambda column: float(regression.vif[column]))
        found.append(
            Caution(
                CollinearityWarning,
                f"column {design.names[worst]!r}: expected a variance inflation of at most "
                f"{HIGH_VIF:g}; saw {regression.vif[worst]:.3g}. The other columns nearly "
                "determine it: predictions near these runs are reliable, single slopes are not. "
                "Try law.compare() to see what each predictor adds.",
            )
        )
    found += _missing_uncertainty(table, result)
    found += _weak(scores)
    return tuple(found)


def low_ratios(table: RunTable, design: Design) -> list[Caution]:
    """Return a warning if a ratio in use is below 1."""
    if design.ratio_column is None or not (table.ratio < 1).any():
        return []
    rows = np.flatnonzero(table.ratio < 1).tolist()
    row = rows[0]
    return [
        Caution(
            LowRatioWarning,
            f"row {row} ({table.labels[row]!r}), column 'compression_ratio': expected 1 or more; "
            f"saw {table.ratio[row]:.4g} ({len(rows)} below 1). Short or random data can grow "
            "when compressed; if this is compressed / raw, pass its inverse.",
        )
    ]


def extrapolations(
    table: RunTable, design: Design, result: LawResult, fitted: RunTable
) -> list[Caution]:
    """Return a warning if new runs lie outside the range of the fitted runs."""
    outside: dict[int, str] = {}
    for name, column, new, old in (
        ("compression_ratio", design.ratio_column, table.ratio, fitted.ratio),
        ("first_epoch_loss", design.loss_column, table.loss, fitted.loss),
    ):
        if column is None:
            continue
        for row in np.flatnonzero((new < old.min()) | (new > old.max())).tolist():
            outside.setdefault(
                row,
                f"{name} {new[row]:.4g} is outside {old.min():.4g} to {old.max():.4g}",
            )
    for row in np.flatnonzero(_leverage(table, design, result) > 1.0 + 1e-9).tolist():
        outside.setdefault(row, "its combination of ratio and loss is unlike any fitted run")
    if not outside:
        return []
    row = min(outside)
    others = f" ({len(outside)} such rows)" if len(outside) > 1 else ""
    return [
        Caution(
            ExtrapolationWarning,
            f"row {row} ({table.labels[row]!r}): {outside[row]}{others}. The interval assumes "
            "that the form also holds there, which the fitted runs do not test.",
        )
    ]


def _leverage(table: RunTable, design: Design, result: LawResult) -> FloatArray:
    """Return the leverage of new rows relative to the largest leverage of a fitted row."""
    regression = result.regression
    Xw = regression.X * np.sqrt(regression.weights)[:, None]
    lengths = np.linalg.norm(Xw, axis=0)
    inverse = np.linalg.pinv(Xw / lengths)

    def of(X: FloatArray) -> FloatArray:
        return np.asarray(np.sum((X / lengths @ inverse) ** 2, axis=1), dtype=np.float64)

    return of(design.matrix_of(table)) / float(of(regression.X).max())


def _missing_uncertainty(table: RunTable, result: LawResult) -> list[Caution]:
    """Return a warning if an uncertainty cannot be computed, with the reason."""
    regression = result.regression
    n, p = regression.X.shape
    if regression.df == 0:
        return [
            Caution(
                MissingUncertaintyWarning,
                f"runs: expected more than {p} for {p} coefficients; saw {n}. The fit goes through "
                "every run and leaves no residuals to estimate the noise from; standard errors and "
                "intervals are NaN. Add runs.",
            )
        ]
    if not np.isfinite(result.covariance).all():
        rows = np.flatnonzero(regression.leverage > FULL_LEVERAGE)
        names = ", ".join(repr(table.labels[row]) for row in rows)
        reason = (
            f"run {names} alone determines a coefficient (leverage 1), so HC3 is not defined. "
            "Try covariance='classical'."
            if len(rows)
            else "half of the runs are fitted exactly, without a robust scale. Try robust=None."
        )
        return [Caution(MissingUncertaintyWarning, f"standard errors are NaN: {reason}")]
    return []


def _weak(scores: Sequence[LooScore]) -> list[Caution]:
    """Return a warning if the law predicts left-out runs no better than the baseline."""
    law, baseline = scores[0], scores[1]
    both = np.isfinite(law.squared_errors) & np.isfinite(baseline.squared_errors)
    if not both.any() or law.rmse < baseline.rmse:
        return []
    return [
        Caution(
            WeakLawWarning,
            f"leave-one-out error: expected less than {baseline.rmse:.4g}, the error of the mean; "
            f"saw {law.rmse:.4g}, so ratio and loss do not help to predict. Do not rely on this "
            "fit. Try law.compare() to see whether another form predicts better.",
        )
    ]

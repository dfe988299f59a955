"""When a fit or a prediction deserves less trust, and saying so at the user's own line."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from entropylaw.errors import (
    CollinearityWarning,
    ExtrapolationWarning,
    FewRunsWarning,
    LawWarning,
    LowRatioWarning,
    MissingUncertaintyWarning,
    WeakLawWarning,
)
from entropylaw.law.design import Design
from entropylaw.law.regression import FULL_LEVERAGE
from entropylaw.law.result import LawResult, LooScore
from entropylaw.law.table import RunTable
from entropylaw.types import FloatArray

FEW_DF = 5
"""Fewer residual degrees of freedom than this: at 4, intervals are 1.4 times the normal ones."""

HIGH_VIF = 10.0
"""Variance inflation from which ratio and loss are hard to part (correlation of 0.95)."""


@dataclass(frozen=True)
class Caution:
    """Hold one reason for less trust, before it is given as a warning."""

    category: type[LawWarning]
    message: str

    def warn(self) -> None:
        """Give the warning at the first line outside this package."""
        warnings.warn(self.message, self.category, stacklevel=_user_level())


def fit_cautions(
    table: RunTable,
    design: Design,
    result: LawResult,
    scores: Sequence[LooScore],
) -> tuple[Caution, ...]:
    """Return what to beware of in a fit; `scores` are the law's own, then the baseline's."""
    found = [*low_ratios(table, design)]
    regression = result.regression
    n, p = regression.X.shape
    if regression.df < FEW_DF:
        found.append(
            Caution(
                FewRunsWarning,
                f"{n} runs for {p} coefficients leave {regression.df} degrees of freedom: "
                f"intervals are wide and checks are weak. Aim for {p + FEW_DF} runs or more, or "
                "try predictors='ratio'.",
            )
        )
    slopes = [c for c in design.slope_columns if regression.vif[c] > HIGH_VIF]
    if slopes:
        worst = max(slopes, key=lambda column: float(regression.vif[column]))
        found.append(
            Caution(
                CollinearityWarning,
                f"{design.names[worst]!r} is nearly given by the other columns (variance "
                f"inflation {regression.vif[worst]:.3g}, limit {HIGH_VIF:g}): predictions near "
                "these runs hold, the slopes one by one do not. Type law.compare() to see what "
                "each adds.",
            )
        )
    found += _missing_uncertainty(table, result)
    found += _weak(scores)
    return tuple(found)


def low_ratios(table: RunTable, design: Design) -> list[Caution]:
    """Return a caution if a ratio in use is below 1."""
    if design.ratio_column is None or not (table.ratio < 1).any():
        return []
    rows = np.flatnonzero(table.ratio < 1).tolist()
    row = rows[0]
    return [
        Caution(
            LowRatioWarning,
            f"row {row} ({table.labels[row]!r}), column 'compression_ratio': "
            f"{table.ratio[row]:.4g} is below 1 ({len(rows)} such). Short or random data can "
            "grow when compressed; if this is compressed / raw, pass its inverse.",
        )
    ]


def extrapolations(
    table: RunTable, design: Design, result: LawResult, fitted: RunTable
) -> list[Caution]:
    """Return a caution if new runs lie outside the runs that were fitted."""
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
        outside.setdefault(row, "its ratio and loss together are unlike any run that was fitted")
    if not outside:
        return []
    row = min(outside)
    others = f" ({len(outside)} such rows)" if len(outside) > 1 else ""
    return [
        Caution(
            ExtrapolationWarning,
            f"row {row} ({table.labels[row]!r}): {outside[row]}{others}. The interval assumes "
            "that the form holds out there; nothing in the runs tests it.",
        )
    ]


def _leverage(table: RunTable, design: Design, result: LawResult) -> FloatArray:
    """Return leverage of new rows over the largest leverage of a fitted row."""
    regression = result.regression
    Xw = regression.X * np.sqrt(regression.weights)[:, None]
    lengths = np.linalg.norm(Xw, axis=0)
    inverse = np.linalg.pinv(Xw / lengths)

    def of(X: FloatArray) -> FloatArray:
        return np.asarray(np.sum((X / lengths @ inverse) ** 2, axis=1), dtype=np.float64)

    return of(design.matrix_of(table)) / float(of(regression.X).max())


def _missing_uncertainty(table: RunTable, result: LawResult) -> list[Caution]:
    """Return a caution if an uncertainty cannot be computed, with the reason."""
    regression = result.regression
    n, p = regression.X.shape
    if regression.df == 0:
        return [
            Caution(
                MissingUncertaintyWarning,
                f"{n} runs for {p} coefficients: the fit goes through every run, so nothing is "
                "left to judge the noise by; standard errors and intervals are NaN. Add runs.",
            )
        ]
    if not np.isfinite(result.covariance).all():
        rows = np.flatnonzero(regression.leverage > FULL_LEVERAGE)
        names = ", ".join(repr(table.labels[row]) for row in rows)
        reason = (
            f"run {names} alone fixes a coefficient (leverage 1), so HC3 is not defined; "
            "try covariance='classical'"
            if len(rows)
            else "half of the runs are fitted exactly, so there is no robust scale; try robust=None"
        )
        return [Caution(MissingUncertaintyWarning, f"standard errors are NaN: {reason}.")]
    return []


def _weak(scores: Sequence[LooScore]) -> list[Caution]:
    """Return a caution if the law predicts left-out runs no better than the baseline."""
    law, baseline = scores[0], scores[1]
    both = np.isfinite(law.squared_errors) & np.isfinite(baseline.squared_errors)
    if not both.any() or law.rmse < baseline.rmse:
        return []
    return [
        Caution(
            WeakLawWarning,
            f"left-out runs are predicted no better than by their mean: error {law.rmse:.4g} with "
            f"the law, {baseline.rmse:.4g} without ratio and loss. Do not act on this fit; type "
            "law.compare() to see whether another form does better.",
        )
    ]


def _user_level() -> int:
    """Return the stack level of the first frame outside this package, as seen by `warn`."""
    package = str(Path(__file__).parent.parent)
    level = 2  # this function's caller is `warn`; its caller is 2
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(package):
        frame = frame.f_back
        level += 1
    return level

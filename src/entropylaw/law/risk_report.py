"""What is said of each version of a data set, as frozen values that print themselves."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from entropylaw.render.law_tables import html_table, number, text_table

Verdict: TypeAlias = Literal[
    "reference", "within noise", "likely better", "likely worse", "undecided"
]
"""What to expect of a version. "undecided": it changed, but the law does not say which way."""

Consistency: TypeAlias = Literal["fell", "rose", "no sign of change"]
"""Whether the next token became less, or more, determined by its context."""


@dataclass(frozen=True)
class ScoreForecast:
    """Hold the score that a fitted law expects of a version.

    Attributes
    ----------
    performance : float
        Expected score.
    low, high : float
        Ends of the prediction interval: where one trained model would score.
    level : float
        Of the interval.
    best : str or None
        The best version before this one: by its known score, else by its expected one.
    probability_worse : float or None
        Chance that this version scores below `best`.
    """

    performance: float
    low: float
    high: float
    level: float
    best: str | None
    probability_worse: float | None


@dataclass(frozen=True)
class VersionRisk:
    """Hold what two early numbers say of one version.

    Attributes
    ----------
    version : str
    against : str or None
        The version that it is compared with; None for the first.
    compression_ratio, ratio_std_err : float
        Raw / compressed, and the standard error used.
    first_epoch_loss, loss_std_err : float
        Mean loss, and the standard error used, run-to-run noise included.
    ratio_change, loss_change : float
        Change from `against` on a log scale: 0.02 is 2 % up.
    ratio_change_std_err, loss_change_std_err : float
    p_noise : float
        Chance of a change as large as this, or larger, by noise alone.
    probability_worse : float
        Chance of lower performance than `against`, by the two deductions of the law.
    verdict : str
        "reference", "within noise", "likely better", "likely worse" or "undecided".
    consistency : str
        "fell", "rose" or "no sign of change".
    joint_rise : bool
        Whether loss and ratio both rose beyond noise: the plainest sign of lost consistency.
    forecast : ScoreForecast or None
        What a fitted law expects, if one was given.
    """

    version: str
    against: str | None
    compression_ratio: float
    ratio_std_err: float
    first_epoch_loss: float
    loss_std_err: float
    ratio_change: float
    ratio_change_std_err: float
    loss_change: float
    loss_change_std_err: float
    p_noise: float
    probability_worse: float
    verdict: Verdict
    consistency: Consistency
    joint_rise: bool
    forecast: ScoreForecast | None

    @property
    def finding(self) -> str:
        """The verdict as a sentence."""
        if self.against is None:
            return "the first version: nothing to compare it with"
        moved = (
            f"ratio {100 * self.ratio_change:+.2g} %, loss {100 * self.loss_change:+.2g} % "
            f"from {self.against}"
        )
        if self.verdict == "within noise":
            return f"{moved}: within noise"
        if self.joint_rise:
            why = "loss and ratio rose together, so consistency fell"
        elif self.consistency == "fell":
            why = "the loss rose more than the ratio explains, so consistency fell"
        elif self.consistency == "rose":
            why = "the loss fell more than the ratio explains, so consistency rose"
        else:
            why = "no sign that consistency changed"
        expect = {
            "likely worse": "expect lower performance",
            "likely better": "expect higher performance",
        }.get(self.verdict, "the law does not say which way performance goes")
        if self.verdict == "undecided" and self.ratio_change < 0 < self.loss_change:
            expect = "denser and harder: new information, or noise in the records; read some"
        chance = f"chance of worse {self.probability_worse:.2f}"
        return f"{moved}: {why}; {expect} ({chance})"

    def to_dict(self) -> dict[str, Any]:
        """Return the fields and the finding as plain values; None for what is not known."""
        plain = {
            name: None if isinstance(value, float) and math.isnan(value) else value
            for name, value in asdict(self).items()
        }
        return {**plain, "finding": self.finding}


@dataclass(frozen=True)
class RiskReport:
    """Hold the assessment of every version, oldest first; prints as a table and sentences.

    Attributes
    ----------
    versions : tuple of VersionRisk
    level : float
        How sure a verdict has to be.
    elasticity : tuple of float
        Percent that the loss may fall when the ratio rises by 1 % at equal consistency: the
        range allowed for.
    loss_noise, ratio_noise : float
        Relative noise assumed.
    """

    versions: tuple[VersionRisk, ...]
    level: float
    elasticity: tuple[float, float]
    loss_noise: float
    ratio_noise: float

    def __iter__(self) -> Iterator[VersionRisk]:
        return iter(self.versions)

    def __len__(self) -> int:
        return len(self.versions)

    def __getitem__(self, row: int) -> VersionRisk:
        return self.versions[row]

    def to_dict(self) -> dict[str, Any]:
        """Return options and versions as plain values."""
        return {
            "level": self.level,
            "elasticity": list(self.elasticity),
            "loss_noise": self.loss_noise,
            "ratio_noise": self.ratio_noise,
            "versions": [version.to_dict() for version in self.versions],
        }

    def _table(self) -> tuple[list[str], list[list[str]]]:
        headers = ["version", "ratio", "loss", "p(noise)", "P(worse)", "verdict", "consistency"]
        rows = [
            [
                v.version,
                f"{number(v.compression_ratio)} ± {number(v.ratio_std_err, 2)}",
                f"{number(v.first_epoch_loss)} ± {number(v.loss_std_err, 2)}",
                _chance(v.p_noise),
                _chance(v.probability_worse),
                v.verdict,
                "-" if v.against is None else v.consistency,
            ]
            for v in self.versions
        ]
        if any(v.forecast for v in self.versions):
            headers += ["score", "interval", "P(below best)"]
            for v, row in zip(self.versions, rows, strict=True):
                row.extend(_forecast_cells(v.forecast))
        return headers, rows

    def __repr__(self) -> str:
        lines = [f"{v.version}: {v.finding}." for v in self.versions]
        return "\n".join([text_table(*self._table()), "", *lines])

    def _repr_html_(self) -> str:
        headers, rows = self._table()
        headers = [*headers, "finding"]
        rows = [[*row, v.finding] for row, v in zip(rows, self.versions, strict=True)]
        return html_table(headers, rows, caption=f"Risk of each version, level {self.level:g}")


def _chance(value: float) -> str:
    """Return a probability for a table; "-" where there is none."""
    return "-" if math.isnan(value) else f"{value:.2f}" if value >= 0.005 else "<0.01"


def _forecast_cells(forecast: ScoreForecast | None) -> list[str]:
    """Return the cells of a forecast."""
    if forecast is None:
        return ["-", "-", "-"]
    worse = forecast.probability_worse
    return [
        number(forecast.performance),
        f"{number(forecast.low)} to {number(forecast.high)}",
        "-" if worse is None else _chance(worse),
    ]

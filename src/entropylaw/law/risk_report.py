"""Results of a risk assessment: one entry per version, and the report."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, TypeAlias

from entropylaw.render.result import Result, TableResult
from entropylaw.render.tables import Table, number, text_table

Verdict: TypeAlias = Literal[
    "reference", "within noise", "likely better", "likely worse", "undecided"
]
"""Expected effect of a version. "undecided": it changed, but the direction is not determined."""

Consistency: TypeAlias = Literal["fell", "rose", "no sign of change"]
"""Whether the next token became less or more predictable from its context."""


@dataclass(frozen=True)
class ScoreForecast:
    """Score that a fitted law expects of a version.

    Attributes
    ----------
    performance : float
        Expected score.
    low, high : float
        Ends of the prediction interval, for the score of one trained model.
    level : float
        Confidence level of the interval.
    best : str or None
        The best version before this one, by its known score, otherwise by its expected one.
    probability_worse : float or None
        Probability that this version scores below `best`.
    """

    performance: float
    low: float
    high: float
    level: float
    best: str | None
    probability_worse: float | None


@dataclass(frozen=True, repr=False)
class VersionRisk(Result):
    """Assessment of one version from its compression ratio and first-epoch loss.

    Attributes
    ----------
    version : str
    against : str or None
        The version it is compared with; None for the first.
    compression_ratio, ratio_std_err : float
        Raw / compressed, and its standard error.
    first_epoch_loss, loss_std_err : float
        Mean loss, and its standard error, including run-to-run noise.
    ratio_change, loss_change : float
        Change from `against` on a log scale: 0.02 is 2 % up.
    ratio_change_std_err, loss_change_std_err : float
    p_noise : float
        Probability of a change at least as large from noise alone.
    probability_worse : float
        Probability of lower performance than `against`, by the two deductions of the law.
    verdict : str
        "reference", "within noise", "likely better", "likely worse" or "undecided".
    consistency : str
        "fell", "rose" or "no sign of change".
    joint_rise : bool
        Whether loss and ratio both rose beyond noise: the clearest sign of lost consistency.
    forecast : ScoreForecast or None
        Score that a fitted law expects, if one was given.
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
            return "the first version, not compared with another"
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
        }.get(self.verdict, "the law does not determine the direction of performance")
        if self.verdict == "undecided" and self.ratio_change < 0 < self.loss_change:
            expect = "denser and harder: new information, or noise in the records; inspect some"
        probability = f"probability of worse {self.probability_worse:.2f}"
        return f"{moved}: {why}; {expect} ({probability})"

    def to_dict(self) -> dict[str, Any]:
        """Return the fields and the finding as plain values; None for unknown ones."""
        plain = {
            name: None if isinstance(value, float) and math.isnan(value) else value
            for name, value in asdict(self).items()
        }
        return {**plain, "finding": self.finding}

    def _headline(self) -> str:
        return f"{self.version}: {self.verdict}; {self.finding}"

    def _table(self) -> Table:
        headers, cells = _headers([self]), _cells(self, forecast=self.forecast is not None)
        facts = dict(zip(headers[1:], cells[1:], strict=True))
        return Table.of_facts(f"Version {self.version}", facts, note=f"{self.finding}.")

    def _columns(self) -> Mapping[str, Any]:
        return _risk_columns([self])


@dataclass(frozen=True, repr=False)
class RiskReport(TableResult):
    """Assessment of every version, oldest first; prints as a table and sentences.

    Attributes
    ----------
    versions : tuple of VersionRisk
    level : float
        Confidence level of the verdicts.
    elasticity : tuple of float
        Range assumed for the percentage by which the loss falls at equal consistency when the
        ratio rises by 1 %.
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

    def _headline(self) -> str:
        worse = [v.version for v in self.versions if v.verdict == "likely worse"]
        found = f"likely worse: {', '.join(worse)}" if worse else "none likely worse"
        return f"{len(self.versions)} versions, {found}"

    def _table(self) -> Table:
        forecast = any(v.forecast for v in self.versions)
        return Table.of(
            _headers(self.versions),
            [_cells(v, forecast=forecast) for v in self.versions],
            title=f"Risk of each version, level {self.level:g}",
            note=" ".join(f"{v.version}: {v.finding}." for v in self.versions),
        )

    def _columns(self) -> Mapping[str, Any]:
        return _risk_columns(self.versions)

    def __str__(self) -> str:
        table = self._table()
        lines = [f"{v.version}: {v.finding}." for v in self.versions]
        return "\n".join([text_table(table.headers, table.rows), "", *lines])

    def _repr_html_(self) -> str:
        table = self._table()
        rows = [(*row, v.finding) for row, v in zip(table.rows, self.versions, strict=True)]
        return Table.of((*table.headers, "finding"), rows, title=table.title).to_html()


def _headers(versions: Sequence[VersionRisk]) -> list[str]:
    """Return the column headers, with those of the forecast if any version has one."""
    headers = ["version", "ratio", "loss", "p(noise)", "P(worse)", "verdict", "consistency"]
    if any(v.forecast for v in versions):
        headers += ["score", "interval", "P(below best)"]
    return headers


def _cells(risk: VersionRisk, *, forecast: bool) -> tuple[str, ...]:
    """Return one row of the table."""
    return (
        risk.version,
        f"{number(risk.compression_ratio)} ± {number(risk.ratio_std_err, 2)}",
        f"{number(risk.first_epoch_loss)} ± {number(risk.loss_std_err, 2)}",
        _probability(risk.p_noise),
        _probability(risk.probability_worse),
        risk.verdict,
        "-" if risk.against is None else risk.consistency,
        *(_forecast_cells(risk.forecast) if forecast else ()),
    )


def _risk_columns(versions: Sequence[VersionRisk]) -> dict[str, list[Any]]:
    """Return the fields of each version as columns, those of the forecast with a prefix."""
    names = [column.name for column in fields(VersionRisk) if column.name != "forecast"]
    columns = {name: [getattr(v, name) for v in versions] for name in (*names, "finding")}
    if any(v.forecast for v in versions):
        for column in fields(ScoreForecast):
            columns[f"forecast_{column.name}"] = [
                getattr(v.forecast, column.name, None) for v in versions
            ]
    return columns


def _probability(value: float) -> str:
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
        "-" if worse is None else _probability(worse),
    ]

"""The score that a fitted law expects of each version of a data set, against the best so far."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal, Protocol

import numpy as np

from entropylaw.law.risk_report import ScoreForecast
from entropylaw.law.student import t_below
from entropylaw.law.versions import Version
from entropylaw.types import FloatArray


class Forecast(Protocol):
    """What a law must return: arrays with one entry a version."""

    @property
    def performance(self) -> FloatArray:
        """Expected scores."""
        ...

    @property
    def low(self) -> FloatArray | None:
        """Lower ends of the prediction intervals."""
        ...

    @property
    def high(self) -> FloatArray | None:
        """Upper ends."""
        ...

    @property
    def run_std_err(self) -> FloatArray:
        """Standard error of the score of one new run."""
        ...

    @property
    def df(self) -> int:
        """Degrees of freedom."""
        ...


class Law(Protocol):
    """What `assess_versions` asks of a fitted law, such as `EntropyLawFit`."""

    def predict(
        self, new: list[dict[str, Any]], *, interval: Literal["prediction"], level: float
    ) -> Forecast:
        """Predict scores from rows with compression_ratio and first_epoch_loss."""
        ...


def forecast_scores(versions: Sequence[Version], law: Law, *, level: float) -> list[ScoreForecast]:
    """Ask a law for the score of each version, and compare it with the best before it."""
    rows = [
        {
            name: value
            for name, value in (
                ("dataset", version.version),
                ("compression_ratio", version.compression_ratio),
                ("first_epoch_loss", version.first_epoch_loss),
                ("group", version.group),
                ("compressor", version.compressor),
            )
            if value is not None
        }
        for version in versions
    ]
    predicted = law.predict(rows, interval="prediction", level=level)
    nan = np.full(len(rows), math.nan)
    low = nan if predicted.low is None else predicted.low
    high = nan if predicted.high is None else predicted.high
    forecasts: list[ScoreForecast] = []
    best: tuple[float, float, str] | None = None  # score, its standard error, version
    for row, version in enumerate(versions):
        expected, noise = float(predicted.performance[row]), float(predicted.run_std_err[row])
        chance = None
        if best is not None:
            # The two are taken as independent: what they share in the law mostly cancels.
            z = (best[0] - expected) / math.hypot(noise, best[1])
            chance = float(t_below(z, predicted.df))
        forecasts.append(
            ScoreForecast(
                performance=expected,
                low=float(low[row]),
                high=float(high[row]),
                level=level,
                best=None if best is None else best[2],
                probability_worse=chance,
            )
        )
        known = version.performance
        score = (expected, noise) if known is None else (known, 0.0)
        if best is None or score[0] > best[0]:
            best = (*score, str(version.version))
    return forecasts

"""Early assessment of new versions of a data set: better, worse, or within noise."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import NormalDist
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np

from entropylaw.errors import ConfigError
from entropylaw.law.least_squares import t_below
from entropylaw.law.options import checked_level
from entropylaw.law.result import Prediction
from entropylaw.law.risk_report import (
    Consistency,
    RiskReport,
    ScoreForecast,
    Verdict,
    VersionRisk,
)
from entropylaw.law.versions import Version, read_versions
from entropylaw.validation import as_number, choice, number

Against: TypeAlias = Literal["previous", "first"]
"""Which earlier version a version is compared with."""

_NORMAL = NormalDist()
_GRID = 20  # points for each of the two unknowns over which a probability is averaged


class Law(Protocol):
    """A fitted law for `assess_versions`, such as `EntropyLawFit`."""

    def predict(
        self, new: list[dict[str, Any]], *, interval: Literal["prediction"], level: float
    ) -> Prediction:
        """Predict scores from rows with compression_ratio and first_epoch_loss."""
        ...


def assess_versions(
    versions: object,
    *,
    law: Law | None = None,
    against: Against = "previous",
    level: float = 0.95,
    elasticity: tuple[float, float] = (0.0, 1.0),
    loss_noise: float = 0.01,
    ratio_noise: float = 0.005,
    columns: Mapping[str, str] | None = None,
) -> RiskReport:
    """Assess whether each version of a data set is likely better, likely worse, or within noise.

    Two early measurements are compared with those of an earlier version: the compression ratio
    R and the first-epoch loss L. On a log scale, let r and l be their changes. According to the
    law, performance falls with R at equal consistency, and with L at equal R. At equal
    consistency the loss falls when the ratio rises, by an unknown share e (`elasticity`) of r; so
    l + e r is the rise that the ratio does not explain, and is attributed to consistency. Then

    - *within noise*: both changes together are compatible with noise (chi-square, 2 degrees of
      freedom);
    - *consistency fell*: l + e r is above 0 beyond noise for every e in `elasticity`. That holds
      whenever loss and ratio both rose beyond noise (`joint_rise`);
    - *probability of worse*: of w r + (1 - w) (l + e r) > 0, averaged over the noise, over e in
      `elasticity` and over every weight w from 0 to 1, since the law gives signs, not sizes.
      *likely worse* from `level`; *likely better* up to 1 - `level`, unless the loss rose beyond
      noise: new information and noise in the records both lower the ratio and raise the loss.

    Parameters
    ----------
    versions : object
        Two or more versions, oldest first: anything that `read_versions` accepts, with columns
        `compression_ratio`, `first_epoch_loss`, and if known `ratio_std_err`, `loss_std_err`,
        `version`, `covers`, `performance`.
    law : Law, optional
        A fitted law. Adds the expected score of each version, with a prediction interval, and
        the probability that it is below the best version so far.
    against : {"previous", "first"}, default "previous"
        Which earlier version to compare with. "first" detects a slow drift that no single step
        shows.
    level : float, default 0.95
        Confidence level of the verdicts. A comparison of two versions that differ by noise alone
        is called a change with probability 1 - `level`, if the noise is as given.
    elasticity : tuple of float, default (0, 1)
        Least and greatest percent by which the loss falls at equal consistency when the ratio
        rises by 1 %. 0: the model learns nothing from repetition; 1: as much as the compressor.
    loss_noise : float, default 0.01
        Relative standard deviation of the loss from run to run (seed, order), added to
        `loss_std_err`, which does not include it. The default is the value of a small model
        trained from scratch. To measure yours, train one version twice; with the same initial
        weights, as in fine-tuning, it is smaller: 0.004 in our study.
    ratio_noise : float, default 0.005
        Relative standard error of a ratio that comes without `ratio_std_err`.
    columns : mapping of str to str, optional
        From column of `Version` to its name in `versions`.

    Returns
    -------
    RiskReport
        One `VersionRisk` per version; prints as a table and sentences.

    Raises
    ------
    RunsError
        If the versions are not valid or cannot be compared; names row and column.
    ConfigError
        If an option is not valid.

    Examples
    --------
    >>> report = assess_versions(
    ...     {
    ...         "version": ["jan", "feb", "mar"],
    ...         "compression_ratio": [2.80, 2.81, 3.02],
    ...         "first_epoch_loss": [1.310, 1.305, 1.402],
    ...     }
    ... )
    >>> [version.verdict for version in report]
    ['reference', 'within noise', 'likely worse']
    >>> report[2].joint_rise, report[2].consistency
    (True, 'fell')

    References
    ----------
    Yin et al. (2024), Entropy Law: The Story Behind Data Compression and LLM Performance,
    arXiv 2407.06645. The application is theirs; the noise, the probabilities and the thresholds
    are this library's.
    """
    against = choice("against", against, Against)
    level = checked_level(level)
    span = _elasticity_range(elasticity)
    loss_noise = _relative_noise("loss_noise", loss_noise)
    ratio_noise = _relative_noise("ratio_noise", ratio_noise)
    read = read_versions(versions, columns=columns)
    risks: list[VersionRisk] = []
    for version in read:
        now = _unassessed(version, loss_noise=loss_noise, ratio_noise=ratio_noise)
        before = risks[0 if against == "first" else -1] if risks else None
        risks.append(now if before is None else _compare(now, before, level=level, span=span))
    if law is not None:
        forecasts = _forecast_scores(read, law, level=level)
        risks = [replace(r, forecast=f) for r, f in zip(risks, forecasts, strict=True)]
    return RiskReport(tuple(risks), level, span, loss_noise, ratio_noise)


def _unassessed(version: Version, *, loss_noise: float, ratio_noise: float) -> VersionRisk:
    """Return a version with its noise, before any comparison."""
    ratio, loss = version.compression_ratio, version.first_epoch_loss
    given = version.ratio_std_err
    return VersionRisk(
        version=str(version.version),
        against=None,
        compression_ratio=ratio,
        ratio_std_err=ratio_noise * ratio if given is None else given,
        first_epoch_loss=loss,
        loss_std_err=math.hypot(version.loss_std_err or 0.0, loss_noise * loss),
        ratio_change=math.nan,
        ratio_change_std_err=math.nan,
        loss_change=math.nan,
        loss_change_std_err=math.nan,
        p_noise=math.nan,
        probability_worse=math.nan,
        verdict="reference",
        consistency="no sign of change",
        joint_rise=False,
        forecast=None,
    )


def _compare(
    now: VersionRisk, before: VersionRisk, *, level: float, span: tuple[float, float]
) -> VersionRisk:
    """Return `now`, assessed against an earlier version."""
    r = math.log(now.compression_ratio / before.compression_ratio)
    l = math.log(now.first_epoch_loss / before.first_epoch_loss)  # noqa: E741
    sr = math.hypot(
        now.ratio_std_err / now.compression_ratio, before.ratio_std_err / before.compression_ratio
    )
    sl = math.hypot(
        now.loss_std_err / now.first_epoch_loss, before.loss_std_err / before.first_epoch_loss
    )
    p_noise = math.exp(-(_z(r, sr) ** 2 + _z(l, sl) ** 2) / 2)  # chi-square, 2 degrees
    worse = _probability_worse(r, l, sr, sl, span)
    beyond = p_noise < 1 - level
    sure = _NORMAL.inv_cdf(level)
    # Over the elasticities z has no interior minimum, so its least values are at the ends.
    excess = [_z(l + e * r, math.hypot(sl, e * sr)) for e in span]
    consistency: Consistency = "no sign of change"
    if beyond and min(excess) > sure:
        consistency = "fell"
    elif beyond and max(excess) < -sure:
        consistency = "rose"
    verdict: Verdict = "undecided"
    if not beyond:
        verdict = "within noise"
    elif worse >= level:
        verdict = "likely worse"
    elif worse <= 1 - level and _z(l, sl) < sure:
        # Noise in the records lowers the ratio and raises the loss: a higher loss is no gain.
        verdict = "likely better"
    return replace(
        now,
        against=before.version,
        ratio_change=r,
        ratio_change_std_err=sr,
        loss_change=l,
        loss_change_std_err=sl,
        p_noise=p_noise,
        probability_worse=worse,
        verdict=verdict,
        consistency=consistency,
        joint_rise=consistency == "fell" and _z(r, sr) > sure and _z(l, sl) > sure,
    )


def _probability_worse(
    r: float, loss: float, sr: float, sl: float, span: tuple[float, float]
) -> float:
    """Return the probability of lower performance, averaged over elasticities and weights."""
    middles = (np.arange(_GRID) + 0.5) / _GRID
    chances = [
        _NORMAL.cdf(_z((w + (1 - w) * e) * r + (1 - w) * loss, _hypot(w, e, sr, sl)))
        for w in middles
        for e in span[0] + (span[1] - span[0]) * middles
    ]
    return float(np.mean(chances))


def _hypot(w: float, e: float, sr: float, sl: float) -> float:
    """Return the standard error of w r + (1 - w) (l + e r)."""
    return math.hypot((w + (1 - w) * e) * sr, (1 - w) * sl)


def _z(change: float, std_err: float) -> float:
    """Return a change in standard errors; without noise, any change is certain."""
    if std_err > 0:
        return change / std_err
    return 0.0 if change == 0 else math.copysign(40.0, change)


def _forecast_scores(versions: Sequence[Version], law: Law, *, level: float) -> list[ScoreForecast]:
    """Return the expected score of each version, compared with the best version before it."""
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
    best: tuple[float, float, str] | None = None  # score, standard error, version
    for row, version in enumerate(versions):
        expected, noise = float(predicted.performance[row]), float(predicted.run_std_err[row])
        chance = None
        if best is not None:
            # The two are treated as independent: their common error in the law mostly cancels.
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


def _elasticity_range(elasticity: object) -> tuple[float, float]:
    """Return the range of elasticities as two floats; raise ConfigError if it is not valid."""
    values = np.asarray(elasticity, dtype=object).ravel().tolist()
    ends = [as_number(value) for value in values]
    if len(ends) == 2:
        low, high = ends
        if low is not None and high is not None and 0 <= low <= high < math.inf:
            return low, high
    raise ConfigError(
        f"elasticity: expected two finite numbers, 0 <= least <= greatest; saw {elasticity!r}. "
        "Try elasticity=(0.0, 1.0).",
        parameters=("elasticity",),
    )


def _relative_noise(name: str, value: object) -> float:
    """Return a relative noise as a float; raise ConfigError unless it is from 0 to below 1."""
    hint = f"Try {name}=0.01, which is 1 %."
    return number(name, value, at_least=0, below=1, hint=hint)

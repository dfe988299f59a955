"""Early warning: whether a new version of a data set will help, hurt, or is just noise."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from statistics import NormalDist
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from entropylaw.errors import ConfigError
from entropylaw.law.forecast import Law, forecast_scores
from entropylaw.law.options import check_choice, check_level
from entropylaw.law.risk_report import (
    Consistency,
    RiskReport,
    Verdict,
    VersionRisk,
)
from entropylaw.law.versions import Version, read_versions

Against: TypeAlias = Literal["previous", "first"]
"""Which version a version is compared with."""

_NORMAL = NormalDist()
_GRID = 20  # points for each of the two unknowns that a probability is averaged over


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
    """Say of each version of a data set whether it is likely to help, to hurt, or just noise.

    Two numbers known early are compared with those of an earlier version: the compression ratio
    R and the first-epoch loss L. On a log scale, let r and l be their changes. The law says that
    at equal consistency performance falls with R, and at equal R with L. At equal consistency
    the loss falls when the ratio rises, by an unknown share e (`elasticity`) of r; so l + e r is
    the rise that the ratio does not explain, and is laid to consistency. Then

    - *within noise*: both changes together could well be chance (chi-square, 2 degrees);
    - *consistency fell*: l + e r is above 0 beyond noise for every e in `elasticity`. That holds
      whenever loss and ratio both rose beyond noise (`joint_rise`);
    - *probability of worse*: of w r + (1 - w) (l + e r) > 0, averaged over the noise, over e in
      `elasticity` and over every weight w from 0 to 1, since the law fixes signs, not sizes.
      *likely worse* from `level`; *likely better* up to 1 - `level`, unless the loss rose beyond
      noise: new information and noise in the records both make a set denser and harder.

    Parameters
    ----------
    versions : object
        Two or more versions, oldest first: anything that `read_versions` reads, with columns
        `compression_ratio`, `first_epoch_loss`, and if known `ratio_std_err`, `loss_std_err`,
        `version`, `covers`, `performance`.
    law : Law, optional
        A fitted law. Adds the score expected of each version, with a prediction interval, and
        the chance that it is below the best version so far.
    against : {"previous", "first"}, default "previous"
        What to compare with. "first" sees slow drift that no single step shows.
    level : float, default 0.95
        How sure a verdict must be. One comparison of two versions that differ by chance alone is
        called a change with probability 1 - `level`, if the noise is as given.
    elasticity : tuple of float, default (0, 1)
        Least and greatest percent by which the loss falls at equal consistency when the ratio
        rises by 1 %. 0: the model learns nothing from repetition; 1: as much as the compressor.
    loss_noise : float, default 0.01
        Relative standard deviation of the loss from run to run (seed, order), added to
        `loss_std_err`, which cannot see it. The default is about what a small model trained
        from scratch showed. Train one version twice to learn yours: with the same initial
        weights, as in fine-tuning, it is smaller: 0.004 in our study.
    ratio_noise : float, default 0.005
        Relative standard error of a ratio that comes without `ratio_std_err`.
    columns : mapping of str to str, optional
        Our column name -> the name in `versions`.

    Returns
    -------
    RiskReport
        One `VersionRisk` a version; prints as a table and sentences.

    Raises
    ------
    RunsError
        If the versions cannot be used or compared; names row and column.
    ConfigError
        For an option that cannot work.

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
    check_choice("against", against, Against)
    check_level(level)
    span = _check_elasticity(elasticity)
    _check_noise("loss_noise", loss_noise)
    _check_noise("ratio_noise", ratio_noise)
    read = read_versions(versions, columns=columns)
    risks: list[VersionRisk] = []
    for version in read:
        now = _unassessed(version, loss_noise=loss_noise, ratio_noise=ratio_noise)
        before = risks[0 if against == "first" else -1] if risks else None
        risks.append(now if before is None else _compare(now, before, level=level, span=span))
    if law is not None:
        forecasts = forecast_scores(read, law, level=level)
        risks = [replace(r, forecast=f) for r, f in zip(risks, forecasts, strict=True)]
    return RiskReport(tuple(risks), level, span, loss_noise, ratio_noise)


def _unassessed(version: Version, *, loss_noise: float, ratio_noise: float) -> VersionRisk:
    """Return a version with its noise, compared with nothing yet."""
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
    # z rises and falls at most once over the elasticities, so its ends are its least values.
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
        # Noise in the records makes them dense and hard: a higher loss is never good news.
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
    """Average the chance of a fall in performance over what the law leaves open."""
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
    """Return a change in standard errors; without noise, any change is beyond all doubt."""
    if std_err > 0:
        return change / std_err
    return 0.0 if change == 0 else math.copysign(40.0, change)


def _check_elasticity(elasticity: object) -> tuple[float, float]:
    """Return the range of elasticities; refuse what is none."""
    values = np.asarray(elasticity, dtype=object).ravel().tolist()
    if len(values) == 2 and all(_is_number(value) for value in values):
        low, high = float(values[0]), float(values[1])
        if 0 <= low <= high:
            return low, high
    raise ConfigError(
        f"elasticity: expected two numbers, 0 <= least <= greatest; saw {elasticity!r}. "
        "Try elasticity=(0.0, 1.0)."
    )


def _check_noise(name: str, value: npt.ArrayLike) -> None:
    """Refuse a relative noise that is none."""
    if not _is_number(value) or not 0 <= float(value) < 1:  # type: ignore[arg-type]
        raise ConfigError(
            f"{name}: expected a share from 0 to below 1 (0.01 is 1 %); saw {value!r}. "
            f"Try {name}=0.01."
        )


def _is_number(value: object) -> bool:
    """Tell whether a value is a finite number."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value)  # type: ignore[arg-type]

"""Risk of versions: verdicts, rates under noise, forecasts by a fitted law, and invalid input."""

from __future__ import annotations

import json
import math
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest

from entropylaw.errors import ConfigError, LawWarning, RunsError
from entropylaw.law.fit import EntropyLawFit
from entropylaw.law.loss import first_epoch_loss
from entropylaw.law.noise import ratio_noise
from entropylaw.law.risk import assess_versions
from entropylaw.law.versions import Version, read_versions

EXACT = {"loss_noise": 0.0, "ratio_noise": 0.0}


def pair(ratio: float, loss: float, **options):
    """Assess a version that differs from one with ratio 3 and loss 2 by these log changes."""
    rows = {
        "compression_ratio": [3.0, 3.0 * math.exp(ratio)],
        "first_epoch_loss": [2.0, 2.0 * math.exp(loss)],
    }
    return assess_versions(rows, **options)[1]


@pytest.mark.parametrize(
    ("ratio", "loss", "verdict", "consistency", "joint"),
    [
        (0.0, 0.0, "within noise", "no sign of change", False),
        (0.005, 0.01, "within noise", "no sign of change", False),
        (0.1, 0.1, "likely worse", "fell", True),
        (-0.1, -0.1, "likely better", "rose", False),
        (0.0, 0.1, "likely worse", "fell", False),  # the second deduction alone
        (0.1, 0.0, "likely worse", "no sign of change", False),  # the first alone
        (-0.05, 0.2, "undecided", "fell", False),  # denser, but harder than density explains
        (-0.1, 0.05, "undecided", "no sign of change", False),
        (-0.3, 0.05, "undecided", "no sign of change", False),  # noise would look the same
        (-0.3, 0.0, "likely better", "no sign of change", False),
        (0.1, -0.05, "undecided", "no sign of change", False),
    ],
)
def test_verdicts(ratio, loss, verdict, consistency, joint):
    risk = pair(ratio, loss)
    assert (risk.verdict, risk.consistency, risk.joint_rise) == (verdict, consistency, joint)
    assert risk.finding


def test_probability_is_symmetric_and_needs_no_noise():
    for change in [(0.02, 0.03), (0.1, -0.04), (-0.01, 0.02)]:
        risk, mirror = pair(*change), pair(-change[0], -change[1])
        assert risk.probability_worse + mirror.probability_worse == pytest.approx(1)
    sure = pair(0.1, 0.1, **EXACT)
    assert (sure.probability_worse, sure.p_noise) == (1.0, 0.0)
    assert pair(0.0, 0.0, **EXACT).verdict == "within noise"


def test_probability_against_simulation():
    rng = np.random.default_rng(0)
    risk = pair(0.02, -0.01)
    r = rng.normal(0.02, risk.ratio_change_std_err, 400_000)
    loss = rng.normal(-0.01, risk.loss_change_std_err, 400_000)
    w, e = rng.random((2, 400_000))
    assert risk.probability_worse == pytest.approx(
        np.mean(w * r + (1 - w) * (loss + e * r) > 0), abs=0.005
    )


def test_false_alarms_are_as_promised_when_the_noise_is_as_given():
    rng = np.random.default_rng(4)
    trials = 4000
    changes = rng.normal(0, math.sqrt(2), (trials, 2)) * [0.005, 0.01]
    risks = [pair(r, loss) for r, loss in changes]
    called = np.mean([risk.verdict != "within noise" for risk in risks])
    fell = np.mean([risk.consistency == "fell" for risk in risks])
    joint = np.mean([risk.joint_rise for risk in risks])
    three_sigma = 3 * math.sqrt(0.05 * 0.95 / trials)
    assert called == pytest.approx(0.05, abs=three_sigma)
    assert fell < 0.05
    assert joint < 0.01


def test_against_first_sees_a_drift():
    rows = {
        "compression_ratio": [3.0 * 1.006**k for k in range(8)],
        "first_epoch_loss": [2.0 * 1.01**k for k in range(8)],
    }
    assert {v.verdict for v in assess_versions(rows)} == {"reference", "within noise"}
    drift = assess_versions(rows, against="first")
    assert drift[7].joint_rise
    assert drift[7].against == "v0"


def test_elasticity_decides_what_density_explains():
    # Loss up 8 %, ratio down 5 %: explained if the elasticity may be as high as 2.
    assert pair(-0.05, 0.08, elasticity=(0.0, 0.5)).consistency == "fell"
    assert pair(-0.05, 0.08, elasticity=(0.0, 2.0)).consistency == "no sign of change"


def test_measurements_bring_their_errors(tmp_path):
    loss = first_epoch_loss(
        [{"step": s, "loss": 3 - s / 50 + (s % 3) / 10} for s in range(1, 21)], steps=20
    )
    noise = ratio_noise([300, 320, 310, 290, 305, 315], [100, 110, 102, 97, 103, 104])
    version = read_versions([{"compression_ratio": noise, "first_epoch_loss": loss}])[0]
    assert version.ratio_std_err == noise.std_err
    assert (version.loss_std_err, version.covers) == (loss.std_err, "first 20 steps")
    risk = assess_versions([version], loss_noise=0.02)[0]
    assert risk.ratio_std_err == noise.std_err
    assert risk.loss_std_err == pytest.approx(math.hypot(loss.std_err, 0.02 * loss.mean))


def test_every_kind_of_table(tmp_path):
    columns = {
        "version": ["a", "b"], "compression_ratio": [2.5, 2.9], "first_epoch_loss": [1.4, 1.6],
    }  # fmt: skip
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    pd.DataFrame(rows).to_csv(tmp_path / "v.csv", index=False)
    (tmp_path / "v.jsonl").write_text("\n".join(map(json.dumps, rows)))
    expected = assess_versions(columns)
    assert [v.version for v in expected] == ["a", "b"]
    for source in (
        rows, pd.DataFrame(rows), pl.DataFrame(rows), tmp_path / "v.csv", tmp_path / "v.jsonl",
        [Version(**row) for row in rows],
    ):  # fmt: skip
        assert assess_versions(source).to_dict() == expected.to_dict()
    renamed = pd.DataFrame(rows).rename(columns={"compression_ratio": "R"})
    by_name = assess_versions(renamed, columns={"compression_ratio": "R"})
    assert by_name.to_dict() == expected.to_dict()


@pytest.fixture(scope="module")
def law() -> EntropyLawFit:
    rng = np.random.default_rng(2)
    ratio, loss = rng.uniform(2, 4, 30), rng.uniform(1, 2, 30)
    score = 10 - ratio - 2 * loss + rng.normal(0, 0.1, 30)
    return EntropyLawFit().fit(
        {"compression_ratio": ratio, "first_epoch_loss": loss, "performance": score}
    )


def test_forecast_by_a_law(law):
    rows = {"compression_ratio": [3.0, 2.8, 3.0], "first_epoch_loss": [1.5, 1.5, 1.7]}
    report = assess_versions(rows, law=law)
    alone = law.predict(rows, interval="prediction", level=0.95)
    for row, version in enumerate(report):
        assert version.forecast.performance == alone.performance[row]
        assert (version.forecast.low, version.forecast.high) == (alone.low[row], alone.high[row])
    assert report[0].forecast.probability_worse is None
    assert report[1].forecast.probability_worse < 0.2
    assert report[2].forecast.best == "v1"
    assert report[2].forecast.probability_worse > 0.95
    assert "P(below best)" in str(report)


def test_known_scores_are_the_best_so_far(law):
    rows = {
        "compression_ratio": [3.0, 2.8],
        "first_epoch_loss": [1.5, 1.5],
        "performance": [9.9, None],
    }
    report = assess_versions(rows, law=law)
    assert report[1].forecast.best == "v0"
    expected = law.predict({"compression_ratio": 2.8, "first_epoch_loss": 1.5}).probability_below(
        9.9
    )
    assert report[1].forecast.probability_worse == pytest.approx(expected[0])


def test_chance_of_worse_holds_in_simulation():
    """Forecast chances are calibrated: of those about 0.7, some 70 % do come out worse."""
    rng = np.random.default_rng(8)
    chances, worse = [], []
    for _ in range(300):
        n = 12
        ratio, loss = rng.uniform(2, 4, n), rng.uniform(1, 2, n)
        score = 10 - ratio - 2 * loss + rng.normal(0, 0.5, n)
        fit = EntropyLawFit(predictors="both")
        new = {"compression_ratio": rng.uniform(2, 4, 2), "first_epoch_loss": rng.uniform(1, 2, 2)}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", LawWarning)
            fit.fit({"compression_ratio": ratio, "first_epoch_loss": loss, "performance": score})
            report = assess_versions(new, law=fit)
        truth = 10 - new["compression_ratio"] - 2 * new["first_epoch_loss"]
        outcome = truth + rng.normal(0, 0.5, 2)
        chances.append(report[1].forecast.probability_worse)
        worse.append(outcome[1] < outcome[0])
    chances, worse = np.array(chances), np.array(worse)
    middle = (chances > 0.55) & (chances < 0.9)
    assert worse[middle].mean() == pytest.approx(chances[middle].mean(), abs=0.15)
    assert worse[chances > 0.95].mean() > 0.85
    assert worse[chances < 0.05].mean() < 0.15


def test_shows_itself():
    report = assess_versions(
        {"compression_ratio": [3.0, 3.3], "first_epoch_loss": [2.0, 2.2], "version": ["a", "<b>"]}
    )
    assert repr(report) == "RiskReport(2 versions, likely worse: <b>)"
    assert "consistency fell" in str(report)
    assert "consistency fell" in repr(report[1])
    assert "&lt;b&gt;" in report._repr_html_()
    plain = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert plain["versions"][1]["joint_rise"] is True
    assert plain["versions"][0]["p_noise"] is None
    assert (len(report), [v.version for v in report]) == (2, ["a", "<b>"])


@pytest.mark.parametrize(
    ("rows", "match"),
    [
        ([], "versions: expected"),
        ([{"first_epoch_loss": 1.0}], "row 0, column 'compression_ratio'"),
        ([{"compression_ratio": 2.0}], "row 0, column 'first_epoch_loss'"),
        ([{"compression_ratio": 2.0, "first_epoch_loss": -1}], "row 0, column 'first_epoch_loss'"),
        ([{"compression_ratio": 0, "first_epoch_loss": 1}], "row 0, column 'compression_ratio'"),
        ([{"compression_ratio": 2, "first_epoch_loss": float("inf")}], "'first_epoch_loss'"),
        ([{"compression_ratio": 2, "first_epoch_loss": 1, "los": 1}], "unknown column 'los'"),
        (
            [{"compression_ratio": 2, "first_epoch_loss": 1, "version": "a"}] * 2,
            "saw 'a', which is also row 0",
        ),
        (
            [
                {"compression_ratio": 2, "first_epoch_loss": 1, "compressor": name}
                for name in ("zlib:9", "zstd:6")
            ],
            "column 'compressor'",
        ),
        (
            [
                {"compression_ratio": 2, "first_epoch_loss": 1, "covers": name}
                for name in ("first epoch", "first 9 steps")
            ],
            "column 'covers'",
        ),
        (
            [
                {"compression_ratio": 2, "first_epoch_loss": 1, "ratio_std_err": -1},
            ],
            "column 'ratio_std_err'",
        ),
    ],
)
def test_bad_versions(rows, match):
    with pytest.raises(RunsError, match=match):
        assess_versions(rows)


@pytest.mark.parametrize(
    "options",
    [
        {"against": "last"}, {"loss_noise": True}, {"ratio_noise": 1}, {"level": 1.0}, {"elasticity": (1.0, 0.0)}, {"elasticity": 0.5},
        {"elasticity": (-1, 0)}, {"loss_noise": -0.1}, {"ratio_noise": math.nan},
        {"columns": {"ratio": "R"}},
    ],
)  # fmt: skip
def test_bad_options(options):
    with pytest.raises(ConfigError):
        pair(0.0, 0.0, **options)

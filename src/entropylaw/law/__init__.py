"""The entropy law as a regression: runs, fits with their uncertainty, risk of data versions."""

from entropylaw.law.comparison import Comparison, ComparisonRow, LooScore
from entropylaw.law.fit import EntropyLawFit
from entropylaw.law.inverse_prediction import RequiredRatio
from entropylaw.law.loss import FirstEpochLoss, first_epoch_loss
from entropylaw.law.noise import RatioNoise, measure_ratio_noise, ratio_noise
from entropylaw.law.result import LawResult, Prediction
from entropylaw.law.risk import assess_versions
from entropylaw.law.risk_report import RiskReport, ScoreForecast, VersionRisk
from entropylaw.law.runs import RUN_COLUMNS, Run, read_runs
from entropylaw.law.sign_tests import Deduction, Deductions
from entropylaw.law.summary import CoefficientRow, InfluenceRow, LawSummary
from entropylaw.law.versions import VERSION_COLUMNS, Version, read_versions

__all__ = [
    "RUN_COLUMNS",
    "VERSION_COLUMNS",
    "CoefficientRow",
    "Comparison",
    "ComparisonRow",
    "Deduction",
    "Deductions",
    "EntropyLawFit",
    "FirstEpochLoss",
    "InfluenceRow",
    "LawResult",
    "LawSummary",
    "LooScore",
    "Prediction",
    "RatioNoise",
    "RequiredRatio",
    "RiskReport",
    "Run",
    "ScoreForecast",
    "Version",
    "VersionRisk",
    "assess_versions",
    "first_epoch_loss",
    "measure_ratio_noise",
    "ratio_noise",
    "read_runs",
    "read_versions",
]

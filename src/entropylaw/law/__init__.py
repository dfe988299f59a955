"""The entropy law as a regression: runs in, a fit that says how sure it is out."""

from entropylaw.law.compare import Comparison, ComparisonRow
from entropylaw.law.fit import EntropyLawFit
from entropylaw.law.result import (
    Deduction,
    Deductions,
    LawResult,
    LooScore,
    Prediction,
    RequiredRatio,
)
from entropylaw.law.runs import RUN_COLUMNS, Run, read_runs
from entropylaw.law.summary import CoefficientRow, InfluenceRow, LawSummary

__all__ = [
    "RUN_COLUMNS",
    "CoefficientRow",
    "Comparison",
    "ComparisonRow",
    "Deduction",
    "Deductions",
    "EntropyLawFit",
    "InfluenceRow",
    "LawResult",
    "LawSummary",
    "LooScore",
    "Prediction",
    "RequiredRatio",
    "Run",
    "read_runs",
]

"""Selectors, their options and their results."""

from entropylaw.selection.baselines import (
    DedupSelector,
    OwnRatioSelector,
    RandomSelector,
    TargetSelector,
)
from entropylaw.selection.budget import Bytes, Tokens
from entropylaw.selection.criteria.quality import Quality
from entropylaw.selection.estimate import Estimate
from entropylaw.selection.explain.matches import Match, Overlap, Overlaps
from entropylaw.selection.explain.outcome import Explanation, Outcome
from entropylaw.selection.manifest import Manifest
from entropylaw.selection.quotas import Quotas
from entropylaw.selection.report.comparison import ComparedChoice, Comparison
from entropylaw.selection.result import SelectionResult
from entropylaw.selection.trace import Evidence, Round
from entropylaw.selection.zip import ZipSelector

__all__ = [
    "Bytes",
    "ComparedChoice",
    "Comparison",
    "DedupSelector",
    "Estimate",
    "Evidence",
    "Explanation",
    "Manifest",
    "Match",
    "Outcome",
    "Overlap",
    "Overlaps",
    "OwnRatioSelector",
    "Quality",
    "Quotas",
    "RandomSelector",
    "Round",
    "SelectionResult",
    "TargetSelector",
    "Tokens",
    "ZipSelector",
]

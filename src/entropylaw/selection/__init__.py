"""ZipSelector, its stages, its controls and its results."""

from entropylaw.selection.baselines import (
    DedupSelector,
    OwnRatioSelector,
    RandomSelector,
    TargetSelector,
)
from entropylaw.selection.budget import Bytes, Tokens
from entropylaw.selection.compare import ComparedChoice, Comparison
from entropylaw.selection.estimate import Estimate
from entropylaw.selection.evidence import Evidence
from entropylaw.selection.explanation import Explanation, Outcome
from entropylaw.selection.manifest import Manifest
from entropylaw.selection.overlap import Match, Overlap, Overlaps
from entropylaw.selection.quality import Quality
from entropylaw.selection.quotas import Quotas
from entropylaw.selection.result import SelectionResult
from entropylaw.selection.round import Round
from entropylaw.selection.selector import ZipSelector

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

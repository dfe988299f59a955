"""ZipSelector, its stages, its controls and its results."""

from entropylaw.selection.budget import Bytes, Tokens
from entropylaw.selection.estimate import Estimate
from entropylaw.selection.manifest import Manifest
from entropylaw.selection.quality import Quality
from entropylaw.selection.quotas import Quotas
from entropylaw.selection.result import SelectionResult
from entropylaw.selection.rounds import Round
from entropylaw.selection.selector import ZipSelector

__all__ = [
    "Bytes",
    "Estimate",
    "Manifest",
    "Quality",
    "Quotas",
    "Round",
    "SelectionResult",
    "Tokens",
    "ZipSelector",
]

"""ZipSelector, its stages and its results."""

from entropylaw.selection.estimate import Estimate
from entropylaw.selection.manifest import Manifest
from entropylaw.selection.result import SelectionResult
from entropylaw.selection.rounds import Round
from entropylaw.selection.selector import ZipSelector

__all__ = ["Estimate", "Manifest", "Round", "SelectionResult", "ZipSelector"]

"""ZipSelector, its stages and its results."""

from entropylaw.selection.manifest import Manifest
from entropylaw.selection.result import SelectionResult
from entropylaw.selection.rounds import Round
from entropylaw.selection.selector import ZipSelector

__all__ = ["Manifest", "Round", "SelectionResult", "ZipSelector"]

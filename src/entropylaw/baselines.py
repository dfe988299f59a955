"""Baselines: selectors without a search, to compare a ZIP selection with."""

from entropylaw.selection.baselines import DedupSelector, OwnRatioSelector, RandomSelector

__all__ = ["DedupSelector", "OwnRatioSelector", "RandomSelector"]

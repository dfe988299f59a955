"""Weights that the caller passes to `select`."""

from __future__ import annotations

from dataclasses import dataclass

from entropylaw.selection.criteria.base import ScoredPool
from entropylaw.selection.outcomes import ControlOutcome
from entropylaw.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class CallerWeights:
    """Weights that the caller passes to `select`, as they are."""

    values: FloatArray
    name = "weights"

    def scores(self, pool: ScoredPool) -> FloatArray:
        """Return the weights."""
        return self.values

    def weights(self, scores: FloatArray, pool: ScoredPool) -> FloatArray:
        """Return the weights."""
        return scores

    def outcome(self, scores: FloatArray, rows: IntArray) -> ControlOutcome | None:
        """Return None: the manifest holds their digest."""
        return None

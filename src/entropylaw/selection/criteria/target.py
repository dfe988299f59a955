"""Closeness to a target set."""

from __future__ import annotations

from dataclasses import dataclass

from entropylaw.alignment import Target, alignment_scores, alignment_weights
from entropylaw.io.load import as_corpus
from entropylaw.selection.criteria.base import ScoredPool
from entropylaw.selection.outcomes import ControlOutcome
from entropylaw.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class TargetAlignment:
    """Closeness of each record to a target set; see `entropylaw.alignment.alignment_scores`."""

    target: Target
    name = "target"

    def scores(self, pool: ScoredPool) -> FloatArray:
        """Return the alignment of each record."""
        return alignment_scores(
            pool.corpus,
            as_corpus(self.target.data, render=pool.render, text=pool.text),
            method=self.target.method,
            compressor=self.target.compressor,
            n_jobs=pool.n_jobs,
            progress=False,
        )

    def weights(self, scores: FloatArray, pool: ScoredPool) -> FloatArray:
        """Return ``exp(weight * z)`` of each record's alignment."""
        return alignment_weights(scores, self.target.weight)

    def outcome(self, scores: FloatArray, rows: IntArray) -> ControlOutcome:
        """Return the mean alignment of pool and selection."""
        return ControlOutcome(
            control=self.name,
            unit="alignment",
            asked={"method": self.target.method, "weight": self.target.weight},
            pool={"mean": float(scores.mean())},
            chosen={"mean": float(scores[rows].mean())},
        )

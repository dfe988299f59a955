"""The protocol of criteria: a score per record, and its factor on the bytes a record adds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from entropylaw.corpus import Corpus
from entropylaw.io.load import Render, Text
from entropylaw.selection.outcomes import ControlOutcome
from entropylaw.types import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class ScoredPool:
    """The pool as criteria see it.

    Attributes
    ----------
    corpus : Corpus
        The records.
    selectable : bool array, shape (n,)
        Records that may be chosen, those required included.
    groups : int64 array, shape (n,), or None
        Number of each record's group.
    own_ratios : float64 array, shape (n,)
        Compression ratio of each record alone; 0 for an empty record.
    render, text
        How records become text.
    n_jobs : int
        Threads.
    """

    corpus: Corpus
    selectable: BoolArray
    groups: IntArray | None
    own_ratios: FloatArray
    render: Render
    text: Text
    n_jobs: int


class Criterion(Protocol):
    """What decides next to density.

    Density chooses the record that adds the fewest compressed bytes. A criterion multiplies the
    bytes that a record adds: a record of weight 2 carries twice its information. The weights of
    several criteria multiply.
    """

    @property
    def name(self) -> str:
        """The option that asks for it, under which the manifest records it."""

    def scores(self, pool: ScoredPool) -> FloatArray:
        """Return the score of each record; NaN where there is none."""

    def weights(self, scores: FloatArray, pool: ScoredPool) -> FloatArray | None:
        """Return the weight of each record, finite and positive; None if all are 1."""

    def outcome(self, scores: FloatArray, rows: IntArray) -> ControlOutcome | None:
        """Return what was asked for, and the scores of pool and selection; None to record none."""

"""Where sizes are computed, never what they are."""

from entropylaw.scoring.growing import GrowingSet, Scorer
from entropylaw.scoring.workers import available_cores, resolve_jobs

__all__ = ["GrowingSet", "Scorer", "available_cores", "resolve_jobs"]

"""Where sizes are computed, never what they are."""

from entropylaw.scoring.growing import GrowingSet, Scorer
from entropylaw.scoring.options import available_cores, check_kind, resolve_jobs

__all__ = ["GrowingSet", "Scorer", "available_cores", "check_kind", "resolve_jobs"]

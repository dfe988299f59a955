"""Select, measure and risk-check LLM training data by how compressible it is.

Public names are loaded on first use, so that ``import entropylaw`` stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from entropylaw.alignment import Target
    from entropylaw.auditing import audit
    from entropylaw.compressors import (
        Compressor,
        available_compressors,
        get_compressor,
        register_compressor,
    )
    from entropylaw.corpus import Corpus
    from entropylaw.guards import Guards
    from entropylaw.law import EntropyLawFit, Run, assess_versions, first_epoch_loss
    from entropylaw.ratios import compression_ratio
    from entropylaw.selection import (
        Bytes,
        Quality,
        Quotas,
        SelectionResult,
        TargetSelector,
        Tokens,
        ZipSelector,
    )
    from entropylaw.stream import ZipStream

if TYPE_CHECKING:  # the former names, exported to type checkers by "as"
    from entropylaw.alignment import alignment_scores as alignment_scores
    from entropylaw.alignment import alignment_weights as alignment_weights
    from entropylaw.auditing import AuditReport as AuditReport
    from entropylaw.baselines import DedupSelector as DedupSelector
    from entropylaw.baselines import OwnRatioSelector as OwnRatioSelector
    from entropylaw.baselines import RandomSelector as RandomSelector
    from entropylaw.ratios import compressed_fraction as compressed_fraction
    from entropylaw.ratios import conditional_ratios as conditional_ratios
    from entropylaw.ratios import conditional_sizes as conditional_sizes
    from entropylaw.ratios import group_ratios as group_ratios
    from entropylaw.ratios import sample_ratios as sample_ratios
    from entropylaw.stream import StreamDecision as StreamDecision
    from entropylaw.stream import StreamTally as StreamTally

_HOMES = {
    "Bytes": "selection",
    "Compressor": "compressors",
    "Corpus": "corpus",
    "EntropyLawFit": "law",
    "Guards": "guards",
    "Quality": "selection",
    "Quotas": "selection",
    "Run": "law",
    "SelectionResult": "selection",
    "Target": "alignment",
    "TargetSelector": "selection",
    "Tokens": "selection",
    "ZipSelector": "selection",
    "ZipStream": "stream",
    "assess_versions": "law",
    "audit": "auditing",
    "available_compressors": "compressors",
    "compression_ratio": "ratios",
    "first_epoch_loss": "law",
    "get_compressor": "compressors",
    "register_compressor": "compressors",
}

_MOVED = {
    "AuditReport": "auditing",
    "DedupSelector": "baselines",
    "OwnRatioSelector": "baselines",
    "RandomSelector": "baselines",
    "StreamDecision": "stream",
    "StreamTally": "stream",
    "alignment_scores": "alignment",
    "alignment_weights": "alignment",
    "compressed_fraction": "ratios",
    "conditional_ratios": "ratios",
    "conditional_sizes": "ratios",
    "group_ratios": "ratios",
    "sample_ratios": "ratios",
}
"""Names that moved from the top level to a module; here they warn until version 0.3."""

__all__ = [
    "Bytes",
    "Compressor",
    "Corpus",
    "EntropyLawFit",
    "Guards",
    "Quality",
    "Quotas",
    "Run",
    "SelectionResult",
    "Target",
    "TargetSelector",
    "Tokens",
    "ZipSelector",
    "ZipStream",
    "__version__",
    "assess_versions",
    "audit",
    "available_compressors",
    "compression_ratio",
    "first_epoch_loss",
    "get_compressor",
    "register_compressor",
]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name) or _MOVED.get(name)
    if home is None:
        raise AttributeError(f"module 'entropylaw' has no attribute {name!r}")
    if name in _MOVED:
        from entropylaw.errors import warn

        warn(
            f"entropylaw.{name}: moved; this name will be removed in version 0.3. "
            f"Use entropylaw.{home}.{name}.",
            DeprecationWarning,
        )
    return getattr(import_module(f"entropylaw.{home}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)

"""Select, measure and risk-check LLM training data by how compressible it is.

Public names are loaded on first use, so that ``import entropylaw`` stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from entropylaw.alignment import Target, alignment_scores, alignment_weights
    from entropylaw.auditing import AuditReport, audit
    from entropylaw.compressors import (
        Compressor,
        available_compressors,
        get_compressor,
        register_compressor,
    )
    from entropylaw.corpus import Corpus
    from entropylaw.guards import Guards
    from entropylaw.law import EntropyLawFit, Run, assess_versions, first_epoch_loss
    from entropylaw.ratios import (
        compressed_fraction,
        compression_ratio,
        conditional_ratios,
        conditional_sizes,
        group_ratios,
        sample_ratios,
    )
    from entropylaw.selection import (
        Bytes,
        DedupSelector,
        OwnRatioSelector,
        Quality,
        Quotas,
        RandomSelector,
        SelectionResult,
        TargetSelector,
        Tokens,
        ZipSelector,
    )
    from entropylaw.stream import StreamDecision, StreamTally, ZipStream

_HOMES = {
    "AuditReport": "auditing",
    "Bytes": "selection",
    "Compressor": "compressors",
    "Corpus": "corpus",
    "DedupSelector": "selection",
    "EntropyLawFit": "law",
    "Guards": "guards",
    "OwnRatioSelector": "selection",
    "Quality": "selection",
    "Quotas": "selection",
    "RandomSelector": "selection",
    "Run": "law",
    "SelectionResult": "selection",
    "StreamDecision": "stream",
    "StreamTally": "stream",
    "Target": "alignment",
    "TargetSelector": "selection",
    "Tokens": "selection",
    "ZipSelector": "selection",
    "ZipStream": "stream",
    "alignment_scores": "alignment",
    "alignment_weights": "alignment",
    "assess_versions": "law",
    "audit": "auditing",
    "available_compressors": "compressors",
    "compressed_fraction": "ratios",
    "compression_ratio": "ratios",
    "conditional_ratios": "ratios",
    "conditional_sizes": "ratios",
    "first_epoch_loss": "law",
    "get_compressor": "compressors",
    "group_ratios": "ratios",
    "register_compressor": "compressors",
    "sample_ratios": "ratios",
}

__all__ = [
    "AuditReport",
    "Bytes",
    "Compressor",
    "Corpus",
    "DedupSelector",
    "EntropyLawFit",
    "Guards",
    "OwnRatioSelector",
    "Quality",
    "Quotas",
    "RandomSelector",
    "Run",
    "SelectionResult",
    "StreamDecision",
    "StreamTally",
    "Target",
    "TargetSelector",
    "Tokens",
    "ZipSelector",
    "ZipStream",
    "__version__",
    "alignment_scores",
    "alignment_weights",
    "assess_versions",
    "audit",
    "available_compressors",
    "compressed_fraction",
    "compression_ratio",
    "conditional_ratios",
    "conditional_sizes",
    "first_epoch_loss",
    "get_compressor",
    "group_ratios",
    "register_compressor",
    "sample_ratios",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'entropylaw' has no attribute {name!r}")
    return getattr(import_module(f"entropylaw.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)

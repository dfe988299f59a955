"""Auditing: composition of a pool, and the effect of selecting from it by compression ratio."""

from entropylaw.auditing.forecast import Drift, Forecast, Measured
from entropylaw.auditing.parts import Part
from entropylaw.auditing.pool_audit import audit
from entropylaw.auditing.report import AuditReport
from entropylaw.auditing.risks import Risk
from entropylaw.auditing.window import WindowCurve
from entropylaw.errors import warn as _warn

__all__ = [
    "AuditReport",
    "Drift",
    "Forecast",
    "Measured",
    "Part",
    "Risk",
    "WindowCurve",
    "audit",
]


def __getattr__(name: str) -> object:
    if name != "Reason":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    _warn("entropylaw.auditing.Reason is now entropylaw.auditing.Risk.", DeprecationWarning)
    return Risk

"""Auditing: what is in a pool, and what a selection by ratio would do to it."""

from entropylaw.auditing.forecast import Drift, Forecast, Measured
from entropylaw.auditing.parts import Part
from entropylaw.auditing.pool import audit
from entropylaw.auditing.report import AuditReport
from entropylaw.auditing.verdict import Reason
from entropylaw.auditing.window import WindowCurve

__all__ = [
    "AuditReport",
    "Drift",
    "Forecast",
    "Measured",
    "Part",
    "Reason",
    "WindowCurve",
    "audit",
]

"""Guards: records that hardly belong in training data, found before a selection takes them in.

A selection that looks for what compresses least is drawn to noise, and one that looks at a few
records at a time is blind to copies. Guards say what they caught and why; nothing is left out
unless it is asked for.
"""

from entropylaw.guards.check import check_records
from entropylaw.guards.options import Guards
from entropylaw.guards.report import Example, Finding, GuardReport, warn_of

__all__ = ["Example", "Finding", "GuardReport", "Guards", "check_records", "warn_of"]

"""Guards: checks for noise, duplicates and templates in a pool before records are selected.

Selecting the records that compress least favours noise, and a compressor with a small window
misses copies that are far apart. Guards list such records with their evidence; nothing is removed
unless their action is "drop".
"""

from entropylaw.guards.check import check_records
from entropylaw.guards.options import Guards
from entropylaw.guards.report import Example, Finding, GuardReport, warn_of

__all__ = ["Example", "Finding", "GuardReport", "Guards", "check_records", "warn_of"]

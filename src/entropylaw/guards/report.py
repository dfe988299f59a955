"""GuardReport: the records that guards caught, the evidence, and what could not be judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from entropylaw.errors import ConfigError, GuardWarning, warn
from entropylaw.render.result import Result
from entropylaw.render.tables import Table
from entropylaw.types import Action, AnyArray, BoolArray, IntArray


class Example(NamedTuple):
    """A record that was caught: its row, and the beginning of its text."""

    row: int
    text: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Finding(Result):
    """Records that one guard caught.

    Attributes
    ----------
    guard : str
        Its name, as in `Guards`.
    action : {"warn", "drop"}
        What it does with them.
    rows : int64 array
        Records that it caught, ascending.
    evidence : int64 or float64 array
        The number that `meaning` describes, for each of them.
    meaning : str
        Description of the evidence.
    unjudged : tuple of (reason, count)
        Why it did not judge some records, and how many.
    examples : tuple of Example
        The first one or two that it caught.
    """

    guard: str
    action: Action
    rows: IntArray
    evidence: AnyArray
    meaning: str
    unjudged: tuple[tuple[str, int], ...] = ()
    examples: tuple[Example, ...] = ()

    def __post_init__(self) -> None:
        self.rows.setflags(write=False)
        self.evidence.setflags(write=False)

    @property
    def n_unjudged(self) -> int:
        """Number of records it did not judge."""
        return sum(count for _, count in self.unjudged)

    def fact(self) -> str:
        """Return one line: how many it caught, an example, and what it could not judge."""
        done = "dropped" if self.action == "drop" else "listed"
        line = f"{len(self.rows):,} {done}" if len(self.rows) else "none"
        if self.examples:
            row, text = self.examples[0]
            line += f", such as record {row}: {text!r}"
        if self.unjudged:
            reasons = "; ".join(f"{count:,} {reason}" for reason, count in self.unjudged)
            line += f"; not judged: {reasons}"
        return line

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as plain values that JSON can hold."""
        return {
            "guard": self.guard,
            "action": self.action,
            "rows": self.rows.tolist(),
            "evidence": self.evidence.tolist(),
            "meaning": self.meaning,
            "unjudged": [list(reason) for reason in self.unjudged],
            "examples": [example._asdict() for example in self.examples],
        }

    def _headline(self) -> str:
        return f"{self.guard!r}, {self.action!r}, {len(self.rows):,} records"

    def _table(self) -> Table:
        return Table.of_facts("Finding", {self.guard: self.fact(), "evidence": self.meaning})

    def _columns(self) -> Mapping[str, Any]:
        return {"row": self.rows, "evidence": self.evidence}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class GuardReport(Result):
    """Records of a pool that guards caught.

    Attributes
    ----------
    findings : tuple of Finding
        One for each guard that was on; a record may be in several.
    records : int
        Records of the pool.
    """

    findings: tuple[Finding, ...]
    records: int

    @property
    def caught(self) -> BoolArray:
        """Whether each record was caught by any guard; shape (records,)."""
        return self._marked("warn", "drop")

    @property
    def dropped(self) -> BoolArray:
        """Whether each record was caught by a guard that drops; shape (records,)."""
        return self._marked("drop")

    def __getitem__(self, guard: str) -> Finding:
        """Return the finding of a guard.

        Raises
        ------
        ConfigError
            If the guard was off, or does not exist.
        """
        for finding in self.findings:
            if finding.guard == guard:
                return finding
        on = ", ".join(finding.guard for finding in self.findings) or "none"
        raise ConfigError(f"guard: expected one that was on ({on}); saw {guard!r}.")

    def rows(self, guard: str) -> IntArray:
        """Return the records that a guard caught, ascending."""
        return self[guard].rows

    def to_rows(self) -> list[dict[str, object]]:
        """Return one row for each record and guard that caught it.

        Returns
        -------
        list of dict
            ``row``, ``guard``, ``action``, ``evidence`` (a number) and ``meaning``.
        """
        return [
            {
                "row": row,
                "guard": finding.guard,
                "action": finding.action,
                "evidence": evidence,
                "meaning": finding.meaning,
            }
            for finding in self.findings
            for row, evidence in zip(finding.rows.tolist(), finding.evidence.tolist(), strict=True)
        ]

    def facts(self) -> dict[str, str]:
        """Return the lines of the printed form: label to value."""
        return {
            "caught": self._caught(),
            **{finding.guard: finding.fact() for finding in self.findings},
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values that JSON can hold."""
        return {
            "records": self.records,
            "findings": [finding.to_dict() for finding in self.findings],
        }

    def _headline(self) -> str:
        return self._caught()

    def _table(self) -> Table:
        return Table.of_facts("GuardReport", self.facts())

    def _columns(self) -> Mapping[str, Any]:
        counts = [len(finding.rows) for finding in self.findings]
        nothing = np.empty(0, np.int64)

        def repeated(values: list[str]) -> list[str]:
            return [value for value, n in zip(values, counts, strict=True) for _ in range(n)]

        return {
            "row": np.concatenate([nothing, *(f.rows for f in self.findings)]),
            "guard": repeated([f.guard for f in self.findings]),
            "action": repeated([f.action for f in self.findings]),
            "evidence": np.concatenate([nothing, *(f.evidence for f in self.findings)]),
            "meaning": repeated([f.meaning for f in self.findings]),
        }

    def _caught(self) -> str:
        return (
            f"{int(self.caught.sum()):,} of {self.records:,} records, "
            f"{int(self.dropped.sum()):,} to be dropped"
        )

    def _marked(self, *actions: Action) -> BoolArray:
        marked = np.zeros(self.records, bool)
        for finding in self.findings:
            if finding.action in actions:
                marked[finding.rows] = True
        marked.setflags(write=False)
        return marked


def warn_of(report: GuardReport) -> None:
    """Warn once of the records that were caught and not dropped.

    Parameters
    ----------
    report : GuardReport
        As from `check_records`.

    Warns
    -----
    GuardWarning
        If a guard whose action is "warn" caught anything.
    """
    listed = [f for f in report.findings if f.action == "warn" and len(f.rows)]
    if not listed:
        return
    rows = np.unique(np.concatenate([finding.rows for finding in listed]))
    counts = ", ".join(f"{finding.guard} {len(finding.rows):,}" for finding in listed)
    drop = ", ".join(f'{finding.guard}="drop"' for finding in listed)
    warn(
        f"guards caught {len(rows):,} of {report.records:,} records and left them in: {counts}. "
        f'See which: report.rows("{listed[0].guard}"). Leave them out: guards=Guards({drop}).',
        GuardWarning,
    )

"""GuardReport: what guards caught, why, and what they could not judge."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from entropylaw.errors import ConfigError, GuardWarning
from entropylaw.render.cards import html_card, text_card
from entropylaw.types import Action, AnyArray, BoolArray, IntArray


class Example(NamedTuple):
    """A record that was caught: its row, and how its text begins."""

    row: int
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """What one guard caught.

    Attributes
    ----------
    guard : str
        Its name, as in `Guards`.
    action : {"warn", "drop"}
        What it does.
    rows : int64 array
        Records that it caught, ascending.
    evidence : int64 or float64 array
        For each of them, what `meaning` says.
    meaning : str
        What the evidence is.
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
        """How many records it did not judge."""
        return sum(count for _, count in self.unjudged)

    def fact(self) -> str:
        """Return in a line how many it caught, an example, and what it could not judge."""
        done = "dropped" if self.action == "drop" else "listed"
        told = f"{len(self.rows):,} {done}" if len(self.rows) else "none"
        if self.examples:
            row, text = self.examples[0]
            told += f", such as record {row}: {text!r}"
        if self.unjudged:
            reasons = "; ".join(f"{count:,} {reason}" for reason, count in self.unjudged)
            told += f"; not judged: {reasons}"
        return told

    def __repr__(self) -> str:
        return f"Finding({self.guard!r}, {self.action!r}, {len(self.rows):,} records)"


@dataclass(frozen=True, slots=True, eq=False)
class GuardReport:
    """What guards caught in a pool.

    Attributes
    ----------
    findings : tuple of Finding
        One for each guard that was not off; a record may be in several.
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
        """Return the finding of a guard."""
        for finding in self.findings:
            if finding.guard == guard:
                return finding
        looked = ", ".join(finding.guard for finding in self.findings) or "none"
        raise ConfigError(f"the guard {guard!r} did not look. Those that did: {looked}.")

    def rows(self, guard: str) -> IntArray:
        """Return the records that a guard caught, ascending."""
        return self[guard].rows

    def to_rows(self) -> list[dict[str, object]]:
        """Return a plain table: one row for each record and guard that caught it.

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
        """Return what the printed form shows: label to value."""
        facts = {
            "caught": f"{int(self.caught.sum()):,} of {self.records:,} records, "
            f"{int(self.dropped.sum()):,} to be dropped"
        }
        for finding in self.findings:
            facts[finding.guard] = finding.fact()
        return facts

    def __repr__(self) -> str:
        return text_card("GuardReport", self.facts())

    def _repr_html_(self) -> str:
        return html_card("GuardReport", self.facts())

    def _marked(self, *actions: Action) -> BoolArray:
        marked = np.zeros(self.records, bool)
        for finding in self.findings:
            if finding.action in actions:
                marked[finding.rows] = True
        marked.setflags(write=False)
        return marked


def warn_of(report: GuardReport, *, stacklevel: int = 2) -> None:
    """Warn once of what was caught and not dropped, and say how to look at it and drop it.

    Parameters
    ----------
    report : GuardReport
        What was caught.
    stacklevel : int
        As in `warnings.warn`, counted from the caller of this function.

    Warns
    -----
    GuardWarning
        If a guard that warns caught anything.
    """
    listed = [f for f in report.findings if f.action == "warn" and len(f.rows)]
    if not listed:
        return
    rows = np.unique(np.concatenate([finding.rows for finding in listed]))
    counts = ", ".join(f"{finding.guard} {len(finding.rows):,}" for finding in listed)
    drop = ", ".join(f'{finding.guard}="drop"' for finding in listed)
    warnings.warn(
        f"guards caught {len(rows):,} of {report.records:,} records and left them in: {counts}. "
        f'Look at them: report.rows("{listed[0].guard}"). Leave them out: guards=Guards({drop}).',
        GuardWarning,
        stacklevel=stacklevel + 1,
    )

"""AuditReport: what is in a pool, and what a selection by ratio would do to it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from entropylaw.auditing.forecast import Forecast
from entropylaw.auditing.parts import Part
from entropylaw.auditing.pictures import figure_of
from entropylaw.auditing.summary import facts_of, summary_of
from entropylaw.auditing.verdict import Reason, Verdict, verdict_of
from entropylaw.auditing.window import WindowCurve
from entropylaw.compressors import CompressorInfo
from entropylaw.guards import GuardReport
from entropylaw.render.cards import html_card, text_card

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True, eq=False)
class AuditReport:
    """What is in a pool, and what a selection by ratio would do to it.

    Attributes
    ----------
    parts : tuple of Part
        The whole pool, then each range of lengths, each group, and each range in each group.
    guards : GuardReport
        What was caught, record by record.
    window : WindowCurve
        How much of the redundancy is seen from how far back.
    forecast : Forecast or None
        What a selection did to a sample; None where there is too little to choose from.
    whole_set : Forecast or None
        The same by a compressor that sees the whole set; None if the first one does.
    remedied : Forecast or None
        The same with all remedies at once, and those of what they brought about, if anything;
        None if there is nothing to remedy, or too little is left by them.
    reasons : tuple of Reason
        Why selection by ratio would hurt; the likeliest first.
    remaining : tuple of Reason
        Why it would still hurt with all remedies.
    notes : tuple of str
        What the audit could not do.
    compressor : CompressorInfo
        Of the selection.
    share : float
        Share of the pool that the selection was to choose.
    column : str or None
        The column that names the groups, if one does.
    random_state : int
        Of all samples.
    fingerprint : str
        Of the pool.
    """

    parts: tuple[Part, ...]
    guards: GuardReport
    window: WindowCurve | None
    forecast: Forecast | None
    whole_set: Forecast | None
    remedied: Forecast | None
    reasons: tuple[Reason, ...]
    remaining: tuple[Reason, ...]
    notes: tuple[str, ...]
    compressor: CompressorInfo
    share: float
    column: str | None
    random_state: int
    fingerprint: str

    @property
    def verdict(self) -> Verdict:
        """Whether selection by ratio hurts here: "unlikely", "possible" or "likely"."""
        return verdict_of(self.reasons)

    @property
    def pool(self) -> Part:
        """The pool as a whole."""
        return self.parts[0]

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups; empty if there are none."""
        return tuple(
            part.group for part in self.parts if part.group is not None and part.length is None
        )

    def part(self, group: str | None = None, length: str | None = None) -> Part:
        """Return one part of the pool.

        Raises
        ------
        KeyError
            If no record is in it.
        """
        for part in self.parts:
            if (part.group, part.length) == (group, length):
                return part
        raise KeyError((group, length))

    def summary(self) -> str:
        """Return the whole audit as text."""
        return summary_of(self)

    def facts(self) -> dict[str, str]:
        """Return what the printed form shows: label to value."""
        return facts_of(self)

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the records that guards caught, as plain values for JSON."""
        return {
            "verdict": self.verdict,
            "reasons": [reason.to_dict() for reason in self.reasons],
            "remaining": [reason.to_dict() for reason in self.remaining],
            "notes": list(self.notes),
            "compressor": asdict(self.compressor),
            "share": self.share,
            "column": self.column,
            "random_state": self.random_state,
            "fingerprint": self.fingerprint,
            "parts": [part.to_dict() for part in self.parts],
            "guards": [
                {
                    "guard": finding.guard,
                    "records": len(finding.rows),
                    "meaning": finding.meaning,
                    "not_judged": finding.n_unjudged,
                }
                for finding in self.guards.findings
            ],
            "window": None if self.window is None else self.window.to_dict(),
            "forecast": None if self.forecast is None else self.forecast.to_dict(),
            "whole_set": None if self.whole_set is None else self.whole_set.to_dict(),
            "remedied": None if self.remedied is None else self.remedied.to_dict(),
        }

    def plot(self) -> Figure:
        """Draw the window curve, the composition now and then, and the lengths.

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed.
        """
        return figure_of(self)

    def __str__(self) -> str:
        return self.summary()

    def __repr__(self) -> str:
        return text_card("AuditReport", self.facts())

    def _repr_html_(self) -> str:
        return html_card("AuditReport", self.facts())

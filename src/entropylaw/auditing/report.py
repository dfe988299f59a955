"""AuditReport: composition of a pool, and risks of selecting from it by ratio."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from entropylaw.auditing.forecast import Drift, Forecast, Measured
from entropylaw.auditing.parts import PART_HEADERS, Part, cells_of, columns_of, label_of
from entropylaw.auditing.risks import GUARD_NAMES, Risk, Verdict, verdict_of
from entropylaw.auditing.window import WindowCurve, window_needed
from entropylaw.compressors import CompressorInfo
from entropylaw.guards import GuardReport
from entropylaw.render.audit_plots import Marked, Shares, draw_audit
from entropylaw.render.result import TableResult
from entropylaw.render.tables import Table, human_bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_ROWS = 12
"""Groups shown; all are in `AuditReport.parts`."""

MOST_BARS = 10
"""Groups and kinds that are plotted: the largest, in the pool or in the selection."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AuditReport(TableResult):
    """Composition of a pool, and risks of selecting from it by compression ratio.

    Attributes
    ----------
    parts : tuple of Part
        The whole pool, then each range of lengths, each group, and each range in each group.
    guards : GuardReport
        Records that guards caught.
    window : WindowCurve
        Share of the redundancy captured, by window of the compressor.
    forecast : Forecast or None
        A selection from a sample; None if there are too few records.
    whole_set : Forecast or None
        The same by a compressor that sees the whole set; None if the first one does.
    remedied : Forecast or None
        The same with all remedies applied, also those of risks that they brought about; None if
        there is nothing to remedy, or the remedies leave too few records.
    reasons : tuple of Risk
        Risks of selecting by ratio, the likeliest first.
    remaining : tuple of Risk
        Risks that remain with all remedies.
    notes : tuple of str
        What the audit could not do.
    compressor : CompressorInfo
        Of the selection.
    share : float
        Share of the pool to select.
    column : str or None
        The column that names the groups, if any.
    random_state : int
        Seed of all samples.
    fingerprint : str
        Of the pool.
    """

    parts: tuple[Part, ...]
    guards: GuardReport
    window: WindowCurve | None
    forecast: Forecast | None
    whole_set: Forecast | None
    remedied: Forecast | None
    reasons: tuple[Risk, ...]
    remaining: tuple[Risk, ...]
    notes: tuple[str, ...]
    compressor: CompressorInfo
    share: float
    column: str | None
    random_state: int
    fingerprint: str

    @property
    def verdict(self) -> Verdict:
        """Whether selecting by ratio does harm: "unlikely", "possible" or "likely"."""
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
        return "\n\n".join(map(str, self._sections()))

    def facts(self) -> dict[str, str]:
        """Return the lines of the short form: label to value."""
        facts = {"pool": self._pool(), "harm from selecting by ratio": self.verdict}
        for place, risk in enumerate(self.reasons, 1):
            facts[f"{place}. {risk.level}"] = str(risk)
        if self.notes:
            facts["note"] = " ".join(self.notes)
        if self.window is not None:
            facts["window"] = window_needed(self.window)
        return facts

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the records that guards caught, as plain values for JSON."""
        return {
            "verdict": self.verdict,
            "reasons": [risk.to_dict() for risk in self.reasons],
            "remaining": [risk.to_dict() for risk in self.remaining],
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
        """Plot the window curve, and composition and lengths of the pool and of the forecast.

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed.
        """
        marks = []
        if self.window is not None:
            marks.append(Marked(self.window.needed, "captures 90 % of the redundancy"))
            if self.compressor.window is not None:
                marks.append(Marked(self.compressor.window, self.compressor.name))
        forecast = self.forecast
        return draw_audit(
            () if self.window is None else self.window.windows,
            () if self.window is None else self.window.ratios,
            marks,
            {} if forecast is None else _composition(forecast),
            {} if forecast is None else {d.name: (d.pool, d.choice) for d in forecast.lengths},
        )

    def __str__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        facts = Table.of_facts("AuditReport", self.facts())
        return facts.to_html() + self._table().to_html()

    def _headline(self) -> str:
        return f"{self._pool()}, harm {self.verdict}"

    def _columns(self) -> Mapping[str, Any]:
        return columns_of(self.parts)

    def _pool(self) -> str:
        pool = self.pool
        return (
            f"{pool.records:,} records, {human_bytes(pool.bytes)}"
            + (f", {len(self.groups)} groups" if self.groups else "")
            + (f", {pool.empty:,} without text" if pool.empty else "")
        )

    def _sections(self) -> Iterator[str | Table]:
        yield f"Audit of {self._pool()}"
        yield "\n".join(self._risks())
        yield self._table()
        if self.window is not None:
            window = self.compressor.window
            yield (
                f"{self.window}\n{window_needed(self.window)}\n{self.compressor.name} has "
                f"{'no limit' if window is None else f'a window of {human_bytes(window)}'} and "
                f"captures {100 * self.window.seen_by(window):.0f} %."
            )
        if self.forecast is not None:
            yield self._forecasts(self.forecast)

    def _risks(self) -> Iterator[str]:
        yield f"Harm from selecting by ratio: {self.verdict}."
        for place, risk in enumerate(self.reasons, 1):
            yield f"  {place}. {risk.level}: {risk}"
        if self.remedied is not None:
            left = " ".join(risk.finding for risk in self.remaining)
            yield f"With all remedies: {verdict_of(self.remaining)}. {left}".rstrip()
        for note in self.notes:
            yield f"  Note: {note}"

    def _table(self) -> Table:
        """Return the table of the pool, its ranges of length and its largest groups."""
        shown = [part for part in self.parts if part.group is None or part.length is None]
        groups = sorted((p for p in shown if p.group is not None), key=lambda p: -p.bytes)
        shown = [p for p in shown if p.group is None] + groups[:MOST_ROWS]
        guards = [f.guard for f in self.guards.findings if f.guard in GUARD_NAMES]
        headers = ["", *PART_HEADERS, *(guard.replace("_", " ") for guard in guards)]
        more = len(groups) - MOST_ROWS
        note = (
            f"Own ratio: of single records, median and range, by {self.compressor.name}; as a "
            "whole: of up to 1 MiB\nof them as one text, by zstd; the rest: % of records that a "
            "guard caught." + (f"\n{more} smaller groups are not shown." if more > 0 else "")
        )
        rows = [(label_of(part), *cells_of(part, guards)) for part in shown]
        return Table.of(headers, rows, title="Parts of the pool", note=note)

    def _forecasts(self, asked: Forecast) -> Table:
        """Return the table that compares the forecasts with the pool and random draws."""
        tried = [("selection", asked)]
        if self.whole_set is not None:
            tried.append((self.whole_set.compressor, self.whole_set))
        if self.remedied is not None:
            tried.append(("remedied", self.remedied))
        forecasts = [forecast for _, forecast in tried]
        rows = [["bytes", "", "", *(human_bytes(f.chosen_bytes) for f in forecasts)]]
        rows += _measured("compression ratio", [f.ratio for f in forecasts], ".2f")
        covered = [forecast.coverage for forecast in forecasts if forecast.coverage is not None]
        rows += _measured("bits per held-out byte", covered, ".3f")
        rows += _drifts("% of bytes: ", [f.groups for f in forecasts])
        rows += _drifts("% of records: ", [f.lengths for f in forecasts])
        rows += _drifts("% of bytes: ", [(*f.caught, f.copies) for f in forecasts])
        k1, k2, k3 = asked.stages
        note = (
            f"Selection: ZipSelector(budget, {asked.options}), {asked.chosen_records:,} of a "
            f"sample of {asked.sample_records:,} records\n({human_bytes(asked.sample_bytes)}); "
            f"k1={k1:,}, k2={k2}, k3={k3}, random_state={self.random_state}. Random: mean and "
            "standard deviation of draws\nof as many bytes."
        )
        if self.remedied is not None:
            note += f"\nRemedied: ZipSelector(budget, {self.remedied.options})."
        headers = ["", "pool", "random", *(name for name, _ in tried)]
        return Table.of(headers, rows, title="Forecast", note=note)


def _measured(label: str, measured: Sequence[Measured], digits: str) -> list[list[str]]:
    """Return a row for the selections and one for random draws; none if nothing was measured."""
    if not measured:
        return []
    return [
        [label, "", "", *(f"{one.choice:{digits}}" for one in measured)],
        ["  of random, same bytes", "", "", *(f"{one.random:{digits}}" for one in measured)],
    ]


def _drifts(label: str, tried: Sequence[Sequence[Drift]]) -> list[list[str]]:
    """Return a row for each of the largest kinds: pool, random draws, and each selection."""
    asked = tried[0]
    largest = sorted(asked, key=lambda drift: -max(drift.pool, drift.choice))[:MOST_ROWS]
    return [
        [
            label + drift.name.replace("_", " "),
            f"{100 * drift.pool:.1f}",
            f"{100 * drift.random:.1f} ± {100 * drift.spread:.1f}",
            *(f"{100 * drifts[place].choice:.1f}" for drifts in tried),
        ]
        for place, drift in enumerate(asked)
        if drift in largest
    ]


def _composition(forecast: Forecast) -> Shares:
    """Return shares of groups, and of kinds that guards catch, largest first."""
    drifts = [
        *((drift.name, drift) for drift in forecast.groups),
        *((drift.name.replace("_", " ") + " (guard)", drift) for drift in forecast.caught),
    ]
    drawn = [(name, drift) for name, drift in drifts if max(drift.pool, drift.choice) >= 0.001]
    drawn.sort(key=lambda named: -max(named[1].pool, named[1].choice))
    return {name: (drift.pool, drift.choice) for name, drift in drawn[:MOST_BARS]}

"""An audit as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from entropylaw.auditing.forecast import Drift, Forecast, Measured
from entropylaw.auditing.parts import Part
from entropylaw.auditing.verdict import KINDS, verdict_of
from entropylaw.auditing.window import WindowCurve, compressors_with
from entropylaw.render.law_tables import text_table
from entropylaw.render.sizes import human_bytes

if TYPE_CHECKING:
    from entropylaw.auditing.report import AuditReport

MOST_ROWS = 12
"""Groups shown; all are in `AuditReport.parts`."""

QUESTION = "Is selection by ratio likely to hurt here?"


def facts_of(report: AuditReport) -> dict[str, str]:
    """Return the short form: label to value."""
    pool = report.pool
    facts = {
        "pool": f"{pool.records:,} records, {human_bytes(pool.bytes)}"
        + (f", {len(report.groups)} groups" if report.groups else "")
        + (f", {pool.empty:,} without text" if pool.empty else ""),
        "hurt by selection": report.verdict,
    }
    for number, reason in enumerate(report.reasons, 1):
        facts[f"{number}. {reason.level}"] = str(reason)
    if report.notes:
        facts["note"] = " ".join(report.notes)
    if report.window is not None:
        facts["memory needed"] = _needed(report.window)
    return facts


def summary_of(report: AuditReport) -> str:
    """Return the whole audit as text."""
    return "\n\n".join(_sections(report))


def _sections(report: AuditReport) -> Iterator[str]:
    facts = facts_of(report)
    yield f"Audit of {facts['pool']}"
    lines = [f"{QUESTION} {report.verdict.capitalize()}."]
    lines += [
        f"  {number}. {reason.level}: {reason}" for number, reason in enumerate(report.reasons, 1)
    ]
    if report.remedied is not None:
        left = " ".join(reason.finding for reason in report.remaining)
        verdict = verdict_of(report.remaining).capitalize()
        lines.append(f"And with all remedies at once? {verdict}. {left}".rstrip())
    yield "\n".join([*lines, *(f"  Note: {note}" for note in report.notes)])
    yield _parts("Parts of the pool", report)
    if report.window is not None:
        yield _window(report.window, report)
    if report.forecast is not None:
        yield _forecast(report.forecast, report)


def _parts(title: str, report: AuditReport) -> str:
    shown = [part for part in report.parts if part.group is None or part.length is None]
    groups = sorted((p for p in shown if p.group is not None), key=lambda p: -p.bytes)
    rows = [_part_row(p) for p in shown if p.group is None]
    rows += [_part_row(p) for p in groups[:MOST_ROWS]]
    headers = ["", "records", "bytes", "own ratio", "(5-95 %)", "as a whole"]
    headers += [
        "copies",
        *(f.guard.replace("_", " ") for f in report.guards.findings if f.guard in KINDS),
    ]
    more = (
        f"\n{len(groups) - MOST_ROWS} smaller groups are not shown." if groups[MOST_ROWS:] else ""
    )
    return (
        f"{title}. Own ratio: of single records, median and range, by "
        f"{report.compressor.name};\nas a whole: of up to 1 MiB of them as one text, by zstd; "
        f"the rest: % of records that a guard caught.\n{text_table(headers, rows)}{more}"
    )


def _part_row(part: Part) -> list[str]:
    own = part.own_ratios
    return [
        part.group or part.length or "the pool",
        f"{part.records:,}",
        human_bytes(part.bytes),
        "-" if own is None else f"{own[2]:.2f}",
        "-" if own is None else f"{own[0]:.2f}-{own[-1]:.2f}",
        "-" if part.whole_ratio is None else f"{part.whole_ratio:.2f}",
        f"{100 * part.share_caught('exact', 'normalised'):.1f}",
        *(f"{100 * part.share_caught(guard):.1f}" for guard in part.caught if guard in KINDS),
    ]


def _window(curve: WindowCurve, report: AuditReport) -> str:
    of = "all" if curve.whole else f"a sample of {curve.records:,}"
    steps = range(len(curve.windows) % 2 == 0, len(curve.windows), 2)
    rows = [
        [human_bytes(curve.windows[i]), f"{curve.ratios[i]:.2f}", f"{100 * curve.seen[i]:.0f} %"]
        for i in steps
    ]
    window = report.compressor.window
    own = "all" if window is None else human_bytes(window)
    return (
        f"Memory. Ratio of {of} records in random order ({human_bytes(curve.raw)}), by zstd with a "
        f"window of so many bytes.\nNeeded: {_needed(curve)} {report.compressor.name} sees "
        f"{own}, and {100 * curve.seen_by(window):.0f} % of the redundancy.\n"
        f"{text_table(['window', 'ratio', 'seen'], rows)}\n"
        f"For comparison, {curve.judge}: {curve.raw / curve.judge_size:.2f}."
    )


def _needed(curve: WindowCurve) -> str:
    least = "" if curve.whole else "at least "
    enough = compressors_with(curve.needed)
    who = f"these see so much: {', '.join(enough)}" if enough else "no compressor here sees so much"
    return f"{least}{human_bytes(curve.needed)} to see 90 % of the redundancy; {who}."


def _forecast(asked: Forecast, report: AuditReport) -> str:
    tried = [("choice", asked)]
    if report.whole_set is not None:
        tried.append((report.whole_set.compressor, report.whole_set))
    if report.remedied is not None:
        tried.append(("remedied", report.remedied))
    forecasts = [forecast for _, forecast in tried]
    k1, k2, k3 = asked.stages
    rows = [["bytes", "", "", *(human_bytes(f.chosen_bytes) for f in forecasts)]]
    rows += _measured("compression ratio", [f.ratio for f in forecasts], ".2f")
    covered = [forecast.coverage for forecast in forecasts if forecast.coverage is not None]
    rows += _measured("bits per unseen byte", covered, ".3f")
    rows += _drifts("% of bytes: ", [f.groups for f in forecasts])
    rows += _drifts("% of records: ", [f.lengths for f in forecasts])
    rows += _drifts("% of bytes: ", [(*f.caught, f.copies) for f in forecasts])
    headers = ["", "pool", "random", *(name for name, _ in tried)]
    remedied = report.remedied
    of = f"a sample of {asked.sample_records:,} records ({human_bytes(asked.sample_bytes)})"
    remedies = "" if remedied is None else f"\nRemedied: ZipSelector(budget, {remedied.options})."
    return (
        f"Forecast. ZipSelector(budget, {asked.options}) chose {asked.chosen_records:,} of {of};\n"
        f"k1={k1:,}, k2={k2}, k3={k3}, random_state {report.random_state}; random: mean and "
        f"standard deviation of draws of as many bytes.{remedies}\n{text_table(headers, rows)}"
    )


def _measured(label: str, measured: Sequence[Measured], digits: str) -> list[list[str]]:
    """Return a row for the choices and one for random draws; none if nothing was measured."""
    if not measured:
        return []
    return [
        [label, "", "", *(f"{one.choice:{digits}}" for one in measured)],
        ["  of random, same bytes", "", "", *(f"{one.random:{digits}}" for one in measured)],
    ]


def _drifts(label: str, tried: Sequence[Sequence[Drift]]) -> list[list[str]]:
    """Return a row for each of the largest kinds: pool, random draws, and each choice."""
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

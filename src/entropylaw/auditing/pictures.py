"""What the plot of an audit shows, as plain values handed down to `entropylaw.render`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entropylaw.auditing.forecast import Forecast
from entropylaw.render.audit_plots import Marked, Shares, draw_audit

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from entropylaw.auditing.report import AuditReport

MOST_BARS = 10
"""Groups and kinds that are drawn: the largest, before or after."""


def figure_of(report: AuditReport) -> Figure:
    """Return the window curve, the composition now and forecast, and the lengths."""
    curve, forecast = report.window, report.forecast
    marks = []
    if curve is not None:
        marks.append(Marked(curve.needed, "sees 90 % of the redundancy"))
        if report.compressor.window is not None:
            marks.append(Marked(report.compressor.window, report.compressor.name))
    return draw_audit(
        () if curve is None else curve.windows,
        () if curve is None else curve.ratios,
        marks,
        {} if forecast is None else _composition(forecast),
        {} if forecast is None else {d.name: (d.pool, d.choice) for d in forecast.lengths},
    )


def _composition(forecast: Forecast) -> Shares:
    """Return groups, and kinds of records that guards catch, where there are any."""
    drifts = [
        *((drift.name, drift) for drift in forecast.groups),
        *((drift.name.replace("_", " ") + " (guard)", drift) for drift in forecast.caught),
    ]
    drawn = [(name, drift) for name, drift in drifts if max(drift.pool, drift.choice) >= 0.001]
    drawn.sort(key=lambda named: -max(named[1].pool, named[1].choice))
    return {name: (drift.pool, drift.choice) for name, drift in drawn[:MOST_BARS]}

"""How a selection by ratio would hurt a pool: from a forecast to reasons."""

from __future__ import annotations

from collections.abc import Container, Iterator

from entropylaw.auditing.forecast import Drift, Forecast, Measured
from entropylaw.auditing.verdict import KINDS, TYPICALITY, Reason, Verdict
from entropylaw.selection.report.coverage import WHOLE_SET

TAKEN_IN = (0.02, 0.05)
"""Share of the choice, beyond that of random draws, from which on it may and is likely to hurt
that records which a guard catches are taken in. For copies of records chosen before, the share
itself: there is no reason to choose any."""

STARVED = (0.5, 0.25)
"""Share of what random draws hold of a group at which it may and is likely to hurt."""

LEAST_GROUP = 0.02
"""Share of random draws below which a group is too small to be judged."""

CROWDED = (0.2, 0.4)
"""Share of the choice, beyond that of random draws, that one group takes from all others."""

LENGTHS = 0.25
"""The same for the records of one range of lengths, from which on it may hurt. In a sample this
comes out larger than in the pool."""

WORSE = (0.02, 0.1)
"""How much more redundant than random draws, or worse at covering unseen records."""

BETTER_WITH_MEMORY = 0.1
"""How much less redundant the choice of a compressor that sees the whole set is."""

MOST_NAMED = 6
"""Groups that a sentence names."""


def reasons_of(
    forecast: Forecast,
    whole_set: Forecast | None,
    *,
    column: str | None,
    left_out: Container[str] = (),
) -> tuple[Reason, ...]:
    """Return every way in which the forecast selection hurts, the likeliest first.

    Parameters
    ----------
    forecast : Forecast
        Of the selection asked for.
    whole_set : Forecast or None
        Of the same selection by a compressor that sees the whole set, if the other does not.
    column : str or None
        The column that names the groups, for the remedies.
    left_out : container of str
        Groups that guards leave out on purpose, so that they cannot starve.
    """
    by_group = f"groups={column!r}, ".replace("'", '"') if column is not None else ""
    found = [
        *_redundancy(forecast, whole_set),
        *_coverage(forecast, whole_set, by_group),
        *_taken_in(forecast),
        *_starved(forecast, by_group, left_out),
        *_crowded(forecast, by_group),
        *_lengths(forecast),
        *_memory(forecast, whole_set),
    ]
    return tuple(sorted(found, key=lambda reason: reason.level != "likely"))


def _redundancy(forecast: Forecast, whole_set: Forecast | None) -> Iterator[Reason]:
    ratio = forecast.ratio
    level = _level(_worse(ratio), WORSE)
    if level is None:
        return
    cure, then = "", 'guards=Guards(exact="drop", normalised="drop", template="drop")'
    if whole_set is not None and not _worse(whole_set.ratio):
        cure = f" A compressor that sees the whole set would choose {whole_set.ratio.choice:.2f}."
        then = f'compressor="{WHOLE_SET}"'
    yield Reason(
        "redundancy",
        level,
        (),
        f"The choice would be more redundant than random records: ratio {ratio.choice:.2f} against "
        f"{ratio.random:.2f}, by {ratio.compressor}.{cure}",
        then,
    )


def _coverage(forecast: Forecast, whole_set: Forecast | None, by_group: str) -> Iterator[Reason]:
    bits = forecast.coverage
    level = None if bits is None else _level(_worse(bits), WORSE)
    if bits is None or level is None:
        return
    cure, then = "", f"typicality={TYPICALITY}"
    other = None if whole_set is None else whole_set.coverage
    if other is not None and not _worse(other):
        cure = (
            f" With a compressor that sees the whole set it is {other.choice:.3f} and "
            f"{other.random:.3f}."
        )
        then = f'compressor="{WHOLE_SET}"'
    elif forecast.groups:
        then = f'{by_group}quotas=Quotas(shares="pool"), {then}'
    yield Reason(
        "coverage",
        level,
        (),
        f"Unseen records of the pool would take {bits.choice:.3f} bits per byte given the choice, "
        f"{bits.random:.3f} given random records.{cure}",
        then,
    )


def _taken_in(forecast: Forecast) -> Iterator[Reason]:
    for drift in forecast.caught:
        level = _level(drift.excess, TAKEN_IN) if drift.clear else None
        if level is not None and drift.name in KINDS:
            yield Reason(
                drift.name,
                level,
                (),
                f"{KINDS[drift.name]} would be {_percent(drift.choice)} of the choice; they are "
                f"{_percent(drift.pool)} of the pool.",
                f'guards=Guards({drift.name}="drop")',
            )
    copies = forecast.copies
    level = _level(copies.choice, TAKEN_IN)
    if level is not None:
        yield Reason(
            "copies",
            level,
            (),
            f"Copies of records chosen before would be {_percent(copies.choice)} of the choice; "
            f"of random records they are {_percent(copies.random)}.",
            'guards=Guards(exact="drop", normalised="drop")',
        )


def _starved(forecast: Forecast, by_group: str, left_out: Container[str]) -> Iterator[Reason]:
    left = {
        drift: _level(-drift.choice / drift.random, (-STARVED[0], -STARVED[1]))
        for drift in forecast.groups
        if drift.clear and drift.random >= LEAST_GROUP and drift.name not in left_out
    }
    starved = sorted((d for d, level in left.items() if level), key=lambda d: d.choice / d.random)
    if starved:
        yield Reason(
            "starved",
            "likely" if "likely" in left.values() else "possible",
            tuple(drift.name for drift in starved),
            f"Groups would be starved: {_told(starved)}.",
            f'{by_group}quotas=Quotas(shares="pool"), or compare_within="group"',
        )


def _crowded(forecast: Forecast, by_group: str) -> Iterator[Reason]:
    for drift in forecast.groups:
        level = _level(drift.excess, CROWDED) if drift.clear else None
        if level is not None:
            yield Reason(
                "crowded",
                level,
                (drift.name,),
                f"One group would crowd out others: {_told([drift])}.",
                f'{by_group}quotas=Quotas(shares="pool"), or compare_within="group"',
            )


def _told(drifts: list[Drift]) -> str:
    told = [
        f"{drift.name!r} goes from {_percent(drift.pool)} of the pool to "
        f"{_percent(drift.choice)} of the choice"
        for drift in drifts[:MOST_NAMED]
    ]
    more = len(drifts) - MOST_NAMED
    return "; ".join(told) + (f"; and {more} more groups" if more > 0 else "")


def _lengths(forecast: Forecast) -> Iterator[Reason]:
    for drift in forecast.lengths:
        if drift.clear and drift.excess >= LENGTHS:
            yield Reason(
                "lengths",
                "possible",
                (drift.name,),
                f"Records of {drift.name} would be {_percent(drift.choice)} of those chosen; they "
                f"are {_percent(drift.pool)} of the pool.",
                'compare_within="length"',
            )


def _memory(forecast: Forecast, whole_set: Forecast | None) -> Iterator[Reason]:
    if whole_set is None:
        return
    ratio, other = forecast.ratio, whole_set.ratio
    if other.choice < (1 - BETTER_WITH_MEMORY) * ratio.choice <= ratio.random:
        yield Reason(
            "memory",
            "possible",
            (),
            f"{forecast.compressor} would leave more redundancy than it has to: ratio "
            f"{ratio.choice:.2f}, against {other.choice:.2f} for a compressor that sees the whole "
            f"set, by {ratio.compressor}.",
            f'compressor="{WHOLE_SET}"',
        )


def _level(value: float, limits: tuple[float, float]) -> Verdict | None:
    if value >= limits[1]:
        return "likely"
    return "possible" if value >= limits[0] else None


def _worse(measured: Measured) -> float:
    """Return by how much more the choice has than random draws; 0 if they may have as much."""
    if measured.choice <= measured.random + 3 * measured.spread:
        return 0.0
    return measured.choice / measured.random - 1


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"

"""Risks of selecting by ratio: from a forecast to findings, a verdict and recommended options."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, TypeAlias, get_args

from entropylaw.auditing.forecast import Drift, Forecast, Measured, TrialOptions
from entropylaw.guards import Guards
from entropylaw.render.result import Result
from entropylaw.render.tables import Table
from entropylaw.selection.quotas import Quotas
from entropylaw.selection.report.coverage import WHOLE_SET

Verdict: TypeAlias = Literal["unlikely", "possible", "likely"]
"""Whether selecting by ratio does harm."""

TYPICALITY = 0.1
"""Weight with which selections cover held-out records better, in the pools of the benchmarks."""

GUARD_NAMES = {
    "near": "Near-duplicates",
    "noise": "Noise-like records",
    "repetitive": "Repetitive records",
    "template": "Template-like records",
    "shuffled": "Records of shuffled text",
    "encoded": "Records of base64 or hexadecimal",
    "mojibake": "Records of mojibake",
    "repeated_lines": "Records of repeated lines",
}
"""Guards in words."""

TAKEN_IN = (0.02, 0.05)
"""Share of the selection, above that of random draws, from which on records that a guard catches
are a possible and a likely harm. For copies of records selected before, the share itself: there is
no reason to select any."""

STARVED = (0.5, 0.25)
"""Share of a group in the selection, relative to random draws, at or below which harm is possible
and likely."""

LEAST_GROUP = 0.02
"""Share of random draws below which a group is too small to judge."""

CROWDED = (0.2, 0.4)
"""Share of the selection, above that of random draws, of one group that displaces others."""

LENGTHS = 0.25
"""The same for one range of lengths, from which on harm is possible. It comes out larger in a
sample than in the pool."""

WORSE = (0.02, 0.1)
"""Relative excess of redundancy, or of bits per held-out byte, over random draws."""

BETTER_WITH_MEMORY = 0.1
"""Relative decrease of redundancy with a compressor that sees the whole set."""

MOST_NAMED = 6
"""Groups named in a sentence."""


@dataclass(frozen=True, slots=True, repr=False)
class Risk(Result):
    """One way in which selecting by ratio would do harm.

    Attributes
    ----------
    harm : str
        ``"copies"``, ``"starved"``, ``"crowded"``, ``"lengths"``, ``"redundancy"``, ``"coverage"``,
        ``"memory"``, or the name of a guard.
    level : {"possible", "likely"}
        How likely the harm is.
    about : tuple of str
        The groups or the range of lengths; empty for all.
    finding : str
        The measurement, in a sentence.
    remedy : str
        Options of `ZipSelector` to try.
    """

    harm: str
    level: Verdict
    about: tuple[str, ...]
    finding: str
    remedy: str

    def to_dict(self) -> dict[str, Any]:
        """Return the risk as plain values that JSON can hold."""
        return asdict(self) | {"about": list(self.about)}

    def __str__(self) -> str:
        return f"{self.finding} Try {self.remedy}."

    def _headline(self) -> str:
        return f"{self.harm!r}, {self.level!r}, {self.finding!r}"

    def _table(self) -> Table:
        facts = {"level": self.level, "finding": self.finding, "remedy": self.remedy}
        return Table.of_facts(f"Risk: {self.harm}", facts)

    def _columns(self) -> Mapping[str, Any]:
        return {name: [value] for name, value in self.to_dict().items()}


def verdict_of(risks: Sequence[Risk]) -> Verdict:
    """Return the highest level of all risks, "unlikely" if there is none.

    Examples
    --------
    >>> verdict_of(())
    'unlikely'
    """
    levels = get_args(Verdict)
    worst: Verdict = levels[max((levels.index(risk.level) for risk in risks), default=0)]
    return worst


def recommendations(
    risks: Sequence[Risk], options: TrialOptions, guards: Guards, *, with_memory: bool
) -> TrialOptions:
    """Return the options with the remedies of all risks applied.

    Parameters
    ----------
    risks : sequence of Risk
        The risks.
    options : TrialOptions
        Options of the selection that has them.
    guards : Guards
        Guards of the audit.
    with_memory : bool
        Whether a compressor that sees more of the set is available.

    Examples
    --------
    >>> risk = Risk("encoded", "likely", (), "", "")
    >>> recommendations((risk,), TrialOptions("zlib"), Guards(), with_memory=True).guards
    Guards(encoded='drop')
    """
    harms = {risk.harm for risk in risks}
    dropping = harms & GUARD_NAMES.keys()
    if harms & {"copies", "redundancy"}:
        dropping |= {"exact", "normalised"}
    actions: dict[str, Any] = dict.fromkeys(sorted(dropping), "drop")
    memory = with_memory and harms & {"redundancy", "memory", "coverage"}
    return replace(
        options,
        compressor=WHOLE_SET if memory else options.compressor,
        guards=replace(guards, **actions) if actions else options.guards,
        quotas=Quotas(shares="pool") if harms & {"starved", "crowded"} else options.quotas,
        compare_within="length" if "lengths" in harms else options.compare_within,
        typicality=TYPICALITY if "coverage" in harms else options.typicality,
    )


def risks_of(
    forecast: Forecast,
    whole_set: Forecast | None,
    *,
    column: str | None,
    left_out: Container[str] = (),
) -> tuple[Risk, ...]:
    """Return the risks of a selection, the likeliest first.

    Parameters
    ----------
    forecast : Forecast
        Of the selection.
    whole_set : Forecast or None
        Of the same selection by a compressor that sees the whole set, if the other does not.
    column : str or None
        The column that names the groups, for the remedies.
    left_out : container of str
        Groups that guards drop on purpose, which are not judged as starved.
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
    return tuple(sorted(found, key=lambda risk: risk.level != "likely"))


def _redundancy(forecast: Forecast, whole_set: Forecast | None) -> Iterator[Risk]:
    ratio = forecast.ratio
    level = _level(_worse(ratio), WORSE)
    if level is None:
        return
    cure, then = "", 'guards=Guards(exact="drop", normalised="drop", template="drop")'
    if whole_set is not None and not _worse(whole_set.ratio):
        cure = f" With a compressor that sees the whole set: {whole_set.ratio.choice:.2f}."
        then = f'compressor="{WHOLE_SET}"'
    yield Risk(
        "redundancy",
        level,
        (),
        f"The selection would be more redundant than random records: ratio {ratio.choice:.2f} "
        f"against {ratio.random:.2f}, by {ratio.compressor}.{cure}",
        then,
    )


def _coverage(forecast: Forecast, whole_set: Forecast | None, by_group: str) -> Iterator[Risk]:
    bits = forecast.coverage
    level = None if bits is None else _level(_worse(bits), WORSE)
    if bits is None or level is None:
        return
    cure, then = "", f"typicality={TYPICALITY}"
    other = None if whole_set is None else whole_set.coverage
    if other is not None and not _worse(other):
        cure = (
            f" With a compressor that sees the whole set: {other.choice:.3f} and "
            f"{other.random:.3f}."
        )
        then = f'compressor="{WHOLE_SET}"'
    elif forecast.groups:
        then = f'{by_group}quotas=Quotas(shares="pool"), {then}'
    yield Risk(
        "coverage",
        level,
        (),
        f"Held-out records of the pool would take {bits.choice:.3f} bits per byte given the "
        f"selection, {bits.random:.3f} given random records.{cure}",
        then,
    )


def _taken_in(forecast: Forecast) -> Iterator[Risk]:
    for drift in forecast.caught:
        level = _level(drift.excess, TAKEN_IN) if drift.clear else None
        if level is not None and drift.name in GUARD_NAMES:
            yield Risk(
                drift.name,
                level,
                (),
                f"{GUARD_NAMES[drift.name]} would be {_percent(drift.choice)} of the selection; "
                f"they are {_percent(drift.pool)} of the pool.",
                f'guards=Guards({drift.name}="drop")',
            )
    copies = forecast.copies
    level = _level(copies.choice, TAKEN_IN)
    if level is not None:
        yield Risk(
            "copies",
            level,
            (),
            f"Copies of records selected before would be {_percent(copies.choice)} of the "
            f"selection; of random records they are {_percent(copies.random)}.",
            'guards=Guards(exact="drop", normalised="drop")',
        )


def _starved(forecast: Forecast, by_group: str, left_out: Container[str]) -> Iterator[Risk]:
    left = {
        drift: _level(-drift.choice / drift.random, (-STARVED[0], -STARVED[1]))
        for drift in forecast.groups
        if drift.clear and drift.random >= LEAST_GROUP and drift.name not in left_out
    }
    starved = sorted((d for d, level in left.items() if level), key=lambda d: d.choice / d.random)
    if starved:
        yield Risk(
            "starved",
            "likely" if "likely" in left.values() else "possible",
            tuple(drift.name for drift in starved),
            f"Groups would be starved: {_named(starved)}.",
            f'{by_group}quotas=Quotas(shares="pool"), or compare_within="group"',
        )


def _crowded(forecast: Forecast, by_group: str) -> Iterator[Risk]:
    for drift in forecast.groups:
        level = _level(drift.excess, CROWDED) if drift.clear else None
        if level is not None:
            yield Risk(
                "crowded",
                level,
                (drift.name,),
                f"One group would crowd out others: {_named([drift])}.",
                f'{by_group}quotas=Quotas(shares="pool"), or compare_within="group"',
            )


def _named(drifts: list[Drift]) -> str:
    named = [
        f"{drift.name!r} goes from {_percent(drift.pool)} of the pool to "
        f"{_percent(drift.choice)} of the selection"
        for drift in drifts[:MOST_NAMED]
    ]
    more = len(drifts) - MOST_NAMED
    return "; ".join(named) + (f"; and {more} more groups" if more > 0 else "")


def _lengths(forecast: Forecast) -> Iterator[Risk]:
    for drift in forecast.lengths:
        if drift.clear and drift.excess >= LENGTHS:
            yield Risk(
                "lengths",
                "possible",
                (drift.name,),
                f"Records of {drift.name} would be {_percent(drift.choice)} of those selected; "
                f"they are {_percent(drift.pool)} of the pool.",
                'compare_within="length"',
            )


def _memory(forecast: Forecast, whole_set: Forecast | None) -> Iterator[Risk]:
    if whole_set is None:
        return
    ratio, other = forecast.ratio, whole_set.ratio
    if other.choice < (1 - BETTER_WITH_MEMORY) * ratio.choice <= ratio.random:
        yield Risk(
            "memory",
            "possible",
            (),
            f"{forecast.compressor} would leave avoidable redundancy: ratio {ratio.choice:.2f}, "
            f"against {other.choice:.2f} for a compressor that sees the whole set, by "
            f"{ratio.compressor}.",
            f'compressor="{WHOLE_SET}"',
        )


def _level(value: float, limits: tuple[float, float]) -> Verdict | None:
    if value >= limits[1]:
        return "likely"
    return "possible" if value >= limits[0] else None


def _worse(measured: Measured) -> float:
    """Return the relative excess over random draws; 0 if it is within their spread."""
    if measured.choice <= measured.random + 3 * measured.spread:
        return 0.0
    return measured.choice / measured.random - 1


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"

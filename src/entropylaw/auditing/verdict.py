"""Is selection by ratio likely to hurt this pool? Reasons, their verdict, and what mends them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, TypeAlias, get_args

from entropylaw.auditing.options import Options
from entropylaw.guards import Guards
from entropylaw.selection.quotas import Quotas
from entropylaw.selection.report.coverage import WHOLE_SET

Verdict: TypeAlias = Literal["unlikely", "possible", "likely"]
"""Whether selection by ratio hurts."""

TYPICALITY = 0.1
"""What of it makes a choice cover unseen records better, in the pools of the benchmarks."""

KINDS = {
    "near": "Near-duplicates",
    "noise": "Noise-like records",
    "repetitive": "Records that repeat themselves",
    "template": "Template-like records",
    "shuffled": "Records of shuffled words",
    "encoded": "Records of base64 or hexadecimal",
    "mojibake": "Records of mojibake",
    "repeated_lines": "Records of repeated lines",
}
"""Guards, in words."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One way in which a selection by ratio would hurt.

    Attributes
    ----------
    harm : str
        ``"copies"``, ``"starved"``, ``"crowded"``, ``"lengths"``, ``"redundancy"``, ``"coverage"``,
        ``"memory"``, or the name of a guard.
    level : {"possible", "likely"}
        How likely it is to hurt.
    about : tuple of str
        The groups or the range of lengths; empty for all.
    finding : str
        What was measured.
    remedy : str
        What to type.
    """

    harm: str
    level: Verdict
    about: tuple[str, ...]
    finding: str
    remedy: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self) | {"about": list(self.about)}

    def __str__(self) -> str:
        return f"{self.finding} Try {self.remedy}."


def verdict_of(reasons: tuple[Reason, ...]) -> Verdict:
    """Return the worst level of all reasons, "unlikely" if there is none.

    Examples
    --------
    >>> verdict_of(())
    'unlikely'
    """
    levels = get_args(Verdict)
    worst: Verdict = levels[max((levels.index(reason.level) for reason in reasons), default=0)]
    return worst


def remedies_of(
    reasons: tuple[Reason, ...], options: Options, guards: Guards, *, with_memory: bool
) -> Options:
    """Return the options with every remedy put in.

    Parameters
    ----------
    reasons : tuple of Reason
        What hurts.
    options : Options
        Of the selection that hurts.
    guards : Guards
        Those of the audit.
    with_memory : bool
        Whether there is a compressor that sees more of the set.

    Examples
    --------
    >>> reason = Reason("encoded", "likely", (), "", "")
    >>> remedies_of((reason,), Options("zlib"), Guards(), with_memory=True).guards
    Guards(encoded='drop')
    """
    harms = {reason.harm for reason in reasons}
    dropping = harms & KINDS.keys()
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

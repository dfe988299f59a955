"""Explanation: the outcome for one record of a pool, and its overlap with the chosen ones."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from entropylaw.errors import warn
from entropylaw.render.excerpts import excerpt
from entropylaw.render.result import Result
from entropylaw.render.tables import Table
from entropylaw.selection.explain.matches import GRAM, Overlaps
from entropylaw.types import Fate

STAGES: tuple[Fate, ...] = ("not packed", "not shortlisted", "not screened")
"""Where a record may lose, the furthest first."""

NOWHERE = math.nan
"""The ratio of what was not measured."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome for one record.

    Attributes
    ----------
    fate : str
        "chosen"; "required"; where it lost: "not packed", "not shortlisted" or "not screened",
        the furthest stage that it reached in any round; "barred" by budget or quotas in every
        round; "left out" before the first; or "not reached", where records are taken in an order.
    reason : str
        Why, where no ratio tells it.
    round : int or None
        The round in which it was chosen, or came closest; counted from 0.
    ratio, limit : float
        The ratio that counted in that round, and the one that it beat or would have had to beat,
        weights included; NaN where there is none. Lower ratios win.
    runner_up : int or None
        The row with that ratio: the best one passed over, or the last one to get through.
    rank : int or None
        Place of a chosen record, or one not packed, in the shortlist of that round, from 1.
    union_ratio : float
        Ratio of the set chosen before that round with the record added.
    screened, shortlisted : int
        In how many rounds it got that far. With lazy screening it is not known which records
        were measured in a round: `screened` then counts those in which it might have been.
    """

    fate: Fate
    reason: str = ""
    round: int | None = None
    ratio: float = NOWHERE
    limit: float = NOWHERE
    runner_up: int | None = None
    rank: int | None = None
    union_ratio: float = NOWHERE
    screened: int = 0
    shortlisted: int = 0

    @property
    def rival(self) -> int | None:
        """The old name of `runner_up`."""
        warn("Outcome.rival is now called runner_up.", DeprecationWarning)
        return self.runner_up

    @property
    def margin(self) -> float:
        """By how much the ratio is above the limit, as a share of it; below 0 if it won."""
        return self.ratio / self.limit - 1


@dataclass(frozen=True, slots=True, repr=False)
class Explanation(Result):
    """Why a record was chosen or not, and what it shares with the chosen ones.

    Attributes
    ----------
    row : int
        The record.
    order : int or None
        Its place in the selection, from 0.
    outcome : Outcome
        What became of it.
    own_ratio : float
        Its compression ratio alone.
    final_union_ratio : float
        Ratio of the whole selection with the record added; NaN if it is in it or was left out.
    final_ratio : float
        Ratio of the whole selection.
    overlaps : Overlaps
        The longest runs of bytes that it shares with other chosen records.
    rounds : int
        Of the selection.
    text : bytes
        The record.
    """

    row: int
    order: int | None
    outcome: Outcome
    own_ratio: float
    final_union_ratio: float
    final_ratio: float
    overlaps: Overlaps
    rounds: int
    text: bytes

    @property
    def chosen(self) -> bool:
        """Whether it was chosen."""
        return self.order is not None

    def facts(self) -> dict[str, str]:
        """Return what the printed form shows: label to value."""
        outcome = self.outcome
        facts = {"outcome": _sentence(self), "own ratio": f"{self.own_ratio:.4f}"}
        if not math.isnan(outcome.union_ratio):
            facts["union ratio"] = (
                f"{outcome.union_ratio:.6f} with the set chosen before round {outcome.round}"
            )
        if not math.isnan(self.final_union_ratio):
            facts["at the end"] = (
                f"{self.final_union_ratio:.6f} with all that was chosen; "
                f"without it {self.final_ratio:.6f}"
            )
        if outcome.fate in STAGES:
            facts["reached"] = (
                f"screened in {outcome.screened:,} of {self.rounds:,} rounds, "
                f"shortlisted in {outcome.shortlisted:,}"
            )
        others = "other chosen records" if self.chosen else "chosen records"
        facts["overlap"] = (
            f"{self.overlaps.shared / max(len(self.text), 1):.0%} of its {len(self.text):,} bytes "
            f"are in {others} too, in runs of {GRAM} bytes or more"
        )
        for one in self.overlaps.longest:
            facts[f"with record {one.row:,}"] = (
                f"{one.match.length:,} bytes: {excerpt(one.text, 120)}"
            )
        return facts | {"text": excerpt(self.text)}

    def to_dict(self) -> dict[str, Any]:
        """Return the explanation as plain values."""
        held = {f.name: getattr(self, f.name) for f in fields(self)}
        held |= {"outcome": asdict(self.outcome), "text": self.text.decode("utf-8", "replace")}
        held["overlaps"] = {
            "shared": self.overlaps.shared,
            "longest": [
                {"row": one.row, "length": one.match.length} for one in self.overlaps.longest
            ],
        }
        return held

    def _headline(self) -> str:
        return f"record {self.row:,}: {_sentence(self)}"

    def _table(self) -> Table:
        return Table.of_facts(f"Explanation of record {self.row:,}", self.facts())

    def _columns(self) -> Mapping[str, Any]:
        plain = {k: v for k, v in self.to_dict().items() if k not in ("outcome", "overlaps")}
        return {name: [value] for name, value in (plain | asdict(self.outcome)).items()}


def _sentence(explanation: Explanation) -> str:
    """Return the outcome in a sentence."""
    outcome = explanation.outcome
    if explanation.order is not None:
        return _won(explanation.order, outcome)
    if outcome.round is None:
        return f"{outcome.fate}: {outcome.reason}"
    if math.isnan(outcome.limit):
        return f"{outcome.fate} in round {outcome.round}: {outcome.reason}"
    return f"{outcome.fate}; {_closest(outcome)}"


def _won(order: int, outcome: Outcome) -> str:
    text = f"{outcome.fate}, number {order:,} of the selection, in round {outcome.round}"
    if outcome.rank is not None:
        text += f", from place {outcome.rank:,} of the shortlist"
    if outcome.runner_up is None:
        return text
    return (
        f"{text}: it kept the pack at the ratio {outcome.ratio:.6f}, the next best, record "
        f"{outcome.runner_up:,}, at {outcome.limit:.6f}"
    )


def _closest(outcome: Outcome) -> str:
    text = (
        f"closest in round {outcome.round}, with {outcome.ratio:.6f} against "
        f"{outcome.limit:.6f} of record {outcome.runner_up:,}"
    )
    if outcome.margin == 0:
        return f"{text}: a tie, which goes to the record that comes first"
    if outcome.margin < 0:
        return f"{text}: a lazy search did not measure it then"
    return f"{text}: {100 * outcome.margin:.2g} % too high"

"""What became of a record of a stream, and of all of them so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Outcome: TypeAlias = Literal["kept", "known", "over budget", "empty", "unreadable"]
"""What became of a record: all but the first were not kept, for this reason."""


@dataclass(frozen=True, slots=True)
class StreamDecision:
    """What became of one record; true if it is kept.

    Attributes
    ----------
    outcome : {"kept", "known", "over budget", "empty", "unreadable"}
        ``"known"``: it is not new enough. ``"over budget"``: it is, but costs more than is left.
        ``"empty"`` and ``"unreadable"``: it was not measured.
    ratio : float
        Bytes that it has over the bytes that it added to what was remembered; low is new. NaN if
        it was not measured.
    threshold : float
        The ratio below which a record of its length was kept then: infinite if any was, minus
        infinity if none was. NaN if it was not measured.

    Examples
    --------
    >>> decision = StreamDecision("known", ratio=9.5, threshold=1.8)
    >>> bool(decision), decision.kept
    (False, False)
    """

    outcome: Outcome
    ratio: float = float("nan")
    threshold: float = float("nan")

    @property
    def kept(self) -> bool:
        """Whether the record is kept."""
        return self.outcome == "kept"

    def __bool__(self) -> bool:
        return self.kept


@dataclass(frozen=True, slots=True)
class StreamTally:
    """What a stream has done so far.

    Attributes
    ----------
    seen, kept, empty, unreadable : int
        Records offered, kept, without text, and skipped because they could not be read.
    seen_bytes, kept_bytes : int
        Bytes of text of those measured and of those kept.
    added_bytes : int
        Compressed bytes that those kept added, each to what was remembered when it came.
    seen_cost, kept_cost : int
        What the offered and the kept cost, in the unit of the budget.
    """

    seen: int = 0
    kept: int = 0
    empty: int = 0
    unreadable: int = 0
    seen_bytes: int = 0
    kept_bytes: int = 0
    added_bytes: int = 0
    seen_cost: int = 0
    kept_cost: int = 0

    def after(self, outcome: Outcome, *, cost: int, length: int = 0, added: int = 0) -> StreamTally:
        """Return the tally with one record more.

        Parameters
        ----------
        outcome : Outcome
            What became of it.
        cost : int
            What it costs, in the unit of the budget.
        length, added : int
            Its bytes of text, and those it added, if it was measured.
        """
        kept = outcome == "kept"
        return StreamTally(
            seen=self.seen + 1,
            kept=self.kept + kept,
            empty=self.empty + (outcome == "empty"),
            unreadable=self.unreadable + (outcome == "unreadable"),
            seen_bytes=self.seen_bytes + length,
            kept_bytes=self.kept_bytes + kept * length,
            added_bytes=self.added_bytes + kept * added,
            seen_cost=self.seen_cost + cost,
            kept_cost=self.kept_cost + kept * cost,
        )

    @property
    def ratio(self) -> float:
        """Bytes of what was kept over the bytes that it added; NaN if nothing was kept.

        Repeats of what was forgotten are not in it: measure the kept set where that matters.
        """
        return self.kept_bytes / self.added_bytes if self.kept else float("nan")

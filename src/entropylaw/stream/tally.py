"""Outcome of each record of a stream, what it costs, and the totals so far."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias, cast

from entropylaw.errors import RecordError
from entropylaw.render.result import Result
from entropylaw.render.tables import Table
from entropylaw.validation import as_integer, choice

Outcome: TypeAlias = Literal["kept", "known", "over budget", "empty", "unreadable"]
"""Outcome of a record: kept, or the reason why it was not."""

Cost: TypeAlias = Literal["records", "bytes"] | Callable[[Any], int]
"""The unit of a budget: records, bytes of text, or a function from a record to an int."""


@dataclass(frozen=True, slots=True)
class StreamDecision:
    """Decision on one record; true if it is kept.

    Attributes
    ----------
    outcome : {"kept", "known", "over budget", "empty", "unreadable"}
        ``"known"``: it is not new enough. ``"over budget"``: it costs more than is left.
        ``"empty"`` and ``"unreadable"``: it was not measured.
    ratio : float
        Bytes of the record over the bytes that it added to the remembered text; low is new. NaN if
        it was not measured.
    threshold : float
        Ratio below which a record of its length was kept: infinite if all were kept, minus
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


@dataclass(frozen=True, slots=True, repr=False)
class StreamTally(Result):
    """Totals of a stream so far.

    Attributes
    ----------
    seen, kept, empty, unreadable : int
        Records offered, kept, without text, and skipped because they could not be read.
    seen_bytes, kept_bytes : int
        Bytes of text of those measured and of those kept.
    added_bytes : int
        Compressed bytes that those kept added, each to the text remembered when it arrived.
    seen_cost, kept_cost : int
        Cost of the records offered and kept, in the unit of the budget.

    Examples
    --------
    >>> StreamTally(seen=9, kept=2, seen_bytes=90, kept_bytes=30, added_bytes=20)
    StreamTally(kept 2 of 9 records, ratio 1.5)
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
        """Return the tally with one more record.

        Parameters
        ----------
        outcome : Outcome
            Its outcome.
        cost : int
            Its cost, in the unit of the budget.
        length, added : int
            Its bytes of text, and the bytes it added, if it was measured.
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
        """Bytes of the kept records over the bytes that they added; NaN if nothing was kept.

        Repeats of forgotten text are not in it: measure the kept set where that matters.
        """
        return self.kept_bytes / self.added_bytes if self.kept else float("nan")

    def facts(self) -> dict[str, str]:
        """Return what the printed form shows: label to value."""
        return {
            "kept": f"{self.kept:,} of {self.seen:,} records, "
            f"{self.kept_bytes:,} of {self.seen_bytes:,} bytes",
            "not measured": f"{self.empty:,} empty, {self.unreadable:,} unreadable",
            "compression ratio": f"{self.ratio:.3f}",
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the totals and the ratio as plain values; a ratio of NaN is None."""
        return {**asdict(self), "ratio": None if math.isnan(self.ratio) else self.ratio}

    def _headline(self) -> str:
        return f"kept {self.kept:,} of {self.seen:,} records, ratio {self.ratio:.4g}"

    def _table(self) -> Table:
        return Table.of_facts("StreamTally", self.facts())

    def _columns(self) -> Mapping[str, Any]:
        return {name: [value] for name, value in {**asdict(self), "ratio": self.ratio}.items()}


def checked_cost(cost: object) -> Cost:
    """Return a unit of cost; raise ConfigError if it is none."""
    if callable(cost):
        return cost
    hint = "Or try a function from a record to an int, such as its number of tokens."
    return cast("Cost", choice("cost", cost, ("records", "bytes"), hint=hint))


def cost_name(cost: Cost) -> str:
    """Return the name of a unit of cost in a saved stream.

    Examples
    --------
    >>> cost_name("bytes"), cost_name(len)
    ('bytes', 'function len')
    """
    if isinstance(cost, str):
        return cost
    return f"function {getattr(cost, '__qualname__', type(cost).__qualname__)}"


def cost_of(cost: Cost, record: object, text: bytes, *, row: int) -> int:
    """Return the cost of a record.

    Parameters
    ----------
    cost : Cost
        The unit.
    record
        The record, which a function is given.
    text : bytes
        Its text.
    row : int
        Its position in the stream, for messages.

    Raises
    ------
    RecordError
        If the function raises, or returns no int of 0 or more.

    Examples
    --------
    >>> cost_of("records", "abc", b"abc", row=0), cost_of("bytes", "abc", b"abc", row=0)
    (1, 3)
    """
    if cost == "records":
        return 1
    if cost == "bytes":
        return len(text)
    assert not isinstance(cost, str)
    try:
        value = cost(record)
    except Exception as problem:
        raise RecordError(
            f"cost: the {cost_name(cost)} raised {type(problem).__name__}: {problem}. "
            "Try it on this record alone.",
            row=row,
        ) from problem
    found = as_integer(value)
    if found is None or found < 0:
        raise RecordError(
            f"cost: expected an int of 0 or more from the {cost_name(cost)}; saw {value!r}.",
            row=row,
        )
    return found

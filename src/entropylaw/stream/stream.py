"""ZipStream: keep the new records of a stream, deciding on each when it arrives."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from entropylaw.compressors import Compressor, describe, get_compressor
from entropylaw.errors import InputError, SlowCompressorWarning, warn
from entropylaw.io.render import Render, Renderer, Text
from entropylaw.render.tables import Table
from entropylaw.stream.memory import RecentMemory, checked_limit
from entropylaw.stream.state import (
    State,
    StreamOptions,
    read_state,
    same_compressor,
    same_cost,
    same_render,
    write_state,
)
from entropylaw.stream.tally import (
    Cost,
    Outcome,
    StreamDecision,
    StreamTally,
    checked_cost,
    cost_name,
    cost_of,
)
from entropylaw.stream.threshold import Goal, RecentRatios
from entropylaw.types import OnError
from entropylaw.validation import choice

T = TypeVar("T")


class ZipStream:
    """Keep the new records of a stream, in one pass and bounded memory.

    Each record is decided on when it arrives. It is sized after the records kept last; its
    conditional ratio, its bytes over the bytes that it adds, is low if it is new. It is kept if
    that ratio is low among the last records of about its length; the threshold follows the stream,
    so that the requested share is kept.

    The kept share of the first n records differs from the requested one by at most
    ``horizon / n``, whatever the stream does (except for empty records, which are never kept).
    With `budget`, never more is kept, and exactly as much if the stream is as long as `expected`:
    once the remaining budget equals the remaining stream, all is kept. A stream that ends early
    leaves part of the budget unspent, and so do empty records at its very end; after `expected`,
    all is kept until the budget is spent. In units other than records, less than the cost of one
    record may be left.

    Parameters
    ----------
    keep : float, optional
        Share of the stream to keep, above 0 and up to 1.
    budget, expected : int, optional
        Amount to keep, and length of the whole stream; in the unit of `cost`.
    cost : {"records", "bytes"} or callable, default "records"
        The unit: records, bytes of text, or a function from a record to an int.
    horizon : int, optional
        Records over which the threshold follows the stream. Short: each stretch of the stream
        gets its share. Long: stretches that are new throughout get more than others. By
        default 1000, or more if only one in more than a hundred is kept.
    compressor : str or Compressor, default "zstd:6:long"
        Sizes the records.
    recent_bytes : int, optional
        Bytes of kept text to remember; by default 4 MiB, or the compressor's window if that is
        smaller.
    render, text
        How a record becomes text; see `ZipSelector`.
    on_error : {"raise", "skip"}, default "raise"
        Whether a record that cannot be read is an error or is skipped.

    Raises
    ------
    BudgetError, ConfigError, CompressorSpecError
        If an option is wrong.

    Warns
    -----
    SlowCompressorWarning
        If the compressor cannot be primed.

    Notes
    -----
    A stream is not safe to share between threads.

    Examples
    --------
    >>> texts = [f"the same line as ever, number {i}" for i in range(200)]
    >>> texts[50] = "Quantum theory holds that energy comes in portions."
    >>> stream = ZipStream(keep=0.05, horizon=40)
    >>> kept = list(stream.filter(texts))
    >>> texts[50] in kept, stream.tally.kept, stream.tally.seen
    (True, 10, 200)
    """

    def __init__(
        self,
        *,
        keep: float | None = None,
        budget: int | None = None,
        expected: int | None = None,
        cost: Cost = "records",
        horizon: int | None = None,
        compressor: str | Compressor = "zstd:6:long",
        recent_bytes: int | None = None,
        render: Render = None,
        text: Text = None,
        on_error: OnError = "raise",
    ) -> None:
        self._cost = checked_cost(cost)
        self._on_error: OnError = choice("on_error", on_error, OnError)
        self._renderer = Renderer(render, text)
        self._joiner = self._renderer.framing.joiner
        self._compressor = get_compressor(compressor)
        self._goal = Goal.checked(keep, budget, expected, horizon)
        limit = checked_limit(recent_bytes, self._compressor)
        self._memory = RecentMemory(self._compressor, limit)
        self._ratios = RecentRatios(self._goal.horizon)
        self._tally = StreamTally()
        _warn_if_slow(self._compressor, limit)

    def offer(self, record: object) -> StreamDecision:
        """Decide on the next record of the stream; the decision is true if it is kept.

        Parameters
        ----------
        record
            A string, bytes, or a dict; a render function may take more.

        Raises
        ------
        InputError
            If the record cannot be read; names its position in the stream, from 0. The stream is
            unchanged, so that a corrected record may be offered instead.
        CompressorError
            If the compressor raises, or returns no size.

        Examples
        --------
        >>> stream = ZipStream(keep=1.0)
        >>> stream.offer("to be or not to be").outcome
        'kept'
        """
        row = self._tally.seen
        try:
            text = self._renderer(record, row)
            cost = cost_of(self._cost, record, text, row=row)
        except InputError:
            if self._on_error == "raise":
                raise
            return self._skip("unreadable", cost=1 if self._cost == "records" else 0)
        return self._decide(text, cost) if text else self._skip("empty", cost=cost)

    def filter(self, records: Iterable[T]) -> Iterator[T]:
        """Yield the records that are kept, the same objects, as they arrive.

        Stops once a budget is spent, and takes no record before it is needed. Raises the errors
        of `offer`.

        Examples
        --------
        >>> stream = ZipStream(budget=2, expected=4)
        >>> len(list(stream.filter(["to be", "or not", "to be", "or not"])))
        2
        """
        _check_records(records)
        if self._goal.spent(self._tally):
            return
        for record in records:
            if self.offer(record):
                yield record
                if self._goal.spent(self._tally):
                    return

    def remember(self, records: Iterable[object]) -> None:
        """Remember records that are owned already; they do not count as offered or kept.

        Examples
        --------
        >>> stream = ZipStream(keep=0.5)
        >>> stream.remember(["what we have", "and had before"])
        >>> stream.tally.seen
        0
        """
        _check_records(records)
        for row, record in enumerate(records):
            text = self._renderer(record, row)
            if text:
                self._memory.remember(self._joiner + text)

    @property
    def tally(self) -> StreamTally:
        """Totals so far: records and bytes offered and kept, and their ratio."""
        return self._tally

    @property
    def rate(self) -> float:
        """Share of the coming records to keep; 1 or more: all, 0 or less: none."""
        return self._goal.rate(self._tally)

    @property
    def remembered_bytes(self) -> int:
        """Bytes of text in memory; at most `recent_bytes`."""
        return len(self._memory)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the state to one file atomically: JSON and arrays, without pickle.

        The file holds the remembered text.
        """
        goal = self._goal
        options = StreamOptions(
            keep=goal.keep,
            budget=goal.budget,
            expected=goal.expected,
            horizon=goal.horizon,
            cost=cost_name(self._cost),
            compressor=self._compressor.name,
            compressor_version=describe(self._compressor).version,
            recent_bytes=self._memory.limit,
            render=self._renderer.name,
            text=self._renderer.text,
            on_error=self._on_error,
        )
        ratios, contents = self._ratios.by_bin(), self._memory.contents
        write_state(path, State(options, self._tally, ratios, contents))

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str],
        *,
        compressor: str | Compressor | None = None,
        render: Render = None,
        cost: Cost | None = None,
    ) -> ZipStream:
        """Return the stream that `save` wrote; it decides as if it had not been interrupted.

        Offer it the records that come after the first `tally.seen`.

        Parameters
        ----------
        path : path
            File that `save` wrote.
        compressor : str or Compressor, optional
            Needed only if its name is not in the registry.
        render, cost : callable, optional
            Needed if they were functions, which a file cannot hold.

        Raises
        ------
        InputError
            If the file is not a saved stream, or is damaged.
        ConfigError
            If an option is not the one that the stream was saved with, or a function is missing.

        Warns
        -----
        CompressorVersionWarning
            If the compressor's version is another, so that sizes may differ.
        """
        state = read_state(path)
        saved = state.options
        stream = cls(
            keep=saved.keep,
            budget=saved.budget,
            expected=saved.expected,
            cost=same_cost(cost, saved),
            horizon=saved.horizon,
            compressor=same_compressor(compressor, saved),
            recent_bytes=saved.recent_bytes,
            render=same_render(render, saved),
            text=saved.text,
            on_error=saved.on_error,
        )
        stream._tally = state.tally
        stream._ratios = RecentRatios(saved.horizon, state.ratios)
        stream._memory = RecentMemory(stream._compressor, saved.recent_bytes, state.contents)
        return stream

    def facts(self) -> dict[str, str]:
        """Return what the printed form shows: label to value."""
        return {
            "keep": self._asked(),
            **self._tally.facts(),
            "share from now on": f"{min(max(self.rate, 0), 1):.2%} "
            f"(horizon {self._goal.horizon:,})",
            "compressor": self._compressor.name,
            "memory": f"{self.remembered_bytes:,} of {self._memory.limit:,} bytes",
        }

    def __repr__(self) -> str:
        tally = self._tally
        return f"ZipStream({self._asked()}, kept {tally.kept:,} of {tally.seen:,} records)"

    def __str__(self) -> str:
        return str(self._table())

    def _repr_html_(self) -> str:
        return self._table().to_html()

    def _table(self) -> Table:
        return Table.of_facts("ZipStream", self.facts())

    def _asked(self) -> str:
        """Return how much is to be kept, such as "0.1 of records"."""
        goal, unit = self._goal, cost_name(self._cost)
        if goal.budget is None:
            return f"{goal.keep:.4g} of {unit}"
        return f"{goal.budget:,} of {goal.expected:,} {unit}"

    def _decide(self, text: bytes, cost: int) -> StreamDecision:
        goal, tally, item = self._goal, self._tally, self._joiner + text
        added = self._memory.added(item)
        ratio, rate = len(item) / added, goal.rate(tally)
        threshold = self._ratios.threshold(rate, length=len(text))
        outcome: Outcome = "known"
        if not goal.affords(tally, cost):
            outcome = "over budget"
        elif ratio < threshold or (ratio == threshold and rate >= goal.share):
            outcome = "kept"  # equal ratios too, while no more than the requested share is kept
            self._memory.remember(item)
        self._ratios.add(ratio, length=len(text))
        self._tally = tally.after(outcome, cost=cost, length=len(text), added=added)
        return StreamDecision(outcome, ratio, threshold)

    def _skip(self, outcome: Outcome, *, cost: int) -> StreamDecision:
        self._tally = self._tally.after(outcome, cost=cost)
        return StreamDecision(outcome)


def _check_records(records: object) -> None:
    if isinstance(records, str | bytes | Mapping):
        raise InputError(
            f"records: expected an iterable of records; saw {type(records).__name__}, which is one "
            "record. Try a list of it, or offer()."
        )


def _warn_if_slow(compressor: Compressor, limit: int) -> None:
    if describe(compressor).priming == "recompress":
        warn(
            f"{compressor.name} cannot be primed, so up to {limit:,} bytes are compressed again "
            'for each record. Try compressor="zstd:6:long", or a smaller recent_bytes.',
            SlowCompressorWarning,
        )

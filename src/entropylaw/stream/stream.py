"""ZipStream: decides on each record of a stream, when it comes, whether it is new enough."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar, get_args

from entropylaw.compressors import Compressor, describe, get_compressor
from entropylaw.errors import ConfigError, InputError, SlowCompressorWarning
from entropylaw.io.render import Render, Renderer, Text
from entropylaw.render.cards import html_card, text_card
from entropylaw.stream.cost import Cost, check_cost, cost_name, cost_of
from entropylaw.stream.goal import Goal
from entropylaw.stream.memory import RecentMemory, checked_limit
from entropylaw.stream.recent import RecentRatios
from entropylaw.stream.resume import same_compressor, same_cost, same_render
from entropylaw.stream.state import Options, State, read_state, write_state
from entropylaw.stream.tally import Outcome, StreamDecision, StreamTally
from entropylaw.types import OnError

T = TypeVar("T")


class ZipStream:
    """Keep what is new of a stream, in one pass and bounded memory.

    Each record is decided on when it comes. It is sized after the records kept last; its
    conditional ratio, the bytes it has over the bytes it adds, is low if it is new. It is kept
    if that ratio is low among the last records of about its length; how low follows the stream,
    so that as much is kept as was asked for.

    The kept share of the first n records differs from what was asked for by at most
    ``horizon / n``, whatever the stream does (empty records apart, which are never kept). With
    `budget`, never more is kept, and exactly as much if the stream is as long as `expected`: once
    what is left to keep is all that is still to come, all is kept. A stream that ends early
    leaves a part of the budget unspent, and so do empty records at its very end; a stream that
    goes on is kept whole until the budget is spent. In units other than records, less than the
    cost of one record may be left.

    Parameters
    ----------
    keep : float, optional
        Share of the stream to keep, above 0 and up to 1.
    budget, expected : int, optional
        What to keep, and the length of the whole stream; in the unit of `cost`.
    cost : {"records", "bytes"} or callable, default "records"
        The unit: records, bytes of text, or a function from a record to an int.
    horizon : int, optional
        Records over which the threshold follows the stream. Short: each stretch of the stream
        gets its share. Long: stretches that are new throughout get more than others. By
        default 1000, or more if only one in more than a hundred is kept.
    compressor : str or Compressor, default "zstd:6:long"
        What measures.
    recent_bytes : int, optional
        How much of what was kept is remembered; by default 4 MiB, or what the compressor sees
        if that is less.
    render, text
        How a record becomes text; see `ZipSelector`.
    on_error : {"raise", "skip"}, default "raise"
        What to do with a record that cannot be read.

    Raises
    ------
    BudgetError, ConfigError, CompressorSpecError
        If an option cannot work.

    Warns
    -----
    SlowCompressorWarning
        If the compressor cannot be primed.

    Notes
    -----
    One stream belongs to one thread.

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
        check_cost(cost)
        if on_error not in get_args(OnError):
            raise ConfigError(f'on_error must be "raise" or "skip", got {on_error!r}.')
        self._renderer = Renderer(render, text)
        self._joiner = self._renderer.framing.joiner
        self._cost: Cost = cost
        self._on_error: OnError = on_error
        self._compressor = get_compressor(compressor)
        self._goal = Goal.checked(keep, budget, expected, horizon)
        limit = checked_limit(recent_bytes, self._compressor)
        self._memory = RecentMemory(self._compressor, limit)
        self._ratios = RecentRatios(self._goal.horizon)
        self._tally = StreamTally()
        _warn_of_slow(self._compressor, limit)

    def offer(self, record: object) -> StreamDecision:
        """Decide on the next record of the stream; the decision is true if it is kept.

        Parameters
        ----------
        record
            A string, bytes, or a dict; a render function may take more.

        Raises
        ------
        InputError
            If the record cannot be read; names its position in the stream, from 0. The stream
            is as it was before, so that a mended record may be offered in its place.
        CompressorError
            If the compressor raises or returns nonsense.

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
            return self._pass_by("unreadable", cost=1 if self._cost == "records" else 0)
        return self._decide(text, cost) if text else self._pass_by("empty", cost=cost)

    def filter(self, records: Iterable[T]) -> Iterator[T]:
        """Yield those records that are kept, the same objects, as they come.

        Stops once a budget is spent, and takes no record before it is needed. Errors are those
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
        """Take records as known, which are owned already; they do not count as offered or kept.

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
        """What was done so far: records and bytes offered and kept, and their ratio."""
        return self._tally

    @property
    def rate(self) -> float:
        """Share of the coming records that is to be kept; 1 or more: all, 0 or less: none."""
        return self._goal.rate(self._tally)

    @property
    def remembered_bytes(self) -> int:
        """Bytes of text that are remembered now; at most `recent_bytes`."""
        return len(self._memory)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the state to one file, whole or not at all: JSON and arrays, without pickle.

        The file holds the text that is remembered.
        """
        goal = self._goal
        options = Options(
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
        ratios, contents = self._ratios.by_band(), self._memory.contents
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
        """Return the stream that `save` wrote; it decides as if it had never been interrupted.

        Offer it the records that come after the first `tally.seen`.

        Parameters
        ----------
        path : path
            What `save` wrote.
        compressor : str or Compressor, optional
            Needed only where its name is not in the registry.
        render, cost : callable, optional
            Needed where they were functions, which a file cannot hold.

        Raises
        ------
        InputError
            If the file is something else, or broken.
        ConfigError
            If what is passed is not what the stream was saved with, or a function is missing.

        Warns
        -----
        CompressorVersionWarning
            If the compressor's library is another version, so that sizes may differ.
        """
        state = read_state(path)
        asked = state.options
        stream = cls(
            keep=asked.keep,
            budget=asked.budget,
            expected=asked.expected,
            cost=same_cost(cost, asked),
            horizon=asked.horizon,
            compressor=same_compressor(compressor, asked),
            recent_bytes=asked.recent_bytes,
            render=same_render(render, asked),
            text=asked.text,
            on_error=asked.on_error,
        )
        stream._tally = state.tally
        stream._ratios = RecentRatios(asked.horizon, state.ratios)
        stream._memory = RecentMemory(stream._compressor, asked.recent_bytes, state.contents)
        return stream

    def facts(self) -> dict[str, str]:
        """Return what the printed form shows: label to value."""
        tally, goal, unit = self._tally, self._goal, cost_name(self._cost)
        asked = f"{goal.keep:.4g}" if goal.budget is None else f"{goal.budget:,}"
        whole = unit if goal.expected is None else f"{goal.expected:,} {unit}"
        return {
            "asked for": f"{asked} of {whole}",
            "kept": f"{tally.kept:,} of {tally.seen:,} records, "
            f"{tally.kept_bytes:,} of {tally.seen_bytes:,} bytes",
            "never kept": f"{tally.empty:,} empty, {tally.unreadable:,} unreadable",
            "compression ratio": f"{tally.ratio:.3f}",
            "to keep from now on": f"{min(max(self.rate, 0), 1):.2%} (horizon {goal.horizon:,})",
            "compressor": self._compressor.name,
            "memory": f"{self.remembered_bytes:,} of {self._memory.limit:,} bytes",
        }

    def __repr__(self) -> str:
        return text_card("ZipStream", self.facts())

    def _repr_html_(self) -> str:
        return html_card("ZipStream", self.facts())

    def _decide(self, text: bytes, cost: int) -> StreamDecision:
        goal, tally, item = self._goal, self._tally, self._joiner + text
        added = self._memory.added(item)
        ratio, rate = len(item) / added, goal.rate(tally)
        threshold = self._ratios.threshold(rate, length=len(text))
        outcome: Outcome = "known"
        if not goal.affords(tally, cost):
            outcome = "over budget"
        elif ratio < threshold or (ratio == threshold and rate >= goal.share):
            outcome = "kept"  # equal ratios too, while no more is kept than was asked for
            self._memory.remember(item)
        self._ratios.note(ratio, length=len(text))
        self._tally = tally.after(outcome, cost=cost, length=len(text), added=added)
        return StreamDecision(outcome, ratio, threshold)

    def _pass_by(self, outcome: Outcome, *, cost: int) -> StreamDecision:
        self._tally = self._tally.after(outcome, cost=cost)
        return StreamDecision(outcome)


def _check_records(records: object) -> None:
    if isinstance(records, str | bytes | Mapping):
        raise InputError(
            f"expected an iterable of records, got {type(records).__name__}, which is one record. "
            "Put it into a list, or offer() it."
        )


def _warn_of_slow(compressor: Compressor, limit: int) -> None:
    if describe(compressor).priming == "recompress":
        warnings.warn(
            f"{compressor.name} cannot be primed, so up to {limit:,} bytes are compressed anew for "
            'each record. Try compressor="zstd:6:long", or a smaller recent_bytes.',
            SlowCompressorWarning,
            stacklevel=3,
        )

"""ZipStream: decides on each record of a stream, when it comes, whether it is new enough."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import TypeVar, get_args

from entropylaw.compressors import Compressor, describe, get_compressor
from entropylaw.errors import ConfigError, InputError, SlowCompressorWarning
from entropylaw.io.renderer import Render, Renderer, Text
from entropylaw.render.cards import html_card, text_card
from entropylaw.stream.cost import Cost, check_cost, cost_name, cost_of
from entropylaw.stream.memory import RecentMemory, checked_limit
from entropylaw.stream.pace import Goal, Pace
from entropylaw.stream.resume import same_compressor, same_cost, same_render
from entropylaw.stream.state import Counts, Options, State, read_state, write_state
from entropylaw.types import OnError

T = TypeVar("T")


class ZipStream:
    """Keep what is new of a stream, in one pass and bounded memory.

    Each record is decided on when it comes. It is sized after the records kept last; its
    conditional ratio, the bytes it has over the bytes it adds, is low if it is new. It is kept
    if that ratio is low among the last records of about its length; how low follows the stream,
    so that as much is kept as was asked for.

    With `keep`, the kept share of the first n records differs from it by at most
    ``horizon / n``, whatever the stream does (empty records apart, which are never kept).
    With `budget`, never more is kept; exactly as much, if the stream is as long as `expected`:
    once what is left to keep is all that is still to come, all is kept. A stream that ends
    early leaves a part of the budget unspent, and so do empty records at its very end; of a
    stream that goes on, all is kept until the budget is spent. In units other than records,
    less than the cost of one record may be left.

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
    >>> texts[50] in kept, stream.kept, stream.seen
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
        self._pace = Pace(Goal.checked(keep, budget, expected, horizon))
        limit = checked_limit(recent_bytes, self._compressor)
        self._memory = RecentMemory(self._compressor, limit)
        self._tally = Tally()
        _warn_of_slow(self._compressor, limit)

    def offer(self, record: object) -> bool:
        """Decide on the next record of the stream; return whether it is kept.

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
        """
        tally = self._tally
        try:
            text = self._renderer(record, tally.seen)
            cost = cost_of(self._cost, record, text, row=tally.seen)
        except InputError:
            if self._on_error == "raise":
                raise
            tally.skipped += 1
            self._pass_by(cost=1 if self._cost == "records" else 0)
            return False
        if not text:
            tally.empty += 1
            self._pass_by(cost)
            return False
        return self._decide(text, cost)

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
        if self._pace.spent:
            return
        for record in records:
            if self.offer(record):
                yield record
                if self._pace.spent:
                    return

    def remember(self, records: Iterable[object]) -> None:
        """Take records as known, which are owned already; they do not count as offered or kept.

        Examples
        --------
        >>> stream = ZipStream(keep=0.5)
        >>> stream.remember(["what we have", "and had before"])
        >>> stream.seen
        0
        """
        for row, record in enumerate(records):
            self._memory.remember(self._joiner + self._renderer(record, row))

    @property
    def seen(self) -> int:
        """Records offered so far, empty and unreadable ones included."""
        return self._tally.seen

    @property
    def kept(self) -> int:
        """Records kept so far."""
        return self._tally.kept

    @property
    def rate(self) -> float:
        """Share of the coming records that is to be kept; 1 or more: all, 0 or less: none."""
        return self._pace.rate

    def threshold(self, length: int) -> float:
        """Return the conditional ratio below which a record of so many bytes is kept now.

        It is infinite if any is, and minus infinity if none is, or nothing is known yet of
        records of that length.
        """
        return self._pace.threshold(length)

    @property
    def ratio(self) -> float:
        """Bytes of what was kept over the bytes it added to what was remembered; NaN if none.

        Repeats of what is forgotten are not in it: measure the kept set where that matters.
        """
        tally = self._tally
        return tally.kept_bytes / tally.added_bytes if tally.kept else float("nan")

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the state to one file, whole or not at all: JSON and arrays, without pickle.

        The file holds the text that is remembered.
        """
        pace, memory = self._pace, self._memory
        options = Options(
            keep=pace.goal.keep,
            budget=pace.goal.budget,
            expected=pace.goal.expected,
            horizon=pace.goal.horizon,
            cost=cost_name(self._cost),
            compressor=self._compressor.name,
            compressor_version=describe(self._compressor).version,
            recent_bytes=memory.limit,
            render=self._renderer.name,
            text=self._renderer.text,
            on_error=self._on_error,
        )
        counts = Counts(**asdict(self._tally), seen_cost=pace.seen, kept_cost=pace.kept)
        write_state(path, State(options, counts, pace.scores, memory.contents))

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

        Offer it the records that come after the first `seen`.

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
        asked, counts = state.options, state.counts
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
        tally = counts.model_dump(exclude={"seen_cost", "kept_cost"})
        stream._tally = Tally(**tally)
        stream._pace = Pace(
            stream._pace.goal,
            state.scores,
            offers=counts.seen,
            seen=counts.seen_cost,
            kept=counts.kept_cost,
        )
        stream._memory = RecentMemory(stream._compressor, asked.recent_bytes, state.contents)
        return stream

    def facts(self) -> dict[str, str]:
        """Return what the printed form shows: label to value."""
        tally, goal = self._tally, self._pace.goal
        unit = cost_name(self._cost)
        left_out = f"{tally.empty:,} empty, {tally.skipped:,} unreadable"
        return {
            "kept": f"{tally.kept:,} of {tally.seen:,} records, "
            f"{tally.kept_bytes:,} of {tally.seen_bytes:,} bytes",
            "asked for": f"{goal.keep:.4g} of {unit}"
            if goal.keep is not None
            else f"{goal.budget:,} of {goal.expected:,} {unit}; {self._pace.kept:,} are kept",
            "never kept": left_out,
            "compression ratio": f"{self.ratio:.3f}",
            "to keep from now on": f"{min(max(self.rate, 0), 1):.2%} (horizon {goal.horizon:,})",
            "compressor": self._compressor.name,
            "memory": f"{len(self._memory):,} of {self._memory.limit:,} bytes",
        }

    def __repr__(self) -> str:
        return text_card("ZipStream", self.facts())

    def _repr_html_(self) -> str:
        return html_card("ZipStream", self.facts())

    def _decide(self, text: bytes, cost: int) -> bool:
        item = self._joiner + text
        added = self._memory.added(item)
        score = len(item) / added
        kept = self._pace.admits(score, length=len(text), cost=cost)
        tally = self._tally
        tally.seen += 1
        tally.seen_bytes += len(text)
        self._pace.note(score, length=len(text), cost=cost, kept=kept)
        if kept:
            tally.kept += 1
            tally.kept_bytes += len(text)
            tally.added_bytes += added
            self._memory.remember(item)
        return kept

    def _pass_by(self, cost: int) -> None:
        self._tally.seen += 1
        self._pace.pass_by(cost)


@dataclass(slots=True)
class Tally:
    """What a stream has done so far.

    Attributes
    ----------
    seen, kept, empty, skipped : int
        Records offered, kept, without text, and unreadable.
    seen_bytes, kept_bytes : int
        Bytes of text of those measured and of those kept.
    added_bytes : int
        Compressed bytes that those kept added, each to what was remembered when it came.
    """

    seen: int = 0
    kept: int = 0
    empty: int = 0
    skipped: int = 0
    seen_bytes: int = 0
    kept_bytes: int = 0
    added_bytes: int = 0


def _warn_of_slow(compressor: Compressor, limit: int) -> None:
    if describe(compressor).priming == "recompress":
        warnings.warn(
            f"{compressor.name} cannot be primed, so up to {limit:,} bytes are compressed anew for "
            'each record. Try compressor="zstd:6:long", or a smaller recent_bytes.',
            SlowCompressorWarning,
            stacklevel=3,
        )

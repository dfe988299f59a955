"""SelectionResult: the records chosen, in order, with the evidence for each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

import numpy as np

from entropylaw.compressors import Compressor
from entropylaw.corpus import Corpus
from entropylaw.errors import FingerprintError
from entropylaw.io.files import atomic_write, check_output
from entropylaw.io.load import Render, record_count, taken_records
from entropylaw.render.result import frame_of
from entropylaw.render.selection_plots import check_plotting
from entropylaw.selection.archive import (
    Archive,
    check_replayable,
    corpus_again,
    packed,
    read_archive,
    rebuilt,
    same_pool,
)
from entropylaw.selection.explain.explain import explain
from entropylaw.selection.explain.outcome import Explanation
from entropylaw.selection.manifest import Manifest
from entropylaw.selection.picked import Picked
from entropylaw.selection.problem import Problem
from entropylaw.selection.report.comparison import JUDGE, Comparison, compare
from entropylaw.selection.report.page import Shown, selection_page
from entropylaw.selection.report.plots import figure
from entropylaw.selection.search import SearchOptions
from entropylaw.selection.trace import Evidence
from entropylaw.types import AnyArray, FrameLibrary, TakeOrder
from entropylaw.validation import as_integer, choice

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa
    from matplotlib.figure import Figure

T = TypeVar("T")
C = TypeVar("C")
"""A record, and a container of records."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SelectionResult(Picked):
    """The records chosen, in the order chosen, so that any prefix answers a smaller budget.

    Attributes
    ----------
    picks : structured array, shape (budget,)
        Evidence for each pick; fields as in `entropylaw.selection.trace.PICK`.
    trace : structured array, shape (rounds,)
        What each round did; fields as in `entropylaw.selection.trace.TRACE`.
    evidence : Evidence
        What is known of the records that were not chosen; `explain` reads it.
    manifest : Manifest
        Parameters, versions and fingerprints: enough to repeat the run.

    Examples
    --------
    >>> from entropylaw import ZipSelector
    >>> texts = ["abc " * 40, "a quick brown fox", "jinxed wizards", "abc " * 41]
    >>> result = ZipSelector(budget=2).select(texts)
    >>> sorted(result.indices.tolist())
    [1, 2]
    >>> sorted(result.take(texts))
    ['a quick brown fox', 'jinxed wizards']
    """

    picks: AnyArray
    trace: AnyArray
    evidence: Evidence
    manifest: Manifest
    _render: Render = None
    _problem: Problem | None = None

    @overload
    def take(self, data: tuple[T, ...], *, order: TakeOrder = ...) -> tuple[T, ...]: ...
    @overload
    def take(self, data: os.PathLike[str] | Iterator[Any], *, order: TakeOrder = ...) -> Any: ...
    @overload
    def take(self, data: C, *, order: TakeOrder = ...) -> C: ...
    def take(self, data: object, *, order: TakeOrder = "choice") -> Any:
        """Return the chosen records of `data`, with all their columns, in its own container type.

        Parameters
        ----------
        data
            What `select` was given. A path gives a list, or a pyarrow.Table; an iterator, made
            anew, a list; a reader of record batches, made anew, a pyarrow.Table.
        order : {"choice", "original"}, default "choice"
            As they were chosen, so that any prefix answers a smaller budget; or as in `data`.
            A dictionary of splits comes back split by split, each of them in this order.

        Raises
        ------
        FingerprintError
            If the text of `data` is not that from which the selection was made.
        InputError
            If the result was read from a file, and the records were rendered by a function that
            `load` was not given.

        Examples
        --------
        >>> from entropylaw import ZipSelector
        >>> texts = ["abc " * 40, "a quick brown fox", "jinxed wizards", "abc " * 41]
        >>> ZipSelector(budget=2).select(texts).take(texts, order="original")
        ['a quick brown fox', 'jinxed wizards']
        """
        order = choice("order", order, TakeOrder)
        count = record_count(data)
        if count is not None and count != self.manifest.pool.records:
            raise FingerprintError(
                f"the selection was made from {self.manifest.pool.records} records, this data has "
                f"{count}. Pass the data that select() was given."
            )
        places = np.arange(len(self)) if order == "choice" else np.argsort(self.indices)
        taken = taken_records(data, self.indices[places])
        chosen = corpus_again(taken.data, self.manifest, self._render)
        self._check(chosen.take(np.argsort(places[taken.places])))
        return taken.data

    def compare(
        self,
        data: object = None,
        *,
        judge: str | Compressor = JUDGE,
        draws: int = 5,
        held_out: int = 1_000,
        random_state: int = 0,
        n_jobs: int | None = None,
        progress: bool | None = None,
    ) -> Comparison:
        """Compare the selection with random ones of as many tokens or bytes, and other baselines.

        Records that constraints ruled out are ruled out of these too.

        Parameters
        ----------
        data
            What `select` was given; needed only for a result that was read from a file.
        judge : str or Compressor, default "lzma:9"
            A compressor that had no part in the selection, with a long memory.
        draws : int, default 5
            Of each random selection.
        held_out : int, default 1_000
            Records of the pool on which coverage is measured.
        random_state : int, default 0
            Of the draws.
        n_jobs : int or None
            Threads; None for all cores.
        progress : bool or None
            Whether to show a progress bar on stderr; None: only on a terminal or in a notebook.

        Returns
        -------
        Comparison

        Raises
        ------
        InputError
            If the result was read from a file and there is no data.
        FingerprintError
            If the data is not what the selection was made from.

        Examples
        --------
        >>> from entropylaw import ZipSelector
        >>> texts = [f"the same {i % 7}" for i in range(60)] + [str(i**7) for i in range(60)]
        >>> compared = ZipSelector(20).select(texts).compare()
        >>> compared["selection"].ratio < compared["random"].ratio
        True
        """
        return compare(
            self._problem_of(data),
            self.indices,
            judge=judge,
            draws=draws,
            held_out=held_out,
            random_state=random_state,
            n_jobs=n_jobs,
            progress=progress,
        )

    def explain(
        self, row: int | np.integer[Any], data: object = None, *, matches: int = 3
    ) -> Explanation:
        """Explain why a record was chosen, or at which stage and by how much it lost.

        Which records got through each stage was kept by the run. The record is measured again,
        with the sets of the run, and compared with those that passed or were chosen. It
        counts as having lost at the furthest stage that it ever reached, in the round in which it
        came closest there. Takes about as long as compressing the selection once.

        Parameters
        ----------
        row : int
            A row of the pool, chosen or not.
        data
            What `select` was given; needed only for a result that was read from a file.
        matches : int, default 3
            With how many chosen records to show what they share.

        Returns
        -------
        Explanation

        Raises
        ------
        InputError
            If there is no such row; if the result was read from a file and there is no data; or
            if it was chosen by something that a file does not hold, such as weights.
        FingerprintError
            If the data is not what the selection was made from.

        Examples
        --------
        >>> from entropylaw import ZipSelector
        >>> texts = ["to be or not to be, that is the question", "much ado", "all is well"]
        >>> texts.append("To be or not to be, that is the question")
        >>> result = ZipSelector(3, k1=4, k2=1, k3=1).select(texts)
        >>> lost = result.explain(0)
        >>> lost.outcome.fate, lost.overlaps.longest[0].row, lost.overlaps.longest[0].match.length
        ('not shortlisted', 3, 39)
        """
        problem = self._problem_of(data)
        if self._problem is None and not self._is_left_out(row):
            check_replayable(problem, self.manifest)
        return explain(
            row,
            picks=self.picks,
            evidence=self.evidence,
            manifest=self.manifest,
            problem=problem,
            search=self._search,
            matches=matches,
        )

    @overload  # type: ignore[override]
    def to_frame(
        self, data: object = None, *, library: Literal["pandas"] = ...
    ) -> pd.DataFrame: ...
    @overload
    def to_frame(self, data: object = None, *, library: Literal["polars"]) -> pl.DataFrame: ...
    @overload
    def to_frame(self, data: object = None, *, library: Literal["pyarrow"]) -> pa.Table: ...
    def to_frame(self, data: object = None, *, library: FrameLibrary = "pandas") -> Any:
        """Return the chosen records as a data frame, a row for each in the order chosen.

        Parameters
        ----------
        data
            What `select` was given; of a result that was read from a file, only this tells the
            groups.
        library : {"pandas", "polars", "pyarrow"}, default "pandas"
            Whose frame, or table.

        Returns
        -------
        pandas.DataFrame, polars.DataFrame or pyarrow.Table
            Columns ``order``, ``row``, ``round``, ``bytes``, ``own_ratio``, ``union_ratio`` and
            ``pack_ratio``; ``group`` where groups are known.

        Raises
        ------
        MissingExtraError
            If the library is not installed.

        Examples
        --------
        >>> from entropylaw import ZipSelector
        >>> result = ZipSelector(2).select(["abc " * 40, "a quick brown fox", "jinxed wizards"])
        >>> result.to_frame()[["row", "bytes"]].to_dict("list")
        {'row': [2, 1], 'bytes': [14, 17]}
        """
        problem = self._problem if data is None else self._problem_of(data)
        columns = dict(self._columns())
        if problem is not None and problem.groups is not None:
            names = np.array(problem.groups.names, object)
            columns["group"] = names[problem.groups.codes[self.indices]]
        return frame_of(columns, library)

    def plot(
        self,
        data: object = None,
        *,
        draws: int = 5,
        random_state: int = 0,
        n_jobs: int | None = None,
    ) -> Figure:
        """Plot ratio as the selection grows with random, lengths and groups with the pool.

        Parameters
        ----------
        data
            What `select` was given; needed only for a result that was read from a file.
        draws : int, default 5
            Random selections of as many bytes, drawn as a band: their mean ± standard deviation.
        random_state : int, default 0
            Of the draws.
        n_jobs : int or None
            Threads; None for all cores.

        Returns
        -------
        matplotlib.figure.Figure
            Axes: growth, lengths and, where groups are known, composition.

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed.

        Examples
        --------
        >>> from entropylaw import ZipSelector
        >>> figure = ZipSelector(20).select([f"record {i**9}" for i in range(99)]).plot()
        >>> [ax.get_xlabel() for ax in figure.axes]
        ['chosen text, MB', 'bytes of a record']
        """
        return figure(
            self._problem_of(data),
            self.indices,
            draws=draws,
            random_state=random_state,
            n_jobs=n_jobs,
        )

    def report(
        self,
        path: str | os.PathLike[str],
        data: object = None,
        *,
        judge: str | Compressor = JUDGE,
        draws: int = 5,
        held_out: int = 1_000,
        random_state: int = 0,
        n_jobs: int | None = None,
        progress: bool | None = None,
    ) -> None:
        """Write an HTML report: one file that loads nothing from elsewhere.

        It compares the selection with baselines, and shows drift of composition and length, the
        outcome of each constraint, the least and the most redundant records, the compressor's
        window, and the manifest. No partial file is left behind. **It shows some of your
        records**, cut to 500 characters.

        Parameters
        ----------
        path : str or path
            Where to write.
        data
            What `select` was given; needed only for a result that was read from a file.
        judge, draws, held_out, random_state, n_jobs, progress
            As `compare`.

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed.
        InputError
            If the result was read from a file and there is no data.
        FingerprintError
            If the data is not what the selection was made from.

        See Also
        --------
        compare : The same comparison as a value.

        Examples
        --------
        >>> import tempfile
        >>> from entropylaw import ZipSelector
        >>> path = os.path.join(tempfile.mkdtemp(), "selection.html")
        >>> ZipSelector(20).select([f"record {i**9}" for i in range(99)]).report(path)
        >>> "Compared with baselines" in open(path, encoding="utf-8").read()
        True
        """
        check_output(path)
        check_plotting()
        problem = self._problem_of(data)
        compared = compare(
            problem,
            self.indices,
            judge=judge,
            draws=draws,
            held_out=held_out,
            random_state=random_state,
            n_jobs=n_jobs,
            progress=progress,
        )
        shown = Shown(self.facts(), self.picks, self.trace, self.manifest, self.memory)
        text = selection_page(shown, problem, compared, random_state=random_state, n_jobs=n_jobs)
        with atomic_write(path) as sink:
            sink.write(text.encode())

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the result to one file: a zip of JSON and .npy members, without pickle.

        No partial file is left behind.
        """
        with atomic_write(path) as sink:
            sink.write(packed(Archive(self.picks, self.trace, self.evidence, self.manifest)))

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, render: Render = None) -> SelectionResult:
        """Read what `save` wrote.

        Parameters
        ----------
        path
            The file.
        render : callable, optional
            The function that rendered the records, if one did: a file cannot hold it, and what
            looks at the records again needs it.

        Raises
        ------
        InputError
            If the file is something else.
        """
        stored = read_archive(path)
        return cls(stored.picks, stored.trace, stored.evidence, stored.manifest, render)

    def __len__(self) -> int:
        return len(self.picks)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SelectionResult):
            return NotImplemented
        return (
            self.manifest == other.manifest
            and self.picks.tobytes() == other.picks.tobytes()
            and self.trace.tobytes() == other.trace.tobytes()
        )

    __hash__ = None  # type: ignore[assignment]

    @property
    def _search(self) -> SearchOptions:
        """The stages as the manifest records them; those of an order for other selectors."""
        options = self.manifest.options
        return SearchOptions(
            options.get("k1", 100),
            options.get("k2", 100),
            options.get("k3", 100),
            options.get("variant", "paper"),
            lazy_packing=options.get("packing") == "lazy",
            lazy_screening=options.get("screening") == "lazy",
        )

    def _problem_of(self, data: object) -> Problem:
        """Return the problem that was solved; `data` is needed if the result is from a file."""
        if self._problem is not None:
            if data is not None:
                same_pool(data, self.manifest, self._render)
            return self._problem
        return rebuilt(data, self.manifest, self.picks, self.evidence, self._render)

    def _is_left_out(self, row: object) -> bool:
        """Return whether a row could not be chosen, for which no step need be repeated."""
        known = as_integer(row)
        inside = known is not None and 0 <= known < len(self.evidence.left_out)
        return inside and bool(self.evidence.left_out[known])

    def _check(self, chosen: Corpus) -> None:
        if chosen.fingerprint != self.manifest.selected.fingerprint:
            raise FingerprintError(
                "the records at the chosen rows are not those that were selected: the data has "
                "changed since, or is in another order. Pass the data that select() was given."
            )

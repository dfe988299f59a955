"""The audit of a pool: what is in it, and what a selection by ratio would do to it."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from entropylaw.auditing.forecast import Forecast, Kinds, forecast
from entropylaw.auditing.harms import reasons_of
from entropylaw.auditing.options import Options
from entropylaw.auditing.parts import length_bins, marked, parts_of
from entropylaw.auditing.report import AuditReport
from entropylaw.auditing.samples import (
    COPIES,
    first_copies,
    first_part,
    random_order,
    split_off,
)
from entropylaw.auditing.verdict import Reason, remedies_of
from entropylaw.auditing.window import WindowCurve, window_curve
from entropylaw.compressors import Compressor, describe, get_compressor
from entropylaw.corpus import Corpus
from entropylaw.errors import BudgetError, ColumnError, ConfigError, QuotaError, concerning
from entropylaw.guards import Guards, check_records
from entropylaw.io.columns import column_of
from entropylaw.io.load import Render, Text, as_corpus
from entropylaw.selection.quotas import Groups, groups_of
from entropylaw.selection.report.coverage import WHOLE_SET
from entropylaw.sizing import Sizer, resolve_jobs
from entropylaw.types import AnyArray

LEAST_FORECAST = 20
"""Records with text below which a selection has too little to choose from."""

MOST_HELD_OUT = 500
"""Records held back to see how well they are covered; of a small pool a tenth."""

MOST_REMEDIES = 3
"""Times that remedies are tried: one may let in what another keeps out."""

FORECAST_RECORDS, SLOW_RECORDS = 10_000, 500
"""Most records of that sample, by default and for compressors that cannot be primed."""

FORECAST_BYTES = 1 << 25
"""Most bytes of the sample that the forecast chooses from."""


def audit(
    data: object,
    *,
    groups: str | Sequence[object] | AnyArray | None = None,
    share: float = 0.1,
    compressor: str | Compressor = "zlib",
    guards: Guards | None = None,
    length_bins: int = 4,
    forecast_records: int | None = None,
    window_bytes: int = 1 << 23,
    render: Render = None,
    text: Text = None,
    random_state: int = 0,
    n_jobs: int | None = None,
    progress: bool | None = None,
) -> AuditReport:
    """Say what is in a pool, and whether selection by compression ratio is likely to hurt it.

    The greedy selection is run on a sample of the pool and compared with random draws of as many
    bytes: in composition, in redundancy by an independent compressor, and in how well it prepares
    for records that were held back. Each way in which it does worse is a reason, with the options
    of `ZipSelector` that help; they are tried together on the same sample. Copies stay together
    in all samples, so that a sample repeats itself as much as the pool does.

    Parameters
    ----------
    data : records in any container, a path, a FilePool, or a Corpus
        The pool.
    groups : str or sequence of length n, optional
        The group of each record, such as its source or language: a column, or the values.
    share : float, default 0.1
        Share of the records that a selection is to choose; above 0 and below 1.
    compressor : str or Compressor, default "zlib"
        That of the selection. If it does not see the whole choice, one that does is tried too.
    guards : Guards, optional
        What counts as noise, templates and copies; nothing is dropped. By default `Guards()`.
    length_bins : int, default 4
        Ranges of length, with as many records each, by which the pool is divided.
    forecast_records : int, optional
        Most records of the sample that is chosen from, of at most 32 MiB; by default 10,000, or
        500 for a compressor that cannot be primed, which is slow.
    window_bytes : int, default 8 MiB
        Most bytes of the sample whose redundancy is measured by window.
    render, text
        How a record becomes text; see `ZipSelector`.
    random_state : int, default 0
        Of all samples; the same number gives the same report.
    n_jobs : int, optional
        Threads; all cores if left out. The report does not depend on it.
    progress : bool, optional
        A bar on stderr for each selection that is tried; if left out, only on a terminal or in a
        notebook.

    Returns
    -------
    AuditReport
        ``report.verdict``, ``report.reasons``; prints as text, and draws itself.

    Raises
    ------
    EmptyPoolError
        If there is no record.
    ColumnError
        If the column of groups is missing; names those seen.
    ConfigError
        If an option cannot work.
    InputError
        If the data cannot be read, or there is not one group for each record.

    Examples
    --------
    >>> texts = [f"Question {i}: what is {i} plus {i}? It is {2 * i}." for i in range(200)]
    >>> report = audit(texts + texts[:60], share=0.5)
    >>> len(report.guards.rows("exact")), report.pool.records
    (60, 260)
    """
    jobs = resolve_jobs(n_jobs)
    _check_share(share)
    for name, value in (
        ("length_bins", length_bins),
        ("window_bytes", window_bytes),
    ):
        _check_count(name, value, least=1)
    _check_count("random_state", random_state, least=0)
    codec = get_compressor(compressor)
    if forecast_records is None:
        slow = describe(codec).priming == "recompress"
        forecast_records = SLOW_RECORDS if slow else FORECAST_RECORDS
    _check_count("forecast_records", forecast_records, least=LEAST_FORECAST)
    corpus = as_corpus(data, render=render, text=text)
    of_groups = _groups(data, groups, len(corpus))
    column = groups if isinstance(groups, str) else None
    of_pool = _Audit(
        corpus,
        of_groups,
        column,
        codec,
        guards or Guards(),
        length_bins,
        random_state,
        jobs,
        progress,
    )
    return of_pool.report(share, forecast_records, window_bytes)


@dataclass(frozen=True, slots=True)
class _Outlook:
    """What selections would do, and what speaks against the one asked for."""

    asked: Forecast | None = None
    whole_set: Forecast | None = None
    remedied: Forecast | None = None
    reasons: tuple[Reason, ...] = ()
    remaining: tuple[Reason, ...] = ()
    notes: tuple[str, ...] = ()


class _Audit:
    """The parts of one audit, and what they share."""

    def __init__(
        self,
        corpus: Corpus,
        groups: Groups,
        column: str | None,
        codec: Compressor,
        guards: Guards,
        bins: int,
        seed: int,
        jobs: int,
        progress: bool | None,
    ) -> None:
        self._corpus = corpus
        self._groups = groups
        self._column = column
        self._codec = codec
        self._guards = guards
        self._seed = seed
        self._jobs = jobs
        self._progress = progress
        with Sizer(corpus, codec, n_jobs=jobs) as scorer:
            self._own_ratios = scorer.own_raw / np.maximum(scorer.own_sizes, 1)
        self._caught = check_records(corpus, guards, own_ratios=self._own_ratios, n_jobs=jobs)
        self._bins = length_bins(corpus.lengths, bins)
        self._firsts = first_copies(self._caught)
        self._order = random_order(corpus, self._firsts, seed=seed)

    def report(self, share: float, forecast_records: int, window_bytes: int) -> AuditReport:
        """Measure, run the selection on a sample, and judge."""
        outlook = self._outlook(share, forecast_records)
        return AuditReport(
            parts=parts_of(
                self._corpus, self._own_ratios, self._caught, self._groups, self._bins, self._order
            ),
            guards=self._caught,
            window=self._window(window_bytes),
            forecast=outlook.asked,
            whole_set=outlook.whole_set,
            remedied=outlook.remedied,
            reasons=outlook.reasons,
            remaining=outlook.remaining,
            notes=outlook.notes,
            compressor=describe(self._codec),
            share=share,
            column=self._column,
            random_state=self._seed,
            fingerprint=self._corpus.fingerprint,
        )

    def _window(self, most_bytes: int) -> WindowCurve | None:
        if not len(self._order):
            return None
        corpus, order = self._corpus, self._order
        rows = first_part(corpus, order, records=len(order), size=most_bytes)
        shuffled = np.random.default_rng(self._seed).permutation(rows)
        data = corpus.framing.whole(corpus.records(shuffled))
        whole = len(rows) == len(order)
        return window_curve(data[:most_bytes], records=len(rows), whole=whole, n_jobs=self._jobs)

    def _outlook(self, share: float, most_records: int) -> _Outlook:
        corpus, order = self._corpus, self._order
        if len(order) < LEAST_FORECAST:
            note = f"No forecast: {len(order)} records with text are too few to choose from."
            return _Outlook(notes=(note,))
        held_out, rest = split_off(order, self._firsts, min(MOST_HELD_OUT, len(order) // 10))
        if len(rest) < LEAST_FORECAST:
            note = "No forecast: nearly all records with text are copies of one another."
            return _Outlook(notes=(note,))
        sample = first_part(corpus, rest, records=most_records, size=FORECAST_BYTES)

        def run(options: Options) -> Forecast:
            return forecast(
                corpus,
                self._kinds,
                sample=sample,
                held_out=held_out,
                share=share,
                options=options,
                seed=self._seed,
                n_jobs=self._jobs,
                progress=self._progress,
            )

        asked = run(Options(self._codec))
        window = describe(self._codec).window
        forgets = window is not None and window < asked.chosen_bytes
        whole_set = run(Options(WHOLE_SET)) if forgets else None
        reasons = reasons_of(asked, whole_set, column=self._column)
        remedied: Forecast | None = None
        remaining: tuple[Reason, ...] = ()
        notes: tuple[str, ...] = ()
        harms, options = reasons, Options(self._codec)
        for _ in range(MOST_REMEDIES):
            remedies = remedies_of(harms, Options(self._codec), self._guards, with_memory=forgets)
            if remedies == options:
                break
            try:
                remedied = run(remedies)
            except (BudgetError, QuotaError) as error:
                notes = (f"The remedies leave too little of the sample to choose from: {error}",)
                break
            options = remedies
            remaining = reasons_of(
                remedied, None, column=self._column, left_out=self._left_out(remedies)
            )
            harms += remaining
        return _Outlook(asked, whole_set, remedied, reasons, remaining, notes)

    def _left_out(self, options: Options) -> set[str]:
        """Return the groups of which guards leave out most records."""
        if options.guards is None:
            return set()
        dropped = np.zeros(len(self._corpus), bool)
        for guard, caught in self._kinds.caught.items():
            if options.guards.action(guard) == "drop":
                dropped |= caught
        names, codes = self._groups.names, self._groups.codes
        shares = np.bincount(codes, dropped, len(names)) / np.bincount(codes, None, len(names))
        return {name for name, share in zip(names, shares.tolist(), strict=True) if share > 0.5}

    @cached_property
    def _kinds(self) -> Kinds:
        return Kinds(
            groups=(self._groups.names, self._groups.codes),
            lengths=(self._bins.names, self._bins.codes),
            column=self._column,
            caught={
                finding.guard: marked(finding.rows, len(self._corpus))
                for finding in self._caught.findings
                if finding.guard not in COPIES
            },
            firsts=self._firsts,
        )


def _groups(data: object, groups: str | Sequence[object] | AnyArray | None, count: int) -> Groups:
    if groups is None:
        return Groups(("all",), np.zeros(count, np.int64))
    if not isinstance(groups, str):
        return groups_of(groups, count)
    with concerning(ColumnError, "groups"):
        return groups_of(column_of(data, groups, count), count)


def _check_share(share: object) -> None:
    number = isinstance(share, numbers.Real) and not isinstance(share, bool)
    if not number or not 0 < float(share) < 1:  # type: ignore[arg-type]
        raise ConfigError(
            f"share must be a number above 0 and below 1, got {share!r}. Of a budget of 10,000 "
            "from a pool of 100,000 records it is share=0.1."
        )


def _check_count(name: str, value: object, *, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < least:
        raise ConfigError(f"{name} must be a whole number of at least {least}, got {value!r}.")

"""Audit of a pool: its composition, and the effect of selecting from it by ratio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from entropylaw.auditing.forecast import Forecast, TrialOptions
from entropylaw.auditing.parts import COPIES, Part, marked, parts_of
from entropylaw.auditing.report import AuditReport
from entropylaw.auditing.risks import Risk, recommendations, risks_of
from entropylaw.auditing.trial import (
    Kinds,
    first_copies,
    first_part,
    forecast,
    random_order,
    split_off,
)
from entropylaw.auditing.window import WindowCurve, window_curve
from entropylaw.compressors import Compressor, describe, get_compressor
from entropylaw.corpus import Corpus
from entropylaw.errors import BudgetError, ColumnError, QuotaError, concerning
from entropylaw.guards import Guards, check_records
from entropylaw.guards.options import AllGuards
from entropylaw.io.load import PoolData, Render, Text, read_pool
from entropylaw.length_bins import range_bins
from entropylaw.ratios import sample_ratios
from entropylaw.selection.quotas import Groups, groups_of
from entropylaw.selection.report.coverage import WHOLE_SET
from entropylaw.sizing import resolve_jobs
from entropylaw.types import AnyArray
from entropylaw.validation import flag, integer, number, optional, seed

LEAST_FORECAST = 20
"""Least records with text of a forecast."""

MOST_HELD_OUT = 500
"""Most records held out to measure coverage; of a small pool a tenth."""

MOST_TRIALS = 3
"""Most trials of recommended options: one remedy may bring about what another prevents."""

FORECAST_RECORDS, SLOW_RECORDS = 10_000, 500
"""Default size of the sample; for compressors that cannot be primed, the second."""

_SHARE_HINT = "For 10,000 records of 100,000 try share=0.1."

FORECAST_BYTES = 1 << 25
"""Most bytes of the sample of the forecast."""


def audit(
    data: object,
    *,
    groups: str | Sequence[object] | AnyArray | None = None,
    share: float = 0.1,
    compressor: str | Compressor = "zlib",
    guards: Guards | AllGuards | None = None,
    length_bins: int = 4,
    forecast_records: int | None = None,
    window_bytes: int = 1 << 23,
    render: Render = None,
    text: Text = None,
    random_state: int = 0,
    n_jobs: int | None = None,
    progress: bool | None = None,
) -> AuditReport:
    """Describe a pool, and assess whether selecting by compression ratio would do harm.

    A greedy selection is run on a sample of the pool and compared with random draws of as many
    bytes: in composition, in redundancy by an independent compressor, and in how well it predicts
    held-out records. Each way in which it is worse is a `Risk`, with options of `ZipSelector` that
    help; these are tried together on the same sample. Copies stay together in all samples, so
    that a sample is as repetitive as the pool.

    Parameters
    ----------
    data : records in any container, a path, a FilePool, or a Corpus
        The pool.
    groups : str or sequence of length n, optional
        The group of each record, such as its source or language: a column, or the values.
    share : float, default 0.1
        Share of the records to select; above 0 and below 1.
    compressor : str or Compressor, default "zlib"
        Compressor of the selection. If its window is smaller than the selection, one that sees
        the whole selection is tried too.
    guards : Guards, "warn" or "drop", optional
        Definition of noise, templates and copies; the audit itself drops nothing. By default
        `Guards()`.
    length_bins : int, default 4
        Ranges of length into which the pool is divided, with about as many records each.
    forecast_records : int, optional
        Most records of the sample of the forecast, of at most 32 MiB; by default 10,000, or 500
        for a compressor that cannot be primed, which is slow.
    window_bytes : int, default 8 MiB
        Most bytes of the sample whose redundancy is measured by window.
    render, text
        How a record becomes text; see `ZipSelector`.
    random_state : int, default 0
        Seed of all samples; the report is reproducible.
    n_jobs : int, optional
        Threads; all cores if omitted. The report does not depend on it.
    progress : bool, optional
        Show a bar on stderr for the ratios of single records and of parts of the pool, and one
        for each selection that is tried; by default only on a terminal or in a notebook.

    Returns
    -------
    AuditReport
        ``report.verdict``, ``report.reasons``; prints as text, and plots itself.

    Raises
    ------
    EmptyPoolError
        If there is no record.
    ColumnError
        If the column of groups is missing; names those seen.
    ConfigError
        If an option has a wrong value.
    InputError
        If the data cannot be read, or there is not one group per record.

    Examples
    --------
    >>> texts = [f"Question {i}: what is {i} plus {i}? It is {2 * i}." for i in range(200)]
    >>> report = audit(texts + texts[:60], share=0.5)
    >>> len(report.guards.rows("exact")), report.pool.records
    (60, 260)
    """
    jobs = resolve_jobs(n_jobs)
    share = number("share", share, above=0, below=1, hint=_SHARE_HINT)
    bins = integer("length_bins", length_bins, at_least=1)
    window_bytes = integer("window_bytes", window_bytes, at_least=1)
    random_state = seed("random_state", random_state)
    progress = optional(flag)("progress", progress)
    guards = Guards.of(guards) or Guards()
    codec = get_compressor(compressor)
    if forecast_records is None:
        slow = describe(codec).priming == "recompress"
        forecast_records = SLOW_RECORDS if slow else FORECAST_RECORDS
    forecast_records = integer("forecast_records", forecast_records, at_least=LEAST_FORECAST)
    columns = (groups,) if isinstance(groups, str) else ()
    with concerning(ColumnError, "groups"):
        pool_data = read_pool(data, render=render, text=text, columns=columns)
    corpus = pool_data.corpus
    of_groups = _groups(pool_data, groups)
    column = groups if isinstance(groups, str) else None
    of_pool = _Audit(corpus, of_groups, column, codec, guards, bins, random_state, jobs, progress)
    return of_pool.report(share, forecast_records, window_bytes)


@dataclass(frozen=True, slots=True)
class _Outlook:
    """Forecasts of selections, and the risks of the one asked for."""

    asked: Forecast | None = None
    whole_set: Forecast | None = None
    remedied: Forecast | None = None
    risks: tuple[Risk, ...] = ()
    remaining: tuple[Risk, ...] = ()
    notes: tuple[str, ...] = ()


class _Audit:
    """One audit: the pool, its options, and values that its steps share."""

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
        self._own_ratios = sample_ratios(corpus, codec, n_jobs=jobs, progress=progress)
        self._caught = check_records(corpus, guards, own_ratios=self._own_ratios, n_jobs=jobs)
        self._bins = range_bins(corpus.lengths, bins)
        self._firsts = first_copies(self._caught)
        self._order = random_order(corpus, self._firsts, seed=seed)

    def report(self, share: float, forecast_records: int, window_bytes: int) -> AuditReport:
        """Measure the pool, run selections on a sample, and assess the risks."""
        outlook = self._outlook(share, forecast_records)
        return AuditReport(
            parts=self._parts(),
            guards=self._caught,
            window=self._window(window_bytes),
            forecast=outlook.asked,
            whole_set=outlook.whole_set,
            remedied=outlook.remedied,
            reasons=outlook.risks,
            remaining=outlook.remaining,
            notes=outlook.notes,
            compressor=describe(self._codec),
            share=share,
            column=self._column,
            random_state=self._seed,
            fingerprint=self._corpus.fingerprint,
        )

    def _parts(self) -> tuple[Part, ...]:
        return parts_of(
            self._corpus,
            self._own_ratios,
            self._caught,
            self._groups,
            self._bins,
            self._order,
            n_jobs=self._jobs,
            progress=self._progress,
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
            note = f"No forecast: {len(order)} records with text are too few to select from."
            return _Outlook(notes=(note,))
        held_out, rest = split_off(order, self._firsts, min(MOST_HELD_OUT, len(order) // 10))
        if len(rest) < LEAST_FORECAST:
            note = "No forecast: nearly all records with text are copies of one another."
            return _Outlook(notes=(note,))
        sample = first_part(corpus, rest, records=most_records, size=FORECAST_BYTES)

        def run(options: TrialOptions) -> Forecast:
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

        asked = run(TrialOptions(self._codec))
        window = describe(self._codec).window
        forgets = window is not None and window < asked.chosen_bytes
        whole_set = run(TrialOptions(WHOLE_SET)) if forgets else None
        risks = risks_of(asked, whole_set, column=self._column)
        remedied: Forecast | None = None
        remaining: tuple[Risk, ...] = ()
        notes: tuple[str, ...] = ()
        found, options = risks, TrialOptions(self._codec)
        for _ in range(MOST_TRIALS):
            recommended = recommendations(
                found, TrialOptions(self._codec), self._guards, with_memory=forgets
            )
            if recommended == options:
                break
            try:
                remedied = run(recommended)
            except (BudgetError, QuotaError) as error:
                notes = (f"The remedies leave too little of the sample to select from: {error}",)
                break
            options = recommended
            left_out = self._left_out(options)
            remaining = risks_of(remedied, None, column=self._column, left_out=left_out)
            found += remaining
        return _Outlook(asked, whole_set, remedied, risks, remaining, notes)

    def _left_out(self, options: TrialOptions) -> set[str]:
        """Return the groups of which guards drop most records."""
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


def _groups(pool: PoolData, groups: str | Sequence[object] | AnyArray | None) -> Groups:
    count = len(pool.corpus)
    if groups is None:
        return Groups(("all",), np.zeros(count, np.int64))
    return groups_of(pool.columns[groups] if isinstance(groups, str) else groups, count)

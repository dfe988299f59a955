"""check_records: check every record of a pool with the guards that are on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType

import numpy as np

from entropylaw.compressors import Zstd
from entropylaw.corpus import Corpus
from entropylaw.errors import InputError
from entropylaw.guards.counts import Counts
from entropylaw.guards.duplicates import exact_firsts, near_firsts, normalised_firsts
from entropylaw.guards.language_models import (
    LEAST_BITS,
    LEAST_LETTERS,
    LEAST_TEMPLATE_WORDS,
    SAMPLE_BYTES,
)
from entropylaw.guards.options import GUARDS, AllGuards, Guards
from entropylaw.guards.outliers import Deviations, deviations
from entropylaw.guards.patterns import LEAST_MARKS, LEAST_REPEATED
from entropylaw.guards.report import Example, Finding, GuardReport
from entropylaw.guards.samples import Samples, draw_samples
from entropylaw.guards.scripts import SCRIPTS
from entropylaw.guards.word_order import LEAST_PAIRS
from entropylaw.sizing import Sizer, resolve_jobs
from entropylaw.types import AnyArray, BoolArray, FloatArray, IntArray

MOST_EXAMPLES = 2
"""Most examples of a finding."""

EXAMPLE_LETTERS = 60
"""Characters of an example."""


def check_records(
    corpus: Corpus,
    guards: Guards | AllGuards | None = None,
    *,
    own_ratios: FloatArray | None = None,
    n_jobs: int | None = None,
) -> GuardReport:
    """Check every record of a pool with the guards that are on.

    No record is removed: the report lists those that guards with the action "drop" caught.

    Parameters
    ----------
    corpus : Corpus
        The pool.
    guards : Guards, "warn" or "drop", optional
        Which guards are on; a word is the action of all but `near`. By default `Guards()`.
    own_ratios : float64 array, shape (n,), optional
        Compression ratio of each record alone, if already known, by any compressor. By default
        that of zstd.
    n_jobs : int, optional
        Threads; all cores if omitted. The report does not depend on it.

    Returns
    -------
    GuardReport

    Raises
    ------
    ConfigError
        If `guards` or `n_jobs` has a wrong value.
    InputError
        If there is not one ratio for each record.
    MissingExtraError
        If near-duplicates are looked for and datasketch is not installed.

    Examples
    --------
    >>> pool = Corpus.from_rows([b"To be or not to be", b"and", b"to be, or not to be!", b"and"])
    >>> report = check_records(pool, Guards(exact="drop"))
    >>> report.rows("exact").tolist(), report.rows("normalised").tolist()
    ([3], [2])
    >>> report.dropped.tolist()
    [False, False, False, True]
    """
    jobs = resolve_jobs(n_jobs)
    options = Guards.of(guards) or Guards()
    if own_ratios is not None and own_ratios.shape != (len(corpus),):
        raise InputError(
            f"own_ratios: expected {len(corpus)} ratios, one per record; saw an array of shape "
            f"{own_ratios.shape}. Try leaving it out."
        )
    inspection = _Inspection(corpus, options, own_ratios, jobs)
    checks = {
        "exact": inspection.exact,
        "normalised": inspection.normalised,
        "near": inspection.near,
        "noise": inspection.noise,
        "repetitive": inspection.repetitive,
        "template": inspection.template,
        "shuffled": inspection.shuffled,
        "encoded": inspection.encoded,
        "mojibake": inspection.mojibake,
        "repeated_lines": inspection.repeated_lines,
    }
    findings = tuple(checks[guard]() for guard in GUARDS if options.on(guard))
    return GuardReport(findings, len(corpus))


class _Inspection:
    """One check of a pool; values that several guards need are computed once, on first use."""

    def __init__(
        self, corpus: Corpus, guards: Guards, own_ratios: FloatArray | None, jobs: int
    ) -> None:
        self._corpus = corpus
        self._guards = guards
        self._own_ratios = own_ratios
        self._jobs = jobs

    def exact(self) -> Finding:
        return self._copies("exact", self._exact_firsts)

    def normalised(self) -> Finding:
        return self._copies(
            "normalised", self._normalised_firsts, stricter={"exact": self._exact_firsts}
        )

    def near(self) -> Finding:
        guards, stricter = self._guards, {"exact": self._exact_firsts}
        if guards.on("normalised"):
            stricter["normalised"] = self._normalised_firsts
        firsts = stricter.get("normalised", self._exact_firsts)
        found = near_firsts(
            self._corpus, firsts, similarity=guards.near_similarity, seed=guards.random_state
        )
        return self._copies("near", found, stricter=stricter)

    def noise(self) -> Finding:
        return self._beyond("noise", self._off.values <= -self._guards.noise_deviations)

    def repetitive(self) -> Finding:
        return self._beyond("repetitive", self._off.values >= self._guards.repetitive_deviations)

    def template(self) -> Finding:
        counts = self._counts
        share = counts.template_words / np.maximum(counts.words, 1)
        enough = counts.template_words >= LEAST_TEMPLATE_WORDS
        caught = enough & (share >= self._guards.template_share)
        return self._finding(
            "template", caught, share, "share of its words in runs that other records have too"
        )

    def shuffled(self) -> Finding:
        counts = self._counts
        of_words = counts.order_saved / np.maximum(counts.order_known, 1)
        of_letters = counts.letters_saved / np.maximum(counts.letter_pairs, 1)
        known = (counts.order_known >= LEAST_PAIRS) & (2 * counts.order_known >= counts.order_pairs)
        words_judged = counts.order_judged & known
        letters_judged = counts.letter_pairs >= LEAST_LETTERS
        letters = letters_judged & (of_letters < LEAST_BITS)
        words = words_judged & (of_words < self._guards.shuffled_bits)
        return self._finding(
            "shuffled",
            letters | words,
            np.where(letters, of_letters, of_words),
            "bits per pair of words, or of letters, that their order saves",
            unjudged=_reasons(
                (f"of fewer than {LEAST_LETTERS} letters", ~(letters_judged | words_judged)),
                (
                    "by letters alone: too few words that a sample of the pool has",
                    letters_judged & ~words_judged,
                ),
            ),
        )

    def encoded(self) -> Finding:
        lengths = self._corpus.lengths
        share = self._counts.encoded / np.maximum(lengths, 1)
        caught = (self._counts.encoded > 0) & (share >= self._guards.encoded_share)
        return self._finding("encoded", caught, share, "share of its bytes")

    def mojibake(self) -> Finding:
        counts = self._counts
        share = counts.mojibake_bytes / np.maximum(counts.beyond_ascii, 1)
        caught = (counts.mojibake_marks >= LEAST_MARKS) & (share >= self._guards.mojibake_share)
        return self._finding("mojibake", caught, share, "share of its bytes beyond ASCII")

    def repeated_lines(self) -> Finding:
        counts = self._counts
        share = counts.repeated_words / np.maximum(counts.words, 1)
        enough = counts.repeated_words >= LEAST_REPEATED
        caught = enough & (share >= self._guards.repeated_share)
        return self._finding("repeated_lines", caught, share, "share of its words")

    @cached_property
    def _exact_firsts(self) -> IntArray:
        return exact_firsts(self._corpus)

    @cached_property
    def _normalised_firsts(self) -> IntArray:
        return normalised_firsts(self._corpus)

    @cached_property
    def _samples(self) -> Samples:
        return draw_samples(
            self._corpus, self._exact_firsts, size=SAMPLE_BYTES, seed=self._guards.random_state
        )

    @cached_property
    def _counts(self) -> Counts:
        return Counts.of(self._corpus, self._guards, self._samples)

    @cached_property
    def _off(self) -> Deviations:
        ratios = self._own_ratios
        if ratios is None:
            ratios = _ratios_alone(self._corpus, n_jobs=self._jobs)
        return deviations(ratios, self._corpus.lengths, self._counts.script, SCRIPTS)

    def _copies(
        self,
        guard: str,
        firsts: IntArray,
        *,
        stricter: Mapping[str, IntArray] = MappingProxyType({}),
    ) -> Finding:
        """Return the copies except those a stricter guard lists (and drops, if this one drops)."""
        caught = _again(firsts)
        for other, known in stricter.items():
            if self._guards.action(other) in {"drop", self._guards.action(guard)}:
                caught &= ~_again(known)
        return self._finding(guard, caught, firsts, "the record it repeats")

    def _beyond(self, guard: str, caught: BoolArray) -> Finding:
        return self._finding(
            guard,
            caught,
            self._off.values,
            "deviations of its compression ratio from the median of its script and length",
            unjudged=self._off.unjudged,
        )

    def _finding(
        self,
        guard: str,
        caught: BoolArray,
        evidence: AnyArray,
        meaning: str,
        unjudged: tuple[tuple[str, int], ...] = (),
    ) -> Finding:
        rows = np.flatnonzero(caught)
        action = self._guards.action(guard)
        examples = tuple(self._example(row) for row in rows[:MOST_EXAMPLES].tolist())
        return Finding(guard, action, rows, evidence[rows], meaning, unjudged, examples)

    def _example(self, row: int) -> Example:
        text = self._corpus[row][: 4 * EXAMPLE_LETTERS].decode("utf-8", "replace")
        return Example(row, " ".join(text.split())[:EXAMPLE_LETTERS])


def _again(firsts: IntArray) -> BoolArray:
    """Return which records repeat an earlier one."""
    again: BoolArray = firsts != np.arange(len(firsts))
    return again


def _ratios_alone(corpus: Corpus, *, n_jobs: int) -> FloatArray:
    with Sizer(corpus, Zstd(), n_jobs=n_jobs) as scorer:
        ratios: FloatArray = scorer.own_raw / np.maximum(scorer.own_sizes, 1)
    return ratios


def _reasons(*reasons: tuple[str, BoolArray]) -> tuple[tuple[str, int], ...]:
    counted = ((reason, int(rows.sum())) for reason, rows in reasons)
    return tuple((reason, count) for reason, count in counted if count)

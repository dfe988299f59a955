"""Coverage: bits per byte of held-out records for a compressor that knows a chosen set."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from entropylaw.compressors import Compressor, get_compressor
from entropylaw.corpus import Corpus
from entropylaw.errors import InputError
from entropylaw.sizing import Sizer, resolve_jobs
from entropylaw.types import IntArray

WHOLE_SET = "zstd:6:long"
"""A compressor that sees all of a chosen set of up to 128 MiB."""


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """Cost of encoding held-out records for a compressor that knows a chosen set.

    Attributes
    ----------
    compressor : str
        What measured.
    lengths : int64 array, shape (held out,)
        Bytes of each held-out record, with what joins it to the set.
    added : int64 array, shape (held out,)
        Compressed bytes that each adds to the set, on its own.
    """

    compressor: str
    lengths: IntArray
    added: IntArray

    def __post_init__(self) -> None:
        self.lengths.setflags(write=False)
        self.added.setflags(write=False)

    @property
    def bits_per_byte(self) -> float:
        """Bits that a byte of the held-out records costs; low if the set has what they have."""
        return 8 * int(self.added.sum()) / int(self.lengths.sum())

    def gain_over(self, other: Coverage) -> tuple[float, float]:
        """Return by how many bits per byte this set covers better than another, and the error.

        Both must be of the same held-out records: they are compared one by one, so that what is
        hard for both does not count as noise.

        Returns
        -------
        gain, std_err : float
            Above 0 if this set covers better; the standard error is of the draw of the held-out
            records.

        Raises
        ------
        InputError
            If the held-out records differ.
        """
        if not np.array_equal(self.lengths, other.lengths):
            raise InputError(
                "coverage was measured on other held-out records. "
                "Measure both sets with the same held_out=."
            )
        saved = 8.0 * (other.added - self.added)
        gain = float(saved.sum() / self.lengths.sum())
        if len(saved) < 2:
            return gain, math.nan
        off = saved - gain * self.lengths
        return gain, float(np.std(off, ddof=1) / self.lengths.mean() / math.sqrt(len(saved)))

    def __repr__(self) -> str:
        return (
            f"Coverage({self.bits_per_byte:.3f} bits per byte of {len(self.lengths):,} held-out "
            f"records, {self.compressor})"
        )


def coverage(
    corpus: Corpus,
    chosen: IntArray,
    held_out: IntArray,
    *,
    compressor: str | Compressor = WHOLE_SET,
    n_jobs: int | None = None,
) -> Coverage:
    """Return the cost of encoding unseen records of a pool, given the chosen ones.

    Parameters
    ----------
    corpus : Corpus
        The pool.
    chosen : int64 array
        Rows that the compressor knows, in the order in which it reads them.
    held_out : int64 array
        Rows that are encoded, each on its own; none of them chosen, and at least one with text.
    compressor : str or Compressor, default "zstd:6:long"
        What measures. One that forgets most of the chosen set measures the rest.
    n_jobs : int, optional
        Threads; all cores if left out. The result does not depend on it.

    Raises
    ------
    InputError
        If a record is both chosen and held out, or the held-out records have no text.

    Examples
    --------
    >>> fox = b"the quick brown fox jumps over the lazy dog"
    >>> pool = Corpus.from_rows([fox, b"colourless green ideas sleep furiously", fox + b"s"])
    >>> near, far = (coverage(pool, np.array([row]), np.array([2])) for row in (0, 1))
    >>> near.bits_per_byte < far.bits_per_byte
    True
    """
    both = np.intersect1d(chosen, held_out)
    if len(both):
        raise InputError(
            f"{len(both):,} records are both chosen and held out, the first is record {both[0]}. "
            "Hold out records that were not there to choose from."
        )
    if not int(corpus.lengths[held_out].sum()):
        raise InputError("held_out: expected records with text to encode, got none.")
    codec = get_compressor(compressor)
    with Sizer(corpus, codec, n_jobs=resolve_jobs(n_jobs)) as sizer:
        return coverage_with(sizer, chosen, held_out)


def coverage_with(sizer: Sizer, chosen: IntArray, held_out: IntArray) -> Coverage:
    """Return the coverage of held-out rows by chosen rows, measured with a given sizer."""
    known = sizer.empty_set()
    if len(chosen):
        known.extend(chosen)
    added = known.union_sizes(held_out) - known.size
    lengths = known.union_raw(held_out) - known.raw
    return Coverage(sizer.info.name, lengths, added)

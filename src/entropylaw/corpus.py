"""Corpus: the bytes of every record, in one buffer, immutable."""

from __future__ import annotations

import hashlib
import io
import mmap
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from entropylaw.errors import DuplicateIdError, WeightError
from entropylaw.types import AnyArray, FloatArray, IntArray

BATCH_ROWS = 8_192
BATCH_BYTES = 1 << 24
"""Most records, and bytes of records, held in memory at a time where all are read."""


@dataclass(frozen=True, slots=True)
class Framing:
    """How records are joined into the bytes of a set.

    The bytes of a set are ``opening + joiner.join(records) + closing``.
    """

    opening: bytes = b""
    joiner: bytes = b"\n"
    closing: bytes = b""

    def whole(self, records: Iterable[bytes]) -> bytes:
        """Return the bytes of the set of these records."""
        return self.opening + self.joiner.join(records) + self.closing


LINES = Framing()
"""Records joined by a newline; the set of one record is its own bytes."""

PYTHON_LIST = Framing(b"[", b", ", b"]")
"""The repr of a Python list, which the published script compresses."""


class Pieces:
    """Several buffers read as one, end to end, without copying them.

    Examples
    --------
    >>> whole = Pieces([memoryview(b"one"), memoryview(b"two")])
    >>> whole[3:6], whole[2:4]
    (b'two', b'et')
    """

    def __init__(self, views: Sequence[memoryview]) -> None:
        self._views = [view for view in views if view.nbytes]
        self._starts = [0]
        for view in self._views:
            self._starts.append(self._starts[-1] + view.nbytes)

    def __len__(self) -> int:
        return self._starts[-1]

    def __getitem__(self, span: slice) -> bytes:
        start, end, step = span.indices(len(self))
        if step != 1:
            raise ValueError(f"step: expected 1; saw {step}.")
        parts = []
        number = bisect_right(self._starts, start) - 1
        while start < end:
            offset = self._starts[number]
            parts.append(self._views[number][start - offset : end - offset])
            number += 1
            start = self._starts[number]
        return b"".join(parts)


@dataclass(frozen=True, eq=False)
class Corpus:
    """Records as bytes, with their ids and weights; immutable.

    Parameters
    ----------
    buffer : bytes, mmap, memoryview or Pieces
        All records, end to end; of a mapped file only the records asked for are read.
    offsets : int64 array, shape (n + 1,)
        Record i is ``buffer[offsets[i]:offsets[i + 1]]``.
    framing : Framing
        How records are joined into a set.
    ids : sequence of hashable, optional
        Distinct ids, one per record.
    weights : float array, shape (n,), optional
        Factors on the bytes that each record adds; finite and positive, 1 is neutral.
    shapes : mapping, optional
        Number of records by the rule that rendered them.

    Raises
    ------
    DuplicateIdError
        If two ids are equal.
    WeightError
        If a weight is NaN, infinite, zero or negative, or their number is wrong.

    Examples
    --------
    >>> pool = Corpus.from_rows([b"one", b"two", b"three"])
    >>> len(pool), pool[2], pool.total_bytes
    (3, b'three', 11)
    """

    buffer: bytes | mmap.mmap | memoryview | Pieces
    offsets: IntArray
    framing: Framing = LINES
    ids: Sequence[object] | None = None
    weights: FloatArray | None = None
    shapes: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.offsets.setflags(write=False)
        if self.ids is not None:
            _check_ids(self.ids, len(self))
        if self.weights is not None:
            object.__setattr__(self, "weights", checked_weights(self.weights, len(self)))

    @classmethod
    def from_rows(
        cls,
        rows: Iterable[bytes],
        *,
        framing: Framing = LINES,
        ids: Sequence[object] | None = None,
        weights: object = None,
        shapes: Mapping[str, int] | None = None,
    ) -> Corpus:
        """Build a corpus from one bytes object per record, in one pass.

        Memory: the bytes of the records, and 8 bytes per record.
        """
        sink, ends, end = io.BytesIO(), array("q", [0]), 0
        for row in rows:
            end += sink.write(row)
            ends.append(end)
        return cls(
            buffer=sink.getvalue(),
            offsets=np.frombuffer(ends, np.int64),
            framing=framing,
            ids=ids,
            weights=None if weights is None else checked_weights(weights, len(ends) - 1),
            shapes=dict(shapes or {}),
        )

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> bytes:
        if not 0 <= row < len(self):
            raise IndexError(f"row {row} of a corpus of {len(self)} records")
        return bytes(self.buffer[self.offsets[row] : self.offsets[row + 1]])

    def __iter__(self) -> Iterator[bytes]:
        for rows in batches(self):
            yield from self.records(rows)

    def __repr__(self) -> str:
        return f"Corpus({len(self):,} records, {self.total_bytes:,} bytes)"

    def records(self, rows: IntArray) -> list[bytes]:
        """Return the records at these rows, in the order given.

        Parameters
        ----------
        rows : int64 array
            Row numbers, from 0.

        Examples
        --------
        >>> Corpus.from_rows([b"one", b"two", b"three"]).records(np.array([2, 0]))
        [b'three', b'one']
        """
        buffer = self.buffer
        spans = zip(self.offsets[rows].tolist(), self.offsets[rows + 1].tolist(), strict=True)
        if isinstance(buffer, bytes):
            return [buffer[start:end] for start, end in spans]
        return [bytes(buffer[start:end]) for start, end in spans]

    @cached_property
    def lengths(self) -> IntArray:
        """Bytes of each record, without framing; shape (n,)."""
        lengths = np.diff(self.offsets)
        lengths.setflags(write=False)
        return lengths

    @property
    def total_bytes(self) -> int:
        """Bytes of all records together, without framing."""
        return int(self.offsets[-1] - self.offsets[0])

    @cached_property
    def fingerprint(self) -> str:
        """Digest of the records, their order and their framing."""
        digest = hashlib.blake2b(digest_size=16)
        framing = self.framing
        for part in (framing.opening, framing.joiner, framing.closing):
            digest.update(len(part).to_bytes(8, "little") + part)
        digest.update(np.ascontiguousarray(self.lengths, "<i8").tobytes())
        start, end = int(self.offsets[0]), int(self.offsets[-1])
        for piece in range(start, end, BATCH_BYTES):  # piecewise, so that Ctrl-C is not delayed
            digest.update(self.buffer[piece : min(piece + BATCH_BYTES, end)])
        return f"blake2b-128:{digest.hexdigest()}"

    def take(self, rows: IntArray) -> Corpus:
        """Return a corpus of these rows, in the order given."""
        return Corpus.from_rows(
            self.records(rows),
            framing=self.framing,
            ids=None if self.ids is None else [self.ids[row] for row in rows],
            weights=None if self.weights is None else self.weights[rows],
        )


def batches(corpus: Corpus, rows: IntArray | None = None) -> Iterator[IntArray]:
    """Yield consecutive places among `rows` whose records fit into memory together.

    Parameters
    ----------
    corpus : Corpus
        The pool.
    rows : int64 array, optional
        Records of it; all, in their order, if left out.

    Examples
    --------
    >>> [places.tolist() for places in batches(Corpus.from_rows([b"a", b"b"]), np.array([1]))]
    [[0]]
    """
    count = len(corpus) if rows is None else len(rows)
    for first in range(0, count, BATCH_ROWS):
        places = np.arange(first, min(first + BATCH_ROWS, count))
        reached = np.cumsum(corpus.lengths[places if rows is None else rows[places]])
        yield from np.split(places, np.flatnonzero(np.diff(reached // BATCH_BYTES)) + 1)


def checked_weights(weights: object, count: int) -> FloatArray:
    """Return weights as float64, one per record, all finite and positive.

    Raises
    ------
    WeightError
        If they are not; names the first wrong record.
    """
    try:
        values: AnyArray = np.asarray(weights, np.float64)
    except (TypeError, ValueError) as error:
        raise WeightError(
            f"weights: expected numbers, one per record; saw {type(weights).__name__} ({error}). "
            "Try a list of floats."
        ) from error
    if values.shape != (count,):
        raise WeightError(
            f"weights: expected {count}, one per record; saw an array of shape {values.shape}. "
            "Try a flat list with one weight per record."
        )
    wrong = np.flatnonzero(~(np.isfinite(values) & (values > 0)))
    if len(wrong):
        raise WeightError(
            f"weights: expected finite numbers above 0; saw {values[wrong[0]]} at record "
            f"{wrong[0]} ({len(wrong)} of {count} are wrong). Try weight 1 (neutral), or leave "
            "such records out of the pool."
        )
    values = values.copy()
    values.setflags(write=False)
    return values


def _check_ids(ids: Sequence[object], count: int) -> None:
    if len(ids) != count:
        raise DuplicateIdError(
            f"ids: expected {count}, one per record; saw {len(ids)}. Try one id per record, or "
            "leave ids= out."
        )
    first: dict[object, int] = {}
    for row, name in enumerate(ids):
        if name in first:
            raise DuplicateIdError(
                f"ids: expected distinct ids; saw {name!r} at record {first[name]} and at record "
                f"{row}. Try leaving ids= out: records are then known by their row."
            )
        first[name] = row

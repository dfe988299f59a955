"""Coverage of held-out records by a chosen set."""

import zlib

import numpy as np
import pytest

from entropylaw.compressors import Zlib
from entropylaw.corpus import Corpus
from entropylaw.errors import InputError
from entropylaw.selection.report.coverage import coverage

RNG = np.random.default_rng(0)
KINDS = [RNG.bytes(40).hex() for _ in range(8)]
ROWS = [f"{KINDS[i % 8]} {RNG.integers(10**9)} {KINDS[i % 8]}".encode() for i in range(80)]
POOL = Corpus.from_rows(ROWS)


def test_sizes_are_those_of_one_stream_with_the_record_less_one_without():
    chosen, held_out = np.array([0, 1, 2]), np.array([8, 9, 15])
    found = coverage(POOL, chosen, held_out, compressor=Zlib())
    known = b"\n".join(ROWS[row] for row in chosen)
    alone = len(zlib.compress(known, 9))
    with_each = [len(zlib.compress(known + b"\n" + ROWS[row], 9)) - alone for row in held_out]
    assert found.added.tolist() == with_each
    assert found.lengths.tolist() == [len(ROWS[row]) + 1 for row in held_out]
    assert found.bits_per_byte == 8 * sum(with_each) / sum(len(ROWS[r]) + 1 for r in held_out)


def test_a_set_of_all_kinds_covers_better_than_one_of_few():
    held_out = np.arange(40, 80)
    few = coverage(POOL, np.arange(0, 40, 8), held_out)
    everything = coverage(POOL, np.arange(5, 13), held_out)
    gain, error = everything.gain_over(few)
    assert gain == pytest.approx(few.bits_per_byte - everything.bits_per_byte)
    assert gain > 3 * error > 0
    assert everything.gain_over(everything) == (0, 0)


def test_nothing_chosen_is_each_record_alone():
    held_out = np.array([3, 4])
    found = coverage(POOL, np.empty(0, np.int64), held_out, compressor=Zlib())
    assert found.added.tolist() == [len(zlib.compress(ROWS[row], 9)) for row in held_out]


def test_threads_do_not_change_it():
    chosen, held_out = np.arange(30), np.arange(40, 80)
    one, two = (coverage(POOL, chosen, held_out, n_jobs=jobs) for jobs in (1, 2))
    assert one.added.tolist() == two.added.tolist()


def test_what_cannot_be_measured():
    with pytest.raises(InputError, match="both chosen and held out, the first is record 1"):
        coverage(POOL, np.array([0, 1]), np.array([1, 2]))
    with pytest.raises(InputError, match="text to encode"):
        coverage(POOL, np.array([0]), np.empty(0, np.int64))
    found = coverage(POOL, np.array([0]), np.array([1]))
    with pytest.raises(InputError, match="same held_out="):
        found.gain_over(coverage(POOL, np.array([0]), np.array([2, 3])))
    assert np.isnan(found.gain_over(found)[1])

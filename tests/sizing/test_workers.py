"""Sizes and picks are the same whoever computes them, and wherever the pool lies."""

import multiprocessing
import warnings
from dataclasses import replace

import numpy as np
import pytest
from codecs_for_workers import Plain

from entropylaw import Corpus, ZipSelector, get_compressor
from entropylaw.corpus import PYTHON_LIST
from entropylaw.errors import ConfigError, EntropyLawWarning, FingerprintError
from entropylaw.io.mapped import save_mapped
from entropylaw.sizing import Sizer
from entropylaw.sizing.executors import equal_shares

ROWS = [b"record %d says %d times %d" % (i % 40, i, i * 7919 % 1013) for i in range(500)]
ROWS[10:30] = ROWS[40:60]  # repeated records, for these are sized once
POOL = Corpus.from_rows(ROWS)


def select(pool, compressor, workers, n_jobs, **options):
    options = {"k1": 300, "k2": 60, "k3": 30} | options
    selector = ZipSelector(90, compressor=compressor, workers=workers, n_jobs=n_jobs, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EntropyLawWarning)
        return selector.select(pool, initial_subset=[1, 499])


@pytest.mark.parametrize("spec", ["zlib:6", "zstd:3", "zstd:6:long", "lz4"])
def test_processes_select_as_one_thread_does(start_method, spec, tmp_path):
    expected = select(POOL, spec, "serial", 1)
    mapped = save_mapped(POOL, tmp_path / "pool")
    assert select(POOL, spec, "processes", 2) == expected
    assert select(mapped, spec, "processes", 3, variant="paper") == expected
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("variant", ["paper", "reference"])
def test_a_codec_that_holds_the_interpreter(start_method, variant):
    expected = select(POOL, Plain(), "serial", 1, variant=variant)
    assert select(POOL, Plain(), "processes", 2, variant=variant) == expected
    assert select(POOL, Plain(), "auto", 2, variant=variant) == expected


@pytest.mark.parametrize("n_jobs", [2, 3])
@pytest.mark.parametrize("spec", ["zlib:9", "zstd:3", "zstd:6:long", "lz4", "brotli:1"])
def test_threads_select_as_one_thread_does(spec, n_jobs, tmp_path):
    expected = select(POOL, spec, "serial", n_jobs)
    assert select(POOL, spec, "threads", n_jobs) == expected
    assert select(save_mapped(POOL, tmp_path / "pool"), spec, "threads", n_jobs) == expected


def test_framings_and_parts_of_a_mapped_pool(start_method, tmp_path):
    framed = Corpus.from_rows(ROWS, framing=PYTHON_LIST)
    mapped = save_mapped(framed, tmp_path / "pool")
    assert select(mapped, "zlib:1", "processes", 2) == select(framed, "zlib:1", "serial", 1)
    half = replace(mapped, offsets=mapped.offsets[250:].copy())
    sizes = []
    for pool, workers in ((half, "processes"), (framed.take(np.arange(250, 500)), "serial")):
        with Sizer(pool, get_compressor("zlib"), n_jobs=2, workers=workers) as scorer:
            grown = scorer.empty_set()
            grown.extend(np.arange(9))
            grown.extend(np.arange(9, 12))
            sizes.append(grown.union_sizes(np.arange(250)).tolist())
    assert sizes[0] == sizes[1]


@pytest.mark.parametrize("start_method", ["spawn"], indirect=True)
def test_a_pool_replaced_meanwhile_is_noticed(start_method, tmp_path):
    mapped = save_mapped(POOL, tmp_path / "pool")
    save_mapped(POOL.take(np.arange(400)), tmp_path / "pool")
    with pytest.raises(FingerprintError, match="replaced since"):
        select(mapped, "zlib", "processes", 2)
    assert select(mapped, "zlib", "serial", 1) == select(POOL, "zlib", "serial", 1)


def test_sets_that_are_forgotten_leave_the_workers():
    with Sizer(POOL, get_compressor("zlib"), n_jobs=2, workers="processes") as scorer:
        for start in range(0, 100, 5):
            grown = scorer.empty_set()
            grown.extend(np.arange(start, start + 5))
            assert len(grown.union_sizes(np.arange(200))) == 200
            assert len(scorer.session._discarded) <= 1


def test_threads_are_refused_to_a_codec_that_may_not_bear_them():
    with pytest.raises(ConfigError, match='releases_gil = True.*workers="processes"'):
        select(POOL, Plain(), "threads", 2)
    with pytest.raises(ConfigError, match='"auto", "threads", "processes" or "serial".*n_jobs'):
        ZipSelector(1, workers=4)


def test_shares_are_equal_in_bytes():
    rows = np.arange(500)
    shares = equal_shares(POOL, rows, 3)
    assert np.concatenate(shares).tolist() == rows.tolist()
    totals = [int(POOL.lengths[share].sum()) for share in shares]
    assert max(totals) - min(totals) <= 2 * int(POOL.lengths.max())
    one = Corpus.from_rows([b"x" * 1000, b"y"])
    assert sum(len(share) for share in equal_shares(one, np.arange(2), 5)) == 2

"""Sizes and selections are the same on every executor, and wherever the pool is stored."""

import multiprocessing
import traceback
import warnings
import weakref
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from codecs_for_workers import Plain

from entropylaw import Corpus, ZipSelector, get_compressor
from entropylaw.alignment import alignment_scores
from entropylaw.compressors import RecompressPrimed
from entropylaw.corpus import PYTHON_LIST
from entropylaw.errors import ConfigError, EntropyLawWarning, FingerprintError
from entropylaw.io.mapped import save_mapped
from entropylaw.sizing import (
    ProcessExecutor,
    SerialExecutor,
    Sizer,
    ThreadExecutor,
    available_cores,
    resolve_jobs,
)
from entropylaw.sizing.executors import equal_shares

ROWS = [b"record %d says %d times %d" % (i % 40, i, i * 7919 % 1013) for i in range(500)]
ROWS[10:30] = ROWS[40:60]  # copies, which are sized once
POOL = Corpus.from_rows(ROWS)


class Shards:
    """An executor of a user: shards of the pool in other threads, reached by keys and bytes."""

    def start(self, corpus, compressor):
        return ShardsSession(SerialExecutor().start(corpus, compressor), corpus, compressor)


class ShardsSession:
    def __init__(self, local, corpus, compressor):
        self.local = local
        middle = len(corpus) // 2
        self.shards = [
            Shard(corpus.take(np.arange(0, middle)), compressor, 0),
            Shard(corpus.take(np.arange(middle, len(corpus))), compressor, middle),
        ]
        self.threads = ThreadPoolExecutor(2)

    def ask(self, task, *arguments):
        return list(self.threads.map(lambda shard: getattr(shard, task)(*arguments), self.shards))

    def prime(self, prefix):
        primed = self.local.prime(prefix)
        self.ask("prime", primed.key, prefix)
        weakref.finalize(primed, self.discard, primed.key)
        return primed

    def extend(self, prefix, more):
        self.ask("extend", prefix.key, more)
        self.local.extend(prefix, more)

    def sizes(self, prefix, rows, affixes):
        assert len({ROWS[row] for row in rows}) == len(rows)
        sizes = np.zeros(len(rows), np.int64)
        for mine, found in self.ask("sizes", prefix.key, rows, affixes):
            sizes[mine] = found
        return sizes

    def close(self):
        self.threads.shutdown()

    def discard(self, key):
        for shard in self.shards:
            del shard.primed[key]


class Shard:
    def __init__(self, corpus, compressor, first):
        self.corpus, self.compressor, self.first, self.primed = corpus, compressor, first, {}

    def prime(self, key, prefix):
        self.primed[key] = self.compressor.prime(prefix)

    def extend(self, key, more):
        self.primed[key].extend(more)

    def sizes(self, key, rows, affixes):
        mine = (rows >= self.first) & (rows < self.first + len(self.corpus))
        items = [
            affixes.before + self.corpus[row - self.first] + affixes.after
            for row in rows[mine].tolist()
        ]
        return mine, self.primed[key].sizes(items)


class Logging:
    """An executor of a user that logs what is asked of another one."""

    def __init__(self, inner):
        self.inner, self.log = inner, []

    def start(self, corpus, compressor):
        self.log.append("start")
        return LoggingSession(self.inner.start(corpus, compressor), self.log)


class LoggingSession:
    def __init__(self, inner, log):
        self.inner, self.log = inner, log

    def __getattr__(self, name):
        self.log.append(name)
        return getattr(self.inner, name)


def select(pool, compressor, workers, n_jobs, **options):
    options = {"k1": 300, "k2": 60, "k3": 30} | options
    selector = ZipSelector(90, compressor=compressor, workers=workers, n_jobs=n_jobs, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EntropyLawWarning)
        return selector.select(pool, initial_subset=[1, 499])


@pytest.mark.parametrize("spec", ["zlib:6", "zstd:3"])
def test_processes_select_as_one_thread_does(start_method, spec, tmp_path):
    expected = select(POOL, spec, "serial", 1)
    mapped = save_mapped(POOL, tmp_path / "pool")
    assert select(POOL, spec, "processes", 2) == expected
    assert select(mapped, spec, ProcessExecutor(3), 1) == expected
    assert multiprocessing.active_children() == []


def test_a_codec_that_holds_the_interpreter(start_method):
    expected = select(POOL, Plain(), "serial", 1)
    assert select(POOL, Plain(), "processes", 2) == expected
    assert select(POOL, Plain(), "auto", 2) == expected


@pytest.mark.parametrize("spec", ["zlib:9", "zstd:3", "zstd:6:long", "lz4", "brotli:1"])
def test_threads_select_as_one_thread_does(spec, tmp_path):
    expected = select(POOL, spec, "serial", 3)
    assert select(POOL, spec, "threads", 2) == expected
    assert select(save_mapped(POOL, tmp_path / "pool"), spec, ThreadExecutor(3), 1) == expected


@pytest.mark.parametrize("spec", ["zlib:6", "zstd:3"])
def test_an_executor_of_the_user(spec):
    assert select(POOL, spec, Shards(), 1) == select(POOL, spec, "serial", 1)
    scores = alignment_scores(ROWS, ROWS[:9], compressor=spec, workers=Shards())
    assert scores.tolist() == alignment_scores(ROWS, ROWS[:9], compressor=spec).tolist()


@pytest.mark.parametrize("wrong", [list, lambda sizes: sizes[:-1], lambda sizes: sizes / 2])
def test_an_executor_that_returns_no_sizes_is_named(wrong):
    class Session:
        def __init__(self, corpus, compressor):
            self.inner = SerialExecutor().start(corpus, compressor)

        def __getattr__(self, name):
            return getattr(self.inner, name)

        def sizes(self, prefix, rows, affixes):
            return wrong(self.inner.sizes(prefix, rows, affixes))

    class Wrong:
        def start(self, corpus, compressor):
            return Session(corpus, compressor)

    with pytest.raises(ConfigError, match="workers: expected sizes.* of the executor's session"):
        select(POOL, "zlib", Wrong(), 1)


def test_an_executor_is_started_once_and_closed():
    executor = Logging(SerialExecutor())
    assert select(POOL, "zlib", executor, 4) == select(POOL, "zlib", "serial", 1)
    assert executor.log[0] == "start" and executor.log[-1] == "close"
    assert executor.log.count("start") == executor.log.count("close") == 1
    assert set(executor.log) == {"start", "prime", "extend", "sizes", "close"}


@pytest.mark.parametrize("workers", ["serial", "threads", "processes"])
def test_three_frames_between_a_set_and_the_compressor(workers):
    frames = []

    class Observed(RecompressPrimed):
        def sizes(self, items):
            names = [frame.name for frame in traceback.extract_stack()]
            if "union_sizes" in names:
                frames.append(names[names.index("union_sizes") + 1 : -1])
            return super().sizes(items)

    class Watched(Plain):
        releases_gil = True

        def prime(self, prefix):
            return Observed(self, prefix)

    codec = get_compressor("zlib") if workers == "processes" else Watched()
    with Sizer(POOL, codec, n_jobs=2, workers=workers) as sizer:
        chosen = sizer.empty_set()
        chosen.extend(np.array([0]))
        if workers == "processes":
            chosen._prefix = replace(chosen._prefix, primed=Observed(codec, ROWS[0]))
        chosen.union_sizes(np.arange(400))
        chosen.union_sizes(np.arange(3))
    assert len(frames) == 2 and max(map(len, frames)) <= 3


def test_added_bytes_are_those_of_plain_zlib():
    rows = np.array([3, 400, 15, 45])  # 15 and 45 are copies
    known = ROWS[0] + b"\n" + ROWS[1]

    def size(data):
        return len(zlib.compress(data, 9))

    with Sizer(POOL, get_compressor("zlib:9")) as sizer:
        chosen = sizer.empty_set()
        assert chosen.added(rows).tolist() == [size(ROWS[row]) for row in rows]
        chosen.extend(np.array([0, 1]))
        expected = [size(known + b"\n" + ROWS[row]) - size(known) for row in rows]
        assert chosen.added(rows).tolist() == expected
        assert sizer.set_of_bytes(known).added(rows).tolist() == expected
        alone = [size(b"\n" + ROWS[row]) - size(b"") for row in rows]
        assert sizer.set_of_bytes(b"").added(rows).tolist() == alone


def test_framings_and_parts_of_a_mapped_pool(start_method, tmp_path):
    framed = Corpus.from_rows(ROWS, framing=PYTHON_LIST)
    mapped = save_mapped(framed, tmp_path / "pool")
    assert select(mapped, "zlib:1", "processes", 2) == select(framed, "zlib:1", "serial", 1)
    half = replace(mapped, offsets=mapped.offsets[250:].copy())
    sizes = []
    for pool, workers in ((half, "processes"), (framed.take(np.arange(250, 500)), "serial")):
        with Sizer(pool, get_compressor("zlib"), n_jobs=2, workers=workers) as sizer:
            grown = sizer.empty_set()
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


def test_sets_that_are_garbage_leave_the_workers():
    with Sizer(POOL, get_compressor("zlib"), n_jobs=2, workers="processes") as sizer:
        for start in range(0, 100, 5):
            grown = sizer.empty_set()
            grown.extend(np.arange(start, start + 5))
            assert len(grown.union_sizes(np.arange(200))) == 200
            assert len(sizer.session._discarded) <= 1


def test_workers_that_cannot_work():
    for workers in ("threads", ThreadExecutor(2)):
        with pytest.raises(ConfigError, match='releases_gil = True.*workers="processes"'):
            select(POOL, Plain(), workers, 2)
    for wrong in (4, None, "cluster", SerialExecutor):
        with pytest.raises(ConfigError, match='workers: expected "auto".*or "serial"; saw.*n_jobs'):
            ZipSelector(1, workers=wrong)


@pytest.mark.parametrize("executor", [ThreadExecutor, ProcessExecutor])
def test_a_number_of_jobs(executor):
    assert resolve_jobs(None) == resolve_jobs(-1) == resolve_jobs(np.int8(-1)) == available_cores()
    assert type(executor(np.int64(3)).n_jobs) is int and executor(np.int64(3)) == executor(3)
    for wrong in (0, -2, True, 2.0, "2", np.float64(2)):
        with pytest.raises(ConfigError, match="n_jobs: expected an integer of at least 1; saw"):
            executor(wrong)


def test_shares_are_equal_in_bytes():
    rows = np.arange(500)
    shares = equal_shares(POOL, rows, 3)
    assert np.concatenate(shares).tolist() == rows.tolist()
    totals = [int(POOL.lengths[share].sum()) for share in shares]
    assert max(totals) - min(totals) <= 2 * int(POOL.lengths.max())
    one = Corpus.from_rows([b"x" * 1000, b"y"])
    assert sum(len(share) for share in equal_shares(one, np.arange(2), 5)) == 2

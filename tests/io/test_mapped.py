"""A mapped pool equals the pool in memory and takes no memory; its file is complete or absent."""

import gzip
import json
import subprocess
import sys
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entropylaw import Corpus, ZipSelector, compression_ratio
from entropylaw.corpus import PYTHON_LIST, Framing
from entropylaw.errors import ConfigError, EmptyPoolError, FileFormatError, UnknownShapeError
from entropylaw.io.load import as_corpus
from entropylaw.io.mapped import build_mapped, open_mapped, save_mapped
from entropylaw.ratios import sample_ratios

RECORDS = [{"instruction": f"Say {i}.", "output": f"It is {i**3}.", "id": i} for i in range(90)]


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "pool.jsonl"
    path.write_text("\n".join(map(json.dumps, RECORDS)) + "\n\n")
    return path


def names_in(folder):
    return [path.name for path in folder.iterdir()]


def selected(pool):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ZipSelector(30, k1=60, k2=20, k3=7).select(pool)


@pytest.mark.parametrize(
    "render", [None, "alpaca", "zip-reference", lambda record: record["output"]]
)
def test_it_is_the_pool(source, tmp_path, render):
    memory = as_corpus(source, render=render)
    mapped = build_mapped(source, tmp_path / "pool.mapped", render=render)
    for pool in (
        mapped,
        open_mapped(tmp_path / "pool.mapped"),
        save_mapped(memory, tmp_path / "x"),
    ):
        assert len(pool) == 90
        assert pool.fingerprint == memory.fingerprint
        assert (list(pool), pool.framing, dict(pool.shapes)) == (
            list(memory),
            memory.framing,
            dict(memory.shapes),
        )
        assert pool.total_bytes == memory.total_bytes
        assert pool.lengths.tolist() == memory.lengths.tolist()
        assert not pool.offsets.flags.writeable
    assert list(mapped.take(np.array([5, 2]))) == [memory[5], memory[2]]
    assert selected(mapped) == selected(memory)
    assert compression_ratio(mapped) == compression_ratio(memory)
    assert (sample_ratios(mapped) == sample_ratios(memory)).all()


@given(
    rows=st.lists(st.binary(max_size=9), min_size=1),
    parts=st.tuples(*[st.binary(max_size=3)] * 3),
)
def test_any_bytes_come_back(tmp_path_factory, rows, parts):
    corpus = Corpus.from_rows(rows, framing=Framing(*parts))
    mapped = save_mapped(corpus, tmp_path_factory.mktemp("any") / "pool")
    assert (list(mapped), mapped.framing) == (rows, corpus.framing)
    assert mapped.fingerprint == corpus.fingerprint


def test_sources(source, tmp_path):
    packed = tmp_path / "pool.jsonl.gz"
    packed.write_bytes(gzip.compress(source.read_bytes()))
    expected = as_corpus(RECORDS).fingerprint
    for given_ in (source, str(source), packed, RECORDS, iter(RECORDS), (r for r in RECORDS)):
        assert build_mapped(given_, tmp_path / "out").fingerprint == expected
    assert list(build_mapped(["a", b"\xff"], tmp_path / "out")) == [b"a", b"\xff"]


def test_a_choice_is_taken_from_the_source(source, tmp_path):
    result = selected(build_mapped(source, tmp_path / "out"))
    assert result.take(source) == [RECORDS[row] for row in result.indices]


def test_a_pool_in_use_may_be_built_anew(source, tmp_path):
    first = build_mapped(source, tmp_path / "out")
    build_mapped(["another"], tmp_path / "out")
    assert list(first) == list(as_corpus(RECORDS))


@pytest.mark.parametrize(
    ("lines", "error", "match"),
    [
        ('{"text": "a"}\n{"text": ', FileFormatError, "line 2"),
        ('{"text": "a"}\n{"x": 1}', FileFormatError, "line 2.*record 1: cannot tell"),
        ("", FileFormatError, "empty"),
    ],
)
def test_a_broken_source_leaves_nothing(tmp_path, lines, error, match):
    source = tmp_path / "pool.jsonl"
    source.write_text(lines)
    with pytest.raises(error, match=match):
        build_mapped(source, tmp_path / "out")
    assert names_in(tmp_path) == ["pool.jsonl"]


def test_bad_records_and_places(source, tmp_path):
    with pytest.raises(EmptyPoolError):
        build_mapped(iter([]), tmp_path / "out")
    with pytest.raises(UnknownShapeError, match="record 1"):
        build_mapped(["a", {"x": 1, "y": 2}], tmp_path / "out")
    with pytest.raises(ConfigError, match=r"without .gz or .zst"):
        build_mapped(["a"], tmp_path / "out.gz")
    with pytest.raises(ConfigError, match="also an input"):
        build_mapped(source, source)
    with pytest.raises(FileNotFoundError):
        build_mapped(tmp_path / "none.jsonl", tmp_path / "out")
    assert names_in(tmp_path) == ["pool.jsonl"]


@pytest.mark.parametrize("damage", ["cut", "tail", "head", "empty", "other", "offsets", "version"])
def test_something_else_or_cut_short(tmp_path, damage):
    path = tmp_path / "out"
    save_mapped(Corpus.from_rows([b"some words"] * 9, framing=PYTHON_LIST), path)
    whole = path.read_bytes()
    at = whole.index(b'{"format"')
    path.write_bytes(
        {
            "cut": whole[:-5],
            "tail": whole[: at - 8] + whole[-20:],
            "head": b"x" + whole[1:],
            "empty": b"",
            "other": b'{"text": "a"}\n' * 99,
            "offsets": whole[: at - 16] + b"\xff" * 16 + whole[at:],
            "version": whole.replace(b'"format": 1', b'"format": 2'),
        }[damage]
    )
    with pytest.raises(FileFormatError, match=r"out: .*build_mapped\(\)"):
        open_mapped(path)


def test_a_full_disk_leaves_nothing(tmp_path):
    code = """
import resource, sys
from entropylaw.errors import StorageError
from entropylaw.io.mapped import build_mapped
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    build_mapped(("some words " * 20 for _ in range(5000)), sys.argv[1])
except StorageError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "out"], capture_output=True, text=True
    )
    assert (
        "not enough disk space for the pool" in done.stdout and "File too large" in done.stdout
    ), done.stderr
    assert names_in(tmp_path) == []


@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit on private memory")
def test_a_pool_larger_than_memory(tmp_path):
    """Built, hashed and selected from with far less memory to spare than its 64 MB."""
    code = """
import random, resource, sys
from pathlib import Path
from entropylaw import ZipSelector
from entropylaw.io.mapped import build_mapped

ZipSelector(2, n_jobs=1, compressor="lz4").select(["all modules", "are loaded"])
in_use = next(int(line.split()[1]) << 10 for line in open("/proc/self/status") if "VmData" in line)
resource.setrlimit(resource.RLIMIT_DATA, (in_use + (40 << 20),) * 2)
rng = random.Random(0)
pool = build_mapped((rng.randbytes(8_000) for _ in range(8_000)), sys.argv[1])
selector = ZipSelector(20, k1=200, k2=20, k3=10, compressor="lz4", n_jobs=1)
print(len(selector.select(pool)), pool.total_bytes)
try:
    Path(sys.argv[1]).read_bytes()
except MemoryError:
    print("too large to read")
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, tmp_path / "out"],
        capture_output=True,
        text=True,
    )
    assert done.stdout.split("\n")[:2] == ["20 64000000", "too large to read"], done.stderr

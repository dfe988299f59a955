"""Standard errors of a ratio against closed forms, simulation and real compression."""

from __future__ import annotations

import dataclasses
import zlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from entropylaw import compression_ratio
from entropylaw.compressors import get_compressor
from entropylaw.corpus import LINES, PYTHON_LIST
from entropylaw.errors import ConfigError, EmptyPoolError, InputError, RecordError
from entropylaw.io.load import as_corpus
from entropylaw.law.noise import measure_ratio_noise, ratio_noise, ratio_of_sums


class Zlib:
    name = "zlib at 6"

    def compressed_size(self, data: bytes, /) -> int:
        return len(zlib.compress(data, 6))


def test_close_to_the_truth_in_simulation():
    rng = np.random.default_rng(0)
    ratios, errors = [], []
    for _ in range(400):
        c = rng.gamma(9, 30, size=800)
        r = 3 * c + rng.normal(0, 40, size=800)
        noise = ratio_noise(r, c)
        ratios.append(noise.compression_ratio)
        errors.append(noise.std_err)
    assert np.mean(errors) == pytest.approx(np.std(ratios), rel=0.15)


def test_a_drift_is_not_noise():
    rng = np.random.default_rng(1)
    raw = np.full(400, 1000.0)
    flat = 300 + rng.normal(0, 10, 400)
    drifting = flat + np.linspace(100, -100, 400)  # later records add less
    assert ratio_noise(raw, drifting).std_err == pytest.approx(
        ratio_noise(raw, flat).std_err, rel=0.1
    )


def test_order_of_blocks_and_totals():
    noise = ratio_noise(np.arange(1, 8) * 10, np.arange(1, 8) * 5, blocks=5)
    assert (noise.compression_ratio, noise.std_err, noise.blocks, noise.records) == (2, 0, 5, 7)
    assert noise.to_dict()["blocks"] == 5


TEXTS = [f"record {i} of many, {i * i % 97}" for i in range(300)]


def test_measuring_equals_the_compressor():
    noise = measure_ratio_noise(TEXTS, Zlib(), blocks=10)
    whole = "\n".join(TEXTS).encode()
    assert noise.compression_ratio == len(whole) / len(zlib.compress(whole, 6))
    assert 0 < noise.std_err < 0.2 * noise.compression_ratio
    assert (noise.blocks, noise.records) == (10, 300)


def test_each_block_adds_what_the_compressor_says():
    wholes = ["\n".join(TEXTS[: 30 * block]).encode() for block in range(1, 11)]
    raw = np.diff([0, *map(len, wholes)])
    compressed = np.diff([0, *(len(zlib.compress(whole, 6)) for whole in wholes)])
    expected = ratio_noise(raw, compressed, blocks=10)
    assert measure_ratio_noise(TEXTS, Zlib(), blocks=10).std_err == expected.std_err


def one_shot(texts, codec, framing, blocks):
    """The noise from sizes of every prefix, each compressed as a whole."""
    codec, rows = get_compressor(codec), [text.encode() for text in texts]
    ends = [block * len(rows) // blocks for block in range(1, blocks + 1)]
    wholes = [framing.whole(rows[:end]) for end in ends]
    raw = np.diff([0, *map(len, wholes)])
    return ratio_noise(raw, np.diff([0, *map(codec.compressed_size, wholes)]), blocks=blocks)


@pytest.mark.parametrize("framing", [LINES, PYTHON_LIST])
@pytest.mark.parametrize("codec", ["zlib", "zlib:1", "zlib:9:conditional", "zstd:3", "bz2"])
def test_priming_gives_the_one_shot_sizes(codec, framing):
    """Exact (zlib), conditional and recompressing codecs; longer than the window of zlib."""
    rng = np.random.default_rng(5)
    texts = ["", *(" ".join(map(str, rng.integers(0, 60, 50))) for _ in range(600)), "", ""]
    corpus = dataclasses.replace(as_corpus(texts), framing=framing)
    measured = measure_ratio_noise(corpus, codec, blocks=12)
    expected = one_shot(texts, codec, framing, 12)
    assert (measured.compression_ratio, measured.std_err) == (
        expected.compression_ratio,
        expected.std_err,
    )


class CountingState:
    exact = True

    def __init__(self, codec, prefix):
        self.codec, self.prefix, self.read = codec, prefix, 0

    @property
    def base(self):
        return len(zlib.compress(self.prefix))

    def size(self, data):
        return len(zlib.compress(self.prefix + data))

    def extend(self, more):
        self.codec.read += len(more)
        self.prefix += more


class CountingCodec(Zlib):
    read = 0

    def prime(self, prefix, /):
        return CountingState(self, prefix)


def test_an_exact_codec_reads_each_block_once():
    codec = CountingCodec()
    assert measure_ratio_noise(TEXTS, codec).std_err == measure_ratio_noise(TEXTS, Zlib()).std_err
    assert codec.read == len("\n".join(TEXTS))


@pytest.mark.parametrize("codec", ["bz2", "lzma:1", Zlib()])
def test_jobs_change_nothing(codec):
    serial = measure_ratio_noise(TEXTS, codec, blocks=9)
    assert measure_ratio_noise(TEXTS, codec, blocks=9, n_jobs=3) == serial
    assert measure_ratio_noise(TEXTS, codec, blocks=9, n_jobs=None) == serial
    with pytest.raises(ConfigError, match="n_jobs: expected an integer"):
        measure_ratio_noise(TEXTS, codec, n_jobs=0)


def test_progress_is_shown_if_asked(capsys):
    silent = measure_ratio_noise(TEXTS)
    assert capsys.readouterr().err == ""
    assert measure_ratio_noise(TEXTS, progress=True, blocks=np.int64(20)) == silent
    assert "measure: 100%" in capsys.readouterr().err


def containers(folder: Path) -> list[object]:
    path = folder / "pool.txt"
    path.write_text("\n".join(TEXTS) + "\n")
    return [
        [text.encode() for text in TEXTS],
        tuple(TEXTS),
        [{"text": text, "n": 1} for text in TEXTS],
        pa.table({"text": TEXTS}),
        path,
    ]


def test_measures_whatever_compression_ratio_does(tmp_path):
    expected = measure_ratio_noise(TEXTS, "zstd:3")
    assert expected.compression_ratio == compression_ratio(TEXTS, "zstd:3")
    for data in containers(tmp_path):
        assert measure_ratio_noise(data, "zstd:3") == expected
    rows = [{"body": text} for text in TEXTS]
    assert measure_ratio_noise(rows, "zstd:3", text="body") == expected
    assert measure_ratio_noise(rows, "zstd:3", render=lambda row: row["body"]) == expected


@pytest.mark.parametrize(
    ("records", "error", "match"),
    [
        (TEXTS[:4], InputError, "5 records or more; saw 4"),
        ([], EmptyPoolError, "no records"),
        ([*TEXTS, 7], RecordError, "record 300"),
        ("one string", InputError, "pathlib.Path"),
    ],
)
def test_records_that_cannot_be_measured(records, error, match):
    with pytest.raises(error, match=match):
        measure_ratio_noise(records)


def test_few_intervals_have_no_error():
    ratio, std_err = ratio_of_sums(np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    assert ratio == 1.5
    assert np.isnan(std_err)


@pytest.mark.parametrize(
    ("raw", "compressed", "options", "error", "match"),
    [
        ([1, 2], [1, 2], {}, InputError, "5 records"),
        ([1] * 6, [1] * 5, {}, InputError, "6 and 5"),
        ([1] * 5 + [-1], [1] * 6, {}, InputError, "raw, row 5"),
        ([1] * 6, [1, 1, float("nan"), 1, 1, 1], {}, InputError, "compressed, row 2"),
        ([1] * 6, [0] * 6, {}, InputError, "total"),
        ([[1] * 6], [1] * 6, {}, InputError, "shape"),
        ([1] * 6, [1] * 6, {"blocks": 2}, ConfigError, "blocks"),
        ([1] * 6, [1] * 6, {"blocks": True}, ConfigError, "blocks"),
    ],
)
def test_bad_input(raw, compressed, options, error, match):
    with pytest.raises(error, match=match):
        ratio_noise(raw, compressed, **options)
    if options:
        with pytest.raises(error, match=match):
            measure_ratio_noise([b"x"] * 9, Zlib(), **options)

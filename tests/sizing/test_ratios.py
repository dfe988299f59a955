"""Ratio functions: against plain zlib, without copies of the corpus, each text once."""

import tracemalloc
import zlib

import numpy as np
import pytest
from codecs_for_workers import Counting

from entropylaw import Corpus, compression_ratio
from entropylaw.corpus import LINES, PYTHON_LIST, Framing
from entropylaw.errors import ConfigError, InputError
from entropylaw.ratios import (
    compressed_fraction,
    conditional_ratios,
    conditional_sizes,
    group_ratios,
    sample_ratios,
)

ROWS = [b"row %d of %d, %d" % (i % 300, i % 7, i % 300) for i in range(700)]
FRAMINGS = [LINES, PYTHON_LIST, Framing(joiner=b"")]


class OnePiece:
    """Takes no memory of its own, as a compressor that reads a view does."""

    name = "one piece"

    def compressed_size(self, data, /):
        return 1 + len(data) // 2


def ratio(content):
    return len(content) / len(zlib.compress(content, 9))


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("rows", [ROWS, ROWS[:1]])
def test_ratios_are_those_of_plain_zlib(framing, rows):
    corpus = Corpus.from_rows(rows, framing=framing)
    whole = framing.opening + framing.joiner.join(rows) + framing.closing
    assert compression_ratio(corpus, "zlib:9") == ratio(whole)
    assert compressed_fraction(corpus, "zlib:9") == pytest.approx(1 / ratio(whole))
    alone = [ratio(framing.opening + row + framing.closing) for row in rows]
    assert sample_ratios(corpus, "zlib:9").tolist() == alone
    groups = [row[-1] for row in rows]
    assert group_ratios(corpus, groups, "zlib:9") == {
        group: ratio(framing.whole(row for row in rows if row[-1] == group)) for group in groups
    }


@pytest.mark.parametrize("framing", FRAMINGS)
def test_conditional_sizes_are_those_of_plain_zlib(framing):
    known = [b"row 5 of 5, 5", b"other"]
    pool = Corpus.from_rows(ROWS[:50], framing=framing)
    prefix = b"\n".join(known)
    base = len(zlib.compress(prefix, 9))
    added = [len(zlib.compress(prefix + framing.joiner + row, 9)) - base for row in ROWS[:50]]
    assert conditional_sizes(pool, known, "zlib:9").tolist() == added
    lengths = [len(framing.joiner + row) for row in ROWS[:50]]
    expected = [length / size if size else np.inf for length, size in zip(lengths, added)]
    assert conditional_ratios(pool, known, "zlib:9").tolist() == expected


def test_each_text_is_compressed_once():
    codec = Counting()
    sample_ratios(Corpus.from_rows([b"warm up"]), codec)
    before, distinct = codec.calls, len(set(ROWS))
    sample_ratios(Corpus.from_rows(ROWS), codec)
    assert codec.calls == before + distinct
    conditional_sizes(Corpus.from_rows(ROWS), [b"known"], codec)
    assert codec.calls <= before + 2 * distinct + 2  # the size of what is known, alone


@pytest.mark.parametrize("spec", ["zlib", "zstd:3", "bz2"])
def test_jobs_and_steps_change_nothing(monkeypatch, spec):
    own, added = sample_ratios(ROWS, spec, n_jobs=1), conditional_sizes(ROWS, ROWS[:3], spec)
    monkeypatch.setattr("entropylaw.sizing.steps.STEP", 100)
    assert sample_ratios(ROWS, spec, n_jobs=np.int64(3)).tolist() == own.tolist()
    assert conditional_sizes(ROWS, ROWS[:3], spec, n_jobs=2).tolist() == added.tolist()
    groups = [i % 3 for i in range(len(ROWS))]
    serial = group_ratios(ROWS, groups, spec)
    assert list(group_ratios(ROWS, groups, spec, n_jobs=2).items()) == list(serial.items())
    for measure in (sample_ratios, lambda data, spec, **o: group_ratios(data, groups, spec, **o)):
        with pytest.raises(ConfigError, match="n_jobs: expected an integer"):
            measure(ROWS, spec, n_jobs=0)


def test_progress_is_shown_on_stderr(capsys):
    sample_ratios(ROWS, progress=True)
    assert f"{len(set(ROWS))}/{len(set(ROWS))}" in capsys.readouterr().err
    group_ratios(ROWS, [0] * len(ROWS), progress=True)
    assert f"{len(ROWS)}/{len(ROWS)}" in capsys.readouterr().err
    sample_ratios(ROWS, progress=False)
    group_ratios(ROWS, [0] * len(ROWS), progress=False)
    assert capsys.readouterr().err == ""


def test_memory_stays_below_one_more_copy():
    """The joined bytes of a set are one copy; sizes of single records need a batch."""
    rows = [bytes([i % 251]) * 100_000 for i in range(400)]  # 40 MB, in batches of 16 MiB
    corpus = Corpus.from_rows(rows)
    joined = Corpus.from_rows(rows, framing=Framing(joiner=b""))
    corpus.lengths, joined.lengths
    limits = {
        "whole": (lambda: compression_ratio(corpus, OnePiece()), 1.7),
        "joined already": (lambda: compression_ratio(joined, OnePiece()), 0.1),
        "alone": (lambda: sample_ratios(corpus, OnePiece(), n_jobs=1), 0.6),
        "groups": (lambda: group_ratios(corpus, [i % 4 for i in range(400)], OnePiece()), 0.6),
    }
    for name, (measure, copies) in limits.items():
        tracemalloc.start()
        measure()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < copies * corpus.total_bytes, name


def test_bad_input():
    with pytest.raises(InputError, match="only empty ones.*Try compression_ratio"):
        compressed_fraction([""])
    with pytest.raises(InputError, match="groups: expected one group for each of the 2.*saw 1"):
        group_ratios(["a", "b"], ["x"])


def test_groups_of_an_iterator_come_from_the_same_pass():
    records = [{"text": f"{i % 3} words " * 9, "source": "ab"[i % 2]} for i in range(20)]
    assert group_ratios(iter(records), "source", text="text") == group_ratios(
        records, "source", text="text"
    )

"""A stream that was saved and loaded keeps exactly what an uninterrupted one keeps."""

import io
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entropylaw import Corpus, ZipStream
from entropylaw.compressors import Zlib
from entropylaw.errors import CompressorVersionWarning, ConfigError, InputError
from entropylaw.stream.state import read_state, write_state

OPTIONS = [
    {"keep": 0.2, "horizon": 40, "recent_bytes": 6_000, "compressor": "zstd:6:long"},
    {"keep": 0.3, "horizon": 30, "compressor": "lz4"},
    {"budget": 60, "expected": 300, "compressor": "zlib:9", "recent_bytes": 4_096},
    {"budget": 9_000, "expected": 90_000, "cost": "bytes", "text": "body", "compressor": "lz4"},
]


@pytest.fixture(scope="module")
def whole(texts):
    """Each option with its records, and the decisions of an uninterrupted stream."""
    cases = []
    for options in OPTIONS:
        records = [{"body": text} for text in texts[:300]] if "text" in options else texts[:300]
        stream = ZipStream(**options)
        cases.append((options, records, [stream.offer(record) for record in records], stream))
    return cases


@settings(max_examples=12, deadline=None)
@given(case=st.integers(0, len(OPTIONS) - 1), cuts=st.sets(st.integers(0, 300), max_size=4))
def test_resume_equals_uninterrupted(whole, case, cuts):
    options, records, expected, last = whole[case]
    stream, decisions = ZipStream(**options), []
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), 300], strict=True):
            decisions += [stream.offer(record) for record in records[start:end]]
            stream.save(state)
            stream = ZipStream.load(state)
            assert stream.tally.seen == end
        assert list(map(str, decisions)) == list(map(str, expected))
        assert stream.tally == last.tally and str(stream) == str(last)
        last.save(Path(folder) / "other")
        assert state.read_bytes() == (Path(folder) / "other").read_bytes()


def test_functions_are_passed_again(tmp_path):
    stream = ZipStream(keep=0.5, render=lambda record: record[0], cost=lambda record: record[1])
    stream.offer(("one record", 7))
    stream.save(tmp_path / "state")
    with pytest.raises(ConfigError, match="Try cost= with that function"):
        ZipStream.load(tmp_path / "state", render=str)
    with pytest.raises(ConfigError, match="Try render= with that function"):
        ZipStream.load(tmp_path / "state", cost=len)
    again = ZipStream.load(
        tmp_path / "state", render=lambda record: record[0], cost=lambda record: record[1]
    )
    assert again.tally.seen_cost == 7


def test_other_options_than_those_saved_are_refused(tmp_path):
    ZipStream(keep=0.5, compressor="lz4").save(tmp_path / "state")
    for other in ({"compressor": "zstd:3"}, {"render": "messages"}, {"cost": "bytes"}):
        with pytest.raises(ConfigError, match="expected .*which the stream was saved with; saw "):
            ZipStream.load(tmp_path / "state", **other)


def test_another_version_of_the_compressor_is_warned_of(tmp_path):
    ZipStream(keep=0.5, compressor="lz4").save(tmp_path / "state")
    state = read_state(tmp_path / "state")
    old = state.options.model_copy(update={"compressor_version": "lz4 0.9"})
    write_state(tmp_path / "state", type(state)(old, state.tally, state.ratios, state.contents))
    with pytest.warns(CompressorVersionWarning, match=r"lz4 0\.9"):
        ZipStream.load(tmp_path / "state")


def test_a_compressor_of_ones_own_is_passed_again(texts, tmp_path):
    class Mine(Zlib):
        name = "mine"

    stream = ZipStream(keep=0.5, compressor=Mine(6))
    list(stream.filter(texts[:50]))
    stream.save(tmp_path / "state")
    with pytest.raises(ConfigError, match="mine"):
        ZipStream.load(tmp_path / "state")
    assert ZipStream.load(tmp_path / "state", compressor=Mine(6)).tally == stream.tally


HEAD = """{
 "format": "entropylaw.stream/1",
 "entropylaw": "0.9.0",
 "options": {
  "keep": 0.5, "budget": null, "expected": null, "horizon": 1000, "cost": "records",
  "compressor": "zlib:9", "compressor_version": "VERSION", "recent_bytes": 4096,
  "render": "auto", "text": null, "on_error": "raise"
 },
 "tally": {
  "seen": 3, "kept": 1, "empty": 0, "unreadable": 0, "seen_bytes": 24, "kept_bytes": 8,
  "added_bytes": 9, "seen_cost": 3, "kept_cost": 1
 },
 "ratios": {"3": 1, "4": 2},
 "contents": [0, 0, 9]
}"""


def test_a_file_of_format_1_is_read(tmp_path):
    """Written by hand, so that states of earlier releases stay readable."""
    ratios = io.BytesIO()
    np.save(ratios, np.array([1.5, 0.5, 2.5]))
    with zipfile.ZipFile(tmp_path / "state", "w") as archive:
        archive.writestr("head.json", HEAD.replace("VERSION", Zlib(9).version))
        archive.writestr("ratios.npy", ratios.getvalue())
        archive.writestr("contents.bin", b"\nto be or")
    stream = ZipStream.load(tmp_path / "state")
    assert (stream.tally.seen, stream.tally.kept, stream.remembered_bytes) == (3, 1, 9)
    assert stream.rate == 0.5 + (0.5 * 3 - 1) / 1000
    decision = stream.offer("to be or")
    assert (decision.outcome, decision.threshold) == ("known", 0.5)


def test_a_failed_save_leaves_the_older_state(tmp_path, monkeypatch):
    stream = ZipStream(keep=0.5)
    stream.offer("first")
    stream.save(tmp_path / "state")
    before = (tmp_path / "state").read_bytes()

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("zipfile.ZipFile.writestr", full)
    stream.offer("second")
    with pytest.raises(OSError, match="No space"):
        stream.save(tmp_path / "state")
    assert (tmp_path / "state").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


@pytest.mark.parametrize("content", [b"", b"words", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_state_is_refused(tmp_path, content):
    (tmp_path / "other").write_bytes(content)
    with pytest.raises(InputError, match=r"expected a file that ZipStream\.save wrote; saw "):
        ZipStream.load(tmp_path / "other")


def test_a_broken_state_is_refused_wherever_it_is_broken(texts, tmp_path):
    stream = ZipStream(keep=0.5, compressor="lz4")
    list(stream.filter(texts[:30]))
    stream.save(tmp_path / "state")
    whole = (tmp_path / "state").read_bytes()
    for place in range(0, len(whole) - 400, 97):
        (tmp_path / "state").write_bytes(whole[:place])
        with pytest.raises(InputError, match="expected a file that ZipStream"):
            ZipStream.load(tmp_path / "state")


def test_a_state_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        ZipStream.load(tmp_path / "none")


def test_a_corpus_is_a_stream_too(texts):
    corpus = Corpus.from_rows([text.encode() for text in texts[:100]])
    assert len(list(ZipStream(budget=9, expected=100).filter(corpus))) == 9

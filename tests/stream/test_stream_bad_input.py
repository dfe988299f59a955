"""Wrong options and records raise errors that suggest a fix, and leave the stream unchanged."""

import numpy as np
import pytest

from entropylaw import ZipStream
from entropylaw.errors import BudgetError, CompressorError, ConfigError, InputError, RecordError


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({}, BudgetError, "keep=0.1 for a tenth"),
        ({"keep": 0.1, "budget": 5}, BudgetError, "expected one of them; saw both"),
        ({"keep": 0}, BudgetError, "above 0 and at most 1"),
        ({"keep": float("nan")}, BudgetError, "above 0 and at most 1"),
        ({"keep": 10}, BudgetError, "try budget="),
        ({"keep": True}, BudgetError, "saw True"),
        ({"keep": 0.1, "expected": 5}, BudgetError, "it without expected="),
        ({"budget": 5}, BudgetError, "together with expected="),
        ({"budget": 0, "expected": 5}, BudgetError, "at least 1"),
        ({"budget": 6, "expected": 5}, BudgetError, "would keep everything"),
        ({"budget": 0.5, "expected": 5}, BudgetError, "expected an integer"),
        ({"keep": 0.1, "horizon": 0}, ConfigError, "horizon"),
        ({"keep": 0.1, "recent_bytes": 10}, ConfigError, "at least 4,096"),
        ({"keep": 0.1, "cost": "tokens"}, ConfigError, "a function from a record to an int"),
        ({"keep": 0.1, "on_error": "ignore"}, ConfigError, '"raise" or "skip"'),
        ({"keep": 0.1, "compressor": "zstd:99"}, ConfigError, "zstd"),
        (
            {"keep": 0.1, "render": "messages", "text": "body"},
            ConfigError,
            "expected only one of render and text",
        ),
    ],
)
def test_options_that_cannot_work(options, error, message):
    with pytest.raises(error, match=message):
        ZipStream(**options)


def test_numpy_options_are_stored_as_python_values(tmp_path):
    options = {"budget": np.int64(5), "expected": np.uint16(50), "horizon": np.array(20)}
    stream = ZipStream(**options, cost=np.str_("bytes"), recent_bytes=np.int32(4096))
    assert repr(stream) == "ZipStream(5 of 50 bytes, kept 0 of 0 records)"
    stream.save(tmp_path / "state")
    share = ZipStream(keep=np.float32(0.5), cost=lambda text: np.int64(3))
    share.offer("one")
    share.save(tmp_path / "share")
    assert type(share.tally.seen_cost) is int
    assert ZipStream.load(tmp_path / "state").rate == stream.rate


@pytest.mark.parametrize("record", [7, None, {"strange": 1}, "\ud800", {"text": 3}])
def test_a_record_that_cannot_be_read_is_named_and_leaves_no_trace(record):
    stream = ZipStream(keep=0.5)
    stream.offer("one")
    before = stream.tally
    with pytest.raises(InputError, match="record 1"):
        stream.offer(record)
    assert stream.tally == before
    skipping = ZipStream(keep=0.5, on_error="skip")
    assert skipping.offer(record).outcome == "unreadable"
    assert (skipping.tally.seen, skipping.tally.seen_cost) == (1, 1)


@pytest.mark.parametrize("cost", [lambda text: -1, lambda text: 1.5, lambda text: True, len])
def test_a_cost_that_is_none_names_the_record(cost):
    stream = ZipStream(keep=0.5, cost=cost, render=str)
    with pytest.raises(RecordError, match=r"record 0: cost: .*the function"):
        stream.offer(3)
    assert stream.tally.seen == 0


@pytest.mark.parametrize("records", ["text", b"text", {"text": "one record"}])
@pytest.mark.parametrize("method", ["filter", "remember"])
def test_one_record_is_no_stream(records, method):
    with pytest.raises(InputError, match="which is one record"):
        list(getattr(ZipStream(keep=0.5), method)(records) or [])


def test_a_compressor_that_fails_leaves_no_trace():
    class Moody:
        name = "moody"
        window = 4096
        fails = False

        def compressed_size(self, data):
            if self.fails:
                raise ValueError("not today")
            return len(data) + 1

    codec = Moody()
    with pytest.warns(UserWarning, match="moody"):
        stream = ZipStream(keep=0.5, compressor=codec)
    stream.offer("one")
    codec.fails = True
    with pytest.raises(CompressorError, match="not today"):
        stream.offer("two")
    assert stream.tally.seen == 1

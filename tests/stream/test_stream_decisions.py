"""A stream keeps what the oracle keeps, and no copies of records kept shortly before."""

import json
import lzma
import math
import random
from statistics import median

import pytest
from stream_oracle import kept_rows

from entropylaw import ZipStream
from entropylaw.stream import StreamDecision


@pytest.mark.parametrize(
    ("keep", "horizon", "limit"), [(0.3, 50, 4096), (0.1, 200, 20_000), (0.8, 10, 32_768)]
)
def test_decisions_are_those_of_the_oracle(texts, keep, horizon, limit):
    pool = [text.encode() for text in texts[:500]]
    pool[200:220] = pool[100:120]
    stream = ZipStream(keep=keep, horizon=horizon, recent_bytes=limit, compressor="zlib:9")
    rows = [row for row, text in enumerate(pool) if stream.offer(text)]
    assert rows == kept_rows(pool, keep=keep, horizon=horizon, limit=limit)
    assert 0 < len(rows) < len(pool)


@pytest.mark.parametrize("compressor", ["zstd:6:long", "zstd:3", "zlib:9", "lz4"])
def test_copies_of_what_was_kept_shortly_before_are_not_kept(texts, compressor):
    stream = ZipStream(keep=0.2, compressor=compressor)
    window = stream._memory.limit // 8
    copies, kept = [], []
    for text in texts[:1_500]:
        if len(text) > 60 and stream.offer(text):
            kept.append(text)
            if len(kept) > 50 and sum(map(len, kept[-5:])) < window:
                copies.append(stream.offer(kept[-5]))
    assert len(copies) > 30
    assert {copy.outcome for copy in copies} == {"known"}
    assert all(copy.ratio > copy.threshold for copy in copies)


def test_the_kept_are_less_redundant_than_random_of_equal_bytes(texts):
    rng = random.Random(1)
    pool = texts + [text.replace("the", "a") for text in texts[:1_000]]
    rng.shuffle(pool)
    kept = list(ZipStream(keep=0.2).filter(pool))
    size = sum(map(len, kept))

    def ratio(chosen):
        data = "\n".join(chosen).encode()[:size]
        return len(data) / len(lzma.compress(data, preset=9))

    drawn = [ratio(rng.sample(pool, len(pool) // 2)) for _ in range(3)]
    assert ratio(kept) < 0.95 * min(drawn)


def test_what_is_owned_already_is_known(texts):
    stream = ZipStream(keep=0.5)
    stream.remember([*texts[:500], ""])
    assert stream.tally.seen == stream.tally.kept == 0
    owned = [stream.offer(text) for text in texts[:200]]
    other = [stream.offer(text) for text in texts[500:700]]
    assert median(one.ratio for one in owned) > 3 * median(one.ratio for one in other)
    assert sum(map(bool, other)) > 4 * sum(map(bool, owned[100:]))


def test_a_decision_has_a_reason(texts):
    stream = ZipStream(budget=40, expected=100, cost="bytes", on_error="skip")
    assert stream.offer("").outcome == "empty"
    assert stream.offer({"no": 1}).outcome == "unreadable"
    costly = stream.offer("x" * 41)
    assert (costly.outcome, bool(costly), costly.kept) == ("over budget", False, False)
    last = stream.offer("to be or not to be, that is the question")
    assert last.outcome == "kept" and last and last.ratio < last.threshold
    assert stream.offer("what then?").outcome == "over budget"
    assert math.isnan(StreamDecision("empty").ratio)
    tally = stream.tally
    assert (tally.seen, tally.kept, tally.empty, tally.unreadable) == (5, 1, 1, 1)
    assert (tally.kept_cost, tally.kept_bytes, tally.seen_cost) == (40, 40, 41 + 40 + 10)


def test_records_come_out_as_they_went_in_and_lazily(texts):
    taken = []

    def source():
        for place, text in enumerate(texts):
            taken.append(place)
            yield {"text": text, "place": place}

    stream = ZipStream(budget=30, expected=200)
    kept = list(stream.filter(source()))
    assert [record["text"] for record in kept] == [texts[record["place"]] for record in kept]
    assert len(taken) <= 200 and len(kept) == 30
    assert list(stream.filter(source())) == []


def test_the_printed_form(texts):
    stream = ZipStream(budget=300, expected=1_000, cost="bytes")
    assert repr(stream) == "ZipStream(300 of 1,000 bytes, kept 0 of 0 records)"
    list(stream.filter(texts[:100]))
    kept = f"{stream.tally.kept:,} of {stream.tally.seen:,} records"
    assert repr(stream) == f"ZipStream(300 of 1,000 bytes, kept {kept})"
    assert kept in str(stream)
    assert "<table>" in stream._repr_html_()


def test_the_tally_is_a_result(texts):
    empty = ZipStream(keep=0.5).tally
    assert json.loads(json.dumps(empty.to_dict()))["ratio"] is None
    stream = ZipStream(keep=0.5)
    list(stream.filter(texts[:300]))
    tally = stream.tally
    kept = f"{tally.kept:,} of {tally.seen:,} records"
    assert repr(tally) == f"StreamTally(kept {kept}, ratio {tally.ratio:.4g})"
    assert kept in str(tally) and kept in tally._repr_html_()
    assert tally.to_dict() == tally.to_frame().iloc[0].to_dict()
    assert tally.to_dict()["ratio"] == tally.ratio == tally.kept_bytes / tally.added_bytes

"""A stream can be copied and pickled while it runs; the copies decide as it does."""

import copy
import pickle

import pytest

from entropylaw import ZipStream

TEXTS = [f"record {i * 7919} of {i % 7} kinds" for i in range(300)]


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda stream: pickle.loads(pickle.dumps(stream))]
)
@pytest.mark.parametrize("spec", ["zlib", "zstd:6:long"])
def test_a_copy_goes_on_with_the_same_decisions(copied, spec):
    stream = ZipStream(keep=0.5, compressor=spec)
    for text in TEXTS[:200]:
        stream.offer(text)
    other = copied(stream)
    assert [other.offer(text) for text in TEXTS[200:]] == [
        stream.offer(text) for text in TEXTS[200:]
    ]

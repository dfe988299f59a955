"""Sizes depend on the data alone, not on what the allocator's memory held before."""

import json
import os
import platform
import subprocess
import sys

import pytest

from entropylaw.compressors import available_compressors

SPECS = (
    *("brotli:1", "bz2:1", "isal:1", "isal:2", "lz4", "lzma:0", "zlib:9", "zlib:9:conditional"),
    *("zlib-ng:2", "zlib-ng:9", "zstd:3", "zstd:6:long"),
)
SIZES = """
import json, random, sys
from entropylaw.compressors import get_compressor, prime
rng = random.Random(0)
texts = [bytes(rng.choice(b"ab") for _ in range(rng.randrange(60))) for _ in range(300)]
found = {}
for spec in sys.argv[1:]:
    codec = get_compressor(spec)
    after = prime(codec, b"".join(texts)).sizes(texts[:20]).tolist()
    found[spec] = [codec.compressed_size(text) for text in texts] + after
print(json.dumps(found))
"""


def sizes(fill: int) -> dict[str, list[int]]:
    """Return the sizes by each compressor in a process whose memory is filled with one byte."""
    fresh = {"PYTHONMALLOC": "malloc", "MALLOC_PERTURB_": str(fill)}
    # Without this threshold large blocks come from the system, which clears them.
    fresh["MALLOC_MMAP_THRESHOLD_"] = "100000000"
    done = subprocess.run(
        [sys.executable, "-c", SIZES, *SPECS],
        capture_output=True,
        check=True,
        env=os.environ | fresh,
        text=True,
    )
    found: dict[str, list[int]] = json.loads(done.stdout)
    return found


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="fills memory by glibc's malloc")
def test_sizes_do_not_depend_on_old_memory():
    first, *others = [sizes(fill) for fill in (0, 1, 127, 171, 255)]
    assert {spec.partition(":")[0] for spec in SPECS} == set(available_compressors())
    assert all(other == first for other in others)

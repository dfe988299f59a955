"""The table of docs/explanation/memory.md lists every compressor, as the code describes it."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import pytest

from entropylaw.compressors import available_compressors, describe, get_compressor
from entropylaw.compressors.registry import usage_of

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "memory.md"
ROW = re.compile(r"^\| (`.+?) \| (exact|conditional|recompress) \| (.+?) \|(.*)\|$", re.MULTILINE)
UNITS = {"KB": 1_000, "KiB": 1 << 10, "MiB": 1 << 20}
ROWS = ROW.findall(PAGE.read_text(encoding="utf-8"))

NAMES = ("zlib", "zlib-ng", "isal", "lz4", "zstd", "brotli", "bz2", "lzma")
NEEDS_LEVEL_1 = ("zlib", "zlib-ng")
NEEDS_LEVEL_2 = ("brotli",)


def specs_of(cell):
    """From "`a:1` to `a:3`, `b:2`" to the specifications meant."""
    for part in cell.split(", "):
        ends = re.findall(r"`([a-z0-9-]+):([0-9]+)((?::[a-z]+)?)`", part)
        (name, first, flag), (_, last, _) = ends[0], ends[-1]
        for level in range(int(first), int(last) + 1):
            yield f"{name}:{level}{flag}"


def every_form():
    """Every level with and without the flag of its name, by the usage in the registry."""
    for name in NAMES:
        lowest, highest, flag = re.fullmatch(
            rf"{name}\[:(\d+)-(\d+)\](?:\[:(\w+)\])?", usage_of(name)
        ).groups()
        levels = range(int(lowest), int(highest) + 1)
        yield from (f"{name}:{level}" for level in levels)
        if flag:
            least = 1 if name in NEEDS_LEVEL_1 else 2 if name in NEEDS_LEVEL_2 else 0
            yield from (f"{name}:{level}:{flag}" for level in levels if level >= least)


def bytes_of(text):
    count, unit = text.split()
    return int(count) * UNITS[unit]


def test_each_form_of_each_compressor_is_in_one_row():
    listed = [spec for compressors, *_ in ROWS for spec in specs_of(compressors)]
    assert sorted(listed) == sorted(every_form())


def test_no_built_in_is_left_out():
    assert {name for name in available_compressors() if usage_of(name) != name} == set(NAMES)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_agrees_with_the_code(row):
    compressors, priming, remembers, notes = row
    infos = [describe(get_compressor(spec)) for spec in specs_of(compressors)]
    if "ng" in zlib.ZLIB_RUNTIME_VERSION and compressors.startswith("`zlib:"):
        pytest.skip("this Python was built with zlib-ng in the place of zlib")
    assert {info.priming for info in infos} == {priming}
    windows = {info.window for info in infos}
    listed = [bytes_of(end) for end in remembers.split(" to ")]
    slack = 16  # brotli: a window of 4 MiB less 16 bytes
    assert listed[0] - slack <= min(windows) <= listed[0]
    assert listed[-1] - slack <= max(windows) <= listed[-1]
    of_the_extra = compressors.startswith(("`isal", "`zlib-ng"))
    assert ("extra `fast`" in notes) is of_the_extra


def test_threads_gain_with_all_of_them():
    assert all(get_compressor(name).releases_gil for name in NAMES)
    assert "All of them release Python's global" in PAGE.read_text(encoding="utf-8")

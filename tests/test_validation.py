"""Numbers, flags and words are accepted or refused the same way by every public option."""

from __future__ import annotations

import numpy as np
import pytest

from entropylaw import Bytes, Guards, Quality, Quotas, Target, Tokens, ZipSelector, ZipStream
from entropylaw.baselines import RandomSelector
from entropylaw.compressors import Bz2, Lz4, Lzma, Zlib, Zstd
from entropylaw.errors import EntropyLawError

TARGET = ["what is two and two?"]

COUNTS = {
    "budget": lambda v: ZipSelector(v).budget,
    "k1": lambda v: ZipSelector(1, k1=v, k2=1, k3=1).k1,
    "k2": lambda v: ZipSelector(1, k2=v, k3=1).k2,
    "k3": lambda v: ZipSelector(1, k3=v).k3,
    "min_bytes": lambda v: ZipSelector(1, min_bytes=v).min_bytes,
    "max_bytes": lambda v: ZipSelector(1, max_bytes=v).max_bytes,
    "n_jobs": lambda v: ZipSelector(1, n_jobs=v).n_jobs,
    "random_state": lambda v: RandomSelector(1, random_state=v).random_state,
    "Bytes": lambda v: Bytes(v).amount,
    "Tokens": lambda v: Tokens(v).amount,
    "maximum": lambda v: Quotas(maximum=v).maximum,
    "maximum of a group": lambda v: Quotas(maximum={"y": v}).maximum["y"],
    "zlib": lambda v: Zlib(v).level,
    "zstd": lambda v: Zstd(v).level,
    "lz4": lambda v: Lz4(v).level,
    "bz2": lambda v: Bz2(v).level,
    "lzma": lambda v: Lzma(v).preset,
    "guards": lambda v: Guards(random_state=v).random_state,
}
FRACTIONS = {
    "budget": lambda v: ZipSelector(v).budget,
    "Bytes": lambda v: Bytes(v).amount,
    "Tokens": lambda v: Tokens(v).amount,
    "shares": lambda v: Quotas(shares={"a": v}).shares["a"],
    "maximum": lambda v: Quotas(maximum=v).maximum,
    "quality": lambda v: Quality(weight=v).weight,
    "quality minimum": lambda v: Quality(minimum=v).minimum,
    "typicality": lambda v: ZipSelector(1, typicality=v).typicality,
    "target": lambda v: Target(TARGET, weight=v).weight,
    "bytes_per_token": lambda v: Tokens(1, bytes_per_token=v).bytes_per_token,
    "guards": lambda v: Guards(template_share=v).template_share,
}
FLAGS = {
    "tie_break": lambda v: Quality(minimum=0.5, tie_break=v).tie_break,
    "progress": lambda v: ZipSelector(1, progress=v).progress,
    "conditional": lambda v: Zlib(6, v).conditional,
    "long": lambda v: Zstd(6, v).long,
}
WORDS = {
    "variant": lambda v: ZipSelector(1, variant=v).variant,
    "packing": lambda v: ZipSelector(1, packing=v).packing,
    "screening": lambda v: ZipSelector(1, screening=v).screening,
    "compare_within": lambda v: ZipSelector(1, compare_within=v).compare_within,
    "method": lambda v: Target(TARGET, method=v).method,
    "quotas": lambda v: ZipSelector(1, groups="a", quotas=v).quotas,
    "guards": lambda v: ZipSelector(1, guards=v).guards,
    "on_error": lambda v: ZipStream(keep=0.5, on_error=v),
}


@pytest.mark.parametrize("option", COUNTS.values(), ids=COUNTS)
def test_counts(option) -> None:
    for value in (np.int64(1), np.uint8(1), np.array(1), np.int32(1)):
        stored = option(value)
        assert (stored, type(stored)) == (1, int)
    for value in (True, np.True_, np.array(True), "one", [1], 1 + 0j, -3, np.nan):
        with pytest.raises(EntropyLawError):
            option(value)


@pytest.mark.parametrize("option", FRACTIONS.values(), ids=FRACTIONS)
def test_fractions(option) -> None:
    for value in (np.float64(0.5), np.float32(0.5), np.array(0.5), 0.5):
        stored = option(value)
        assert (stored, type(stored)) == (0.5, float)
    for value in (True, np.False_, "half", [0.5], np.nan, np.inf, -np.inf, 1j):
        with pytest.raises(EntropyLawError):
            option(value)


@pytest.mark.parametrize("option", FLAGS.values(), ids=FLAGS)
def test_flags(option) -> None:
    for value in (np.True_, np.array(True), True):
        assert option(value) is True
    for value in (1, 0, np.int64(1), "yes", 1.0, [True]):
        with pytest.raises(EntropyLawError):
            option(value)


@pytest.mark.parametrize("option", WORDS.values(), ids=WORDS)
def test_words(option) -> None:
    for value in ("no such word", 1, True, np.int64(1), b"paper"):
        with pytest.raises(EntropyLawError, match=r"expected .*; saw|must be|saw"):
            option(value)


def test_a_numpy_word_is_stored_as_a_str() -> None:
    assert type(ZipSelector(1, variant=np.str_("paper")).variant) is str


def test_strings_of_the_command_line_work_in_python() -> None:
    assert ZipSelector("10%").budget == 0.1
    assert ZipSelector("200000 tokens").budget == Tokens(200_000)
    assert ZipSelector(5, guards="drop").guards == Guards.all("drop")
    assert ZipSelector(5, groups="a", quotas="pool").quotas == Quotas("pool")


def test_numpy_numbers_choose_what_python_numbers_choose() -> None:
    texts = [f"record {i} of {i**3}" for i in range(60)]
    groups = ["x" if i % 3 else "y" for i in range(60)]
    plain = ZipSelector(5, quotas=Quotas(maximum={"y": 2})).select(texts, groups=groups)
    numpy = ZipSelector(np.int64(5), quotas=Quotas(maximum={"y": np.int64(2)})).select(
        texts, groups=groups
    )
    assert numpy == plain and len(numpy) == 5
    assert sum(groups[row] == "y" for row in numpy.indices) <= 2
    numpy.manifest.to_json()

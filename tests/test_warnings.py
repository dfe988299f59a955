"""Warnings point at the line of the caller's code, on every call path."""

from __future__ import annotations

import inspect
import warnings

import pytest

from entropylaw import EntropyLawFit, Guards, Run, ZipSelector, ZipStream
from entropylaw.alignment import alignment_scores
from entropylaw.baselines import RandomSelector

TEXTS = ["", *(f"record {i} of {i**4}" for i in range(300))]


class Slow:
    name = "slow"

    def compressed_size(self, data, /):
        return len(data) // 2 + bool(data)


def law():
    runs = [
        Run(compression_ratio=2 + i / 9, first_epoch_loss=1 + i % 3, performance=5 - i)
        for i in range(5)
    ]
    EntropyLawFit().fit(runs)  # here


PATHS = {
    "select": lambda: ZipSelector(5).select(TEXTS),
    "baseline": lambda: RandomSelector(5).select(TEXTS),
    "rounds": lambda: next(ZipSelector(5).rounds(TEXTS)),
    "estimate": lambda: ZipSelector(5).estimate(TEXTS),
    "option": lambda: ZipSelector(5, screening="adaptive"),
    "set_params": lambda: ZipSelector(5).set_params(screening="adaptive"),
    "guards": lambda: ZipSelector(5, guards=Guards()).select([*TEXTS[1:], TEXTS[1]]),
    "stream": lambda: ZipStream(keep=0.5, compressor=Slow()),
    "alignment": lambda: alignment_scores(TEXTS, ["x" * 40_000], compressor="zlib"),
    "slow": lambda: ZipSelector(290, k1=300, k2=200, compressor=Slow())._problem(TEXTS * 4, {}),
}


@pytest.mark.parametrize("call", PATHS.values(), ids=PATHS)
def test_the_line_is_the_callers(call):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    ours = [
        one for one in caught if "entropylaw" in str(one.category) or "lazy" in str(one.message)
    ]
    assert ours
    assert {(one.filename, one.lineno) for one in ours} == {
        (__file__, call.__code__.co_firstlineno)
    }


def test_the_law_too():
    lines, start = inspect.getsourcelines(law)
    here = start + next(i for i, line in enumerate(lines) if "# here" in line)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        law()
    assert {(one.filename, one.lineno) for one in caught} == {(__file__, here)}

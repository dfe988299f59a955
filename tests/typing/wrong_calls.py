"""Calls that a type checker must refuse, each for the reason in its comment.

With `--warn-unused-ignores`, a comment that nothing needs is an error too, and so is another reason.
"""

from __future__ import annotations

from typing import assert_type

from entropylaw import (
    Compressor,
    EntropyLawFit,
    Guards,
    ZipSelector,
    ZipStream,
    audit,
    compression_ratio,
    get_compressor,
)
from entropylaw.baselines import RandomSelector
from entropylaw.ratios import sample_ratios


class Nameless:
    def compressed_size(self, data: bytes, /) -> int:
        return len(data)


class Vague:
    name = "vague"

    def compressed_size(self, data: bytes, /) -> float:
        return len(data) / 2


class WantsText:
    name = "wants text"

    def compressed_size(self, data: str, /) -> int:
        return len(data)


def compressors() -> None:
    get_compressor(6)  # type: ignore[arg-type]
    get_compressor(WantsText)  # type: ignore[arg-type]
    compression_ratio(["a"], Nameless())  # type: ignore[arg-type]
    compression_ratio(["a"], Vague())  # type: ignore[arg-type]
    mine: Compressor = WantsText()  # type: ignore[assignment]
    mine.compressed_size("text")  # type: ignore[arg-type]


def options() -> None:
    ZipSelector()  # type: ignore[call-arg]
    ZipSelector(10, "zstd")  # type: ignore[call-arg]
    ZipSelector(10, k4=3)  # type: ignore[call-arg]
    ZipSelector(10, variant="papier")  # type: ignore[arg-type]
    ZipSelector(10, packing="quick")  # type: ignore[arg-type]
    ZipSelector(10, workers="ray")  # type: ignore[arg-type]
    ZipSelector(10, quotas="pools")  # type: ignore[arg-type]
    ZipSelector(10, guards="drops")  # type: ignore[arg-type]
    ZipSelector(10, render=len)  # type: ignore[arg-type]
    RandomSelector(10, k1=100)  # type: ignore[call-arg]
    Guards(exact=True)  # type: ignore[arg-type]
    ZipStream(0.1)  # type: ignore[call-arg]
    compression_ratio(["a"], text=1)  # type: ignore[arg-type]
    compression_ratio(["a"], level=9)  # type: ignore[call-arg]
    audit(["a"], share="a tenth")  # type: ignore[arg-type]


def results(texts: list[str]) -> None:
    result = ZipSelector(10).select(texts)
    result.indices = result.indices[:5]  # type: ignore[misc]
    result.take(texts, order="pool")  # type: ignore[call-overload]
    result.take()  # type: ignore[call-overload]
    result.explain("first")  # type: ignore[arg-type]
    result.to_frame(library="numpy")  # type: ignore[call-overload]
    result.report()  # type: ignore[call-arg]
    ZipSelector(10).fit(texts)  # type: ignore[attr-defined]
    ZipSelector(10).select(texts, required="all")  # type: ignore[arg-type]
    assert_type(result.take(texts), list[bytes])  # type: ignore[assert-type]
    assert_type(sample_ratios(texts), list[float])  # type: ignore[assert-type]


def law(runs: list[dict[str, float]]) -> None:
    EntropyLawFit("quadratic")  # type: ignore[arg-type]
    EntropyLawFit("linear", "both")  # type: ignore[call-arg]
    fitted = EntropyLawFit().fit(runs)
    fitted.predict(runs, interval="both")  # type: ignore[arg-type]
    fitted.coef_ = fitted.coef_ * 2  # type: ignore[misc]
    fitted.required("high")  # type: ignore[arg-type]
    fitted.predict(runs).low.mean()  # type: ignore[union-attr]

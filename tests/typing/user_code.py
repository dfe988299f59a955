"""Types of the public calls as a user's type checker infers them; the tests also run this file."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, assert_type

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from entropylaw import (
    Bytes,
    Compressor,
    Corpus,
    EntropyLawFit,
    Guards,
    Quality,
    Quotas,
    Run,
    SelectionResult,
    Target,
    Tokens,
    ZipSelector,
    ZipStream,
    assess_versions,
    audit,
    available_compressors,
    compression_ratio,
    first_epoch_loss,
    get_compressor,
    register_compressor,
)
from entropylaw.alignment import alignment_scores
from entropylaw.auditing import AuditReport
from entropylaw.baselines import RandomSelector
from entropylaw.guards import GuardReport, check_records
from entropylaw.io.load import as_corpus
from entropylaw.law import (
    ComparisonRow,
    FirstEpochLoss,
    LawSummary,
    Prediction,
    RatioNoise,
    RequiredRatio,
    RiskReport,
    VersionRisk,
    measure_ratio_noise,
    read_runs,
)
from entropylaw.ratios import (
    compressed_fraction,
    conditional_ratios,
    conditional_sizes,
    group_ratios,
    sample_ratios,
)
from entropylaw.selection import Comparison, Estimate, Explanation, Manifest, Round
from entropylaw.stream import StreamDecision

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Halves:
    """A minimal compressor."""

    name = "halves"

    def compressed_size(self, data: bytes, /) -> int:
        return (len(data) + 1) // 2


class Deflate:
    """A compressor with options, a property as name, and additional members."""

    def __init__(self, level: int = 6) -> None:
        self.level = level

    @property
    def name(self) -> str:
        return f"deflate:{self.level}"

    def compressed_size(self, data: bytes | bytearray | memoryview) -> int:
        return len(zlib.compress(data, self.level))


def compressors() -> None:
    mine: Compressor = Halves()
    assert_type(get_compressor("zstd:6"), Compressor)
    assert_type(get_compressor(Halves()), Compressor)
    assert_type(mine.compressed_size(b"to be or not to be"), int)
    assert_type(available_compressors(), tuple[str, ...])
    register_compressor("deflate", Deflate)
    register_compressor("halves", lambda: Halves())


def ratios(texts: list[str]) -> None:
    assert_type(compression_ratio(texts), float)
    assert_type(compression_ratio(texts, Halves()), float)
    assert_type(compression_ratio([{"q": "a"}], "zstd:6", text=["q"]), float)
    assert_type(compressed_fraction(texts, Deflate(9)), float)
    assert_type(sample_ratios(texts), Floats)
    assert_type(group_ratios(texts, ["a"] * len(texts)), dict[object, float])
    assert_type(conditional_sizes(texts, given=texts[:2]), Ints)
    assert_type(conditional_ratios(texts, texts[:2]), Floats)
    assert_type(alignment_scores(texts, texts[:2]), Floats)
    assert_type(measure_ratio_noise(texts, Halves()), RatioNoise)


def selection(texts: list[str], folder: Path) -> SelectionResult:
    selector = ZipSelector(budget=4, compressor=Halves(), n_jobs=1)
    result = selector.select(texts)
    assert_type(result, SelectionResult)
    assert_type(result.indices, Ints)
    assert_type(result.ratio, float)
    assert_type(result.own_ratios, Floats)
    assert_type(result.manifest, Manifest)
    assert_type(len(result), int)
    assert_type(selector.estimate(texts), Estimate)
    assert_type(selector.rounds(texts), Iterator[Round])
    assert_type(selector.set_params(budget=3), ZipSelector)
    assert_type(selector.get_params(), dict[str, Any])
    assert_type(RandomSelector(0.5, random_state=1).select(texts), SelectionResult)

    assert_type(result.compare(draws=2), Comparison)
    assert_type(result.compare()["selection"].ratio, float)
    assert_type(result.explain(0), Explanation)
    assert_type(result.explain(result.indices[0]), Explanation)
    assert_type(result.plot(), Figure)
    assert_type(result.to_frame(), pd.DataFrame)
    assert_type(result.to_frame(library="polars"), pl.DataFrame)
    result.report(folder / "page.html")
    result.save(folder / "result.zip")
    loaded = SelectionResult.load(folder / "result.zip", render=None)
    assert_type(loaded, SelectionResult)
    again = ZipSelector.from_manifest(loaded.manifest, compressor=Halves())
    assert_type(again, ZipSelector)
    return result


def controls(records: list[dict[str, str]]) -> None:
    selector = ZipSelector(
        Bytes(200),
        k1=50,
        k2=20,
        k3=5,
        compressor="zstd:6:long",
        variant="reference",
        packing="lazy",
        screening="full",
        groups="source",
        quotas=Quotas(minimum={"a": 0.2}, maximum=0.9),
        compare_within="group",
        quality=Quality("score", weight=0.1),
        guards=Guards(exact="drop"),
        target=Target([{"text": "to be"}]),
        render=lambda record: str(record["text"]),
        workers="serial",
        progress=False,
    )
    scores = [1.0] * len(records)
    chosen = selector.select(records, quality=scores, required=[0], forbidden=np.array([1]))
    assert_type(chosen.take(records, order="original"), list[dict[str, str]])
    ZipSelector(Tokens(50, tokenizer=str.split), text="text").select(records)
    assert_type(check_records(as_corpus(records, text="text"), Guards()), GuardReport)


def take(result: SelectionResult, texts: list[str], folder: Path) -> None:
    """The container type that goes in comes back."""
    assert_type(result.take(texts), list[str])
    assert_type(result.take(tuple(texts)), tuple[str, ...])
    three = ("a", "b", "c")
    assert_type(ZipSelector(2, compressor=Halves()).select(three).take(three), tuple[str, ...])
    several: Sequence[str] = texts
    assert_type(result.take(several), Sequence[str])
    assert_type(result.take(np.array(texts, np.str_)), npt.NDArray[np.str_])
    frame = pd.DataFrame({"text": texts})
    assert_type(result.take(frame), pd.DataFrame)
    assert_type(result.take(pd.Series(texts)), "pd.Series[str]")
    table = pl.DataFrame({"text": texts})
    assert_type(result.take(table), pl.DataFrame)
    assert_type(result.take(table.lazy()), pl.LazyFrame)
    assert_type(result.take(table["text"]), pl.Series)
    assert_type(result.take(as_corpus(texts)), Corpus)
    path = folder / "pool.txt"
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    assert_type(result.take(path), Any)  # a list, or a table: the name of the file decides
    assert_type(result.take(iter(texts)), Any)


def audits(texts: list[str]) -> None:
    report = audit(texts, share=0.5, compressor="zstd", n_jobs=1)
    assert_type(report, AuditReport)
    assert_type(report.summary(), str)
    assert_type(report.plot(), Figure)
    assert_type(report.to_dict(), dict[str, Any])


def stream(texts: list[str]) -> None:
    keeper = ZipStream(keep=0.5)
    assert_type(keeper.offer(texts[0]), StreamDecision)
    assert_type(list(keeper.filter(texts)), list[str])


def law(runs: list[dict[str, float]], folder: Path) -> None:
    fitted = EntropyLawFit("linear").fit(runs)
    assert_type(fitted, EntropyLawFit)
    assert_type(fitted.coef_, Floats)
    assert_type(fitted.runs_, tuple[Run, ...])
    assert_type(fitted.summary(), LawSummary)
    assert_type(fitted.compare(["linear"]).rows, tuple[ComparisonRow, ...])
    assert_type(fitted.plot(), Axes)
    prediction = fitted.predict(runs[:1], interval="prediction")
    assert_type(prediction, Prediction)
    assert_type(prediction.performance, Floats)
    assert_type(prediction.low, Floats | None)
    assert_type(fitted.required(6.8, first_epoch_loss=1.3), RequiredRatio)
    fitted.save(folder / "law.json")
    assert_type(EntropyLawFit.load(folder / "law.json"), EntropyLawFit)
    assert_type(read_runs(runs), list[Run])


def risk(runs: list[dict[str, float]]) -> None:
    report = assess_versions(runs, law=EntropyLawFit().fit(runs))
    assert_type(report, RiskReport)
    assert_type(report[0], VersionRisk)
    assert_type([version.probability_worse for version in report], list[float])
    assert_type(first_epoch_loss({"step": [1, 2], "loss": [2.0, 1.5]}, steps=2), FirstEpochLoss)


def options_as_words() -> None:
    """Words of the command line are options in Python too."""
    ZipSelector("10%", quotas="pool", guards="drop")

"""Numbers, flags and words are accepted or refused the same way by every public option."""

from __future__ import annotations

import numpy as np
import pytest

from entropylaw import (
    Bytes,
    Guards,
    Quality,
    Quotas,
    Target,
    Tokens,
    ZipSelector,
    ZipStream,
    audit,
    first_epoch_loss,
)
from entropylaw.alignment import alignment_scores, alignment_weights
from entropylaw.baselines import RandomSelector
from entropylaw.compressors import Bz2, Lz4, Lzma, Zlib, Zstd
from entropylaw.corpus import Corpus
from entropylaw.errors import EntropyLawError
from entropylaw.guards import check_records
from entropylaw.law import (
    EntropyLawFit,
    assess_versions,
    measure_ratio_noise,
    ratio_noise,
    read_runs,
    read_versions,
)
from entropylaw.ratios import group_ratios, sample_ratios

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

TEXTS = [f"record {i} of {i**3}" for i in range(40)]
CORPUS = Corpus.from_rows([text.encode() for text in TEXTS])
RESULT = ZipSelector(5, n_jobs=1).select(TEXTS)
RUNS = {
    "compression_ratio": [2.1, 2.4, 2.6, 2.9, 3.1, 3.4, 3.6, 3.9],
    "first_epoch_loss": [1.31, 1.18, 1.35, 1.22, 1.40, 1.25, 1.43, 1.37],
    "performance": [7.10, 6.95, 6.84, 6.88, 6.52, 6.70, 6.35, 6.41],
}
LAW = EntropyLawFit().fit(RUNS)
NEW = {"compression_ratio": [3.0], "first_epoch_loss": [1.3]}
VERSIONS = {
    "compression_ratio": [2.8, 2.9],
    "first_epoch_loss": [1.3, 1.4],
}
LOG = [{"step": step, "epoch": step / 8, "loss": 3 - step / 10} for step in range(1, 9)]
SMALL_AUDIT = {"n_jobs": 1, "share": 0.5, "progress": False}


def audited(**options):
    return audit(TEXTS, **{**SMALL_AUDIT, **options}).to_dict()


def compared(**options):
    return RESULT.compare(**{"draws": 2, "n_jobs": 1, "judge": "zlib", **options}).to_dict()


def version(**cells):
    return read_versions([{"compression_ratio": 2.8, "first_epoch_loss": 1.3, **cells}])[0]


def stream(**options):
    return list(ZipStream(**{"keep": 0.5, **options}).filter(TEXTS))


OPTIONS_OF_CALLS = {
    "fit: n_boot": (lambda v: EntropyLawFit(n_boot=v).n_boot, 200),
    "fit: random_state": (lambda v: EntropyLawFit(random_state=v).random_state, 3),
    "fit: group_intercepts": (lambda v: EntropyLawFit(group_intercepts=v).group_intercepts, True),
    "fit: form": (lambda v: EntropyLawFit(v).form, "linear"),
    "fit: predictors": (lambda v: EntropyLawFit(predictors=v).predictors, "both"),
    "fit: covariance": (lambda v: EntropyLawFit(covariance=v).covariance, "hc3"),
    "fit: robust": (lambda v: EntropyLawFit(robust=v).robust, "huber"),
    "law: set_params": (lambda v: EntropyLawFit().set_params(n_boot=v).n_boot, 200),
    "law: predict level": (lambda v: LAW.predict(NEW, level=v).to_dict(), 0.5),
    "law: predict interval": (lambda v: LAW.predict(NEW, interval=v).to_dict(), "confidence"),
    "law: required": (lambda v: LAW.required(v, first_epoch_loss=1.3).to_dict(), 6.5),
    "law: required loss": (lambda v: LAW.required(6.5, first_epoch_loss=v).to_dict(), 1.25),
    "law: required level": (
        lambda v: LAW.required(6.5, first_epoch_loss=1.3, level=v).to_dict(),
        0.5,
    ),
    "law: required interval": (
        lambda v: LAW.required(6.5, first_epoch_loss=1.3, interval=v).to_dict(),
        "prediction",
    ),
    "law: conf_int": (lambda v: [ends.tolist() for ends in LAW.conf_int(v)], 0.5),
    "law: sign_tests": (lambda v: LAW.sign_tests(v).to_dict(), 0.5),
    "law: summary": (lambda v: LAW.summary(v).to_dict()["level"], 0.5),
    "law: compare forms": (lambda v: LAW.compare([v]).best.name, "linear"),
    "law: compare progress": (lambda v: LAW.compare(progress=v).best.name, False),
    "read_runs: unknown": (lambda v: read_runs(NEW, unknown=v), "ignore"),
    "versions: level": (lambda v: assess_versions(VERSIONS, level=v).to_dict(), 0.5),
    "versions: against": (lambda v: len(assess_versions(VERSIONS, against=v)), "first"),
    "versions: loss_noise": (lambda v: assess_versions(VERSIONS, loss_noise=v).to_dict(), 0.5),
    "versions: ratio_noise": (lambda v: assess_versions(VERSIONS, ratio_noise=v).to_dict(), 0.5),
    "versions: elasticity": (
        lambda v: assess_versions(VERSIONS, elasticity=(0, v)).to_dict(),
        0.5,
    ),
    "loss: steps": (lambda v: first_epoch_loss(LOG, steps=v).mean, 4),
    "loss: on_nan": (lambda v: first_epoch_loss(LOG, on_nan=v).mean, "skip"),
    "ratio_noise: blocks": (lambda v: ratio_noise(range(9, 18), range(1, 10), blocks=v), 5),
    "noise: blocks": (lambda v: measure_ratio_noise(TEXTS, blocks=v), 5),
    "noise: n_jobs": (lambda v: measure_ratio_noise(TEXTS, "bz2", n_jobs=v), 2),
    "noise: progress": (lambda v: measure_ratio_noise(TEXTS, progress=v), False),
    "audit: share": (lambda v: audited(share=v), 0.5),
    "audit: length_bins": (lambda v: audited(length_bins=v), 2),
    "audit: forecast_records": (lambda v: audited(forecast_records=v), 20),
    "audit: window_bytes": (lambda v: audited(window_bytes=v), 64),
    "audit: random_state": (lambda v: audited(random_state=v), 1),
    "audit: n_jobs": (lambda v: audited(n_jobs=v), 2),
    "audit: progress": (lambda v: audited(progress=v), False),
    "audit: guards": (lambda v: audited(guards=v), "warn"),
    "compare: draws": (lambda v: compared(draws=v), 2),
    "compare: held_out": (lambda v: compared(held_out=v), 2),
    "compare: random_state": (lambda v: compared(random_state=v), 1),
    "compare: n_jobs": (lambda v: compared(n_jobs=v), 2),
    "compare: progress": (lambda v: compared(progress=v), False),
    "stream: keep": (lambda v: stream(keep=v), 0.5),
    "stream: budget": (lambda v: stream(keep=None, budget=v, expected=40), 9),
    "stream: expected": (lambda v: stream(keep=None, budget=9, expected=v), 40),
    "stream: cost": (lambda v: stream(cost=v), "bytes"),
    "stream: cost of a record": (lambda v: stream(cost=lambda _: v), 2),
    "stream: horizon": (lambda v: stream(horizon=v), 9),
    "stream: recent_bytes": (lambda v: stream(recent_bytes=v), 1 << 20),
    "stream: on_error": (lambda v: stream(on_error=v), "skip"),
    "sample_ratios: n_jobs": (lambda v: sample_ratios(TEXTS, n_jobs=v).tolist(), 2),
    "sample_ratios: progress": (lambda v: sample_ratios(TEXTS, progress=v).tolist(), False),
    "group_ratios: n_jobs": (lambda v: group_ratios(TEXTS, [0, 1] * 20, n_jobs=v), 2),
    "group_ratios: progress": (lambda v: group_ratios(TEXTS, [0] * 40, progress=v), False),
    "alignment: method": (lambda v: alignment_scores(TEXTS, TARGET, method=v)[0], "zip-fit"),
    "alignment: n_jobs": (lambda v: alignment_scores(TEXTS, TARGET, n_jobs=v)[0], 2),
    "alignment: progress": (lambda v: alignment_scores(TEXTS, TARGET, progress=v)[0], False),
    "alignment: mix": (lambda v: alignment_weights([0.1, 0.2], v).tolist(), 0.5),
    "guards: n_jobs": (lambda v: check_records(CORPUS, n_jobs=v).to_dict(), 2),
    "guards: words": (lambda v: check_records(CORPUS, v).to_dict(), "drop"),
    "guards: action": (lambda v: Guards(noise=v).noise, "drop"),
    "guards: all": (lambda v: Guards.all(v).noise, "drop"),
    "guards: near": (lambda v: Guards.all("warn", near=v).near, "warn"),
    "guards: similarity": (lambda v: Guards(near_similarity=v).near_similarity, 0.5),
    "guards: deviations": (lambda v: Guards(noise_deviations=v).noise_deviations, 2.5),
    "guards: bits": (lambda v: Guards(shuffled_bits=v).shuffled_bits, 0.5),
}
"""From a value of an option to what depends on it, and a value that is accepted."""

CELLS = {
    "run": (lambda v: read_runs([{"performance": v}])[0].performance, 2.5),
    "run in columns": (lambda v: read_runs({"performance": [v]})[0].performance, 2.5),
    "run: tokens": (lambda v: read_runs([{"tokens": v}])[0].tokens, 7),
    "version: ratio": (lambda v: version(compression_ratio=v).compression_ratio, 2.5),
    "version: loss": (lambda v: version(first_epoch_loss=v).first_epoch_loss, 2.5),
    "log: loss": (lambda v: first_epoch_loss([{"step": 1, "epoch": 1, "loss": v}]).mean, 2.5),
    "log: step": (lambda v: first_epoch_loss([{"step": v, "epoch": 1, "loss": 2}]).steps, 1),
}
"""Cells of tables, where text may hold a number and NaN is no value."""

WRONG = {
    int: (True, np.True_, np.array(True), "one", [2], 2 + 0j, -3, 2.0, np.float64(2), np.nan),
    float: (True, np.False_, np.array(True), "half", [0.5, 0.5], np.nan, np.inf, -np.inf, 1j),
    bool: (1, 0, np.int64(1), "yes", 1.0, [True]),
    str: ("no such word", 1, True, np.int64(1), b"linear"),
}


@pytest.mark.parametrize("name", OPTIONS_OF_CALLS)
def test_options_of_calls(name) -> None:
    call, plain = OPTIONS_OF_CALLS[name]
    expected = call(plain)
    for value in (np.array(plain), np.array(plain)[()]):  # a 0-d array, and a NumPy scalar
        found = call(value)
        assert found == expected and type(found) is type(expected)
    for value in WRONG[type(plain)]:
        with pytest.raises(EntropyLawError):
            call(value)
            pytest.fail(f"accepted {value!r}")


@pytest.mark.parametrize("name", CELLS)
def test_cells_of_tables(name) -> None:
    read, plain = CELLS[name]
    for value in (plain, np.array(plain), np.array(plain)[()], str(plain)):
        assert (read(value), type(read(value))) == (plain, type(plain))
    for value in (True, np.True_, np.array(True), "many", np.inf, 1j):
        with pytest.raises(EntropyLawError):
            read(value)
            pytest.fail(f"accepted {value!r}")


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

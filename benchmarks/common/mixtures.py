"""Pools in which what each record is, is known: for benchmarks of controls."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from benchmarks.common.inputs import Inputs
from benchmarks.common.internals import as_corpus
from benchmarks.common.planted import NOISE, REDUNDANT, base64_of_packed

from entropylaw import Corpus

PLANTED_NOISE = {
    "base64": (base64_of_packed, 0.04),
    "shuffled words": (NOISE["shuffled words"], 0.03),
    "template": (REDUNDANT["template"], 0.03),
}
"""Makers and numbers of planted noise, as a share of the real records; likewise of copies."""
COPIES = {
    "copy": (REDUNDANT["exact copy"], 0.025),
    "changed copy": (REDUNDANT["normalised copy"], 0.025),
}
REAL = {
    "english": ("alpaca_en_52k", 6_000),
    "code": ("gpteacher_14k", 2_500),
    "chinese": ("smilechat_zh_6k_sharegpt", 1_500),
    "maths": ("gsm8k_train", 2_500),
    "dialogue": ("sgd_multiturn_17k_sharegpt", 2_000),
}
BY_LENGTH = {
    "alpaca, by length": ("alpaca_en_52k", 10_000),
    "sgd, by length": ("sgd_multiturn_17k_sharegpt", 8_000),
    "smilechat, by length": ("smilechat_zh_6k_sharegpt", 6_000),
}
POOLS = (
    "planted mixture",
    "four sources",
    "gpteacher, by subset",
    "mgsm, by language",
    *BY_LENGTH,
)
LARGE = (*dict(REAL.values()), "oasst1_fi_8k_text", "mgsm_11lang")


@dataclass(frozen=True)
class Mixed:
    """A pool with the source that each record claims, and its true kind."""

    texts: list[str]
    sources: list[str]
    truth: list[str]

    @property
    def corpus(self) -> Corpus:
        return as_corpus(self.texts)


def mixed(rows: Iterable[tuple[str, str]]) -> Mixed:
    """Return a pool of texts and their groups, which are the truth."""
    texts, groups = (list(column) for column in zip(*rows, strict=True))
    return Mixed(texts, groups, groups)


def texts_of(name: str, count: int, seed: int, inputs: Inputs) -> list[str]:
    """Return records of a data set drawn at random; of GPTeacher, its code."""
    records = inputs.records(name)
    if name == "gpteacher_14k":
        records = [record for record in records if "odegen" in str(record["subset"])]
    corpus = as_corpus(records)
    rows = np.random.default_rng(seed).permutation(len(corpus))[:count]
    return [corpus[row].decode("utf-8", "replace") for row in rows]


def planted_pool(share: float, inputs: Inputs, seed: int = 0) -> Mixed:
    """Return a share of the real records above, with noise and copies planted among them."""
    rng = random.Random(seed)
    rows = [
        (text, source, source)
        for source, (name, count) in REAL.items()
        for text in texts_of(name, round(share * count), seed, inputs)
    ]
    real, names = [text for text, *_ in rows], list(REAL)
    source_of = {text: source for text, source, _ in rows}
    for truth, (make, part) in PLANTED_NOISE.items():
        count = round(part * len(real))
        rows += [(make(real, rng), rng.choice(names), truth) for _ in range(count)]
    for truth, (make, part) in COPIES.items():
        for text in rng.sample(real, round(part * len(real))):
            if len(text) >= 100:
                rows.append((make([text], rng), source_of[text], truth))
    rng.shuffle(rows)
    return Mixed(*(list(column) for column in zip(*rows, strict=True)))


def large_pool(inputs: Inputs) -> Mixed:
    """Return all records of several data sets: about as many as the paper selects from."""
    rows = [(text.decode("utf-8", "replace"), of) for of in LARGE for text in inputs.texts(of)]
    random.Random(0).shuffle(rows)
    return mixed(rows)


def pool_of(name: str, share: float, inputs: Inputs) -> Mixed:
    """Return a pool for coverage; where there is one source, its groups are quarters by length."""
    if name == "planted mixture":
        return planted_pool(share, inputs)
    if name == "four sources":
        sets = ("alpaca_en_52k", "smilechat_zh_6k_sharegpt", "gsm8k_train", "oasst1_fi_8k_text")
        count = round(2_500 * share)
        return mixed((text, of) for of in sets for text in texts_of(of, count, 1, inputs))
    if name in BY_LENGTH:
        source, count = BY_LENGTH[name]
        texts = texts_of(source, round(count * share), 2, inputs)
        lengths = [len(text.encode()) for text in texts]
        quarter = np.digitize(lengths, np.percentile(lengths, [25, 50, 75]))
        return mixed((text, f"quarter {q + 1}") for text, q in zip(texts, quarter, strict=True))
    source, column = ("mgsm_11lang", "lang") if "mgsm" in name else ("gpteacher_14k", "subset")
    records = inputs.records(source)
    texts = [text.decode() for text in as_corpus(records)]
    return mixed((text, str(r[column])) for text, r in zip(texts, records, strict=True))

"""Effect of controls: planted noise, groups, coverage of unseen records, lengths, and cost.

A pool is mixed from real records and known planted parts: base64, words in random order, templates,
and copies (to the byte, and in other case and spacing) at all distances. Everything planted bears
the name of a real source, as it does in real pools. From it a tenth of the bytes is chosen: at
random, by plain selection, by guarded selection (all guards drop, quotas by source as the pool
has it), and by guarded selection that also counts how typical a record is.

Coverage: the bits per byte that held-out records need given the selection, for several pools.

Lengths: the median bytes of the records chosen first, second, ... of five parts of equal bytes, for
plain selection and for selection that compares records of about the same length.

Cost: CPU seconds of the plain run and of one with every control, in alternation, several times.
"""

from __future__ import annotations

import random
import statistics
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from benchmarks.common.inputs import Inputs
from benchmarks.common.internals import as_corpus, coverage
from benchmarks.common.measure import in_fresh_process, median, report, significant
from benchmarks.common.page import Target, table
from benchmarks.common.planted import (
    base64_of_packed,
    exact_copy,
    normalised_copy,
    shuffled_words,
    template,
)
from benchmarks.common.record import Record

from entropylaw import Bytes, Corpus, Guards, Quality, Quotas, SelectionResult, Tokens, ZipSelector
from entropylaw.baselines import RandomSelector
from entropylaw.errors import EntropyLawWarning
from entropylaw.types import IntArray

BEST = "zstd:6:long"
DRAWS = 5
TYPICALITY = 0.1
NOISE = {
    "base64": (base64_of_packed, 0.04),
    "shuffled words": (shuffled_words, 0.03),
    "template": (template, 0.03),
}
"""Makers and numbers of planted noise, as a share of the real records; likewise of copies."""
COPIES = {"copy": (exact_copy, 0.025), "changed copy": (normalised_copy, 0.025)}
REAL = {
    "english": ("alpaca_en_52k", 6_000),
    "code": ("gpteacher_14k", 2_500),
    "chinese": ("smilechat_zh_6k_sharegpt", 1_500),
    "maths": ("gsm8k_train", 2_500),
    "dialogue": ("sgd_multiturn_17k_sharegpt", 2_000),
}
POOLS = (
    "planted mixture",
    "four sources",
    "gpteacher, by subset",
    "mgsm, by language",
    "alpaca, by length",
    "sgd, by length",
    "smilechat, by length",
)
BY_LENGTH = {
    "alpaca, by length": ("alpaca_en_52k", 10_000),
    "sgd, by length": ("sgd_multiturn_17k_sharegpt", 8_000),
    "smilechat, by length": ("smilechat_zh_6k_sharegpt", 6_000),
}
LARGE = (*dict(REAL.values()), "oasst1_fi_8k_text", "mgsm_11lang")
COSTS = {"cost": "planted pool", "cost of a large pool": "large pool"}
WAYS = ("plain", "guarded", "guarded and typical")


@dataclass(frozen=True)
class Settings:
    """`share` of the numbers of records above; `repeats` are of the cost; `pools` for coverage."""

    share: float = 1.0
    held_out: int = 1_000
    repeats: int = 3
    parts: tuple[str, ...] = ("planted", "cost", "large", "coverage", "lengths")
    pools: tuple[str, ...] = POOLS
    compressors: tuple[str, ...] = ("zlib:9", BEST)


QUICK = Settings(
    share=0.04,
    held_out=50,
    repeats=1,
    parts=("planted", "cost", "coverage", "lengths"),
    pools=("alpaca, by length",),
    compressors=("zstd:3",),
)


@dataclass(frozen=True)
class Mixed:
    """A pool with the source that each record claims, and its true kind."""

    texts: list[str]
    sources: list[str]
    truth: list[str]

    @property
    def corpus(self) -> Corpus:
        return as_corpus(self.texts)


def run(settings: Settings, inputs: Inputs) -> Iterator[dict[str, Any]]:
    result: dict[str, Any] = {
        "data": list(LARGE),
        "planted": {},
        "coverage_bits_per_byte": {},
        "median_bytes_by_fifth_of_the_choice": {},
        "cost": {},
        "cost of a large pool": {},
    }
    for part, case, work in jobs(settings):
        found = in_fresh_process(*work, settings, inputs)
        if case is None:
            result[part] = found
        else:
            result[part][case] = found
        report(f"{part}, {case}")
        yield result


def jobs(settings: Settings) -> Iterator[tuple[str, str | None, tuple[Any, ...]]]:
    """Yield the part of the result, the case in it, and the function with its first arguments."""
    if "planted" in settings.parts:
        yield "planted", None, (run_planted,)
    if "cost" in settings.parts:
        for spec in settings.compressors:
            yield "cost", spec, (run_cost, "planted", spec, settings.repeats)
    if "large" in settings.parts:
        yield "cost of a large pool", BEST, (run_cost, "large", BEST, 1)
    for name in settings.pools if "coverage" in settings.parts else ():
        yield "coverage_bits_per_byte", name, (run_coverage, name)
    for name in settings.pools if "lengths" in settings.parts else ():
        if name == POOLS[0] or name in BY_LENGTH:
            yield "median_bytes_by_fifth_of_the_choice", name, (run_lengths, name)


def texts_of(name: str, count: int, seed: int, inputs: Inputs) -> list[str]:
    """Return records of a data set drawn at random; of GPTeacher, its code."""
    records = inputs.records(name)
    if name == "gpteacher_14k":
        records = [record for record in records if "odegen" in str(record["subset"])]
    corpus = as_corpus(records)
    rows = np.random.default_rng(seed).permutation(len(corpus))[:count]
    return [corpus[row].decode("utf-8", "replace") for row in rows]


def planted_pool(settings: Settings, inputs: Inputs, seed: int = 0) -> Mixed:
    rng = random.Random(seed)
    rows = [
        (text, source, source)
        for source, (name, count) in REAL.items()
        for text in texts_of(name, round(settings.share * count), seed, inputs)
    ]
    real, names = [text for text, *_ in rows], list(REAL)
    source_of = {text: source for text, source, _ in rows}
    for truth, (make, share) in NOISE.items():
        count = round(share * len(real))
        rows += [(make(real, rng), rng.choice(names), truth) for _ in range(count)]
    for truth, (make, share) in COPIES.items():
        for text in rng.sample(real, round(share * len(real))):
            if len(text) >= 100:
                rows.append((make([text], rng), source_of[text], truth))
    rng.shuffle(rows)
    return Mixed(*(list(column) for column in zip(*rows, strict=True)))


def pool_of(name: str, settings: Settings, inputs: Inputs) -> Mixed:
    """Return a pool for coverage; where there is one source, its groups are quarters by length."""
    if name == "planted mixture":
        return planted_pool(settings, inputs)
    if name == "four sources":
        sets = ("alpaca_en_52k", "smilechat_zh_6k_sharegpt", "gsm8k_train", "oasst1_fi_8k_text")
        count = round(2_500 * settings.share)
        return mixed([(text, of) for of in sets for text in texts_of(of, count, 1, inputs)])
    if name in BY_LENGTH:
        source, count = BY_LENGTH[name]
        texts = texts_of(source, round(count * settings.share), 2, inputs)
        lengths = [len(text.encode()) for text in texts]
        quarter = np.digitize(lengths, np.percentile(lengths, [25, 50, 75]))
        return mixed([(text, f"quarter {q + 1}") for text, q in zip(texts, quarter, strict=True)])
    source, column = ("mgsm_11lang", "lang") if "mgsm" in name else ("gpteacher_14k", "subset")
    records = inputs.records(source)
    texts = [text.decode() for text in as_corpus(records)]
    return mixed([(text, str(r[column])) for text, r in zip(texts, records, strict=True)])


def mixed(rows: list[tuple[str, str]]) -> Mixed:
    texts, groups = (list(column) for column in zip(*rows, strict=True))
    return Mixed(texts, groups, groups)


def selector(way: str, compressor: str, total: int) -> ZipSelector:
    """Return a selector of `total` bytes: plain, guarded, or guarded and typical."""
    if way == "plain":
        return ZipSelector(Bytes(total), compressor=compressor)
    return ZipSelector(
        Bytes(total),
        compressor=compressor,
        quotas=Quotas("pool"),
        guards=Guards.all("drop"),
        typicality=TYPICALITY if way == "guarded and typical" else 0.0,
    )


def chosen(way: str, compressor: str, total: int, pool: Mixed, held: Any = None) -> SelectionResult:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EntropyLawWarning)
        made = selector(way, compressor, total)
        return made.select(pool.texts, groups=pool.sources, forbidden=held)


def at_random(corpus: Corpus, total: int, held: Any = None) -> Iterator[IntArray]:
    """Yield the rows of several random draws of equal bytes."""
    for seed in range(DRAWS):
        yield RandomSelector(Bytes(total), random_state=seed).select(corpus, forbidden=held).indices


def shares(pool: Mixed, corpus: Corpus, rows: IntArray) -> dict[str, float]:
    names, codes = np.unique(pool.truth, return_inverse=True)
    sums = np.bincount(codes[rows], corpus.lengths[rows], minlength=len(names))
    return {
        str(name): significant(share) for name, share in zip(names, sums / sums.sum(), strict=True)
    }


def run_planted(settings: Settings, inputs: Inputs) -> dict[str, Any]:
    pool = planted_pool(settings, inputs)
    corpus = pool.corpus
    total = corpus.total_bytes // 10
    draws = [shares(pool, corpus, rows) for rows in at_random(corpus, total)]
    found: dict[str, Any] = {
        "records": len(corpus),
        "bytes": corpus.total_bytes,
        "budget_bytes": total,
        "pool": shares(pool, corpus, np.arange(len(corpus))),
        "random": {
            part: {
                "mean": significant(statistics.mean(draw[part] for draw in draws)),
                "most": max(draw[part] for draw in draws),
            }
            for part in draws[0]
        },
    }
    longest = int(corpus.lengths.max())
    for compressor in settings.compressors:
        for way in WAYS:
            result = chosen(way, compressor, total, pool)
            found[f"{way}, {compressor}"] = {
                "shares": shares(pool, corpus, result.indices),
                "records": len(result),
                "ratio": significant(result.ratio),
                "groups": {
                    group.item: {
                        "quota": group.asked["maximum"],
                        "spent": group.chosen["amount"],
                        "kept": group.asked["maximum"] is None
                        or group.asked["maximum"] - group.chosen["amount"] < longest,
                    }
                    for group in result.manifest.outcomes_of("group")
                },
                "guards": {
                    one.item: one.pool["records"] for one in result.manifest.outcomes_of("guard")
                },
            }
    return found


def run_coverage(name: str, settings: Settings, inputs: Inputs) -> dict[str, Any]:
    pool = pool_of(name, settings, inputs)
    corpus = pool.corpus
    clean = np.flatnonzero([truth not in NOISE | COPIES for truth in pool.truth])
    count = min(settings.held_out, len(clean) // 10)
    held = np.sort(np.random.default_rng(0).choice(clean, count, replace=False))
    total = corpus.total_bytes // 20

    def bits(rows: IntArray) -> float:
        return coverage(corpus, rows, held).bits_per_byte

    draws = [bits(rows) for rows in at_random(corpus, total, held)]
    return {
        "records": len(corpus),
        "bytes": corpus.total_bytes,
        "budget_bytes": total,
        "groups": len(set(pool.sources)),
        "random": {
            "mean": significant(statistics.mean(draws), 5),
            "spread": significant(statistics.stdev(draws), 3),
        },
    } | {way: significant(bits(chosen(way, BEST, total, pool, held).indices), 5) for way in WAYS}


def run_cost(
    kind: str, compressor: str, repeats: int, settings: Settings, inputs: Inputs
) -> dict[str, Any]:
    """Time the plain run, one with every control, and one whose controls all but do nothing.

    The last chooses about the same as the plain run, so it shows the cost of the controls alone;
    with controls that matter, other records are chosen, of other lengths and in other numbers.
    """
    if kind == "planted":
        pool = planted_pool(settings, inputs)
    else:  # about as many records as the paper selects from
        rows = [(text.decode("utf-8", "replace"), of) for of in LARGE for text in inputs.texts(of)]
        random.Random(0).shuffle(rows)
        pool = mixed(rows)
    records = [
        {"text": t, "source": s, "score": random.Random(i).random(), "n_tokens": len(t) // 4 + 1}
        for i, (t, s) in enumerate(zip(pool.texts, pool.sources, strict=True))
    ]
    budget = Tokens(sum(r["n_tokens"] for r in records) // 10, counts="n_tokens")
    selectors = {
        "plain": ZipSelector(budget, compressor=compressor),
        "controls that do nothing": ZipSelector(
            budget,
            compressor=compressor,
            groups="source",
            quotas=Quotas(maximum=1.0),
            quality=Quality("score", minimum=-1.0, weight=1e-12),
            min_bytes=1,
            max_bytes=10**9,
            guards=Guards.all("warn"),
            typicality=1e-12,
        ),
        "every control": ZipSelector(
            budget,
            compressor=compressor,
            groups="source",
            quotas=Quotas("pool"),
            compare_within="group and length",
            quality=Quality("score", minimum=0.01, weight=0.05, tie_break=True),
            min_bytes=10,
            max_bytes=100_000,
            guards=Guards.all("drop"),
            typicality=TYPICALITY,
        ),
    }
    times: dict[str, list[float]] = {name: [] for name in selectors}
    about: dict[str, dict[str, float]] = {}
    for _ in range(repeats):
        for name, made in selectors.items():
            start = time.process_time()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", EntropyLawWarning)
                result = made.select(records)
            times[name].append(time.process_time() - start)
            about[name] = {"records": len(result), "evaluations": result.evaluations}
    return {
        name: about[name]
        | {
            "cpu_seconds": median(own),
            "over_plain": median([one / b for one, b in zip(own, times["plain"], strict=True)]),
        }
        for name, own in times.items()
    }


def run_lengths(name: str, settings: Settings, inputs: Inputs) -> dict[str, Any]:
    """Return the median length in each fifth of the bytes chosen."""
    corpus = pool_of(name, settings, inputs).corpus
    total = corpus.total_bytes // 10
    found: dict[str, Any] = {
        "records": len(corpus),
        "budget_bytes": total,
        "pool": significant(float(np.median(corpus.lengths))),
    }
    for compressor in settings.compressors:
        for within in ("pool", "length"):
            made = ZipSelector(Bytes(total), compressor=compressor, compare_within=within)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", EntropyLawWarning)
                lengths = corpus.lengths[made.select(corpus).indices]
            part = np.minimum(5 * (np.cumsum(lengths) - lengths) // lengths.sum(), 4)
            found[f"{compressor}, within {within}"] = [
                significant(float(np.median(lengths[part == each]))) for each in np.unique(part)
            ]
    return found


def tables(record: Record) -> dict[str, str]:
    results = record.results
    parts = (planted_table(results["planted"]), coverage_table(results), lengths_table(results))
    return {"safe_selection": "\n\n".join((*parts, cost_table(results)))}


def planted_table(found: dict[str, Any]) -> str:
    """Return the share of each part in the pool and in the selections."""
    ways = [name for name in found if name.startswith(WAYS)]
    head = [f"`{compressor}`, {way}" for way, compressor in (name.split(", ") for name in ways)]
    rows = []
    for part, of_pool in found["pool"].items():
        own = [of_pool, found["random"][part]["mean"], *(found[w]["shares"][part] for w in ways)]
        rows.append([part, *(f"{100 * share:.1f}" for share in own)])
    return table(["percent of the bytes", "pool", "random", *head], rows)


def coverage_table(results: dict[str, Any]) -> str:
    """Return the bits per byte of unseen records, by pool."""
    rows = []
    for pool, found in results["coverage_bits_per_byte"].items():
        base = found["random"]
        changes = [f"{found[way]:.3f} ({found[way] / base['mean'] - 1:+.1%})" for way in WAYS]
        rows.append([pool, f"{base['mean']:.3f} ± {base['spread']:.3f}", *changes])
    return table(["bits per byte of unseen records", "random", *WAYS], rows)


def lengths_table(results: dict[str, Any]) -> str:
    """Return the median length in each fifth of a selection."""
    rows = []
    for pool, found in results["median_bytes_by_fifth_of_the_choice"].items():
        for case, fifths in found.items():
            if isinstance(fifths, list):
                compressor, within = case.split(", within ")
                medians = [f"{one:,.0f}" for one in fifths]
                rows.append([pool, f"`{compressor}`", within, f"{found['pool']:,.0f}", *medians])
    head = ["median bytes", "compressor", "compared within", "pool"]
    return table([*head, "first fifth", "second", "third", "fourth", "last"], rows)


def cost_table(results: dict[str, Any]) -> str:
    """Return the cost of all controls together."""
    head = ["", "CPU s", "times plain", "µs an evaluation", "evaluations", "records chosen"]
    return table(
        head,
        [
            [
                f"`{compressor}`, {pool}: {name}",
                f"{own['cpu_seconds']:.1f}",
                f"{own['over_plain']:.2f}",
                f"{1e6 * own['cpu_seconds'] / own['evaluations']:.0f}",
                f"{own['evaluations']:,}",
                f"{own['records']:,}",
            ]
            for part, pool in COSTS.items()
            for compressor, found in results[part].items()
            for name, own in found.items()
        ],
    )


def noise(parts: dict[str, Any]) -> float:
    return sum(parts.get(part, 0.0) for part in NOISE)


def targets(results: dict[str, Any]) -> Iterator[Target]:
    planted = results["planted"]
    usual = noise({part: of["mean"] for part, of in planted["random"].items()})
    for name in (name for name in planted if name.startswith("guarded")):
        way, _, spec = name.partition(", ")
        own, plain = noise(planted[name]["shares"]), noise(planted[f"plain, {spec}"]["shares"])
        kept = [group["kept"] for group in planted[name]["groups"].values()]
        yield Target(
            f"{way} `{spec}` takes no more noise than random",
            f"{own:.1%} of the selection; random {usual:.1%}, plain {plain:.1%}",
            own <= usual,
        )
        yield Target(
            f"{way} `{spec}` keeps every quota to within a record",
            f"{sum(kept)} of {len(kept)} groups",
            all(kept),
        )
    covered = results["coverage_bits_per_byte"].values()
    for way, how in (("guarded", ""), ("guarded and typical", " with `typicality=0.1`")):
        changes = [found[way] / found["random"]["mean"] - 1 for found in covered]
        better = sum(change < 0 for change in changes)
        yield Target(
            f"guarded `{BEST}`{how} covers unseen records better than random on 4 of 5 pools",
            f"{better} of {len(changes)}: " + ", ".join(f"{change:+.1%}" for change in changes),
            better >= 0.8 * len(changes),
        )
    for part, pool in COSTS.items():
        for spec, found in results[part].items():
            every, nothing = found["every control"], found["controls that do nothing"]
            yield Target(
                f"all controls together cost under 25 % of the plain run: `{spec}`, {pool}",
                f"{nothing['over_plain'] - 1:+.0%} CPU where they change almost nothing; "
                f"{every['over_plain'] - 1:+.0%} where they change the selection",
                nothing["over_plain"] < 1.25,
            )

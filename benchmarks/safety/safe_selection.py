"""Effect of controls: planted noise, groups, coverage of unseen records, and lengths.

A pool is mixed from real records and known planted parts: base64, words in random order, templates,
and copies (to the byte, and in other case and spacing) at all distances. Everything planted bears
the name of a real source, as it does in real pools. From it a tenth of the bytes is chosen: at
random, by plain selection, by guarded selection (all guards drop, quotas by source as the pool
has it), and by guarded selection that also counts how typical a record is.

Coverage: the bits per byte that held-out records need given the selection, for several pools.

Lengths: the median bytes of the records chosen first, second, ... of five parts of equal bytes, for
plain selection and for selection that compares records of about the same length.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from benchmarks.common.inputs import Inputs
from benchmarks.common.internals import coverage
from benchmarks.common.measure import in_fresh_process, report, significant
from benchmarks.common.mixtures import (
    BY_LENGTH,
    COPIES,
    LARGE,
    PLANTED_NOISE,
    POOLS,
    Mixed,
    planted_pool,
    pool_of,
)
from benchmarks.common.page import Target, table
from benchmarks.common.record import Record

from entropylaw import Bytes, Corpus, Guards, Quotas, SelectionResult, ZipSelector
from entropylaw.baselines import RandomSelector
from entropylaw.types import IntArray

BEST = "zstd:6:long"
DRAWS = 5
CONTROLS: dict[str, Any] = {"quotas": Quotas("pool"), "guards": Guards.all("drop")}
WAYS: dict[str, dict[str, Any]] = {
    "plain": {},
    "guarded": CONTROLS,
    "guarded and typical": CONTROLS | {"typicality": 0.1},
}
LENGTHS = (POOLS[0], *BY_LENGTH)
"""The pools whose chosen lengths are measured."""


@dataclass(frozen=True)
class Settings:
    """`share` of the numbers of records in the pools; `pools` for coverage and lengths."""

    share: float = 1.0
    held_out: int = 1_000
    pools: tuple[str, ...] = POOLS
    compressors: tuple[str, ...] = ("zlib:9", BEST)


QUICK = Settings(share=0.04, held_out=50, pools=("alpaca, by length",), compressors=("zstd:3",))


def run(settings: Settings, inputs: Inputs) -> Iterator[dict[str, Any]]:
    result: dict[str, Any] = {"data": list(LARGE)}
    result["planted"] = in_fresh_process(run_planted, settings, inputs)
    parts = {
        "coverage_bits_per_byte": (run_coverage, settings.pools),
        "median_bytes_by_fifth_of_the_choice": (
            run_lengths,
            [name for name in settings.pools if name in LENGTHS],
        ),
    }
    for part, (work, pools) in parts.items():
        result[part] = {}
        for name in pools:
            result[part][name] = in_fresh_process(work, name, settings, inputs)
            report(f"{part}, {name}")
            yield result


def chosen(way: str, compressor: str, total: int, pool: Mixed, held: Any = None) -> SelectionResult:
    """Choose `total` bytes of a pool, without the rows that are held out."""
    selector = ZipSelector(Bytes(total), compressor=compressor, **WAYS[way])
    return selector.select(pool.texts, groups=pool.sources, forbidden=held)


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
    pool = planted_pool(settings.share, inputs)
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
    pool = pool_of(name, settings.share, inputs)
    corpus = pool.corpus
    clean = np.flatnonzero([truth not in PLANTED_NOISE | COPIES for truth in pool.truth])
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


def run_lengths(name: str, settings: Settings, inputs: Inputs) -> dict[str, Any]:
    """Return the median length in each fifth of the bytes chosen."""
    corpus = pool_of(name, settings.share, inputs).corpus
    total = corpus.total_bytes // 10
    found: dict[str, Any] = {
        "records": len(corpus),
        "budget_bytes": total,
        "pool": significant(float(np.median(corpus.lengths))),
    }
    for compressor in settings.compressors:
        for within in ("pool", "length"):
            made = ZipSelector(Bytes(total), compressor=compressor, compare_within=within)
            lengths = corpus.lengths[made.select(corpus).indices]
            part = np.minimum(5 * (np.cumsum(lengths) - lengths) // lengths.sum(), 4)
            found[f"{compressor}, within {within}"] = [
                significant(float(np.median(lengths[part == each]))) for each in np.unique(part)
            ]
    return found


def tables(record: Record) -> dict[str, str]:
    results = record.results
    parts = (planted_table(results["planted"]), coverage_table(results), lengths_table(results))
    return {"safe_selection": "\n\n".join(parts)}


def planted_table(found: dict[str, Any]) -> str:
    """Return the share of each part in the pool and in the selections."""
    ways = [name for name in found if name.startswith(tuple(WAYS))]
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


def noise(parts: dict[str, Any]) -> float:
    return sum(parts.get(part, 0.0) for part in PLANTED_NOISE)


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

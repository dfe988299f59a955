"""What controls do: planted noise, starved groups, coverage of unseen records, and their cost.

    python benchmarks/safe_selection.py alpaca.jsonl.gz gpteacher.jsonl.gz smilechat.jsonl.gz \
        gsm8k.jsonl.gz sgd.jsonl.gz oasst1_fi.jsonl.gz mgsm.jsonl.gz

A pool is mixed from real records and known planted parts: base64, words in random order, templates,
and copies (to the byte, and in other case and spacing) at all distances. Everything planted bears
the name of a real source, as it does in real pools. From it a tenth of the bytes is chosen: at
random, by plain selection, by guarded selection (all guards drop, quotas by source as the pool
has it), and by guarded selection that also counts how typical a record is.

Coverage: the bits per byte that 1,000 records cost to encode for one who knows the choice, for
several pools. These records are taken out of the pool beforehand.

Lengths: the median bytes of the records chosen first, second, ... of five parts of equal bytes, for
plain selection and for selection that compares records of like length.

Cost: CPU seconds of the plain run and of one with every control, turn by turn, several times.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import statistics
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from entropylaw.selection.coverage import coverage

from common import RESULTS, in_fresh_process, read_records, significant, write_result
from entropylaw import Bytes, Corpus, Guards, Quality, Quotas, Tokens, ZipSelector
from entropylaw.errors import EntropyLawWarning
from entropylaw.io.load import as_corpus
from entropylaw.selection import SelectionResult
from entropylaw.selection.orders import random_rows
from entropylaw.types import IntArray

DRAWS = 5
HELD_OUT = 1_000
COMPRESSORS = ("zlib:9", "zstd:6:long")
TYPICALITY = 0.1
NOISE = ("base64", "shuffled words", "template")
COPIES = ("copy", "changed copy")


@dataclass(frozen=True)
class Mixed:
    """A pool with the source that each record claims, and what it truly is."""

    texts: list[str]
    sources: list[str]
    truth: list[str]

    def corpus(self) -> Corpus:
        return as_corpus(self.texts)


def texts_of(path: Path, count: int, seed: int) -> list[str]:
    corpus = as_corpus(read_records([path]))
    rows = np.random.default_rng(seed).permutation(len(corpus))[:count]
    return [corpus[row].decode("utf-8", "replace") for row in rows]


def code_of(path: Path, count: int, seed: int) -> list[str]:
    records = [r for r in read_records([path]) if "odegen" in str(r.get("subset", ""))]
    chosen = random.Random(seed).sample(records, min(count, len(records)))
    return [record.decode() for record in as_corpus(chosen)]


def planted_pool(paths: dict[str, Path], seed: int = 0) -> Mixed:
    rng = random.Random(seed)
    real = {
        "english": texts_of(paths["alpaca"], 6_000, seed),
        "code": code_of(paths["gpteacher"], 2_500, seed),
        "chinese": texts_of(paths["smilechat"], 1_500, seed),
        "maths": texts_of(paths["gsm8k"], 2_500, seed),
        "dialogue": texts_of(paths["sgd"], 2_000, seed),
    }
    rows = [(text, name, name) for name, texts in real.items() for text in texts]
    names, count = list(real), len(rows)
    words = " ".join(real["english"]).split()

    def plant(truth: str, text: str) -> None:
        rows.append((text, rng.choice(names), truth))

    for _ in range(count // 25):
        plant("base64", base64.b64encode(rng.randbytes(rng.randint(60, 1_200))).decode())
    for _ in range(count * 3 // 100):
        plant("shuffled words", " ".join(rng.choices(words, k=rng.randint(20, 200))))
    for _ in range(count * 3 // 100):
        plant(
            "template",
            f"Thank you for your order number {rng.randint(10**5, 10**6)}! It will be sent to "
            f"{rng.choice(words)} {rng.choice(words)} within {rng.randint(2, 9)} days. To change "
            "or cancel it, or to hear more of our offers, visit your account page and choose "
            "Orders. Kind regards, your customer service team.",
        )
    for _ in range(count // 40):
        text, source, _ = rows[rng.randrange(count)]
        rows.append((text, source, "copy"))
        text, source, _ = rows[rng.randrange(count)]
        rows.append((text.upper().replace(" ", "  "), source, "changed copy"))
    rng.shuffle(rows)
    return Mixed(*(list(column) for column in zip(*rows, strict=True)))


def grouped_pools(paths: dict[str, Path]) -> dict[str, Mixed]:
    """Pools for coverage; where there is one source, its groups are quarters by length."""
    planted = planted_pool(paths)
    languages = {
        name: texts_of(paths[name], 2_500, 1)
        for name in ("alpaca", "smilechat", "gsm8k", "oasst1_fi")
    }
    teacher = read_records([paths["gpteacher"]])
    mgsm = read_records([paths["mgsm"]])
    return {
        "planted mixture": planted,
        "four sources": _mixed([(t, name) for name, texts in languages.items() for t in texts]),
        "gpteacher, by subset": _mixed(_labelled(teacher, "subset")),
        "mgsm, by language": _mixed(_labelled(mgsm, "lang")),
        "alpaca, by length": _by_length(texts_of(paths["alpaca"], 10_000, 2)),
        "sgd, by length": _by_length(texts_of(paths["sgd"], 8_000, 2)),
        "smilechat, by length": _by_length(texts_of(paths["smilechat"], 6_000, 2)),
    }


def _labelled(records: Sequence[dict[str, Any]], column: str) -> list[tuple[str, str]]:
    texts = [text.decode() for text in as_corpus(list(records))]
    return [(text, str(r[column])) for text, r in zip(texts, records, strict=True)]


def _mixed(rows: list[tuple[str, str]]) -> Mixed:
    texts, groups = (list(column) for column in zip(*rows, strict=True))
    return Mixed(texts, groups, groups)


def _by_length(texts: list[str]) -> Mixed:
    lengths = [len(text.encode()) for text in texts]
    quarter = np.digitize(lengths, np.percentile(lengths, [25, 50, 75]))
    return _mixed([(text, f"quarter {q + 1}") for text, q in zip(texts, quarter, strict=True)])


def plain(compressor: str, total: int) -> ZipSelector:
    return ZipSelector(Bytes(total), compressor=compressor)


def guarded(compressor: str, total: int) -> ZipSelector:
    return ZipSelector(
        Bytes(total), compressor=compressor, quotas=Quotas("pool"), guards=Guards.all("drop")
    )


def typical(compressor: str, total: int) -> ZipSelector:
    return ZipSelector(**{**guarded(compressor, total).get_params(), "typicality": TYPICALITY})


WAYS = {"plain": plain, "guarded": guarded, "guarded and typical": typical}


def chosen(selector: ZipSelector, pool: Mixed, forbidden: IntArray | None = None) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EntropyLawWarning)
        return selector.select(pool.texts, groups=pool.sources, forbidden=forbidden)


def shares(pool: Mixed, corpus: Corpus, rows: IntArray) -> dict[str, float]:
    names, codes = np.unique(pool.truth, return_inverse=True)
    sums = np.bincount(codes[rows], corpus.lengths[rows], minlength=len(names))
    return {name: significant(share) for name, share in zip(names, sums / sums.sum(), strict=True)}


def run_planted(paths: dict[str, Path], compressors: Sequence[str]) -> dict[str, Any]:
    pool = planted_pool(paths)
    corpus = pool.corpus()
    everyone = np.arange(len(corpus))
    total = corpus.total_bytes // 10
    draws = [
        shares(pool, corpus, random_rows(corpus.lengths, total=total, seed=seed))
        for seed in range(DRAWS)
    ]
    found: dict[str, Any] = {
        "records": len(corpus),
        "bytes": corpus.total_bytes,
        "budget_bytes": total,
        "pool": shares(pool, corpus, everyone),
        "random": {
            part: {
                "mean": significant(statistics.mean(draw[part] for draw in draws)),
                "most": max(draw[part] for draw in draws),
            }
            for part in draws[0]
        },
    }
    for compressor in compressors:
        for name, make in WAYS.items():
            result: SelectionResult = chosen(make(compressor, total), pool)
            found[f"{name}, {compressor}"] = {
                "shares": shares(pool, corpus, result.indices),
                "records": len(result),
                "ratio": significant(result.ratio),
                "groups": {
                    line.name: {
                        "quota": line.maximum,
                        "spent": line.spent,
                        "kept": bool(
                            line.maximum is None or line.maximum - line.spent < corpus.lengths.max()
                        ),
                    }
                    for line in result.manifest.groups
                },
                "guards": {line.guard: line.caught for line in result.manifest.guards},
            }
    return found


def noise(parts: dict[str, float]) -> float:
    return sum(parts.get(name, 0.0) for name in NOISE)


def run_coverage(name: str, paths: dict[str, Path], compressor: str) -> dict[str, Any]:
    pool = grouped_pools(paths)[name]
    corpus = pool.corpus()
    rng = np.random.default_rng(0)
    clean = np.flatnonzero([t not in (*NOISE, *COPIES) for t in pool.truth])
    held = np.sort(rng.choice(clean, min(HELD_OUT, len(clean) // 10), replace=False))
    may = np.setdiff1d(np.arange(len(corpus)), held)
    total = corpus.total_bytes // 20
    measure = partial(coverage, corpus, held_out=held)
    draws = [
        measure(chosen=may[random_rows(corpus.lengths[may], total=total, seed=seed)])
        for seed in range(DRAWS)
    ]
    found: dict[str, Any] = {
        "records": len(corpus),
        "bytes": corpus.total_bytes,
        "budget_bytes": total,
        "groups": len(set(pool.sources)),
        "random": {
            "mean": significant(statistics.mean(d.bits_per_byte for d in draws), 5),
            "spread": significant(statistics.stdev(d.bits_per_byte for d in draws), 3),
        },
    }
    for way, make in WAYS.items():
        result = chosen(make(compressor, total), pool, forbidden=held)
        covered = measure(chosen=result.indices)
        found[way] = significant(covered.bits_per_byte, 5)
    return found


def large_pool(paths: dict[str, Path]) -> Mixed:
    """All records of all files, about as many as the paper selects from."""
    rows = [
        (text.decode("utf-8", "replace"), name)
        for name, path in paths.items()
        for text in as_corpus(path)
    ]
    random.Random(0).shuffle(rows)
    return _mixed(rows)


POOLS = {"planted": planted_pool, "large": large_pool}


def run_cost(paths: dict[str, Path], kind: str, compressor: str, repeats: int) -> dict[str, Any]:
    """Time the plain run, one with every control, and one whose controls all but do nothing.

    The last chooses about what the plain run does, so it shows what the controls themselves cost;
    with controls that matter, other records are chosen, of other lengths and in other numbers.
    """
    pool = POOLS[kind](paths)
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
        for name, selector in selectors.items():
            start = time.process_time()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", EntropyLawWarning)
                result = selector.select(records)
            times[name].append(time.process_time() - start)
            about[name] = {"records": len(result), "evaluations": result.evaluations}
    base = times["plain"]
    return {
        name: about[name]
        | {
            "cpu_seconds": significant(statistics.median(own)),
            "over_plain": significant(
                statistics.median(one / other for one, other in zip(own, base, strict=True))
            ),
        }
        for name, own in times.items()
    }


def run_lengths(name: str, paths: dict[str, Path], compressors: Sequence[str]) -> dict[str, Any]:
    """Which lengths are chosen when: early the short, later the long?"""
    corpus = grouped_pools(paths)[name].corpus()
    total = corpus.total_bytes // 10
    found: dict[str, Any] = {
        "records": len(corpus),
        "budget_bytes": total,
        "pool": significant(float(np.median(corpus.lengths))),
    }
    for compressor in compressors:
        for within in ("pool", "length"):
            selector = ZipSelector(Bytes(total), compressor=compressor, compare_within=within)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", EntropyLawWarning)
                result = selector.select(corpus)
            found[f"{compressor}, within {within}"] = by_fifth(corpus.lengths[result.indices])
    return found


def by_fifth(lengths: IntArray) -> list[float]:
    """Return the median length in each of five parts of equal bytes."""
    part = np.minimum(5 * (np.cumsum(lengths) - lengths) // lengths.sum(), 4)
    return [significant(float(np.median(lengths[part == each]))) for each in range(5)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="+", type=Path)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--part", help="run only this part of the result, and keep the others")
    parser.add_argument("--case", help="of the part, run only this case, and keep the others")
    options = parser.parse_args()
    wanted = ("alpaca", "gpteacher", "smilechat", "gsm8k", "sgd", "oasst1_fi", "mgsm")
    paths = {
        name: next(path for path in options.data if path.name.startswith(name)) for name in wanted
    }
    result: dict[str, Any] = {
        "data": [path.name for path in options.data],
        "planted": {},
        "coverage_bits_per_byte": {},
        "median_bytes_by_fifth_of_the_choice": {},
        "cost": {},
        "cost of a large pool": {},
    }
    if options.part:
        earlier = json.loads((RESULTS / "safe_selection.json").read_text(encoding="utf-8"))
        result |= {part: earlier[part] for part in result if part in earlier}
        if not options.case:
            result[options.part] = {}
    for part, case, job in jobs(paths, options.repeats):
        if options.part not in (None, part) or options.case not in (None, case):
            continue
        found = in_fresh_process(*job)
        if case is None:
            result[part] = found
        else:
            result[part][case] = found
        print(part, case, file=sys.stderr, flush=True)
        write_result("safe_selection", result | verdicts(result))


def jobs(paths: dict[str, Path], repeats: int) -> Iterator[tuple[str, str | None, tuple[Any, ...]]]:
    """Yield the part of the result, the case in it, and the function with its arguments."""
    pools = list(grouped_pools(paths))
    yield "planted", None, (run_planted, paths, COMPRESSORS)
    for compressor in COMPRESSORS:
        yield "cost", compressor, (run_cost, paths, "planted", compressor, repeats)
    for compressor in COMPRESSORS[1:]:
        case = (run_cost, paths, "large", compressor, 1)
        yield "cost of a large pool", compressor, case
    for name in pools:
        yield "coverage_bits_per_byte", name, (run_coverage, name, paths, "zstd:6:long")
    for name in pools[:1] + pools[4:]:
        case = (run_lengths, name, paths, COMPRESSORS)
        yield "median_bytes_by_fifth_of_the_choice", name, case


def verdicts(result: dict[str, Any]) -> dict[str, Any]:
    """Return whether guarded selection does what it should, as far as measured."""
    planted = result["planted"]
    most = sum(planted["random"][part]["mean"] for part in NOISE)
    covered = result["coverage_bits_per_byte"].values()
    return {
        "no_more_noise_than_random": {
            name: noise(found["shares"]) <= most
            for name, found in planted.items()
            if name.startswith(("plain", "guarded"))
        },
        "covers_better_on": {
            way: sum(found[way] < found["random"]["mean"] for found in covered) for way in WAYS
        },
        "pools": len(covered),
    }


if __name__ == "__main__":
    main()

"""Is what was chosen less redundant than random text of the same length, and at what cost?

Every method chooses from the same pool until it has the same bytes of text. The judge is lzma at
preset 9, whose window of 64 MiB holds all of it: which method remembered what does not matter to
it. It says how redundant the chosen text is, and how many bits per byte it then needs for records
that were left out of the pool: a choice that tells much about its pool makes these cheap.

Usage: python benchmarks/quality.py DATA... [--pools NAME... --name quality-part]

DATA are the files that POOLS names. What results/quality*.json have already is not run again, so
pools may be run apart and then put together: remove these files to start anew.
`python benchmarks/plots.py` draws the results.
"""

from __future__ import annotations

import argparse
import json
import pickle
import random
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from common import RESULTS, in_fresh_process, measured, read_records, significant, write_result
from entropylaw import Corpus, ZipSelector
from entropylaw.compressors import describe, get_compressor
from entropylaw.compressors.stdlib import Lzma
from entropylaw.io.load import as_corpus
from entropylaw.sizing import Sizer
from entropylaw.types import IntArray, Packing, Screening, Variant

JUDGE = Lzma(preset=9)
UNSEEN = 2_000
"""Records held out of each pool."""
LARGEST_SHARE = 6
"""At most one byte in so many of a pool is chosen: there must be a choice."""
STAGES = {"k1": 10_000, "k2": 200, "k3": 100}
DRAWS = 5


@dataclass(frozen=True)
class Pool:
    """Records of some files, shuffled together with a fixed seed.

    `files` gives how many records are drawn from each, None for all. A pool that is `unrolled`
    holds each chat once for every answer in it, as trainers often prepare chats: all turns up to
    that answer. Pools that are `redundant` mix sources of which some repeat themselves at long
    range: there memory should pay.
    """

    name: str
    files: Mapping[str, int | None]
    unrolled: bool = False
    redundant: bool = False


POOLS = (
    Pool(
        "all mixed",
        dict.fromkeys(
            (
                "alpaca_en_52k",
                "gpteacher_14k",
                "sgd_multiturn_17k_sharegpt",
                "smilechat_zh_6k_sharegpt",
                "oasst1_en_threads_messages",
                "oasst1_fi_8k_text",
                "gsm8k_train",
                "mgsm_11lang",
            )
        ),
        redundant=True,
    ),
    Pool(
        "dialogues and tool calls",
        dict.fromkeys(
            ("sgd_multiturn_17k_sharegpt", "gpteacher_14k", "oasst1_en_threads_messages")
        ),
        redundant=True,
    ),
    Pool(
        "unrolled chats",
        {"sgd_multiturn_17k_sharegpt": 3_000, "smilechat_zh_6k_sharegpt": 1_500},
        unrolled=True,
        redundant=True,
    ),
    Pool("GPTeacher", {"gpteacher_14k": None}),
    Pool("Alpaca", {"alpaca_en_52k": 14_000}),
    Pool("SmileChat (Chinese)", {"smilechat_zh_6k_sharegpt": None}),
    Pool("GSM8K", {"gsm8k_train": None}),
)


@dataclass(frozen=True)
class Records:
    """What is chosen from, where each record is from, and the text that nobody may choose."""

    corpus: Corpus
    sources: Sequence[str]
    unseen: bytes
    budget: int


def read_pool(pool: Pool, paths: Mapping[str, Path], budget: int) -> Records:
    """Draw and shuffle the records of a pool; the budget is in bytes of text."""
    rng = random.Random(0)
    texts: list[tuple[bytes, str]] = []
    for source, count in pool.files.items():
        records = read_records([paths[source]])
        if count is not None:
            records = rng.sample(records, count)
        if pool.unrolled:
            records = [part for record in records for part in unroll(record)]
        texts += [(text, source) for text in as_corpus(records) if text]
    rng.shuffle(texts)
    corpus = Corpus.from_rows([text for text, _ in texts[UNSEEN:]])
    return Records(
        corpus=corpus,
        sources=[source for _, source in texts[UNSEEN:]],
        unseen=b"\n".join(text for text, _ in texts[:UNSEEN]),
        budget=min(budget, corpus.total_bytes // LARGEST_SHARE),
    )


def unroll(chat: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a chat once for every answer in it, with all turns up to that answer."""
    turns = chat["conversations"]
    for end, turn in enumerate(turns, start=1):
        if turn["from"] == "gpt":
            yield {"conversations": turns[:end]}


Order = Callable[[Corpus, int, int], IntArray]
"""From the pool, the bytes wanted and the number of the draw to rows in the order chosen."""


def at_random(corpus: Corpus, budget: int, draw: int) -> IntArray:
    """Return all rows in random order."""
    return np.random.default_rng(draw).permutation(len(corpus))


def shortest(corpus: Corpus, budget: int, draw: int) -> IntArray:
    """Return all rows, the shortest first."""
    return np.argsort(corpus.lengths, kind="stable")


def own_ratio(corpus: Corpus, budget: int, draw: int) -> IntArray:
    """Return all rows, the lowest compression ratio of the record alone first."""
    with Sizer(corpus, get_compressor("zlib:9")) as scorer:
        return np.argsort(scorer.own_raw / scorer.own_sizes, kind="stable")


@dataclass(frozen=True)
class Zip:
    """The greedy selection, stopped once it has the bytes wanted."""

    compressor: str
    variant: Variant = "paper"
    packing: Packing = "full"
    screening: Screening = "full"

    def __call__(self, corpus: Corpus, budget: int, draw: int) -> IntArray:
        selector = ZipSelector(
            1.0,
            compressor=self.compressor,
            variant=self.variant,
            packing=self.packing,
            screening=self.screening,
            n_jobs=1,
            progress=False,
            **STAGES,
        )
        chosen: list[IntArray] = []
        for one in selector.rounds(corpus):
            chosen.append(one.rows)
            if one.set_raw >= budget:
                break
        return np.concatenate(chosen)


FULL = (
    "zlib:9",
    "zlib:9:conditional",
    "zlib-ng:8",
    "isal:2",
    "lz4",
    "zstd:1",
    "zstd:3",
    "zstd:6",
    "zstd:9",
    "zstd:3:long",
    "zstd:6:long",
    "zstd:9:long",
)
LAZY = ("zlib:9", "zstd:3", "zstd:6:long")

METHODS: dict[str, Order] = (
    {
        "random": at_random,
        "shortest": shortest,
        "own ratio": own_ratio,
        "published ZIP": Zip("zlib:9", "reference"),
    }
    | {f"ZIP {spec}": Zip(spec) for spec in FULL}
    | {f"ZIP {spec}, lazy": Zip(spec, packing="lazy", screening="adaptive") for spec in LAZY}
)


def run_pool(pool: Pool, paths: Mapping[str, Path], budget: int, stored: Path) -> dict[str, Any]:
    """Read a pool, store it for the cases, and return what it is."""
    records = read_pool(pool, paths, budget)
    rows = list(records.corpus)
    stored.write_bytes(pickle.dumps((rows, records.sources, records.unseen, records.budget)))
    return asdict(pool) | {
        "records": len(records.corpus),
        "bytes": records.corpus.total_bytes,
        "bytes_by_file": shares(range(len(records.corpus)), records),
        "fingerprint": records.corpus.fingerprint,
        "budget_bytes": records.budget,
        "unseen_records": UNSEEN,
        "unseen_bytes": len(records.unseen),
        "unseen_bits_per_byte_given_nothing": significant(
            8 * JUDGE.compressed_size(records.unseen) / len(records.unseen)
        ),
    }


def run_case(stored: Path, method: str) -> dict[str, Any]:
    """Choose by one method and return what the judge says; random is drawn several times."""
    rows, *others = pickle.loads(stored.read_bytes())
    records = Records(Corpus.from_rows(rows), *others)
    order = METHODS[method]
    draws = [judged(order, records, draw) for draw in range(DRAWS if order is at_random else 1)]
    case: dict[str, Any] = {"method": method}
    if isinstance(order, Zip):
        info = describe(get_compressor(order.compressor))
        seen = 1.0 if info.window is None else min(1.0, info.window / records.budget)
        case |= asdict(order) | {
            "version": info.version,
            "window": info.window,
            "visible_share_at_end": significant(seen),
        }
    for measure in ("records", "ratio", "unseen_bits_per_byte", "cpu_seconds"):
        case[measure] = significant(statistics.mean(draw[measure] for draw in draws))
    case["bytes_by_file"] = draws[0]["bytes_by_file"]
    if len(draws) > 1:
        case["draws"] = draws
    print(f"{method}: ratio {case['ratio']}", file=sys.stderr, flush=True)
    return case


def judged(order: Order, records: Records, draw: int) -> dict[str, Any]:
    """Choose once, and measure the text chosen, cut at the budget."""
    corpus, budget = records.corpus, records.budget
    with measured() as choosing:
        rows = order(corpus, budget, draw)
    count = int(np.searchsorted(np.cumsum(corpus.lengths[rows] + 1), budget)) + 1
    text = b"\n".join(corpus.records(rows[:count]))[:budget]
    size = JUDGE.compressed_size(text)
    with_unseen = JUDGE.compressed_size(text + b"\n" + records.unseen)
    return {
        "records": len(rows[:count]),
        "ratio": significant(len(text) / size, 5),
        "unseen_bits_per_byte": significant(8 * (with_unseen - size) / len(records.unseen), 5),
        "cpu_seconds": significant(choosing.cpu),
        "bytes_by_file": shares(rows[:count], records),
    }


def shares(rows: Sequence[int] | IntArray, records: Records) -> dict[str, float]:
    """Return the share of the bytes of these rows that each file gave."""
    found: dict[str, int] = dict.fromkeys(sorted(set(records.sources)), 0)
    for row in rows:
        found[records.sources[row]] += int(records.corpus.lengths[row])
    total = sum(found.values())
    return {source: significant(count / total, 3) for source, count in found.items()}


def with_ratios_to_random(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the results with each measure also as a ratio to the mean of the random draws."""
    base = cases[0]
    for case in cases:
        for measure in ("ratio", "unseen_bits_per_byte"):
            case[f"{measure}_to_random"] = significant(case[measure] / base[measure])
    return cases


def earlier_pools() -> list[dict[str, Any]]:
    """Return what result files of this benchmark have already."""
    return [
        pool
        for file in sorted(RESULTS.glob("quality*.json"))
        for pool in json.loads(file.read_text(encoding="utf-8")).get("pools", [])
    ]


def cases_of(pools: Sequence[dict[str, Any]], about: Mapping[str, Any]) -> dict[str, Any]:
    """Return the results of a pool that is the same to the byte, by method."""
    return {
        case["method"]: case
        for pool in pools
        if all(pool[key] == about[key] for key in ("name", "fingerprint", "budget_bytes"))
        for case in pool["methods"]
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="+", type=Path, help="the files that POOLS names")
    parser.add_argument("--budget-bytes", type=int, default=1_500_000, help="of text, at most")
    parser.add_argument("--pools", nargs="+", default=[pool.name for pool in POOLS])
    parser.add_argument("--name", default="quality", help="of the result file: quality...")
    options = parser.parse_args()

    paths = {path.name.partition(".")[0]: path for path in options.data}
    wanted = [pool for pool in POOLS if pool.name in options.pools]
    missing = sorted({name for pool in wanted for name in pool.files} - paths.keys())
    if missing:
        parser.error(f"these files are wanted as well: {', '.join(missing)}")

    earlier = earlier_pools()
    result: dict[str, Any] = {
        "judge": f"{JUDGE.name}, window of {JUDGE.window:,} bytes; {JUDGE.version}",
        "stages": STAGES,
        "clock": "CPU seconds to choose, one thread, records in memory; random: one draw",
        "pools": [],
    }
    with tempfile.TemporaryDirectory() as folder:
        stored = Path(folder) / "pool"
        for pool in wanted:
            print(pool.name, file=sys.stderr, flush=True)
            about = in_fresh_process(run_pool, pool, paths, options.budget_bytes, stored)
            done = cases_of(earlier, about)
            result["pools"].append(about)
            cases: list[dict[str, Any]] = []
            for method in METHODS:
                cases.append(done.get(method) or in_fresh_process(run_case, stored, method))
                about["methods"] = with_ratios_to_random(cases)
                write_result(options.name, result)


if __name__ == "__main__":
    main()

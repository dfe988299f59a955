"""Redundancy and coverage of selections of equal bytes, by method, and their cost.

Every method chooses from the same pool until it has the same bytes of text. The
evaluation uses lzma at preset 9, whose window of 64 MiB holds all of it. It shows how redundant the
chosen text is, and how many bits per byte lzma then needs for records that were left out of the
pool: few if the selection represents its pool. Streams see each record once, in any order of
arrival.
`python -m benchmarks figures` draws the results.
"""

from __future__ import annotations

import pickle
import random
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.common.inputs import SETS, Inputs
from benchmarks.common.internals import as_corpus
from benchmarks.common.measure import in_fresh_process, measured, report, significant
from benchmarks.common.page import Target, table
from benchmarks.common.record import Record

from entropylaw import Corpus, ZipSelector, ZipStream
from entropylaw.compressors import get_compressor
from entropylaw.ratios import sample_ratios
from entropylaw.types import IntArray, Packing, Screening, Variant

JUDGE = get_compressor("lzma:9")
LARGEST_SHARE = 6
"""At most one byte in this many of a pool is chosen."""
STAGES = {"k1": 10_000, "k2": 200, "k3": 100}
DRAWS = 5


@dataclass(frozen=True)
class Pool:
    """Records of some data sets, shuffled together with a fixed seed.

    `files` gives how many records are drawn from each, None for all. A pool that is `unrolled`
    contains each chat once for every answer in it, as trainers often prepare chats: all turns up to
    that answer. Pools that are `redundant` mix sources of which some repeat themselves at long
    range: there a large window should help.
    """

    name: str
    files: Mapping[str, int | None]
    unrolled: bool = False
    redundant: bool = False


POOLS = (
    Pool(
        "all mixed",
        dict.fromkeys(name for name in SETS if name != "gsm8k_test"),
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
    """A pool, the source of each record, and the held-out text."""

    corpus: Corpus
    sources: Sequence[str]
    unseen: bytes
    budget: int


def read_pool(pool: Pool, inputs: Inputs, budget: int, unseen: int) -> Records:
    """Draw and shuffle the records of a pool; the budget is in bytes of text."""
    rng = random.Random(0)
    texts: list[tuple[bytes, str]] = []
    for source, count in pool.files.items():
        records = inputs.records(source)
        if count is not None:
            records = rng.sample(records, min(count, len(records)))
        if pool.unrolled:
            records = [part for record in records for part in unroll(record)]
        texts += [(text, source) for text in as_corpus(records) if text]
    rng.shuffle(texts)
    corpus = Corpus.from_rows([text for text, _ in texts[unseen:]])
    return Records(
        corpus=corpus,
        sources=[source for _, source in texts[unseen:]],
        unseen=b"\n".join(text for text, _ in texts[:unseen]),
        budget=min(budget, corpus.total_bytes // LARGEST_SHARE),
    )


def unroll(chat: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a chat once for every answer in it, with all turns up to that answer."""
    turns = chat["conversations"]
    for end, turn in enumerate(turns, start=1):
        if turn["from"] == "gpt":
            yield {"conversations": turns[:end]}


Order = Callable[[Records, int], IntArray]
"""Function of a pool and the number of the draw; returns rows in the order chosen."""


def at_random(records: Records, draw: int) -> IntArray:
    return np.random.default_rng(draw).permutation(len(records.corpus))


def shortest(records: Records, draw: int) -> IntArray:
    return np.argsort(records.corpus.lengths, kind="stable")


def own_ratio(records: Records, draw: int) -> IntArray:
    return np.argsort(sample_ratios(records.corpus, "zlib:9"), kind="stable")


@dataclass(frozen=True)
class Stream:
    """One pass that decides on each record at once; the pool shuffled, or source by source."""

    spec: str
    by_source: bool = False

    def __call__(self, records: Records, draw: int) -> IntArray:
        corpus = records.corpus
        rows = np.arange(len(corpus))
        if self.by_source:
            rows = np.argsort(records.sources, kind="stable")
        stream = ZipStream(
            budget=records.budget,
            expected=corpus.total_bytes,
            cost="bytes",
            compressor=self.spec,
        )
        kept = [stream.offer(text) for text in corpus.records(rows)]
        return rows[np.array(kept, np.bool_)]


@dataclass(frozen=True)
class Zip:
    """The greedy selection, stopped once it has the required bytes."""

    compressor: str
    variant: Variant = "paper"
    packing: Packing = "full"
    screening: Screening = "full"

    def __call__(self, records: Records, draw: int) -> IntArray:
        selector = ZipSelector(1.0, **asdict(self), n_jobs=1, progress=False, **STAGES)
        chosen: list[IntArray] = []
        for one in selector.rounds(records.corpus):
            chosen.append(one.rows)
            if one.set_raw >= records.budget:
                break
        return np.concatenate(chosen)


FULL = (
    "zlib:9", "zlib:9:conditional", "zlib-ng:8", "isal:2", "lz4", "zstd:1", "zstd:3", "zstd:6",
    "zstd:9", "zstd:3:long", "zstd:6:long", "zstd:9:long",
)  # fmt: skip
LAZY = ("zlib:9", "zstd:3", "zstd:6:long")
STREAMS = ("zstd:6:long", "zstd:3", "zlib:9", "lz4")

METHODS: dict[str, Order] = (
    {
        "random": at_random,
        "shortest": shortest,
        "own ratio": own_ratio,
        "published ZIP": Zip("zlib:9", "reference"),
    }
    | {f"ZIP {spec}": Zip(spec) for spec in FULL}
    | {f"ZipStream {spec}": Stream(spec) for spec in STREAMS}
    | {"ZipStream zstd:6:long, by source": Stream("zstd:6:long", by_source=True)}
    | {f"ZIP {spec}, lazy": Zip(spec, packing="lazy", screening="lazy") for spec in LAZY}
)


@dataclass(frozen=True)
class Settings:
    """`unseen` records of each pool are held out."""

    budget_bytes: int = 1_500_000
    unseen: int = 2_000
    pools: tuple[str, ...] = tuple(pool.name for pool in POOLS)
    methods: tuple[str, ...] = tuple(METHODS)


QUICK = Settings(
    budget_bytes=40_000,
    unseen=100,
    pools=("unrolled chats",),
    methods=("random", "own ratio", "ZIP zstd:6:long", "ZipStream zstd:3"),
)


def run(settings: Settings, inputs: Inputs) -> Iterator[dict[str, Any]]:
    result: dict[str, Any] = {
        "judge": f"{JUDGE.name}, window of {JUDGE.window:,} bytes; {JUDGE.version}",
        "stages": STAGES,
        "clock": "CPU seconds to choose, one thread, records in memory; random: one draw",
        "pools": [],
    }
    with tempfile.TemporaryDirectory() as folder:
        stored = Path(folder) / "pool"
        for pool in (pool for pool in POOLS if pool.name in settings.pools):
            result["pools"].append(about := run_pool(pool, inputs, settings, stored))
            about["methods"] = cases = []
            for method in settings.methods:
                cases.append(in_fresh_process(run_case, stored, method))
                add_ratios_to(cases[0], cases[-1])
                report(f"{pool.name}, {method}: ratio {cases[-1]['ratio']}")
                yield result


def run_pool(pool: Pool, inputs: Inputs, settings: Settings, stored: Path) -> dict[str, Any]:
    """Read a pool, store it for the cases, and describe it."""
    records = read_pool(pool, inputs, settings.budget_bytes, settings.unseen)
    rows = list(records.corpus)
    stored.write_bytes(pickle.dumps((rows, records.sources, records.unseen, records.budget)))
    return asdict(pool) | {
        "records": len(records.corpus),
        "bytes": records.corpus.total_bytes,
        "fingerprint": records.corpus.fingerprint,
        "budget_bytes": records.budget,
        "unseen_records": settings.unseen,
        "unseen_bytes": len(records.unseen),
        "unseen_bits_per_byte_given_nothing": significant(
            8 * JUDGE.compressed_size(records.unseen) / len(records.unseen)
        ),
    }


def run_case(stored: Path, method: str) -> dict[str, Any]:
    """Choose by one method and evaluate the text; random is drawn several times."""
    rows, *others = pickle.loads(stored.read_bytes())
    records = Records(Corpus.from_rows(rows), *others)
    order = METHODS[method]
    draws = [judged(order, records, draw) for draw in range(DRAWS if order is at_random else 1)]
    case: dict[str, Any] = {"method": method}
    if isinstance(order, Zip):
        case |= asdict(order)
    for measure in ("records", "ratio", "unseen_bits_per_byte", "cpu_seconds"):
        case[measure] = significant(statistics.mean(draw[measure] for draw in draws))
    return case | ({"draws": draws} if len(draws) > 1 else {})


def judged(order: Order, records: Records, draw: int) -> dict[str, Any]:
    """Choose once, and measure the text chosen, cut at the budget."""
    corpus, budget = records.corpus, records.budget
    with measured() as choosing:
        rows = order(records, draw)
    count = int(np.searchsorted(np.cumsum(corpus.lengths[rows] + 1), budget)) + 1
    text = b"\n".join(corpus.records(rows[:count]))[:budget]
    size = JUDGE.compressed_size(text)
    with_unseen = JUDGE.compressed_size(text + b"\n" + records.unseen)
    return {
        "records": len(rows[:count]),
        "ratio": significant(len(text) / size, 5),
        "unseen_bits_per_byte": significant(8 * (with_unseen - size) / len(records.unseen), 5),
        "cpu_seconds": significant(choosing.cpu),
    }


def add_ratios_to(base: Mapping[str, Any], case: dict[str, Any]) -> None:
    """Add each measure as a ratio to that of random records."""
    for measure in ("ratio", "unseen_bits_per_byte"):
        case[f"{measure}_to_random"] = significant(case[measure] / base[measure])


def tables(record: Record) -> dict[str, str]:
    pools = record.results["pools"]
    head = [f"{pool['name']}, {pool['budget_bytes'] / 1e6:.2f} MB" for pool in pools]
    searched = [
        case["method"]
        for case in pools[0]["methods"]
        if case["method"] not in ("random", "shortest")
    ]
    parts = (
        table(
            ["ratio of the selection (random: mean, lowest to highest)", *head],
            by_method(pools, "ratio", digits=2),
        ),
        table(
            ["bits per byte of unseen records, given the selection", *head],
            by_method(pools, "unseen_bits_per_byte", digits=3),
        ),
        table(
            ["CPU s to select", *head],
            [
                [method, *(f"{of(pool, method)['cpu_seconds']:.3g}" for pool in pools)]
                for method in searched
            ],
        ),
    )
    return {"quality": "\n\n".join(parts)}


def of(pool: Mapping[str, Any], method: str) -> dict[str, Any]:
    """Return the result of one method in a pool."""
    return next(case for case in pool["methods"] if case["method"] == method)


def by_method(pools: Sequence[Mapping[str, Any]], measure: str, *, digits: int) -> list[list[str]]:
    """Return a row for each method: the measure, and its change against random in brackets."""
    rows = []
    for method in (case["method"] for case in pools[0]["methods"]):
        cells = []
        for case in (of(pool, method) for pool in pools):
            spread = f"{case[f'{measure}_to_random'] - 1:+.1%}"
            if "draws" in case:
                drawn = [draw[measure] for draw in case["draws"]]
                spread = f"{min(drawn):.{digits}f} to {max(drawn):.{digits}f}"
            cells.append(f"{case[measure]:.{digits}f} ({spread})")
        rows.append([method, *cells])
    return rows


def targets(results: dict[str, Any]) -> Iterator[Target]:
    change: dict[str, dict[bool, list[float]]] = {}
    for pool in results["pools"]:
        for case in pool["methods"]:
            if case.get("compressor", "").endswith(":long") and case["packing"] == "full":
                own = change.setdefault(case["compressor"], {True: [], False: []})
                own[pool["redundant"]].append(100 * (case["ratio_to_random"] - 1))
    for spec, own in change.items():
        for redundant, aim, most in (
            (True, "is 15 % or more below random on redundant mixed pools", -15),
            (False, "is above random on no other pool", 0),
        ):
            measured = ", ".join(f"{one:+.0f} %" for one in own[redundant])
            yield Target(f"`{spec}` {aim}", measured, max(own[redundant]) <= most)

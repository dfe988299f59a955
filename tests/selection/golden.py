"""Configurations whose picks are recorded: internal changes must not change them.

``python tests/selection/golden.py`` rewrites the record; do that only where picks are meant
to change, and name the reason in CHANGELOG.md.
"""

from __future__ import annotations

import hashlib
import json
import random
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from entropylaw import (
    Bytes,
    Guards,
    Quality,
    Quotas,
    SelectionResult,
    Target,
    TargetSelector,
    Tokens,
    ZipSelector,
    get_compressor,
)
from entropylaw.baselines import DedupSelector, OwnRatioSelector, RandomSelector
from entropylaw.compressors import describe

RECORD = Path(__file__).with_name("golden_picks.json")
WORDS = (  # noqa: SIM905
    "the of and to in is you that it he was for on are as with his they at be this have from or "
    "one had by word but not what all were we when your can there use an each which she do how "
    "their if will up other about out many then them these so some her would make like him into "
    "time has look two more write go see number no way could people my than first water been call "
    "who oil its now find long down day did get come made may part"
).split()


class Shingles:
    """A compressor of which every machine has the same version: it counts distinct 4-grams."""

    name = "shingles"
    version = "1"
    window = None

    def compressed_size(self, data: bytes, /) -> int:
        return self.prime(b"").size(bytes(data))

    def prime(self, prefix: bytes, /) -> PrimedShingles:
        return PrimedShingles(prefix)


class PrimedShingles:
    exact = True

    def __init__(self, prefix: bytes) -> None:
        self._tail, self._length, self._seen = b"", 0, set()
        self.extend(prefix)

    @property
    def base(self) -> int:
        return self.size(b"")

    def size(self, data: bytes, /) -> int:
        text = self._tail + data
        new = {text[i : i + 4] for i in range(len(text) - 3)} - self._seen
        length = self._length + len(data)
        return (8 + 2 * (len(self._seen) + len(new)) + length // 8) if length else 0

    def sizes(self, items: Any, /) -> Any:
        return np.fromiter((self.size(item) for item in items), np.int64, len(items))

    def extend(self, more: bytes, /) -> None:
        text = self._tail + more
        self._seen |= {text[i : i + 4] for i in range(len(text) - 3)}
        self._tail, self._length = text[-3:], self._length + len(more)

    def fork(self) -> PrimedShingles:
        other = PrimedShingles(b"")
        other._tail, other._length, other._seen = self._tail, self._length, set(self._seen)
        return other


def pool() -> list[dict[str, Any]]:
    """Return 240 records of four sources: prose, templates, code, noise; with copies."""
    rng = random.Random(7)
    records = []
    for number in range(240):
        source = ("prose", "template", "code", "noise")[rng.choices(range(4), (5, 3, 3, 1))[0]]
        words = [rng.choice(WORDS) for _ in range(rng.randint(4, 40))]
        if source == "template":
            text = f"Question {number}: what is {words[0]} of {words[1]}? Answer: it is {words[2]}."
        elif source == "code":
            text = "\n".join(f"def {w}(x):\n    return {w} + {len(w)}" for w in words[:6])
        elif source == "noise":
            text = "".join(rng.choice("ACGT0123456789xyzXYZ+/") for _ in range(4 * len(words)))
        else:
            text = " ".join(words)
        score = None if number % 41 == 7 else round(rng.random(), 3)
        records.append(
            {"text": text, "source": source, "score": score, "n_tokens": max(1, len(text) // 5)}
        )
    for copy in (31, 77, 150):
        records[copy] = dict(records[copy - 5])
    records[13]["text"] = ""
    return records


TARGET = [f"Question {n}: what is time of day? Answer: it is long." for n in range(6)]
SMALL = {"k1": 60, "k2": 16, "k3": 6}
OWN = {"compressor": Shingles(), **SMALL}


def zip_with(*arguments: Any, **options: Any) -> Callable[[], SelectionResult]:
    given = options.pop("select", {})
    return lambda: ZipSelector(*arguments, **{**OWN, **options}).select(pool(), **given)


def own(selector: type, *arguments: Any, **options: Any) -> Callable[[], SelectionResult]:
    return lambda: selector(*arguments, **{"compressor": Shingles(), **options}).select(pool())


CONFIGURATIONS: dict[str, Callable[[], SelectionResult]] = {
    "plain": zip_with(40),
    "fraction": zip_with(0.1),
    "whole pool": zip_with(1.0),
    "reference": zip_with(50, variant="reference"),
    "lazy packing": zip_with(40, packing="lazy"),
    "adaptive screening": zip_with(40, screening="adaptive"),
    "reference, both lazy": zip_with(50, variant="reference", packing="lazy", screening="adaptive"),
    "tokens by column": zip_with(Tokens(400, counts="n_tokens")),
    "tokens estimated": zip_with(Tokens(0.2, bytes_per_token=4)),
    "bytes": zip_with(Bytes(3000)),
    "quotas as the pool": zip_with(40, groups="source", quotas=Quotas("pool")),
    "quotas equal, reference": zip_with(
        36, groups="source", quotas=Quotas("equal"), variant="reference"
    ),
    "quotas bounds, bytes": zip_with(
        Bytes(4000), groups="source", quotas=Quotas(minimum={"code": 0.2}, maximum=0.5)
    ),
    "within group": zip_with(40, groups="source", compare_within="group"),
    "within length": zip_with(40, compare_within="length"),
    "within group and length": zip_with(40, groups="source", compare_within="group and length"),
    "quality": zip_with(40, quality=Quality("score", minimum=0.2, weight=0.3)),
    "quality breaks ties": zip_with(40, quality=Quality("score", tie_break=True)),
    "lengths and guards": zip_with(40, min_bytes=30, max_bytes=300, guards=Guards.all("drop")),
    "target": zip_with(40, target=Target(TARGET, weight=0.5, compressor=Shingles())),
    "weights, required, forbidden": zip_with(
        40,
        select={
            "weights": np.linspace(0.5, 2.0, 240),
            "required": [200, 3, 90],
            "forbidden": list(range(100, 140)),
        },
    ),
    "extends rows": zip_with(20, select={"initial_subset": list(range(30))}),
    "extends records": zip_with(20, select={"initial_subset": ["the of and to in is you that"]}),
    "published framing": zip_with(30, render="zip-reference"),
    "random": own(RandomSelector, 40, random_state=5),
    "random of given lengths": own(
        RandomSelector, 10, random_state=5, like_lengths=[40, 40, 80, 80, 90, 100, 120, 60, 50, 30]
    ),
    "deduplicated": own(DedupSelector, Bytes(4000), random_state=2),
    "own ratio": own(OwnRatioSelector, 40, groups="source", quotas=Quotas("pool")),
    "by target": own(TargetSelector, 40, target=Target(TARGET, compressor=Shingles())),
}

REAL = {
    "zlib": {},
    "zlib:6:conditional": {},
    "zstd:3": {"variant": "reference"},
    "zstd:6:long": {"typicality": 0.1, "groups": "source"},
    "lz4": {"packing": "lazy"},
    "brotli:3:tail": {},
    "bz2:1": {"k1": 20, "k2": 8, "k3": 4},
}


def real(spec: str) -> Callable[[], SelectionResult]:
    return lambda: ZipSelector(30, **{**SMALL, "compressor": spec, **REAL[spec]}).select(pool())


for spec in REAL:
    CONFIGURATIONS[spec] = real(spec)


def version_of(name: str) -> str:
    """Return the version of what measures: another one may pick other records."""
    return describe(get_compressor(name)).version if name in REAL else "1"


def record_of(name: str) -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = CONFIGURATIONS[name]()
    fields = ("row", "round", "own_size", "union_raw", "union_size", "pack_raw", "pack_size")
    digest = hashlib.blake2b(digest_size=12)
    for field in fields:
        digest.update(np.ascontiguousarray(result.picks[field], "<i8").tobytes())
    for field in ("packed", "screened", "shortlisted", "evaluations", "set_raw", "set_size"):
        digest.update(np.ascontiguousarray(result.trace[field], "<i8").tobytes())
    return {
        "version": version_of(name),
        "picks": result.indices.tolist(),
        "sizes": digest.hexdigest(),
    }


def main() -> None:
    lines = [f"{json.dumps(name)}: {json.dumps(record_of(name))}" for name in CONFIGURATIONS]
    RECORD.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""Whether ZipSelector and the published script make the same picks in the same order.

The copy of the script runs next to ``variant="reference", render="zip-reference"``, once ranked
as the script ranks (float32 ratios, torch.topk), where the ordered picks must be the same, and once
ranked as the library ranks (float64, ties to the lower row).
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from benchmarks.common import plain_script
from benchmarks.common.inputs import Inputs
from benchmarks.common.internals import Ranking, lowest, ranked_picks
from benchmarks.common.measure import CORES, measured, report, significant, wait_for_children
from benchmarks.common.page import stem, table_of
from benchmarks.common.record import Record

from entropylaw.types import FloatArray, IntArray


@dataclass(frozen=True)
class Settings:
    """The budget must be a multiple of K3; `pool` records are drawn from each set."""

    budget: int = 500
    pool: int = 5_000
    k1: int = 1_000
    k2: int = 200
    k3: int = 100
    sets: tuple[str, ...] = (
        "alpaca_en_52k", "gpteacher_14k", "gsm8k_train", "oasst1_fi_8k_text", "mgsm_11lang",
    )  # fmt: skip

    @property
    def search(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in ("budget", "k1", "k2", "k3")}


QUICK = Settings(budget=60, pool=400, k1=100, k2=40, k3=20, sets=("alpaca_en_52k", "mgsm_11lang"))


def run(settings: Settings, inputs: Inputs) -> Iterator[dict[str, Any]]:
    if settings.budget % settings.k3:
        raise SystemExit("the script overshoots unless the budget is a multiple of k3")
    runs = []
    for name in settings.sets:
        runs.append(compare(name, settings, inputs))
        report(json.dumps(runs[-1], indent=2))
        yield {"runs": runs}


def failure(results: dict[str, Any]) -> str | None:
    """Return the reason why the run failed, if it did."""
    if all(run["script_ranking"]["identical_ordered_picks"] for run in results["runs"]):
        return None
    return "picks differ from the script's although ranked as it ranks"


def compare(name: str, settings: Settings, inputs: Inputs) -> dict[str, Any]:
    """Run the script and ours on one pool."""
    pool, search = inputs.drawn(name, settings.pool), settings.search
    screened_last = len(pool) - (settings.budget // settings.k3 - 1) * settings.k2
    if screened_last <= settings.k1:
        raise SystemExit(
            f"{name}: the script retires k2 rows a round; with {len(pool)} rows fewer than k1 are "
            "left in the last. Use a larger --pool or a smaller --k1."
        )
    script = inputs.script()
    ranking = ranking_of(script)
    with measured() as script_cost:
        reference = script_picks(script, pool, search)
    with measured() as our_cost:
        same = ranked_picks(pool, ranking, **search, n_jobs=CORES)
    ours = ranked_picks(pool, lowest, **search, n_jobs=CORES)
    return {
        "data": name,
        "pool": len(pool),
        **search,
        "script_ranking": {
            "identical_ordered_picks": bool(np.array_equal(reference, same)),
            "same_prefix": same_prefix(reference, same),
        },
        "own_ranking": {
            "shared_fraction": len(np.intersect1d(ours, reference)) / len(reference),
            "shared_by_chance": significant(settings.budget / len(pool)),
            "same_prefix": same_prefix(reference, ours),
        },
        "script": script_cost.seconds(),
        "ours": our_cost.seconds(),
    }


def script_picks(script: ModuleType, pool: list[Any], search: dict[str, int]) -> IntArray:
    """Return the rows that the script selects, in order."""
    stages = {name: value for name, value in search.items() if name != "budget"}
    with tempfile.TemporaryDirectory() as folder, Path(os.devnull).open("w") as nowhere:
        saved = Path(folder) / "selected.json"
        with redirect_stdout(nowhere):
            script.ZIP_select(pool, str(saved), search["budget"], **stages, n_jobs=CORES)
        wait_for_children()
        selected = json.loads(saved.read_text(encoding="utf-8"))
    row_of = {repr(record): row for row, record in enumerate(pool)}
    return np.array([row_of[repr(record)] for record in selected], np.int64)


def ranking_of(script: ModuleType) -> Ranking:
    """Return the ranking of a script: ratios in float32; ties as torch.topk has them."""
    if script is plain_script:
        return lambda values, k: np.array(plain_script.smallest(values, k), np.int64)
    import torch

    torch.set_num_threads(1)

    def topk(values: FloatArray, k: int) -> IntArray:
        ratios = torch.from_numpy(values.astype(np.float32))
        return torch.topk(ratios, k, largest=False).indices.numpy()

    return topk


def same_prefix(one: IntArray, other: IntArray) -> int:
    """Return how many picks are the same before the first that differs."""
    differs = np.flatnonzero(one != other)
    return int(differs[0]) if len(differs) else len(one)


def tables(record: Record) -> dict[str, str]:
    columns = {
        "data": lambda run: stem(run["data"]),
        "picks of pool": "{budget} of {pool:,}",
        "K1": "{k1:,}",
        "ranked as the script: same picks, in order": "{script_ranking[same_prefix]} of {budget}",
        "ranked our way: shared": "{own_ranking[shared_fraction]:.0%}",
        "by chance": "{own_ranking[shared_by_chance]:.0%}",
        "CPU s, script": "{script[cpu_seconds]:.0f}",
        "CPU s, ours": "{ours[cpu_seconds]:.1f}",
    }
    return {"parity": table_of(record.results["runs"], columns)}

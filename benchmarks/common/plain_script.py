"""A short script with the algorithm and the two functions of the published one.

It compresses Python's repr of the whole list for each evaluation, as the published script does, and
shares no code with entropylaw. Quick runs use it where no copy of the published script is given.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np


def get_compression_ratio(records: Sequence[Any], level: int = 9) -> float:
    """Return raw over compressed bytes of the list's repr."""
    raw = str(list(records)).encode()
    return len(raw) / len(zlib.compress(raw, level))


def smallest(values: Iterable[float], k: int) -> list[int]:
    """Return the positions of the k lowest ratios in float32, ties to the lower position."""
    ratios = np.array(list(values), np.float32)
    return np.argsort(ratios, kind="stable")[:k].tolist()


def ZIP_select(  # noqa: N802 - the published name
    data: list[Any], save_path: str, budget: int, k1: int, k2: int, k3: int, n_jobs: int = 1
) -> None:
    """Choose a multiple of `k3` records and write them to a JSON file."""
    ratios = np.array([get_compression_ratio([record]) for record in data], np.float64)
    chosen: list[int] = []
    while len(chosen) < budget:
        screened = smallest(ratios, k1)
        for row in screened:
            ratios[row] = get_compression_ratio([*(data[one] for one in chosen), data[row]])
        shortlist = [screened[place] for place in smallest(ratios[screened], k2)]
        packed: list[int] = []
        for _ in range(k3):
            own = [
                np.inf
                if row in packed
                else get_compression_ratio([*(data[one] for one in packed), data[row]])
                for row in shortlist
            ]
            packed.append(shortlist[smallest(own, 1)[0]])
        ratios[shortlist] = np.inf
        chosen += packed
    Path(save_path).write_text(json.dumps([data[row] for row in chosen]), encoding="utf-8")

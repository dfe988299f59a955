"""How often the law's intervals contain the true value, by simulation.

Each trial draws ratio, loss (correlated with the ratio, as the law states) and a score that is
linear in both plus noise, and fits the law. It then checks whether the 95 % intervals of the slope
of the ratio, of the mean score of a new run and of its own score contain the true value. Leaving
runs out of a robust fit is slow, so that gets a quarter of the trials. One process, about four
minutes.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from benchmarks.common.inputs import Inputs
from benchmarks.common.measure import report

from entropylaw.law import EntropyLawFit

NOISES = ("normal", "heteroscedastic", "heavy-tailed")
METHODS: dict[str, dict[str, Any]] = {
    "classical": {},
    "hc3": {"covariance": "hc3"},
    "bootstrap": {"covariance": "bootstrap", "n_boot": 500},
    "wild-bootstrap": {"covariance": "wild-bootstrap", "n_boot": 500},
    "huber": {"robust": "huber"},
    "constrained": {"form": "constrained", "n_boot": 500},
}
TRUTH = np.array([9.0, -0.5, -1.0])


@dataclass(frozen=True)
class Settings:
    trials: int = 1_000
    seed: int = 0
    level: float = 0.95
    sizes: tuple[int, ...] = (6, 10, 30)
    methods: tuple[str, ...] = tuple(METHODS)


QUICK = Settings(trials=20, sizes=(10,), methods=("classical", "hc3", "huber"))


def run(settings: Settings, inputs: Inputs) -> Iterator[dict[str, Any]]:
    warnings.simplefilter("ignore")  # few runs, weak laws and extrapolation are intended here
    rows = []
    for method in settings.methods:
        trials = settings.trials // (4 if method == "huber" else 1)
        for n in settings.sizes:
            if method == "huber" and n <= 2 * len(TRUTH):
                continue  # refused by the library
            for kind in NOISES:
                found = coverage(method, n, kind, settings, trials)
                rows.append({"method": method, "n": n, "noise": kind, "trials": trials} | found)
                report(rows[-1])
        yield {"level": settings.level, "seed": settings.seed, "rows": rows}


def draw_noise(rng: np.random.Generator, kind: str, ratio: np.ndarray) -> np.ndarray:
    """Return noise of typical size 0.3: normal, growing 1 to 5 times with ratio, or t with 3 df."""
    if kind == "heteroscedastic":
        return rng.normal(size=len(ratio)) * 0.15 * (1 + 4 * (ratio - 2) / 3)
    if kind == "heavy-tailed":
        return 0.3 * rng.standard_t(3, size=len(ratio)) / math.sqrt(3)
    return 0.3 * rng.normal(size=len(ratio))


def simulate(rng: np.random.Generator, n: int, kind: str) -> tuple[dict[str, np.ndarray], float]:
    """Return n + 1 runs, the last of them to be predicted, and its expected score."""
    ratio = rng.uniform(2, 5, n + 1)
    loss = 1 + 0.1 * ratio + rng.normal(0, 0.15, n + 1)
    mean = TRUTH[0] + TRUTH[1] * ratio + TRUTH[2] * loss
    score = mean + draw_noise(rng, kind, ratio)
    return {"compression_ratio": ratio, "first_epoch_loss": loss, "performance": score}, mean[-1]


def coverage(method: str, n: int, kind: str, settings: Settings, trials: int) -> dict[str, float]:
    """Return the share of trials in which each interval holds the truth, and median widths."""
    rng = np.random.default_rng([settings.seed, n, NOISES.index(kind)])
    held, widths = [], []
    for _ in range(trials):
        runs, mean = simulate(rng, n, kind)
        law = EntropyLawFit(**METHODS[method]).fit({k: v[:n] for k, v in runs.items()})
        low, high = law.conf_int(settings.level)
        new = {k: v[n:] for k, v in runs.items()}
        c = law.predict(new, interval="confidence", level=settings.level)
        p = law.predict(new, interval="prediction", level=settings.level)
        bounds = (low[1], high[1]), (c.low[0], c.high[0]), (p.low[0], p.high[0])
        truths = TRUTH[1], mean, new["performance"][0]
        held.append([lo <= truth <= hi for (lo, hi), truth in zip(bounds, truths, strict=True)])
        widths.append([hi - lo for lo, hi in bounds])
    shares = np.mean(held, axis=0).tolist()
    middle = np.median(widths, axis=0).tolist()
    names = ("slope", "mean", "run")
    return dict(zip(names, shares, strict=True)) | {
        f"{name}_width": width for name, width in zip(names, middle, strict=True)
    }

"""How often the law's intervals hold the truth, by simulation: the honest side of small n.

Usage: python benchmarks/law_coverage.py --out benchmarks/results/law_coverage.json [--trials 1000]

Each trial draws ratio, loss (correlated with the ratio, as the law says) and a score that is
linear in both plus noise; fits the law; and asks whether the 95 % interval of the ratio's slope,
of the mean score of a new run and of the new run's own score hold the truth. A robust fit is
slow to leave runs out of, so it gets a quarter of the trials. One process, about four minutes.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import warnings
from pathlib import Path

import numpy as np

from entropylaw import __version__
from entropylaw.law import EntropyLawFit

SIZES = (6, 10, 30)
NOISES = ("normal", "heteroscedastic", "heavy-tailed")
METHODS = {
    "classical": {},
    "hc3": {"covariance": "hc3"},
    "bootstrap": {"covariance": "bootstrap", "n_boot": 500},
    "wild-bootstrap": {"covariance": "wild-bootstrap", "n_boot": 500},
    "huber": {"robust": "huber"},
    "constrained": {"form": "constrained", "n_boot": 500},
}
LEVEL = 0.95
TRUTH = np.array([9.0, -0.5, -1.0])


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


def coverage(method: str, n: int, kind: str, *, trials: int, seed: int) -> dict[str, float]:
    """Return the share of trials in which each interval holds the truth, and median widths."""
    rng = np.random.default_rng([seed, n, NOISES.index(kind)])
    held, widths = [], []
    for _ in range(trials):
        runs, mean = simulate(rng, n, kind)
        law = EntropyLawFit(**METHODS[method]).fit({k: v[:n] for k, v in runs.items()})
        low, high = law.conf_int(LEVEL)
        new = {k: v[n:] for k, v in runs.items()}
        c = law.predict(new, interval="confidence", level=LEVEL)
        p = law.predict(new, interval="prediction", level=LEVEL)
        held.append(
            (
                low[1] <= TRUTH[1] <= high[1],
                c.low[0] <= mean <= c.high[0],
                p.low[0] <= new["performance"][0] <= p.high[0],
            )
        )
        widths.append((high[1] - low[1], c.high[0] - c.low[0], p.high[0] - p.low[0]))
    shares = np.mean(held, axis=0).tolist()
    middle = np.median(widths, axis=0).tolist()
    names = ("slope", "mean", "run")
    return dict(zip(names, shares, strict=True)) | {
        f"{name}_width": width for name, width in zip(names, middle, strict=True)
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # few runs, weak laws, extrapolation: all on purpose
    rows = []
    for method in METHODS:
        trials = arguments.trials // (4 if method == "huber" else 1)
        for n in SIZES:
            if method == "huber" and n <= 2 * len(TRUTH):
                continue  # refused by the library
            for kind in NOISES:
                found = coverage(method, n, kind, trials=trials, seed=arguments.seed)
                rows.append({"method": method, "n": n, "noise": kind, "trials": trials, **found})
                print(rows[-1], file=sys.stderr, flush=True)
    result = {
        "entropylaw": __version__,
        "numpy": np.__version__,
        "level": LEVEL,
        "seed": arguments.seed,
        "rows": rows,
    }
    arguments.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()

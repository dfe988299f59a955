"""Runs that the tests of the law share."""

import numpy as np

RUNS = {
    "compression_ratio": [2.1, 2.4, 2.6, 2.9, 3.1, 3.4, 3.6, 3.9],
    "first_epoch_loss": [1.31, 1.18, 1.35, 1.22, 1.40, 1.25, 1.43, 1.37],
    "performance": [7.10, 6.95, 6.84, 6.88, 6.52, 6.70, 6.35, 6.41],
}
GROUPED = {**RUNS, "group": list("ababbaba"), "dataset": [f"d{i}" for i in range(8)]}
NEW = {"compression_ratio": 3.0, "first_epoch_loss": 1.3}


def simulate(n, seed=0, **changes):
    rng = np.random.default_rng(seed)
    ratio = rng.uniform(2, 5, n)
    loss = 1 + 0.1 * ratio + rng.normal(0, 0.2, n)
    runs = {
        "compression_ratio": ratio,
        "first_epoch_loss": loss,
        "performance": 9 - 0.5 * ratio - loss + rng.normal(0, 0.1, n),
    }
    return runs | changes

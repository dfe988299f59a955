"""Intervals contain the true value at their nominal rate, within binomial error."""

import math
import warnings

import numpy as np
import pytest

from entropylaw.errors import LawWarning
from entropylaw.law import EntropyLawFit

TRIALS = 300
TRUTH = np.array([9.0, -0.5, -1.0])


@pytest.mark.parametrize("n", [6, 10, 30])
def test_confidence_and_prediction_intervals_are_nominal(n):
    rng = np.random.default_rng([20240706, n])
    held = np.zeros(2)
    for _ in range(TRIALS):
        ratio = rng.uniform(2, 5, n + 1)
        loss = 1 + 0.1 * ratio + rng.normal(0, 0.15, n + 1)
        score = TRUTH[0] + TRUTH[1] * ratio + TRUTH[2] * loss + rng.normal(0, 0.3, n + 1)
        table = {"compression_ratio": ratio, "first_epoch_loss": loss, "performance": score}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", LawWarning)
            law = EntropyLawFit().fit({name: column[:-1] for name, column in table.items()})
            new = {"compression_ratio": ratio[-1:], "first_epoch_loss": loss[-1:]}
            prediction = law.predict(new)
        low, high = law.conf_int()
        held += (
            low[1] <= TRUTH[1] <= high[1],
            prediction.low[0] <= score[-1] <= prediction.high[0],
        )
    three_sigma = 3 * math.sqrt(0.95 * 0.05 / TRIALS)
    assert abs(held / TRIALS - 0.95).max() <= three_sigma

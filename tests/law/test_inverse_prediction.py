"""The compression ratio that reaches a target score."""

import math

import numpy as np
import pytest
from law_runs import GROUPED, RUNS, simulate

from entropylaw.errors import (
    ExtrapolationWarning,
    FewRunsWarning,
    FormError,
    LawWarning,
    MissingUncertaintyWarning,
    RunsError,
)
from entropylaw.law import EntropyLawFit


@pytest.mark.parametrize("form", ["linear", "logarithmic", "interaction", "constrained"])
def test_the_required_ratio_gives_the_target_back(form):
    law = EntropyLawFit(form).fit(simulate(30))
    answer = law.required(6.2, first_epoch_loss=1.3)
    assert answer.side == "at most"
    at = {
        "compression_ratio": [answer.low, answer.ratio, answer.high],
        "first_epoch_loss": [1.3] * 3,
    }
    band = law.predict(at, interval="confidence")
    assert band.performance[1] == pytest.approx(6.2)
    # The ends are where the band meets the target; a bootstrap band is of the draws, its inverse
    # of their covariance, so the two agree nearly.
    near = 0.02 if form == "constrained" else 1e-9
    assert band.low[0] == pytest.approx(6.2, abs=near)
    assert band.high[2] == pytest.approx(6.2, abs=near)
    wider = law.required(6.2, first_epoch_loss=1.3, interval="prediction")
    assert wider.low < answer.low < answer.high < wider.high
    assert "at most" in repr(answer)


def test_a_required_ratio_that_nothing_ties_down():
    runs = simulate(12, seed=1)
    runs["performance"] = 5 - runs["first_epoch_loss"] + np.random.default_rng(9).normal(0, 0.1, 12)
    law = EntropyLawFit().fit(runs)
    with pytest.warns(LawWarning) as caught:
        answer = law.required(3.9, first_epoch_loss=1.3)
    assert MissingUncertaintyWarning in [w.category for w in caught]
    assert not answer.bounded
    assert (answer.low, answer.high) == (0, math.inf)
    assert "no ratio ruled out" in repr(answer)


def test_a_required_ratio_out_of_reach():
    law = EntropyLawFit().fit(RUNS)
    with pytest.warns(ExtrapolationWarning, match="cannot exist"):
        assert law.required(12.0, first_epoch_loss=1.3).ratio < 0


def test_required_asks_for_what_it_needs():
    law = EntropyLawFit().fit(RUNS)
    with pytest.raises(RunsError, match="first_epoch_loss="):
        law.required(6.5)
    with pytest.raises(RunsError, match="finite"):
        law.required(math.nan, first_epoch_loss=1.3)
    with pytest.raises(FormError, match="expected a law with the compression ratio"):
        EntropyLawFit(predictors="loss").fit(RUNS).required(6.5, first_epoch_loss=1.3)
    with pytest.raises(RunsError, match="has no loss"):
        EntropyLawFit(predictors="ratio").fit(RUNS).required(6.5, first_epoch_loss=1.3)
    with pytest.warns(FewRunsWarning):
        grouped = EntropyLawFit().fit(GROUPED)
    with pytest.raises(RunsError, match="group: expected one of a, b"):
        grouped.required(6.5, first_epoch_loss=1.3)
    grouped.required(6.5, first_epoch_loss=1.3, group="b")

"""Warnings of fits and predictions."""

import warnings

import numpy as np
import pytest
from law_runs import RUNS, simulate

from entropylaw.errors import (
    CollinearityWarning,
    ExtrapolationWarning,
    FewRunsWarning,
    MissingUncertaintyWarning,
    WeakLawWarning,
)
from entropylaw.law import EntropyLawFit


def test_few_runs():
    with pytest.warns(FewRunsWarning, match=r"8 or more for 3 coefficients; saw 6, which leave 3"):
        law = EntropyLawFit().fit({k: v[:6] for k, v in RUNS.items()})
    assert "saw 6" in law.cautions_[0]
    assert law.cautions_[0] in str(law.summary())


@pytest.mark.filterwarnings("ignore::entropylaw.errors.FewRunsWarning")
@pytest.mark.parametrize("form", ["linear", "constrained"])
def test_as_many_runs_as_coefficients_have_no_uncertainty(form):
    with pytest.warns(MissingUncertaintyWarning, match="goes through every run"):
        law = EntropyLawFit(form).fit({k: v[:3] for k, v in RUNS.items()})
    assert np.isnan(law.std_err_).all()
    prediction = law.predict({k: v[1:2] for k, v in RUNS.items()})
    assert np.isfinite(prediction.performance).all()
    assert np.isnan(prediction.low).all()
    assert np.isnan(law.loo_[0].rmse)
    assert law.summary().deductions[0].verdict == "undecided"
    assert "n/a" in str(law.summary())


def test_a_run_that_alone_fixes_a_coefficient():
    runs = simulate(10)
    runs["compression_ratio"] = np.array([2.0] * 9 + [3.0])
    with pytest.warns(MissingUncertaintyWarning, match=r"run 'run 9' alone.*classical"):
        law = EntropyLawFit(covariance="hc3").fit(runs)
    assert np.isnan(law.std_err_).all()
    law = EntropyLawFit().fit(runs)
    assert np.isfinite(law.std_err_).all()
    assert law.loo_[0].n == 9
    assert law.loo_[1].n == 10


def test_collinear_predictors():
    runs = simulate(20)
    runs["first_epoch_loss"] = runs["compression_ratio"] / 3 + 0.01 * runs["first_epoch_loss"]
    with pytest.warns(CollinearityWarning, match="variance inflation"):
        EntropyLawFit().fit(runs)


def test_a_law_of_noise():
    noise = np.random.default_rng(3).normal(size=12)
    with pytest.warns(WeakLawWarning, match="do not help to predict"):
        EntropyLawFit().fit(simulate(12, performance=noise))


def test_extrapolation_by_range_and_by_combination():
    runs = simulate(20)
    runs["first_epoch_loss"] = 0.3 * runs["compression_ratio"] + runs["first_epoch_loss"]
    law = EntropyLawFit().fit(runs)
    with pytest.warns(ExtrapolationWarning, match="compression_ratio 9 is outside"):
        law.predict({"compression_ratio": 9.0, "first_epoch_loss": 2.0})
    apart = {
        "compression_ratio": runs["compression_ratio"].min(),
        "first_epoch_loss": runs["first_epoch_loss"].max(),
    }
    with pytest.warns(ExtrapolationWarning, match="combination of ratio and loss is unlike"):
        law.predict(apart)
    law.predict({name: values[:5] for name, values in runs.items()})


def test_warnings_point_at_the_users_line():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        EntropyLawFit().fit({k: v[:6] for k, v in RUNS.items()})
    assert {warning.filename for warning in caught} == {__file__}

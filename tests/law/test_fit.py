"""Fits, predictions and options of `EntropyLawFit`."""

import json
import math
import subprocess
import sys

import numpy as np
import pytest
from law_runs import GROUPED, NEW, RUNS, simulate

from entropylaw.errors import (
    ConfigError,
    FewRunsWarning,
    FormError,
    NotFittedError,
    RunsError,
    WeakLawWarning,
)
from entropylaw.law import EntropyLawFit


def test_fit_returns_itself_and_names_its_coefficients():
    law = EntropyLawFit()
    assert law.fit(RUNS) is law
    assert law.coef_names_ == ("intercept", "compression_ratio", "first_epoch_loss")
    assert EntropyLawFit(predictors="loss").fit(RUNS).coef_names_ == (
        "intercept",
        "first_epoch_loss",
    )


def test_groups_share_slopes_and_come_last():
    shift = np.where(np.array(GROUPED["group"]) == "b", 2.0, 0.0)
    runs = {**GROUPED, "performance": np.array(RUNS["performance"]) + shift}
    with pytest.warns(FewRunsWarning):
        law = EntropyLawFit().fit(runs)
    with pytest.warns(FewRunsWarning):
        plain = EntropyLawFit().fit(GROUPED)
    assert law.coef_names_[3:] == ("group[b]",)
    np.testing.assert_allclose(law.coef_[:3], plain.coef_[:3], rtol=1e-9)
    assert law.coef_[3] == pytest.approx(plain.coef_[3] + 2)
    b, a = (law.predict({**NEW, "group": g}).performance[0] for g in "ba")
    assert b - a == pytest.approx(law.coef_[3])
    for wrong in ({**NEW, "group": "c"}, NEW):
        with pytest.raises(RunsError, match="expected one of the groups fitted"):
            law.predict(wrong)
    with pytest.warns(WeakLawWarning):  # the groups differ by far more than the law explains
        without = EntropyLawFit(group_intercepts=False).fit(runs)
    assert len(without.coef_) == 3
    without.predict({**NEW, "group": "c"})


def test_one_group_needs_no_intercept_of_its_own():
    assert len(EntropyLawFit().fit({**RUNS, "group": ["a"] * 8}).coef_) == 3


def test_predictions_are_ordered_and_complete():
    law = EntropyLawFit().fit(RUNS)
    wide = law.predict(NEW)
    narrow = law.predict(NEW, interval="confidence")
    bare = law.predict(NEW, interval=None)
    assert wide.low[0] < narrow.low[0] < bare.performance[0] < narrow.high[0] < wide.high[0]
    assert bare.low is None
    assert bare.high is None
    assert np.asarray(wide).tolist() == wide.performance.tolist()
    assert len(wide) == 1
    half = wide.probability_below(wide.performance)
    assert half[0] == pytest.approx(0.5)
    assert wide.probability_below(wide.low)[0] == pytest.approx(0.025)
    assert wide.probability_below(wide.high)[0] == pytest.approx(0.975)
    assert repr(wide) == "Prediction(1 run, 0.95 prediction interval)"
    assert "0.95 prediction interval" in str(wide)
    assert wide._repr_html_().startswith("<table>")
    json.dumps(wide.to_dict())


@pytest.mark.parametrize("covariance", ["hc3", "bootstrap", "wild-bootstrap"])
def test_other_covariances_give_intervals_of_the_same_order(covariance):
    runs = simulate(40)
    usual = EntropyLawFit().fit(runs)
    other = EntropyLawFit(covariance=covariance).fit(runs)
    np.testing.assert_array_equal(usual.coef_, other.coef_)
    np.testing.assert_allclose(other.std_err_, usual.std_err_, rtol=0.4)
    for interval in ("confidence", "prediction"):
        a, b = (law.predict(NEW, interval=interval) for law in (usual, other))
        assert (b.high - b.low)[0] == pytest.approx((a.high - a.low)[0], rel=0.4)


def test_weights_of_new_runs():
    rng = np.random.default_rng(0)
    runs = simulate(20, std_err=rng.uniform(0.05, 0.4, 20))
    law = EntropyLawFit().fit(runs)
    sure = law.predict({**NEW, "std_err": 0.05})
    typical = law.predict(NEW)
    unsure = law.predict({**NEW, "std_err": 0.4})
    assert sure.noise < typical.noise < unsure.noise
    assert unsure.noise[0] / sure.noise[0] == pytest.approx(8)
    median = 1 / math.sqrt(np.median(runs["std_err"] ** -2.0))
    assert law.predict({**NEW, "std_err": median}).low == pytest.approx(typical.low)
    with pytest.raises(RunsError, match="column 'weight': expected 'std_err'"):
        law.predict({**NEW, "weight": 2.0})
    EntropyLawFit().fit(RUNS).predict({**NEW, "weight": 2.0})  # unweighted fits ignore it


def test_another_compressor_is_refused():
    law = EntropyLawFit().fit({**RUNS, "compressor": ["zlib:9"] * 8})
    law.predict(NEW)
    with pytest.raises(RunsError, match=r"expected 'zlib:9'.*saw 'zstd:3'"):
        law.predict({**NEW, "compressor": "zstd:3"})


def test_a_robust_fit_downweights_an_outlier():
    runs = simulate(20)
    clean = EntropyLawFit().fit(runs).coef_
    runs["performance"][4] -= 8
    plain = EntropyLawFit().fit(runs)
    robust = EntropyLawFit(robust="huber").fit(runs)
    assert np.abs(robust.coef_ - clean).max() < np.abs(plain.coef_ - clean).max() / 5
    assert robust.summary().influence[4].robust_weight < 0.1
    assert "robust weight" in str(robust.summary())


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"form": "quadratic"}, FormError, "form: expected \"linear\".*saw 'quadratic'"),
        ({"predictors": "all"}, ConfigError, 'predictors: expected "both"'),
        ({"covariance": "hc2"}, ConfigError, '"hc3"'),
        ({"robust": "tukey"}, ConfigError, '"huber"'),
        ({"n_boot": 10}, ConfigError, "at least 100"),
        ({"random_state": -1}, ConfigError, "at least 0"),
        ({"random_state": None}, ConfigError, "at least 0"),
        ({"group_intercepts": "yes"}, ConfigError, "True or False"),
        ({"form": "interaction", "predictors": "ratio"}, FormError, "expected 'both'"),
        ({"form": "constrained", "covariance": "hc3"}, FormError, "bootstrap"),
        ({"form": "constrained", "robust": "huber"}, FormError, "robust=None"),
        ({"robust": "huber", "covariance": "hc3"}, ConfigError, "wild-bootstrap"),
    ],
)
def test_options_that_cannot_work(options, error, message):
    with pytest.raises(error, match=message):
        EntropyLawFit(**options)
    with pytest.raises(error, match=message):
        EntropyLawFit().set_params(**options)


def test_levels_and_intervals_are_checked():
    law = EntropyLawFit().fit(RUNS)
    with pytest.raises(ConfigError, match="level: expected a finite number above 0 and below 1"):
        law.predict(NEW, level=95)
    with pytest.raises(ConfigError, match='"confidence" or "prediction"'):
        law.predict(NEW, interval="mean")


def test_robust_needs_runs():
    with pytest.raises(RunsError, match="more than two runs per coefficient"):
        EntropyLawFit(robust="huber").fit({k: v[:6] for k, v in RUNS.items()})


def test_numpy_scalars_are_stored_as_python_values():
    law = EntropyLawFit(
        np.str_("logarithmic"),
        covariance=np.array("bootstrap"),
        group_intercepts=np.True_,
        n_boot=np.int64(200),
        random_state=np.uint8(3),
    )
    params = law.get_params()
    assert (
        params
        == EntropyLawFit(
            "logarithmic", covariance="bootstrap", n_boot=200, random_state=3
        ).get_params()
    )
    assert {type(value) for value in params.values()} == {str, bool, int, type(None)}
    law.n_boot = np.int64(300)  # normalised again by fit
    assert type(law.fit(RUNS).n_boot) is int
    prediction = law.predict(NEW, level=np.float32(0.5))
    assert type(prediction.level) is float
    assert type(law.required(np.float64(6.7), first_epoch_loss=np.array(1.3)).target) is float


def test_a_fit_that_fails_keeps_the_former_one():
    law = EntropyLawFit().fit(RUNS)
    with pytest.raises(RunsError):
        law.fit({k: v[:2] for k, v in RUNS.items()})
    assert law.n_runs_ == 8


def test_parameters_can_be_cloned():
    law = EntropyLawFit("logarithmic", robust="huber", n_boot=500)
    again = type(law)(**law.get_params())
    assert again.get_params() == law.get_params()
    assert repr(again) == repr(law)
    law.fit(RUNS).set_params(form="linear")
    with pytest.raises(NotFittedError, match=r"\.fit\(runs\) first"):
        law.predict(NEW)
    with pytest.raises(ConfigError, match="expected one of form.*saw 'shape'"):
        law.set_params(shape=1)


def test_nothing_is_answered_before_fit():
    for ask in ("summary", "sign_tests", "compare", "plot", "conf_int"):
        with pytest.raises(NotFittedError):
            getattr(EntropyLawFit(), ask)()


def test_heavy_libraries_are_imported_only_on_use():
    code = (
        "import sys, entropylaw.law; "
        "print([m for m in ('scipy', 'pandas', 'narwhals', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

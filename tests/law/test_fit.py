"""What a fitted law answers: predictions, cautions, deductions, comparison, files, plots."""

import json
import math
import subprocess
import sys
import warnings

import matplotlib as mpl
import numpy as np
import pytest

from entropylaw.errors import (
    CollinearityWarning,
    ConfigError,
    ExtrapolationWarning,
    FewRunsWarning,
    FileFormatError,
    FormError,
    LawWarning,
    MissingUncertaintyWarning,
    NotFittedError,
    RunsError,
    WeakLawWarning,
)
from entropylaw.law import EntropyLawFit

mpl.use("Agg")

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


# --- honesty ---


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


def test_leave_one_out_error_of_law_and_baselines():
    law = EntropyLawFit().fit(RUNS)
    assert [s.name for s in law.loo_] == ["this law", "no predictor", "ratio alone", "loss alone"]
    performance = np.array(RUNS["performance"])
    missed = [p - np.delete(performance, i).mean() for i, p in enumerate(performance)]
    assert law.loo_[1].rmse == pytest.approx(math.sqrt(np.mean(np.square(missed))))
    alone = EntropyLawFit(predictors="ratio").fit(RUNS)
    assert law.loo_[2].rmse == pytest.approx(alone.loo_[0].rmse)
    squared = np.square(missed)
    by_hand = squared.std(ddof=1) / math.sqrt(8) / (2 * law.loo_[1].rmse)
    assert law.loo_[1].std_err == pytest.approx(by_hand)


def test_compare_ranks_by_leave_one_out():
    table = EntropyLawFit().fit(simulate(30)).compare()
    errors = [row.loo_rmse for row in table.rows]
    assert errors == sorted(errors)
    assert len(table.rows) == 1 + 3 * 3 + 1
    assert table.best.predictors == "both"
    assert table.best in table.within_one_se
    assert table.rows[-1].name in ("no predictor", "linear, loss alone", "constrained, loss alone")
    assert table.rows[-1].rmse_gap > 2 * table.rows[-1].rmse_gap_std_err
    json.dumps(table.to_dict())
    assert table._repr_html_().startswith("<table>")


def test_compare_names_candidates_that_could_not_be_fitted():
    runs = simulate(6, seed=2)
    runs["first_epoch_loss"][2] = 0.0
    with pytest.warns(FewRunsWarning):
        law = EntropyLawFit(predictors="ratio").fit({**runs, "group": list("aabbcc")})
    table = law.compare()
    refused = {row.name: row.reason for row in table.rows if row.reason}
    assert "loss above 0" in refused["logarithmic, both"]
    assert math.isnan(table.rows[-1].loo_rmse)
    with pytest.raises(ConfigError, match="forms: expected"):
        EntropyLawFit().fit(RUNS).compare(forms=["linaer"])


def test_sign_tests():
    ratio, loss = EntropyLawFit().fit(simulate(30)).sign_tests()
    assert ratio.verdict == loss.verdict == "supported"
    assert ratio.p_value < 1e-6
    upside_down = simulate(30)
    upside_down["performance"] = -upside_down["performance"]
    tests = EntropyLawFit(covariance="bootstrap").fit(upside_down).sign_tests()
    assert {test.verdict for test in tests} == {"contradicted"}
    assert tests[0].bootstrap_probability == 0
    alone = EntropyLawFit(predictors="ratio").fit(RUNS).sign_tests()
    assert len(alone) == 1
    assert "consistency is not held" in alone.note
    json.dumps(tests.to_dict())


# --- the law turned round ---


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


# --- options, files, plots ---


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


@pytest.mark.filterwarnings("ignore::entropylaw.errors.FewRunsWarning")
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"form": "constrained"},
        {"robust": "huber", "group_intercepts": False},
        {"predictors": "ratio"},
    ],
)
def test_saved_and_loaded(tmp_path, options):
    law = EntropyLawFit(**options).fit({**GROUPED, "weight": [1, 2, 1, 3, 1, 1, 2, 1]})
    law.save(tmp_path / "law.json")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = EntropyLawFit.load(tmp_path / "law.json")
    assert again.get_params() == law.get_params()
    assert again.cautions_ == law.cautions_
    new = {**NEW, "group": "b"}
    a, b = law.predict(new), again.predict(new)
    assert (a.low, a.high) == (b.low, b.high)
    assert [p.name for p in tmp_path.iterdir()] == ["law.json"]
    stored = json.loads((tmp_path / "law.json").read_text())
    assert stored["coefficients"]["intercept"] == pytest.approx(law.coef_[0])


def test_a_saturated_law_is_saved_as_valid_json(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        law = EntropyLawFit().fit({k: v[:3] for k, v in RUNS.items()})
    law.save(tmp_path / "law.json")
    text = (tmp_path / "law.json").read_text()
    assert ": NaN" not in text
    assert json.loads(text)["std_err"]["intercept"] is None
    EntropyLawFit.load(tmp_path / "law.json")


def test_files_that_are_no_law(tmp_path):
    path = tmp_path / "law.json"
    EntropyLawFit().fit(RUNS).save(path)
    good = path.read_text()
    stored = json.loads(good)
    for broken, message in (
        ("[]", "expected a law"),
        ("{", "expected a law"),
        (good.replace("entropylaw.law/1", "entropylaw.law/9"), "format"),
        (json.dumps({**stored, "options": {"shape": 1}}), "cannot be fitted again"),
        (
            json.dumps({**stored, "runs": stored["runs"][:5]}),
            "expected coefficients that follow from the runs",
        ),
    ):
        path.write_text(broken)
        with pytest.raises(FileFormatError, match=message):
            EntropyLawFit.load(path)


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "law.json"
    law = EntropyLawFit().fit(RUNS)
    law.save(path)
    before = path.read_bytes()
    monkeypatch.setattr("os.fsync", lambda fd: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        EntropyLawFit("logarithmic").fit(RUNS).save(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["law.json"]


def test_summary_is_data_and_prints():
    law = EntropyLawFit().fit({**RUNS, "dataset": ["<b>", *"tuvwxyz"]})
    summary = law.summary()
    assert summary.facts["runs"] == 8
    assert [row.name for row in summary.coefficients] == list(law.coef_names_)
    assert summary.leave_one_out == law.loo_
    json.dumps(summary.to_dict())
    text = str(summary)
    for word in ("first_epoch_loss", "Leave-one-out", "Cook's D", "VIF", "supported"):
        assert word in text
    html = law._repr_html_()
    assert "&lt;b&gt;" in html
    assert "<b>" not in html


@pytest.mark.parametrize("form", ["linear", "logarithmic", "interaction", "constrained"])
def test_plots_take_and_return_axes(form):
    import matplotlib.pyplot as plt

    law = EntropyLawFit(form).fit(simulate(12))
    figure, grid = plt.subplots(2, 3)
    axes = grid.ravel()
    assert law.plot(axes[0]) is axes[0]
    assert law.plot(axes[1], against="loss") is axes[1]
    assert law.plot_loss_ratio(axes[2]) is axes[2]
    assert law.plot_residuals(axes[3]) is axes[3]
    assert law.plot_surface(axes[4]) is axes[4]
    figure.canvas.draw()
    fresh = law.plot()
    assert fresh.figure is not figure
    assert [text.get_text() for text in fresh.texts] == [f"run {i}" for i in range(12)]
    plt.close("all")


def test_plotted_points_miss_the_curve_by_their_residuals():
    import matplotlib.pyplot as plt

    law = EntropyLawFit().fit(RUNS)
    ax = law.plot()
    x, y = np.asarray(ax.collections[-1].get_offsets()).T
    curve = np.interp(x, *ax.lines[0].get_data())
    np.testing.assert_allclose(y - curve, law.result_.regression.residuals, atol=1e-9)
    plt.close("all")


def test_plots_that_cannot_be_drawn():
    law = EntropyLawFit(predictors="ratio").fit({k: v for k, v in RUNS.items() if "loss" not in k})
    with pytest.raises(FormError, match="without the loss"):
        law.plot(against="loss")
    with pytest.raises(FormError, match="both"):
        law.plot_surface()
    with pytest.raises(FormError, match="three or more runs"):
        law.plot_loss_ratio()
    with pytest.raises(ConfigError, match='"ratio" or "loss"'):
        law.plot(against="R")


def test_heavy_libraries_are_imported_only_on_use():
    code = (
        "import sys, entropylaw.law; "
        "print([m for m in ('scipy', 'pandas', 'narwhals', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

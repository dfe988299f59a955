"""Every number of a regression against statsmodels, over random designs, weights and groups.

Tolerance 1e-8 relative (and 1e-10 absolute, for what is zero by construction): both sides are
exact linear algebra in float64 on designs with condition numbers below about 1e3.
"""

import warnings

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.stats.outliers_influence import variance_inflation_factor

from entropylaw.errors import LawWarning
from entropylaw.law import EntropyLawFit
from entropylaw.law.least_squares import least_squares, t_quantile
from entropylaw.law.robust import huber, huber_coefficients

CASES = [
    (seed, n, weighted, groups)
    for seed in range(2)
    for n in (7, 12, 40)
    for weighted in (False, True)
    for groups in (1, 3)
    if n > 2 + groups + 1
]


def close(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-10)


def random_runs(seed, n, weighted, groups):
    rng = np.random.default_rng([seed, n, weighted, groups])
    ratio = rng.uniform(1.5, 5, n)
    loss = 0.9 + 0.1 * ratio + rng.normal(0, 0.2, n)
    names = np.array(["a", "b", "c"])[rng.permutation(np.arange(n) % groups)]
    score = 8 - 0.4 * ratio - loss + (names == "b") * 0.5 + rng.standard_t(4, n) * 0.2
    runs = {"compression_ratio": ratio, "first_epoch_loss": loss, "performance": score}
    if groups > 1:
        runs["group"] = names
    if weighted:
        runs["weight"] = rng.uniform(0.2, 4, n)
    return runs


def reference(runs, form="linear"):
    """Our columns, written again from scratch, and statsmodels' fit of them."""
    ratio, loss = runs["compression_ratio"], runs["first_epoch_loss"]
    columns = [np.log(ratio), np.log(loss)] if form == "logarithmic" else [ratio, loss]
    if form == "interaction":
        columns.append((ratio - ratio.mean()) * (loss - loss.mean()))
    if "group" in runs:
        columns += [(runs["group"] == name).astype(float) for name in ("b", "c")]
    X = np.column_stack([np.ones(len(ratio)), *columns])
    weight = runs.get("weight", np.ones(len(ratio)))
    weight = weight / np.median(weight)
    return X, weight, sm.WLS(runs["performance"], X, weights=weight)


def quiet_fit(runs, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LawWarning)
        return EntropyLawFit(**options).fit(runs)


@pytest.mark.parametrize(("seed", "n", "weighted", "groups"), CASES)
@pytest.mark.parametrize("form", ["linear", "logarithmic", "interaction"])
def test_estimates(seed, n, weighted, groups, form):
    runs = random_runs(seed, n, weighted, groups)
    X, weight, model = reference(runs, form)
    theirs = model.fit()
    law = quiet_fit(runs, form=form)
    regression = law.result_.regression
    close(law.coef_, theirs.params)
    close(law.std_err_, theirs.bse)
    close(regression.covariance, theirs.cov_params())
    close(np.column_stack(law.conf_int(0.9)), theirs.conf_int(0.1))
    close(regression.sigma**2, theirs.scale)
    close(regression.quality.r2, theirs.rsquared)
    close(regression.quality.adj_r2, theirs.rsquared_adj)
    close(regression.quality.log_likelihood, theirs.llf)
    k = X.shape[1] + 1
    if n > k + 1:
        close(regression.quality.aicc, 2 * k - 2 * theirs.llf + 2 * k * (k + 1) / (n - k - 1))
    else:
        assert np.isnan(regression.quality.aicc)
    scaled = X * np.sqrt(weight)[:, None]
    close(regression.condition_number, np.linalg.cond(scaled / np.linalg.norm(scaled, axis=0)))
    if not weighted:
        vif = [variance_inflation_factor(X, column) for column in range(1, X.shape[1])]
        close(regression.vif[1:], vif)


@pytest.mark.parametrize(("seed", "n", "weighted", "groups"), CASES)
def test_robust_covariance(seed, n, weighted, groups):
    runs = random_runs(seed, n, weighted, groups)
    _, _, model = reference(runs)
    theirs = model.fit(cov_type="HC3", use_t=True)
    law = quiet_fit(runs, covariance="hc3")
    close(law.result_.covariance, theirs.cov_params())
    close(np.column_stack(law.conf_int()), theirs.conf_int())


@pytest.mark.parametrize(("seed", "n", "weighted", "groups"), CASES)
def test_influence(seed, n, weighted, groups):
    """statsmodels has influence for OLS only: its WLS is OLS on scaled columns."""
    runs = random_runs(seed, n, weighted, groups)
    X, weight, _ = reference(runs)
    root = np.sqrt(weight)
    influence = sm.OLS(runs["performance"] * root, X * root[:, None]).fit().get_influence()
    regression = quiet_fit(runs).result_.regression
    close(regression.leverage, influence.hat_matrix_diag)
    close(regression.cooks_distance, influence.cooks_distance[0])
    close(regression.loo_residuals * root, influence.resid_press)
    for row in range(0, n, 5):  # and by really leaving the run out
        keep = np.arange(n) != row
        without = sm.WLS(runs["performance"][keep], X[keep], weights=weight[keep]).fit()
        missed = runs["performance"][row] - X[row] @ without.params
        close(regression.loo_residuals[row], missed)


@pytest.mark.parametrize(("seed", "n", "weighted", "groups"), CASES)
@pytest.mark.parametrize("covariance", ["classical", "hc3"])
def test_intervals(seed, n, weighted, groups, covariance):
    runs = random_runs(seed, n, weighted, groups)
    X, weight, model = reference(runs)
    theirs = model.fit() if covariance == "classical" else model.fit(cov_type="HC3", use_t=True)
    law = quiet_fit(runs, covariance=covariance)
    new = {name: values[:4] for name, values in runs.items() if name != "performance"}
    frame = theirs.get_prediction(X[:4], weights=weight[:4]).summary_frame(alpha=0.2)
    ours = law.predict(new, interval="confidence", level=0.8)
    close(ours.performance, frame["mean"])
    close(ours.std_err, frame["mean_se"])
    close(ours.low, frame["mean_ci_lower"])
    close(ours.high, frame["mean_ci_upper"])
    ours = law.predict(new, interval="prediction", level=0.8)
    close(ours.low, frame["obs_ci_lower"])
    close(ours.high, frame["obs_ci_upper"])


def test_std_err_column_is_inverse_variance_weighting():
    runs = random_runs(3, 20, True, 3)
    by_weight = quiet_fit(runs)
    runs["std_err"] = 1 / np.sqrt(runs.pop("weight"))
    by_std_err = quiet_fit(runs)
    close(by_std_err.coef_, by_weight.coef_)
    close(by_std_err.std_err_, by_weight.std_err_)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("n", [9, 30])
def test_huber(seed, n):
    """Same M-estimator, MAD scale and H1 covariance; 1e-6, as both stop by iteration."""
    runs = random_runs(seed, n, seed % 2 == 0, 1)
    runs["performance"][0] += 5
    X, weight, _ = reference(runs)
    root = np.sqrt(weight)
    model = sm.RLM(runs["performance"] * root, X * root[:, None], M=sm.robust.norms.HuberT())
    theirs = model.fit(maxiter=5000, tol=1e-13, conv="coefs")
    ours = huber(X, runs["performance"], weight)
    np.testing.assert_allclose(ours.coef, theirs.params, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(np.sqrt(np.diag(ours.covariance)), theirs.bse, rtol=1e-5)
    np.testing.assert_allclose(ours.robust_weights, theirs.weights, rtol=1e-5, atol=1e-8)


def test_columns_of_very_different_size_lose_no_digits():
    rng = np.random.default_rng(0)
    X = np.column_stack([np.ones(30), rng.uniform(1, 2, 30) * 1e6, rng.uniform(1, 2, 30) * 1e-4])
    truth = np.array([3.0, 2e-6, -5e3])
    fit = least_squares(X, X @ truth, np.ones(30))
    np.testing.assert_allclose(fit.coef, truth, rtol=1e-10)


def test_t_quantile_without_degrees_of_freedom_is_unknown():
    assert np.isnan(t_quantile(0.95, 0))


def test_huber_coefficients_of_each_set_do_not_depend_on_the_others():
    rng = np.random.default_rng(3)
    X = np.column_stack([np.ones(15), rng.normal(size=15)])
    Y = X @ [1, 2] + rng.standard_t(2, size=(40, 15))
    alone = np.vstack([huber_coefficients(X, y[None]) for y in Y])
    close(huber_coefficients(X, Y), alone)

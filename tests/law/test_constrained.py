"""Sign-constrained fits against general optimisers, and the bootstrap that gives their errors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import lsq_linear, minimize

from entropylaw.law import EntropyLawFit
from entropylaw.law.estimator import bootstrap, constrained, constrained_coefficients
from entropylaw.law.least_squares import least_squares
from entropylaw.law.result import stretched_interval


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(5, 30),
    slopes=st.tuples(st.floats(-2, 2), st.floats(-2, 2)),
    noise=st.floats(0.01, 3),
)
def test_equals_bounded_least_squares(seed, n, slopes, noise):
    """The same residual as scipy's active-set solver to 1e-9, and the bounds hold."""
    rng = np.random.default_rng(seed)
    X = np.column_stack([np.ones(n), rng.uniform(1, 4, n), rng.uniform(0.5, 2, n)])
    y = X @ [3.0, *slopes] + noise * rng.normal(size=n)
    weights = rng.uniform(0.2, 3, n)
    ours = constrained(X, y, weights, nonpositive=(1, 2))
    root = np.sqrt(weights)
    bounds = ([-np.inf] * 3, [np.inf, 0, 0])
    theirs = lsq_linear(X * root[:, None], y * root, bounds=bounds, method="bvls", tol=1e-14)
    assert (ours.coef[1:] <= 0).all()
    np.testing.assert_allclose(ours.coef, theirs.x, rtol=1e-6, atol=1e-7)
    assert weights @ ours.residuals**2 <= 2 * theirs.cost * (1 + 1e-9) + 1e-12


@pytest.mark.parametrize("seed", range(5))
def test_equals_a_general_optimiser(seed):
    rng = np.random.default_rng(seed)
    X = np.column_stack([np.ones(12), rng.uniform(1, 4, 12), rng.uniform(0.5, 2, 12)])
    y = X @ [3.0, 0.4, -0.8] + rng.normal(size=12)

    def loss(b):
        return float(np.sum((y - X @ b) ** 2))

    theirs = minimize(
        loss,
        np.zeros(3),
        jac=lambda b: -2 * X.T @ (y - X @ b),
        bounds=[(None, None), (None, 0), (None, 0)],
        method="L-BFGS-B",
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 5000},
    )
    ours = constrained(X, y, np.ones(12), nonpositive=(1, 2))
    np.testing.assert_allclose(ours.coef, theirs.x, atol=2e-5)


def test_many_scores_at_once_equal_one_by_one():
    rng = np.random.default_rng(1)
    X = np.column_stack([np.ones(9), rng.normal(size=(9, 2))])
    Y = rng.normal(size=(50, 9))
    together = constrained_coefficients(X, Y, nonpositive=(1, 2))
    alone = [constrained_coefficients(X, y[None], nonpositive=(1, 2))[0] for y in Y]
    np.testing.assert_allclose(together, alone, rtol=1e-12, atol=1e-13)


def test_leaving_out_refits_with_the_bounds():
    rng = np.random.default_rng(2)
    X = np.column_stack([np.ones(8), rng.uniform(1, 4, 8), rng.uniform(0.5, 2, 8)])
    y = X @ [3.0, 0.3, -0.8] + 0.5 * rng.normal(size=8)
    fit = constrained(X, y, np.ones(8), nonpositive=(1, 2))
    for row in range(8):
        keep = np.arange(8) != row
        without = lsq_linear(X[keep], y[keep], bounds=([-np.inf] * 3, [np.inf, 0, 0]), tol=1e-14)
        assert fit.loo_residuals[row] == pytest.approx(y[row] - X[row] @ without.x, abs=1e-6)


RISING = {  # performance rises with loss here: the bound binds
    "compression_ratio": [2.1, 2.4, 2.6, 2.9, 3.1, 3.4, 3.6, 3.9],
    "first_epoch_loss": [1.31, 1.18, 1.35, 1.22, 1.40, 1.25, 1.43, 1.37],
    "performance": [7.21, 6.91, 6.94, 6.74, 6.84, 6.41, 6.52, 6.21],
}


def test_a_slope_on_its_bound_has_no_test():
    law = EntropyLawFit("constrained").fit(RISING)
    assert law.coef_[2] == 0
    low, high = law.conf_int()
    assert low[2] < 0 == high[2]
    row = law.summary().coefficients[2]
    assert np.isnan(row.t)
    assert np.isnan(row.p_value)
    ratio, loss = law.sign_tests()  # of the linear form
    assert ratio.verdict == "supported"
    assert loss.slope > 0
    assert loss.p_value > 0.5


def test_the_bootstrap_is_reproducible_by_seed():
    first = EntropyLawFit("constrained", random_state=5).fit(RISING)
    again = EntropyLawFit("constrained", random_state=5).fit(RISING)
    other = EntropyLawFit("constrained", random_state=6).fit(RISING)
    np.testing.assert_array_equal(first.result_.draws, again.result_.draws)
    assert not np.array_equal(first.result_.draws, other.result_.draws)


@pytest.mark.parametrize(
    ("scheme", "attribute"), [("bootstrap", "covariance"), ("wild-bootstrap", "hc3")]
)
def test_bootstrap_covariance_approaches_its_closed_form(scheme, attribute):
    """Residual draws to the classical covariance, wild ones to HC3; 30,000 draws, n = 60."""
    rng = np.random.default_rng(3)
    X = np.column_stack([np.ones(60), rng.normal(size=(60, 2))])
    y = X @ [1.0, -2.0, 0.5] + rng.normal(size=60)
    fit = least_squares(X, y, np.ones(60))
    draws = bootstrap(
        fit,
        fit,
        lambda A, Y: constrained_coefficients(A, Y, nonpositive=()),
        scheme=scheme,
        n_boot=30_000,
        seed=0,
    )
    np.testing.assert_allclose(
        np.sqrt(np.var(draws, axis=0)), np.sqrt(np.diag(getattr(fit, attribute))), rtol=0.05
    )


def test_stretched_interval_of_normal_draws_is_the_t_interval():
    draws = np.random.default_rng(0).normal(size=(400_000, 1))
    low, high = stretched_interval(np.zeros(1), draws, level=0.95, df=3)
    assert low[0] == pytest.approx(-3.182, rel=0.01)
    assert high[0] == pytest.approx(3.182, rel=0.01)

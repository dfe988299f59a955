"""Compatibility with scikit-learn: its clone, searches and checks accept our estimators."""

import inspect

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, LeaveOneOut, cross_val_score
from sklearn.utils.validation import check_is_fitted

from entropylaw import (
    Bytes,
    EntropyLawFit,
    Guards,
    Quality,
    Quotas,
    SelectionResult,
    Target,
    TargetSelector,
    ZipSelector,
)
from entropylaw.baselines import DedupSelector, OwnRatioSelector, RandomSelector

TARGET = Target(["to be or not to be"])
SELECTORS = [
    ZipSelector(20),
    ZipSelector(
        Bytes(0.5), k1=50, k2=10, k3=5, compressor="zstd:6:long", variant="reference",
        packing="lazy", groups="source", quotas=Quotas(shares="pool"), guards=Guards(exact="drop"),
        quality=Quality("score", weight=0.2), target=TARGET, text=["text"], n_jobs=1,
    ),
    RandomSelector(0.5, random_state=3),
    DedupSelector(20, min_bytes=3),
    OwnRatioSelector(20),
    TargetSelector(20, target=TARGET),
]  # fmt: skip
LAWS = [
    EntropyLawFit(),
    EntropyLawFit("logarithmic", covariance="bootstrap", n_boot=200, random_state=4),
]


@pytest.fixture
def runs():
    rng = np.random.default_rng(0)
    ratio, loss = rng.uniform(2, 4, 24), rng.uniform(1.1, 1.5, 24)
    scores = 9 - 0.8 * np.log(ratio) - 2 * loss + rng.normal(0, 0.02, 24)
    return pd.DataFrame(
        {"compression_ratio": ratio, "first_epoch_loss": loss, "performance": scores}
    )


def squared_error(law, runs):
    """Score a law as scikit-learn asks for it: higher is better."""
    return -float(np.mean((np.asarray(law.predict(runs)) - runs["performance"]) ** 2))


@pytest.mark.parametrize("estimator", [*SELECTORS, *LAWS], ids=lambda one: type(one).__name__)
def test_a_clone_has_the_same_options(estimator):
    twin = clone(estimator)
    assert twin is not estimator and type(twin) is type(estimator)
    ours, theirs = estimator.get_params(), twin.get_params()
    assert list(ours) == list(theirs) == list(estimator.get_params(deep=False))
    assert repr(twin) == repr(estimator)


@pytest.mark.parametrize("estimator", [*SELECTORS, *LAWS], ids=lambda one: type(one).__name__)
def test_options_are_those_of_the_constructor(estimator):
    names = set(inspect.signature(type(estimator)).parameters)
    assert names == set(estimator.get_params())
    twin = type(estimator)(**estimator.get_params())
    assert twin.set_params(**estimator.get_params()) is twin
    assert repr(twin) == repr(estimator)


@pytest.mark.parametrize("estimator", SELECTORS, ids=lambda one: type(one).__name__)
def test_a_selector_is_no_transformer(estimator):
    for method in ("fit", "transform", "fit_transform", "fit_predict"):
        assert not hasattr(estimator, method), "a pipeline would take it for a step"


def test_a_clone_selects_the_same():
    texts = [f"record {i} says {i**7} and {i % 5}" for i in range(80)]
    selector = ZipSelector(20, k1=80, k2=20, k3=5, compressor="zstd", n_jobs=1)
    assert clone(selector).select(texts) == selector.select(texts)


def test_a_clone_of_a_fit_is_not_fitted(runs):
    law = EntropyLawFit("logarithmic").fit(runs)
    check_is_fitted(law)
    with pytest.raises(NotFittedError):
        check_is_fitted(clone(law))
    assert clone(law).fit(runs).coef_.tolist() == law.coef_.tolist()


@pytest.mark.filterwarnings("ignore::entropylaw.errors.LawWarning")  # the outermost run is left out
def test_cross_validation_is_the_leave_one_out_error_of_the_law(runs):
    law = EntropyLawFit()
    scores = cross_val_score(law, runs, scoring=squared_error, cv=LeaveOneOut())
    assert np.sqrt(-scores.mean()) == pytest.approx(law.fit(runs).loo_[0].rmse, rel=1e-9)
    assert len(cross_val_score(law, runs, scoring=squared_error)) == 5


@pytest.mark.filterwarnings("ignore::entropylaw.errors.LawWarning")
def test_a_grid_search_finds_the_form(runs):
    grid = {"form": ["linear", "logarithmic"], "predictors": ["both", "ratio", "loss"]}
    search = GridSearchCV(EntropyLawFit(), grid, scoring=squared_error, cv=6).fit(runs)
    assert search.best_params_["predictors"] == "both"
    assert search.best_estimator_.runs_ == EntropyLawFit().fit(runs).runs_
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


@pytest.mark.parametrize(
    "function",
    [
        *(type(one) for one in [*SELECTORS, *LAWS]),
        *(SelectionResult.compare, SelectionResult.plot, SelectionResult.report),
    ],
    ids=lambda function: function.__qualname__,
)
def test_names_are_those_of_the_field(function):
    names = set(inspect.signature(function).parameters)
    assert not names & {"seed", "rng", "jobs", "num_workers", "verbose", "size", "n_samples"}
    if isinstance(function, type) and function is not EntropyLawFit:
        assert next(iter(inspect.signature(function).parameters)) == "budget"
        assert "n_jobs" in names

"""Results of the law: text, HTML, tables, data frames, attributes and deprecated names."""

import json
import math

import numpy as np
import pandas as pd
import polars as pl
import pytest
from law_runs import GROUPED, NEW, RUNS, simulate

from entropylaw.errors import NotFittedError
from entropylaw.law import (
    EntropyLawFit,
    assess_versions,
    first_epoch_loss,
    measure_ratio_noise,
)
from entropylaw.render.result import Result, TableResult

VERSIONS = {
    "version": ["a", "b"],
    "compression_ratio": [3.0, 3.3],
    "first_epoch_loss": [1.3, 1.4],
}


@pytest.fixture(scope="module")
def results():
    law = EntropyLawFit(robust="huber").fit(simulate(30))
    return {
        "summary": law.summary(),
        "comparison": law.compare(["linear"]),
        "deductions": law.sign_tests(),
        "risk": assess_versions(VERSIONS, law=law),
        "one version": assess_versions(VERSIONS)[1],
        "law result": law.result_,
        "prediction": law.predict(NEW),
        "bare prediction": law.predict(NEW, interval=None),
        "required": law.required(6.2, first_epoch_loss=1.3),
        "loss": first_epoch_loss([{"step": s, "loss": 3 - s / 9} for s in range(1, 9)], steps=8),
        "noise": measure_ratio_noise([f"record {i}" for i in range(40)]),
    }


TABLES = ["summary", "comparison", "deductions", "risk"]


def test_every_result_follows_the_protocol(results):
    for result in results.values():
        assert isinstance(result, Result)
        line = repr(result)
        assert line.startswith(f"{type(result).__name__}(")
        assert "\n" not in line
        assert "\n" in str(result)
        assert "<table>" in result._repr_html_()
        json.dumps(result.to_dict())
        pandas, polars = result.to_frame(), result.to_frame(library="polars")
        assert isinstance(pandas, pd.DataFrame)
        assert isinstance(polars, pl.DataFrame)
        assert list(pandas.columns) == polars.columns
        assert len(pandas) == len(polars) > 0


@pytest.mark.parametrize("name", TABLES)
def test_tables_as_markdown_and_latex(results, name):
    table = results[name]
    assert isinstance(table, TableResult)
    rows = len(table.to_frame())
    lines = table.to_markdown().splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("| :---"))
    assert sum(line.startswith("| ") for line in lines[first + 1 :]) == rows
    latex = table.to_latex()
    assert latex.startswith(r"\begin{tabular}{l")
    assert latex.count(r"\\") == rows + 1


def test_frames_hold_the_numbers():
    law = EntropyLawFit().fit(RUNS)
    frame = law.summary().to_frame().set_index("name")
    assert frame["estimate"].tolist() == law.coef_.tolist()
    low, high = law.conf_int()
    np.testing.assert_array_equal(frame[["low", "high"]].to_numpy().T, [low, high])
    comparison = law.compare()
    assert comparison.to_frame()["loo_rmse"].tolist() == [row.loo_rmse for row in comparison.rows]
    risk = assess_versions(VERSIONS, law=law)
    performance = [v.forecast.performance for v in risk]
    assert risk.to_frame()["forecast_performance"].tolist() == performance
    assert "forecast_performance" not in assess_versions(VERSIONS).to_frame()


def test_summary_is_data_and_prints():
    law = EntropyLawFit().fit({**RUNS, "dataset": ["<b>", *"tuvwxyz"]})
    summary = law.summary()
    assert summary.facts["runs"] == 8
    assert [row.name for row in summary.coefficients] == list(law.coef_names_)
    assert summary.leave_one_out == law.loo_
    text = str(summary)
    for word in ("first_epoch_loss", "Leave-one-out", "Cook's D", "VIF", "supported"):
        assert word in text
    html = law._repr_html_()
    assert "&lt;b&gt;" in html
    assert "<b>" not in html


def test_a_law_shows_whether_it_is_fitted():
    law = EntropyLawFit("logarithmic", n_boot=500)
    assert repr(law) == "EntropyLawFit(form='logarithmic', n_boot=500, not fitted)"
    assert law._repr_html_() == (
        "<code>EntropyLawFit(form=&#x27;logarithmic&#x27;, n_boot=500, not fitted)</code>"
    )
    law.fit(simulate(14))
    r2 = f"{law.r_squared_:.2f}"
    assert repr(law) == f"EntropyLawFit(form='logarithmic', n_boot=500, fitted on 14 runs, R² {r2})"


@pytest.mark.filterwarnings("ignore::entropylaw.errors.FewRunsWarning")
def test_attributes_of_a_fit():
    law = EntropyLawFit().fit(GROUPED)
    regression = law.result_.regression
    performance = np.array(RUNS["performance"])
    explained = 1 - law.residuals_.var() / performance.var()
    assert law.r_squared_ == pytest.approx(explained)
    assert law.adj_r_squared_ == pytest.approx(1 - (1 - explained) * 7 / 4)
    np.testing.assert_allclose(law.residuals_, performance - regression.fitted)
    assert law.sigma_ == pytest.approx(math.sqrt(np.sum(law.residuals_**2) / 4))
    assert (law.n_runs_, law.n_groups_, law.df_) == (8, 2, 4)
    assert law.rmse_loo_ == law.loo_[0].rmse
    assert EntropyLawFit(group_intercepts=False).fit(GROUPED).n_groups_ == 1
    fitted = [name for name in dir(EntropyLawFit) if name.endswith("_") and name[0] != "_"]
    assert len(fitted) == 15
    for name in fitted:
        with pytest.raises(NotFittedError, match=r"\.fit\(runs\)"):
            getattr(EntropyLawFit(), name)


def test_old_names_warn_and_give_the_same():
    law = EntropyLawFit(robust="huber").fit(simulate(30))
    comparison, summary = law.compare(), law.summary()
    row = comparison.rows[1]
    for holder, old, new in (
        (comparison, "as_good", comparison.within_one_se),
        (row, "behind", row.rmse_gap),
        (row, "behind_std_err", row.rmse_gap_std_err),
        (summary.influence[0], "trust", summary.influence[0].robust_weight),
        (law.result_, "falling", law.result_.nonpositive),
    ):
        with pytest.warns(DeprecationWarning, match=f"{old}: renamed") as caught:
            assert getattr(holder, old) == new
        assert caught[0].filename == __file__
    with pytest.warns(DeprecationWarning, match=r"Use EntropyLawFit\.sign_tests"):
        assert law.test_deductions() == law.sign_tests()


def test_comparison_shows_progress_if_asked(capsys):
    law = EntropyLawFit().fit(RUNS)
    silent = law.compare()
    assert capsys.readouterr().err == ""
    assert law.compare(progress=True) == silent
    assert "compare: 100%" in capsys.readouterr().err

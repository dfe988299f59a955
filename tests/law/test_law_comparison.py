"""Leave-one-out errors, comparison of forms, and tests of signs."""

import json
import math

import numpy as np
import pytest
from law_runs import RUNS, simulate

from entropylaw.errors import ConfigError, FewRunsWarning
from entropylaw.law import EntropyLawFit


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

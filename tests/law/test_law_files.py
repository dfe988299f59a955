"""Laws saved as JSON and loaded."""

import json
import warnings

import pytest
from law_runs import GROUPED, NEW, RUNS

from entropylaw.errors import FileFormatError
from entropylaw.law import EntropyLawFit


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

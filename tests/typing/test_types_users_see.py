"""Types that users of the library see: a strict type checker with default settings."""

import inspect
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import pytest
import user_code

FOLDER = Path(__file__).parent


def test_right_calls_have_their_types_and_wrong_ones_are_refused(pytestconfig, tmp_path):
    cache = pytestconfig.cache.mkdir("mypy_as_users_run_it")
    files = [str(FOLDER / "user_code.py"), str(FOLDER / "wrong_calls.py")]
    mypy = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={cache}"]
    done = subprocess.run([*mypy, *files], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def given(tmp_path):
    """Return what the functions of the user's code take, by the names of their parameters."""
    mpl.use("agg")
    texts = [f"record {i} says {i**9} and {i % 7} again" for i in range(60)]
    records = [{"text": text, "source": "ab"[i % 2]} for i, text in enumerate(texts)]
    seen = [(2.1, 1.3), (2.4, 1.2), (2.6, 1.4), (2.9, 1.2), (3.1, 1.4), (3.4, 1.3), (3.6, 1.5)]
    runs = [
        {
            "compression_ratio": ratio,
            "first_epoch_loss": loss,
            "performance": 9 - ratio / 3 - loss**2,
        }
        for ratio, loss in seen
    ]
    result = user_code.ZipSelector(4, compressor=user_code.Halves()).select(texts)
    return {"texts": texts, "records": records, "runs": runs, "result": result, "folder": tmp_path}


CALLS = [
    function
    for _, function in inspect.getmembers(user_code, inspect.isfunction)
    if function.__module__ == "user_code"
]


@pytest.mark.parametrize("function", CALLS, ids=lambda function: function.__name__)
@pytest.mark.filterwarnings("ignore::entropylaw.errors.EntropyLawWarning")
def test_the_calls_work(function, given):
    function(**{name: given[name] for name in inspect.signature(function).parameters})

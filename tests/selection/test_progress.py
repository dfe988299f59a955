"""The progress bar: shown if asked for, and nothing is loaded for it before."""

import subprocess
import sys

import pytest

SELECT = """\
import sys
from entropylaw import Bytes, ZipSelector
texts = [f"record {{i}} says {{i**7}}" for i in range(90)]
ZipSelector({budget}, k1=90, k2=20, k3=10, n_jobs=1, progress={progress}).select(texts)
print("tqdm" in sys.modules)
"""


def run(budget, progress):
    code = SELECT.format(budget=budget, progress=progress)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)


@pytest.mark.parametrize(("budget", "end"), [("30", "30/30"), ("Bytes(0.5)", "byte")])
def test_shown_in_the_unit_of_the_budget(budget, end):
    done = run(budget, "True")
    last = done.stderr.split("\r")[-1]
    assert "select: " in last and end in last and "ratio=" in last
    assert done.stdout == "True\n"


@pytest.mark.parametrize("progress", ["False", "None"])
def test_neither_shown_nor_loaded(progress):
    done = run("30", progress)  # None: stderr is no terminal here
    assert (done.stdout, done.stderr) == ("False\n", "")

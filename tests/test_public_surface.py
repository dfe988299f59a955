"""What the package offers, and what importing it costs."""

import subprocess
import sys

import pytest

import entropylaw

HEAVY = {"scipy", "pandas", "pyarrow", "matplotlib", "torch", "ray", "datasets", "polars"}


def test_all_is_sorted_and_everything_in_it_can_be_had():
    assert sorted(entropylaw.__all__) == entropylaw.__all__ == dir(entropylaw)
    for name in entropylaw.__all__:
        assert getattr(entropylaw, name) is not None


def test_an_unknown_name():
    with pytest.raises(AttributeError, match="no attribute 'ZipSelektor'"):
        entropylaw.ZipSelektor


@pytest.mark.parametrize("statement", ["import entropylaw", "from entropylaw import ZipSelector"])
def test_importing_brings_in_nothing_heavy(statement):
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & {name.split(".")[0] for name in done.stdout.split()}


def test_a_custom_codec_may_size_nothing_as_nothing():
    class Halves:
        name = "halves"

        def compressed_size(self, data):
            return (len(data) + 1) // 2

    assert entropylaw.compression_ratio([""], Halves()) == 0
    assert entropylaw.sample_ratios(["", "abcd"], Halves()).tolist() == [0, 2]
    with pytest.warns(entropylaw.errors.EmptyRecordWarning):
        result = entropylaw.ZipSelector(1, compressor=Halves()).select(["", "abcd"])
    assert result.indices.tolist() == [1]

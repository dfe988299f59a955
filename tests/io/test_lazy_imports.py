"""No library of data frames is imported for data that is in none of them."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import entropylaw.io

HEAVY = {"pandas", "polars", "pyarrow", "datasets", "transformers", "torch", "scipy"}


def imported(code: str) -> set[str]:
    code = textwrap.dedent(code) + "\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    assert done.returncode == 0, done.stderr
    return {name.split(".")[0] for name in done.stdout.split()}


class TestNothingIsImportedToAsk:
    @pytest.mark.parametrize(
        "code",
        [
            "import entropylaw.io as io; [getattr(io, name) for name in io.__all__]",
            "from entropylaw import ZipSelector; ZipSelector(1).select(['a', 'b']).take(['a', 'b'])",
            "from entropylaw import compression_ratio; compression_ratio(iter(['a', 'b']))",
        ],
    )
    def test_without_a_frame_no_library_of_frames(self, code: str) -> None:
        found = imported(code)
        assert not found & HEAVY
        assert "narwhals" not in found

    def test_the_package_loads_its_names_on_first_use(self) -> None:
        code = "import entropylaw.io as io, sys; assert dir(io) == sorted(io.__all__)"
        assert "numpy" not in imported(code)
        with pytest.raises(AttributeError, match="no attribute 'as_corpora'"):
            entropylaw.io.as_corpora

    def test_polars_does_without_the_others(self) -> None:
        found = imported(
            """
            import polars as pl
            from entropylaw import ZipSelector
            frame = pl.DataFrame({"text": ["a", "b", "c"], "n": [1, 2, 3]})
            for data in (frame, frame.lazy()):
                ZipSelector(2).select(data).take(data)
            """
        )
        assert not found & (HEAVY - {"polars"})

    def test_a_module_of_the_user_called_datasets(self, tmp_path: Path) -> None:
        (tmp_path / "datasets.py").write_text("Dataset = 'mine'\n")
        found = imported(
            f"""
            import sys; sys.path.insert(0, {str(tmp_path)!r})
            import datasets
            from entropylaw.io.load import as_corpus
            assert len(as_corpus(["a"])) == 1
            """
        )
        assert "pyarrow" not in found

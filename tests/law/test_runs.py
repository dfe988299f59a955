"""Runs read from every source, and errors for runs that cannot be used."""

import json
import math

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from entropylaw.errors import ConfigError, FileFormatError, LowRatioWarning, RunsError
from entropylaw.law import EntropyLawFit, Run, read_runs

COLUMNS = {
    "compression_ratio": [2.1, 2.4, 2.6, 2.9, 3.1, 3.4, 3.6, 3.9],
    "first_epoch_loss": [1.31, 1.18, 1.35, 1.22, 1.40, 1.25, 1.43, 1.37],
    "performance": [7.10, 6.95, 6.84, 6.88, 6.52, 6.70, 6.35, 6.41],
    "group": ["a", "b"] * 4,
    "tokens": [1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000],
    "dataset": list("stuvwxyz"),
    "compressor": ["zlib:9"] * 8,
}
ROWS = [dict(zip(COLUMNS, cells, strict=True)) for cells in zip(*COLUMNS.values(), strict=True)]
RUNS = [Run(**row) for row in ROWS]


def write_csv(path):
    pd.DataFrame(COLUMNS).to_csv(path, index=False)
    return path


def write_jsonl(path):
    path.write_text("\n".join(json.dumps(row) for row in ROWS) + "\n\n")
    return path


@pytest.mark.parametrize(
    "source",
    [
        lambda tmp: ROWS,
        lambda tmp: RUNS,
        lambda tmp: iter(ROWS),
        lambda tmp: COLUMNS,
        lambda tmp: {name: np.array(values) for name, values in COLUMNS.items()},
        lambda tmp: pd.DataFrame(COLUMNS),
        lambda tmp: pl.DataFrame(COLUMNS),
        lambda tmp: pl.LazyFrame(COLUMNS),
        lambda tmp: pa.table(COLUMNS),
        lambda tmp: write_csv(tmp / "runs.csv"),
        lambda tmp: str(write_csv(tmp / "runs.csv")),
        lambda tmp: write_jsonl(tmp / "runs.jsonl"),
    ],
    ids=[
        "dicts", "runs", "iterator", "columns", "arrays", "pandas", "polars", "lazy", "arrow",
        "csv-path", "csv-str", "jsonl",
    ],
)  # fmt: skip
def test_every_source_gives_the_same_runs(source, tmp_path):
    assert read_runs(source(tmp_path)) == RUNS


def test_one_run_alone():
    assert read_runs(ROWS[0]) == read_runs(RUNS[0]) == RUNS[:1]


@pytest.mark.parametrize("blank", [None, math.nan, "", "NA", np.nan, pd.NA])
def test_blank_cells_are_missing(blank):
    (run,) = read_runs([{**ROWS[0], "first_epoch_loss": blank, "group": blank}])
    assert run.first_epoch_loss is None
    assert run.group is None


def test_numbers_may_name_groups_and_data_sets():
    (run,) = read_runs([{"compression_ratio": np.int64(3), "group": 7, "dataset": 12}])
    assert (run.compression_ratio, run.group, run.dataset) == (3.0, "7", "12")


def test_their_column_names():
    theirs = pd.DataFrame(COLUMNS).rename(columns={"performance": "mt_bench", "dataset": "name"})
    assert read_runs(theirs, columns={"performance": "mt_bench", "dataset": "name"}) == RUNS


def test_unknown_columns_are_named_with_a_guess():
    frame = pd.DataFrame(COLUMNS).rename(columns={"first_epoch_loss": "fist_epoch_loss"})
    with pytest.raises(RunsError, match=r"row 0: .*'fist_epoch_loss'.*mean 'first_epoch_loss'"):
        read_runs(frame)
    assert read_runs(frame, unknown="ignore")[0].first_epoch_loss is None


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("compression_ratio", -1),
        ("compression_ratio", 0),
        ("compression_ratio", math.inf),
        ("compression_ratio", "three"),
        ("first_epoch_loss", -0.1),
        ("first_epoch_loss", -math.inf),
        ("performance", math.inf),
        ("weight", 0),
        ("weight", -2),
        ("std_err", 0),
        ("tokens", -5),
        ("tokens", 1.5),
    ],
)
def test_a_bad_cell_is_named_by_row_and_column(column, value):
    rows = [dict(row) for row in ROWS]
    rows[3][column] = value
    with pytest.raises(RunsError, match=f"row 3, column '{column}'.*saw"):
        read_runs(rows)


def test_a_bad_cell_in_a_file_is_named_by_line(tmp_path):
    path = tmp_path / "runs.csv"
    path.write_text("compression_ratio,loss\n2.5,1\n\n-2,1\n")
    with pytest.raises(RunsError, match=r"runs.csv, line 4, column 'compression_ratio'"):
        read_runs(path, columns={"first_epoch_loss": "loss"})
    with pytest.raises(RunsError, match=r"runs.csv, line 2: .*unknown column 'loss'"):
        read_runs(path)


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("a.csv", "compression_ratio,performance\n1,2\n3\n", "line 3"),
        ("a.csv", "", "empty file"),
        ("a.jsonl", '{"performance": 1}\n{oops\n', "line 2"),
        ("a.jsonl", "[1, 2]\n", "line 1"),
        ("a.xlsx", "", r"\.csv or \.jsonl"),
    ],
)
def test_broken_files(tmp_path, name, text, line):
    (tmp_path / name).write_text(text)
    with pytest.raises(FileFormatError, match=line):
        read_runs(tmp_path / name)


@pytest.mark.parametrize(
    "source", [[], {"performance": []}, 5, b"x", [1.5], pd.DataFrame(COLUMNS)[:0]]
)
def test_no_runs(source):
    with pytest.raises(RunsError):
        read_runs(source)


def test_columns_that_do_not_go_together():
    with pytest.raises(RunsError, match="one value per row in every column"):
        read_runs({"performance": [1, 2], "compression_ratio": [1]})
    with pytest.raises(RunsError, match="expected a list"):
        read_runs({"performance": [1, 2], "compression_ratio": 1})


def test_bad_options():
    with pytest.raises(ConfigError, match="columns: expected fields of Run.*saw 'score'"):
        read_runs(ROWS, columns={"score": "x"})
    with pytest.raises(ConfigError, match='"raise" or "ignore"'):
        read_runs(ROWS, unknown="drop")
    with pytest.raises(ConfigError, match="different source column for each field"):
        read_runs(ROWS, columns={"performance": "group"})


def changed(**cells):
    """The rows, some cells of them replaced: column=(row, value)."""
    rows = [{k: v for k, v in row.items() if k != "group"} for row in ROWS]
    for column, (row, value) in cells.items():
        rows[row][column] = value
    return rows


@pytest.mark.parametrize(
    ("runs", "message"),
    [
        (changed(first_epoch_loss=(2, None)), r"row 2 \('u'\), column 'first_epoch_loss'.*'ratio'"),
        (changed(compression_ratio=(1, math.nan)), r"row 1 .*'compression_ratio'"),
        (changed(performance=(7, None)), r"row 7 .*'performance'"),
        (changed(group=(0, "a")), r"row 1 .*'group'.*every run or for none"),
        (changed(weight=(0, 2.0)), r"row 1 .*'weight'.*every run or for none"),
        (changed(weight=(0, 2.0), std_err=(1, 1.0)), "one of the two"),
        (changed(weight=(0, 2.0), std_err=(0, 1.0)), "row 0: .*saw both"),
        (changed(compressor=(5, "zstd:3")), r"one compressor .*'zstd:3' first in row 5"),
        ([*changed(), changed()[4]], r"row 8 \('w'\): .*the values of row 4"),
        (changed()[:2], "at least 3 for 3 coefficients.*saw 2"),
        ([{**row, "compression_ratio": 2.0} for row in changed()], "_ratio': .*saw 2 in all 8"),
        ([{**row, "first_epoch_loss": 2.0} for row in changed()], "'first_epoch_loss': .*saw 2 in all 8"),
        ([{**row, "performance": 2.0} for row in changed()], "'performance': .*saw 2 in all 8"),
        (
            [{**row, "first_epoch_loss": 3 * row["compression_ratio"]} for row in changed()],
            "linear combination",
        ),
    ],
)  # fmt: skip
def test_runs_that_cannot_be_fitted(runs, message):
    with pytest.raises(RunsError, match=message):
        EntropyLawFit().fit(runs)


def test_a_ratio_constant_within_every_group_is_refused():
    rows = [{**r, "compression_ratio": 2.0 if r["group"] == "a" else 3.0} for r in ROWS]
    with pytest.raises(RunsError, match="linear combination"):
        EntropyLawFit().fit(rows)


def test_two_compressors_are_fine_without_the_ratio():
    EntropyLawFit(predictors="loss").fit(changed(compressor=(5, "zstd:3")))


def test_a_logarithm_needs_a_loss_above_zero():
    with pytest.raises(RunsError, match=r"row 2 .*expected a loss above 0"):
        EntropyLawFit("logarithmic").fit(changed(first_epoch_loss=(2, 0.0)))


def test_a_ratio_below_one_is_warned_of():
    with pytest.warns(LowRatioWarning, match=r"row 0 .*expected 1 or more; saw 0.8"):
        EntropyLawFit(predictors="ratio").fit(changed(compression_ratio=(0, 0.8)))

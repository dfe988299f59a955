"""First-epoch loss from logs: weights, boundaries, resumed runs, processes, NaN."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import asdict

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entropylaw.errors import ConfigError, FileFormatError, InputError, RunsError
from entropylaw.law.loss import first_epoch_loss


def facts(result):
    """Every field, in a form in which NaN equals NaN."""
    return repr(asdict(result))


def log(losses, *, every=1, per_epoch=8, **columns):
    """Rows as Transformers logs them: a mean every few steps."""
    return [
        {"step": (i + 1) * every, "epoch": (i + 1) * every / per_epoch, "loss": loss}
        | {name: values[i] for name, values in columns.items()}
        for i, loss in enumerate(losses)
    ]


def trainer_state(**more):
    rows = log([3.0, 2.5, 2.2, 2.0, 1.0], every=2)
    rows.insert(2, {"step": 4, "epoch": 0.5, "eval_loss": 9.0})
    rows.append({"step": 10, "epoch": 1.25, "train_loss": 2.2, "train_runtime": 1.0})
    return {"global_step": 10, "log_history": rows} | more


@given(
    st.lists(
        st.tuples(st.floats(0, 20), st.integers(1, 5000), st.integers(1, 7)),
        min_size=1, max_size=40,
    )
)  # fmt: skip
def test_token_weighted_mean(cells):
    losses, tokens, spans = (np.array(column, dtype=float) for column in zip(*cells, strict=True))
    steps = np.cumsum(np.sort(spans)).astype(int)
    rows = [
        {"step": int(s), "loss": loss, "tokens": int(t)}
        for s, loss, t in zip(steps, losses, tokens, strict=True)
    ]
    result = first_epoch_loss(rows, steps=int(steps[-1]))
    assert result.mean == pytest.approx(np.average(losses, weights=tokens), rel=1e-12, abs=1e-12)
    assert result.tokens == tokens.sum()
    assert result.steps == steps[-1]


@pytest.mark.parametrize("name", ["num_tokens", "num_input_tokens_seen"])
def test_running_totals_of_tokens(name):
    result = first_epoch_loss(log([4.0, 1.0], per_epoch=2, **{name: [100, 400]}))
    assert result.mean == pytest.approx((4 * 100 + 1 * 300) / 400)
    assert result.tokens == 400


def test_only_the_first_epoch_and_a_share_of_the_row_that_straddles_its_end():
    result = first_epoch_loss(log([3.0, 2.0, 1.0], every=3, per_epoch=8))  # ends at 3, 6, 9
    assert result.steps == 8
    assert result.mean == pytest.approx((3 * 3 + 2 * 3 + 1 * 2) / 8)
    assert result.tokens is None
    assert math.isnan(result.std_err)
    assert result.to_dict()["std_err"] is None


def test_first_steps():
    rows = log([5.0, 4.0, 3.0, 2.0], every=2)
    assert first_epoch_loss(rows, steps=3).mean == pytest.approx((5 * 2 + 4) / 3)
    assert first_epoch_loss(rows, steps=3).covers == "first 3 steps"


def test_standard_error_is_close_to_the_truth_on_a_falling_loss():
    rng = np.random.default_rng(3)
    trend = 3 + 4 * np.exp(-np.arange(200) / 30)
    results = [
        first_epoch_loss(log(trend + rng.normal(0, 0.2, 200), per_epoch=200)) for _ in range(200)
    ]
    spread = np.std([r.mean for r in results])
    assert np.mean([r.std_err for r in results]) == pytest.approx(spread, rel=0.15)


def test_trainer_state_in_every_form(tmp_path):
    state = trainer_state()
    (tmp_path / "trainer_state.json").write_text(json.dumps(state))
    for n in (5, 10):
        (tmp_path / "runs" / f"checkpoint-{n}").mkdir(parents=True)
    (tmp_path / "runs/checkpoint-10/trainer_state.json").write_text(json.dumps(state))
    (tmp_path / "runs/checkpoint-5/trainer_state.json").write_text("not read")
    expected = first_epoch_loss(state)
    assert expected.mean == pytest.approx(np.mean([3.0, 2.5, 2.2, 2.0]))
    assert expected.steps == 8
    for source in (tmp_path, str(tmp_path / "trainer_state.json"), tmp_path / "runs"):
        assert facts(first_epoch_loss(source)) == facts(expected)
    assert facts(first_epoch_loss(state["log_history"])) == facts(expected)


def test_tables_and_files_say_the_same(tmp_path):
    rows = log([3.0, 2.0, 1.5], per_epoch=3, tokens=[10, 20, 30])
    expected = first_epoch_loss(rows)
    with (tmp_path / "log.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    (tmp_path / "log.jsonl").write_text("\n".join(map(json.dumps, rows)))
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    for source in (
        tmp_path / "log.csv", tmp_path / "log.jsonl", pd.DataFrame(rows), pl.DataFrame(rows),
        columns,
    ):  # fmt: skip
        assert facts(first_epoch_loss(source)) == facts(expected)


def test_evaluation_rows_of_a_data_frame_are_skipped():
    frame = pd.DataFrame(trainer_state()["log_history"])  # their training loss is NaN
    assert first_epoch_loss(frame).nan_steps == 0
    assert first_epoch_loss(frame).mean == pytest.approx(2.425)


def test_resumed_run_later_rows_count():
    before = log([4.0, 3.0, 9.0, 9.0], per_epoch=4, num_tokens=[10, 20, 30, 40])
    after = log([0, 0, 2.0, 1.0], per_epoch=4, num_tokens=[0, 0, 30, 40])[2:]
    result = first_epoch_loss(before + after)
    assert result.mean == pytest.approx((4 + 3 + 2 + 1) / 4)
    assert (result.replaced, result.steps, result.tokens) == (2, 4, 40)
    # A counter of tokens that starts again after resuming gives the same.
    restarted = [row | {"num_tokens": row["num_tokens"] - 20} for row in after]
    assert facts(first_epoch_loss(before + restarted)) == facts(result)


def test_micro_batches_of_one_step_are_merged():
    rows = [
        {"step": 1, "loss": 4.0, "tokens": 10}, {"step": 1, "loss": 2.0, "tokens": 30},
        {"step": 2, "loss": 1.0, "tokens": 40},
    ]  # fmt: skip
    result = first_epoch_loss(rows, steps=2)
    assert result.mean == pytest.approx((4 * 10 + 2 * 30 + 40) / 80)
    assert (result.steps, result.intervals, result.tokens) == (2, 2, 80)


def test_several_processes_by_column_and_by_file(tmp_path):
    ranks = [
        log([4.0, 2.0], per_epoch=2, tokens=[10, 10], rank=[0, 0]),
        log([3.0, 1.0], per_epoch=2, tokens=[30, 10], rank=[1, 1]),
    ]
    expected = (4 * 10 + 2 * 10 + 3 * 30 + 1 * 10) / 60
    # Rows may come in any interleaving: a process that lags is not a resumed run.
    result = first_epoch_loss([ranks[0][0], ranks[0][1], ranks[1][0], ranks[1][1]])
    assert result.mean == pytest.approx(expected)
    assert (result.tokens, result.replaced) == (60, 0)
    paths = []
    for number, rows in enumerate(ranks):
        paths.append(tmp_path / f"rank{number}.jsonl")
        paths[-1].write_text("\n".join(map(json.dumps, rows)))
    assert facts(first_epoch_loss(paths)) == facts(result)
    paths[1].write_text(json.dumps(ranks[1][0]))
    with pytest.raises(RunsError, match="step 2 is in one log"):
        first_epoch_loss(paths)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), None, "nan"])
def test_nan_losses_are_refused_or_counted(bad):
    rows = log([3.0, bad, 2.0, 1.0], every=2)
    with pytest.raises(RunsError, match=r"row 1.*on_nan='skip'"):
        first_epoch_loss(rows)
    result = first_epoch_loss(rows, on_nan="skip")
    assert result.mean == 2.0
    assert (result.nan_steps, result.steps, result.intervals) == (2, 8, 3)
    with pytest.raises(RunsError, match="none in 4"):
        first_epoch_loss(log([bad] * 4, every=2), on_nan="skip")


def test_nan_in_a_file(tmp_path):
    (tmp_path / "log.jsonl").write_text('{"step": 1, "loss": NaN}\n{"step": 2, "loss": 1}\n')
    with pytest.raises(RunsError, match=r"log.jsonl, line 1"):
        first_epoch_loss(tmp_path / "log.jsonl", steps=2)


def test_epoch_numbers_in_place_of_positions():
    rows = [{"step": s, "epoch": s // 4, "loss": float(s)} for s in range(12)]  # from step 0
    result = first_epoch_loss(rows)
    assert (result.steps, result.mean) == (4, 1.5)
    by_epoch = [{"step": 8, "epoch": 1.0, "loss": 3.0}, {"step": 16, "epoch": 2.0, "loss": 1.0}]
    assert first_epoch_loss(by_epoch).mean == 3.0


def test_other_names_and_no_steps():
    rows = [{"iter": i, "train_loss": 3 - i / 10, "n": 5} for i in range(1, 5)]
    named = first_epoch_loss(rows, steps=4, loss="train_loss", step="iter", tokens="n")
    assert (named.mean, named.tokens) == (pytest.approx(2.75), 20)
    assert first_epoch_loss(rows, steps=4, loss="train_loss", step=None).mean == pytest.approx(2.75)


@pytest.mark.parametrize(
    ("rows", "options", "match"),
    [
        (log([1.0, 1.0], per_epoch=9), {}, r"ends at epoch 0.2222, step 2. Try steps=2"),
        (log([1.0, 1.0]), {"steps": 5}, "ends at step 2"),
        ([{"step": 1, "train_loss": 2.0}], {"steps": 1}, 'Try loss="train_loss"'),
        ([{"iter": 1, "loss": 2.0}], {"steps": 1}, 'Try step="COLUMN"'),
        ([{"step": 1.5, "loss": 2.0}], {"steps": 1}, "row 0, column 'step'"),
        ([{"step": 1, "loss": "high"}], {"steps": 1}, "row 0, column 'loss'"),
        ([{"step": 1, "loss": -1.0}], {"steps": 1}, "loss of 0 or more"),
        ([{"step": 1, "loss": 1.0}], {}, "epoch column"),
        ([{"step": 1, "loss": 1.0, "tokens": -4}], {"steps": 1}, "column 'tokens'"),
        (
            [{"step": s, "loss": 1.0} for s in (500, 510, 520)], {"steps": 520},
            "beginning is missing",
        ),
    ],
)  # fmt: skip
def test_bad_logs(rows, options, match):
    with pytest.raises(RunsError, match=match):
        first_epoch_loss(rows, **options)


def test_bad_options_and_files(tmp_path):
    rows = log([1.0] * 8)
    for options in ({"steps": 0}, {"steps": 2.5}, {"steps": True}, {"on_nan": "ignore"}):
        with pytest.raises(ConfigError):
            first_epoch_loss(rows, **options)
    with pytest.raises(FileFormatError, match="save_state"):
        first_epoch_loss(tmp_path)
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(FileFormatError, match="line 1"):
        first_epoch_loss(tmp_path / "broken.json")
    (tmp_path / "other.json").write_text('{"a": 1}')
    with pytest.raises(FileFormatError, match="log_history"):
        first_epoch_loss(tmp_path / "other.json")
    with pytest.raises(InputError):
        first_epoch_loss({"log_history": 3})


def test_shows_itself():
    result = first_epoch_loss(log([3.0] * 8, tokens=[64] * 8))
    assert repr(result) == "FirstEpochLoss(3 ± 0, first epoch)"
    assert "512" in result._repr_html_()
    assert "512" in str(result)
    assert result.to_frame().shape == (1, 8)
    assert float(result) == 3.0

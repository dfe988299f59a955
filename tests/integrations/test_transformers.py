"""`FirstEpochLossCallback` against the loss computed apart, in real trainings of a tiny GPT-2.

With a learning rate of 0 the model never changes, so the mean over the first epoch must equal the
token-weighted loss of the whole data set, whatever the batches, accumulation and processes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from entropylaw.errors import ConfigError, NotFittedError, RunsError  # noqa: E402
from entropylaw.integrations.transformers import FirstEpochLossCallback  # noqa: E402
from entropylaw.law.loss import first_epoch_loss  # noqa: E402

torch.set_num_threads(1)

pytestmark = pytest.mark.trainers

RECORDS = 21
VOCABULARY = 32


def rows() -> list[list[int]]:
    """Sequences of different lengths, so that batches have different numbers of tokens."""
    maker = torch.Generator().manual_seed(5)
    return [
        torch.randint(3, VOCABULARY, (4 + 3 * (i % 6),), generator=maker).tolist()
        for i in range(RECORDS)
    ]


def tiny_model(loss_type: str | None = "ForCausalLM"):
    """Without `loss_type` the Trainer does not know that the loss of GPT-2 shifts labels."""
    torch.manual_seed(0)
    config = transformers.GPT2Config(
        vocab_size=VOCABULARY, n_positions=32, n_embd=16, n_layer=1, n_head=2,
        bos_token_id=1, eos_token_id=2, pad_token_id=0,
        resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
    )  # fmt: skip
    model = transformers.GPT2LMHeadModel(config)
    model.loss_type = loss_type or model.loss_type
    return model


def collate(batch):
    """Pad on the right; padded positions carry no loss."""
    width = max(len(item["input_ids"]) for item in batch)
    padded = [item["input_ids"] + [0] * (width - len(item["input_ids"])) for item in batch]
    labels = [item["input_ids"] + [-100] * (width - len(item["input_ids"])) for item in batch]
    mask = [[1] * len(item["input_ids"]) + [0] * (width - len(item["input_ids"])) for item in batch]
    return {
        "input_ids": torch.tensor(padded),
        "labels": torch.tensor(labels),
        "attention_mask": torch.tensor(mask),
    }


def arguments(folder: Path, **options):
    given = {
        "output_dir": str(folder), "per_device_train_batch_size": 2, "num_train_epochs": 2,
        "learning_rate": 0.0, "report_to": "none", "use_cpu": True, "disable_tqdm": True,
        "save_strategy": "no", "logging_steps": 1, "logging_nan_inf_filter": False,
    } | options  # fmt: skip
    return transformers.TrainingArguments(**given)


def trainer_of(folder: Path, callbacks=(), model=None, **options):
    return transformers.Trainer(
        model=tiny_model() if model is None else model,
        args=arguments(folder, **options),
        train_dataset=[{"input_ids": ids} for ids in rows()],
        data_collator=collate,
        callbacks=list(callbacks),
    )


@pytest.fixture(scope="module")
def truth() -> tuple[float, int]:
    """Mean loss a token over the data set and the number of tokens, one sequence at a time."""
    model = tiny_model().eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for ids in rows():
            logits = model(torch.tensor([ids])).logits[0, :-1]
            target = torch.tensor(ids[1:])
            total += torch.nn.functional.cross_entropy(logits, target, reduction="sum").item()
            count += len(target)
    return total / count, count


@pytest.mark.parametrize(("batch", "accumulation"), [(2, 1), (3, 4), (4, 2), (21, 1)])
def test_equals_the_loss_computed_apart(tmp_path, truth, batch, accumulation):
    callback = FirstEpochLossCallback()
    trainer = trainer_of(
        tmp_path,
        [callback],
        per_device_train_batch_size=batch,
        gradient_accumulation_steps=accumulation,
    )
    trainer.train()
    result = callback.result()
    mean, tokens = truth
    assert result.mean == pytest.approx(mean, rel=1e-5)
    assert result.tokens == tokens
    assert result.steps == -(-(-(-RECORDS // batch)) // accumulation)
    assert (result.covers, result.nan_steps) == ("first epoch", 0)


def test_first_steps_equal_the_trainer_s_own_log(tmp_path):
    callback = FirstEpochLossCallback(steps=5)
    trainer = trainer_of(
        tmp_path, [callback], learning_rate=1e-2, per_device_train_batch_size=4,
        include_num_input_tokens_seen="non_padding",
    )  # fmt: skip
    trainer.train()
    live = callback.result()
    logged = first_epoch_loss(trainer.state, steps=5)
    assert live.covers == logged.covers == "first 5 steps"
    # The log counts input tokens, one more a record than there are losses: weights differ a bit.
    assert live.mean == pytest.approx(logged.mean, rel=2e-3)
    by_step = [row["loss"] for row in trainer.state.log_history if "loss" in row]
    assert by_step[0] > by_step[-1]  # it did learn
    assert len(trainer.model._forward_hooks) == 0


def test_exact_where_the_trainer_s_log_is_not(tmp_path, truth):
    callback = FirstEpochLossCallback()
    trainer = trainer_of(
        tmp_path, [callback], model=tiny_model(loss_type=None), include_num_input_tokens_seen=True
    )
    trainer.train()
    assert callback.result().mean == pytest.approx(truth[0], rel=1e-5)
    # The Trainer divides by the labels, the first of each record among them, which has no loss.
    logged = first_epoch_loss(trainer.state).mean
    assert logged == pytest.approx(truth[0] * truth[1] / (truth[1] + RECORDS), rel=0.02)


def test_evaluation_and_later_epochs_are_left_out(tmp_path, truth):
    callback = FirstEpochLossCallback()
    trainer = trainer_of(tmp_path, [callback], num_train_epochs=3)
    trainer.eval_dataset = trainer.train_dataset[:3]
    trainer.args.eval_strategy = transformers.trainer_utils.IntervalStrategy.STEPS
    trainer.args.eval_steps = 3
    trainer.train()
    assert callback.result().tokens == truth[1]
    assert callback.result().mean == pytest.approx(truth[0], rel=1e-5)


@pytest.mark.parametrize("stop", [4, 12])
def test_resumed_run_equals_an_unbroken_one(tmp_path, stop):
    options = {"learning_rate": 1e-2, "save_strategy": "steps", "save_steps": 4}
    whole = FirstEpochLossCallback()
    trainer_of(tmp_path / "whole", [whole], **options).train()
    broken = trainer_of(tmp_path / "broken", [FirstEpochLossCallback()], **options)
    broken.train()  # its checkpoints stand for those of a run that was stopped
    again = FirstEpochLossCallback()
    second = trainer_of(tmp_path / "broken", [again], **options)
    second.train(resume_from_checkpoint=str(tmp_path / "broken" / f"checkpoint-{stop}"))
    assert again.result().mean == pytest.approx(whole.result().mean, rel=1e-6)
    assert again.result().steps == whole.result().steps
    read = first_epoch_loss(tmp_path / "broken" / f"checkpoint-{stop}", steps=4)
    assert read.steps == 4


def test_resumed_without_a_record_is_refused(tmp_path):
    options = {"save_strategy": "steps", "save_steps": 4}
    trainer_of(tmp_path, **options).train()
    callback = FirstEpochLossCallback()
    trainer = trainer_of(tmp_path, [callback], **options)
    trainer.train(resume_from_checkpoint=str(tmp_path / "checkpoint-4"))
    with pytest.raises(RunsError, match="begins at step 5"):
        callback.result()


def test_nan_losses_are_seen_although_the_trainer_hides_them(tmp_path):
    model = tiny_model()
    calls = []

    def poison(module, args, inputs, outputs):
        calls.append(1)
        if len(calls) == 3:
            outputs["loss"] = outputs["loss"] + float("nan")  # its gradient stays finite
        return outputs

    model.register_forward_hook(poison, with_kwargs=True)
    callback = FirstEpochLossCallback()
    trainer = trainer_of(tmp_path, [callback], model=model, logging_nan_inf_filter=True)
    trainer.train()
    logged = [row["loss"] for row in trainer.state.log_history if "loss" in row]
    assert all(loss == loss for loss in logged)  # the log has no NaN
    with pytest.raises(RunsError, match="step 3"):
        callback.result()
    result = callback.result(on_nan="skip")
    assert (result.nan_steps, result.steps, result.intervals) == (1, 11, 10)


def test_a_loss_that_the_model_does_not_return_is_refused(tmp_path):
    callback = FirstEpochLossCallback()
    trainer_of(tmp_path, [callback], label_smoothing_factor=0.1).train()
    with pytest.raises(RunsError, match="a loss computed by the model; saw none"):
        callback.result()


def test_too_short_and_not_started(tmp_path):
    callback = FirstEpochLossCallback(steps=99)
    with pytest.raises(NotFittedError):
        callback.result()
    trainer_of(tmp_path, [callback], max_steps=3).train()
    with pytest.raises(RunsError, match="saw it end at step 3"):
        callback.result()
    with pytest.raises(ConfigError):
        FirstEpochLossCallback(steps=0)


def test_read_from_the_saved_state(tmp_path):
    callback = FirstEpochLossCallback()
    trainer = trainer_of(
        tmp_path, [callback], learning_rate=1e-2, include_num_input_tokens_seen=True
    )
    trainer.train()
    trainer.save_state()
    state = json.loads((tmp_path / "trainer_state.json").read_text())
    read = first_epoch_loss(tmp_path)
    assert read == first_epoch_loss(tmp_path / "trainer_state.json") == first_epoch_loss(state)
    assert read.covers == "first epoch"
    assert read.steps == callback.result().steps == 11
    assert read.mean == pytest.approx(callback.result().mean, rel=0.02)


SCRIPT = Path(__file__).with_name("two_processes.py")


def test_two_processes_give_one_loss(tmp_path, truth):
    command = [
        sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2",
        str(SCRIPT), str(tmp_path),
    ]  # fmt: skip
    environment = os.environ | {
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join([str(SCRIPT.parent), *filter(None, sys.path)]),
    }
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    results = [json.loads((tmp_path / f"rank{rank}.json").read_text()) for rank in (0, 1)]
    assert results[0] == results[1]
    assert results[0]["world"] == 2
    # Two processes share 21 records in batches of 2: the sampler repeats some to fill the last.
    assert results[0]["tokens"] == results[0]["expected_tokens"] >= truth[1]
    assert results[0]["mean"] == pytest.approx(results[0]["expected"], rel=1e-5)


trl = pytest.importorskip("trl")


@pytest.mark.parametrize("accumulation", [1, 2])
def test_sft_trainer(tmp_path, truth, accumulation):
    import datasets

    tokenizer = word_tokenizer()
    callback = FirstEpochLossCallback()
    trainer = trl.SFTTrainer(
        model=tiny_model(),
        args=trl.SFTConfig(
            output_dir=str(tmp_path), per_device_train_batch_size=4, num_train_epochs=1,
            gradient_accumulation_steps=accumulation, learning_rate=0.0, report_to="none",
            use_cpu=True, bf16=False, disable_tqdm=True, save_strategy="no", logging_steps=1,
            max_length=32, gradient_checkpointing=False,
        ),
        train_dataset=datasets.Dataset.from_dict({"input_ids": rows()}),
        processing_class=tokenizer,
        callbacks=[callback],
    )  # fmt: skip
    trainer.train()
    result = callback.result()
    assert result.tokens == truth[1]
    assert result.mean == pytest.approx(truth[0], rel=1e-5)
    logged = first_epoch_loss(trainer.state)
    assert logged.covers == "first epoch"
    assert logged.tokens == sum(map(len, rows()))  # TRL counts inputs
    assert logged.mean == pytest.approx(result.mean, rel=2e-3)


def word_tokenizer():
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = {"[PAD]": 0, "<s>": 1, "</s>": 2} | {f"w{i}": i for i in range(3, VOCABULARY)}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="<s>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", bos_token="<s>", eos_token="</s>"
    )

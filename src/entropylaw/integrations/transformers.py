"""Record the first-epoch loss live, in Transformers' Trainer and TRL's SFTTrainer."""

from __future__ import annotations

from typing import Any

from entropylaw.errors import MissingExtraError, NotFittedError, RunsError
from entropylaw.law.loss import FirstEpochLoss, OnNan, average_losses, checked_steps
from entropylaw.validation import choice

try:
    import torch
    from transformers import TrainerCallback
    from transformers.trainer_callback import ExportableState
except ImportError as error:
    raise MissingExtraError(
        error.name or "transformers", extra="transformers", purpose="recording a first-epoch loss"
    ) from error

__all__ = ["FirstEpochLossCallback"]

_IGNORED = -100  # the label of positions that carry no loss


class FirstEpochLossCallback(TrainerCallback, ExportableState):  # type: ignore[misc, unused-ignore]
    """Record the token-weighted mean training loss of the first epoch, or of the first steps.

    The loss is taken where the model returns it: from each forward pass in training mode, with
    the number of its labels that carry loss. So it is exact whatever the logging interval,
    gradient accumulation or padding, sees NaN losses that the Trainer keeps out of its log, and
    sums over the processes of a distributed run. It costs one sum over three numbers a step while
    it records, and nothing afterwards.

    The record travels in the checkpoint (`trainer_state.json`), so a resumed run goes on where
    it stopped, if it has this callback too.

    Parameters
    ----------
    steps : int, optional
        Record the first `steps` optimiser steps in place of the first epoch.

    Notes
    -----
    The model must return the loss itself, from labels that it is given; with label smoothing or a
    loss function of your own it does not, and `result` says so: use
    `first_epoch_loss(trainer.state)` then. A mixture-of-experts model that adds an auxiliary loss
    has it in the record. With several GPUs, start one process for each.

    The Trainer's own log can differ: for models whose class name does not tell it that labels are
    shifted (GPT-2 is one), it divides by the first label of each record too, which has no loss.

    Examples
    --------
    >>> callback = FirstEpochLossCallback()
    >>> # trainer = Trainer(..., callbacks=[callback]); trainer.train(); callback.result()
    >>> FirstEpochLossCallback(steps=100)
    FirstEpochLossCallback(steps=100): nothing recorded yet
    """

    def __init__(self, steps: int | None = None) -> None:
        self.steps = checked_steps(steps)
        self._rows: list[list[float]] = []  # step, sum of losses, tokens, tokens with a NaN loss
        self._finished = False
        self._sums: torch.Tensor | None = None  # of the step that is under way
        self._pending: list[tuple[int, torch.Tensor]] = []  # steps still on the device
        self._hook: Any = None
        self._unseen = 0  # forward passes in training without a loss of the model's own

    def result(self, *, on_nan: OnNan = "raise") -> FirstEpochLoss:
        """Return the mean loss recorded.

        Parameters
        ----------
        on_nan : {"raise", "skip"}, default "raise"
            Refuse steps with a NaN or infinite loss, or leave them out and count them.

        Returns
        -------
        FirstEpochLoss
            The same on every process.

        Raises
        ------
        NotFittedError
            If training has not begun.
        RunsError
            If training stopped before the end of what was asked for, steps were not seen, or a
            loss is not finite.
        """
        on_nan = choice("on_nan", on_nan, OnNan)
        self._collect()
        if not self._rows:
            if self._unseen:
                raise RunsError(
                    "the model returned no loss of its own in training (label smoothing, or a loss "
                    "function given to the trainer?). Type first_epoch_loss(trainer.state), with "
                    "logging_steps=1."
                )
            raise NotFittedError(
                "no step was recorded. Call trainer.train() first. (If the trainer restores "
                "callbacks from checkpoints, it made a new one: look in "
                "trainer.callback_handler.callbacks.)"
            )
        steps = [int(row[0]) for row in self._rows]
        if steps != list(range(1, len(steps) + 1)):
            raise RunsError(
                f"expected every step from 1; the record begins at step {steps[0]}: the run was "
                "resumed from a checkpoint without this callback's record. Type "
                "first_epoch_loss(trainer.state)."
            )
        if not self._finished:
            wanted = "the first epoch" if self.steps is None else f"{self.steps} steps"
            raise RunsError(
                f"training stopped at step {steps[-1]}, before the end of {wanted}. Use "
                f"FirstEpochLossCallback(steps={steps[-1]}) or fewer, in every run you compare."
            )
        broken = [row[3] > 0 for row in self._rows]
        return average_losses(
            [
                float("nan") if bad else row[1] / max(row[2], 1)
                for row, bad in zip(self._rows, broken, strict=True)
            ],
            tokens=[row[2] for row in self._rows],
            steps=[1] * len(steps),
            where=[f"step {step}" for step in steps],
            on_nan=on_nan,
            replaced=0,
            covers="first epoch" if self.steps is None else f"first {self.steps} steps",
        )

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint must hold to go on recording."""
        self._collect()
        return {
            "args": {"steps": self.steps},
            "attributes": {"_rows": [list(row) for row in self._rows], "_finished": self._finished},
        }

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Start to listen to the model, after reading what a checkpoint recorded."""
        self._stop()
        self._rows, self._pending, self._finished, self._unseen = [], [], False, 0
        if state.global_step:
            self._restore(state)
        # The Trainer cannot save a callback that the checkpoint it resumed from did not have.
        state.stateful_callbacks.setdefault(type(self).__name__, self.state())
        if args.n_gpu > 1:
            raise RunsError(
                f"expected one process for each GPU; saw {args.n_gpu} GPUs in one process. Start "
                "with torchrun or accelerate launch, or hide all GPUs but one."
            )
        if not self._finished and "model" in kwargs:
            model = kwargs["model"]
            self._sums = None
            self._hook = model.register_forward_hook(self._after_forward, with_kwargs=True)

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Start the sums of an optimiser step."""
        self._sums = None

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Close the sums of an optimiser step over all processes."""
        if self._hook is None:
            return
        if torch.distributed.is_available() and torch.distributed.is_initialized():
            if self._sums is None:
                self._sums = torch.zeros(3, device=args.device)
            torch.distributed.all_reduce(self._sums)
        if self._sums is not None:
            self._pending.append((state.global_step, self._sums))
            self._sums = None
        end = state.global_step == self.steps if self.steps else state.epoch >= 1 - 1e-9
        if end:
            self._finish()

    def on_epoch_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Close the first epoch where the loader's length was not known beforehand."""
        if self._hook is not None and self.steps is None and not control.should_training_stop:
            self._finish()

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Stop listening."""
        self._stop()

    def _after_forward(
        self, model: Any, args: tuple[Any, ...], inputs: dict[str, Any], outputs: Any
    ) -> None:
        """Add the losses of one forward pass to the sums of the step."""
        if not model.training:
            return
        loss = outputs.get("loss") if hasattr(outputs, "get") else getattr(outputs, "loss", None)
        targets = inputs.get("shift_labels")
        if targets is None and inputs.get("labels") is not None:
            # A causal model predicts each token from those before it: the first has no loss.
            encodes = getattr(model.config, "is_encoder_decoder", False)
            targets = inputs["labels"] if encodes else inputs["labels"][..., 1:]
        if loss is None or targets is None:
            self._unseen += 1
            return
        tokens = targets.ne(_IGNORED).sum()
        # The model divides the sum over its tokens by the items of the whole step, if told them.
        items = inputs.get("num_items_in_batch")
        total = loss.detach().float().sum() * (tokens if items is None else items)
        broken = ~torch.isfinite(total) & (tokens > 0)
        sums = torch.stack(
            [
                torch.where(torch.isfinite(total), total, torch.zeros_like(total)),
                tokens.to(total),
                torch.where(broken, tokens, 0).to(total),
            ]
        )
        self._sums = sums if self._sums is None else self._sums + sums

    def _restore(self, state: Any) -> None:
        """Take up the record of the checkpoint that the run goes on from."""
        saved = state.stateful_callbacks.get(type(self).__name__)
        found = saved if isinstance(saved, list) else [saved]
        for one in found:
            if one and one["args"]["steps"] == self.steps:
                self._rows = [list(row) for row in one["attributes"]["_rows"]]
                self._finished = one["attributes"]["_finished"]

    def _collect(self) -> None:
        """Bring finished steps over from the device."""
        self._rows += [[float(step), *sums.tolist()] for step, sums in self._pending]
        self._pending = []

    def _finish(self) -> None:
        """End the record."""
        self._finished = True
        self._stop()

    def _stop(self) -> None:
        """Stop listening to the model."""
        if self._hook is not None:
            self._hook.remove()
            self._hook = None

    def __repr__(self) -> str:
        name = f"FirstEpochLossCallback(steps={self.steps})"
        count = len(self._rows) + len(self._pending)
        if not count:
            return f"{name}: nothing recorded yet"
        return f"{name}: {count} steps recorded, {'complete' if self._finished else 'not complete'}"

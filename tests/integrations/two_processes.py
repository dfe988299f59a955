"""Train in one of two processes; write the callback's result, and the same computed separately."""

import json
import os
import sys
import time
from pathlib import Path

import torch
import torch.distributed
from test_transformers import tiny_model, trainer_of

from entropylaw.integrations.transformers import FirstEpochLossCallback


def main(folder: Path) -> None:
    callback = FirstEpochLossCallback()
    trainer = trainer_of(
        folder, [callback], num_train_epochs=1, gradient_accumulation_steps=2, ddp_backend="gloo"
    )
    batches = []
    collate = trainer.data_collator

    def keep(items):
        batches.append(collate(items))
        return batches[-1]

    trainer.data_collator = keep
    trainer.train()

    sums = torch.zeros(2, dtype=torch.float64)
    model = tiny_model().eval()
    with torch.no_grad():
        for batch in batches:  # those of this process
            labels = batch["labels"][:, 1:]
            logits = model(batch["input_ids"], attention_mask=batch["attention_mask"]).logits
            loss = torch.nn.functional.cross_entropy(
                logits[:, :-1].transpose(1, 2), labels, reduction="sum"
            )
            sums += torch.tensor([loss.item(), labels.ne(-100).sum().item()])
    torch.distributed.all_reduce(sums)
    answer = {
        **callback.result().to_dict(),
        "expected": (sums[0] / sums[1]).item(),
        "expected_tokens": int(sums[1]),
        "world": torch.distributed.get_world_size(),
    }
    mine = folder / f"rank{torch.distributed.get_rank()}.json"
    mine.with_suffix(".part").write_text(json.dumps(answer))
    mine.with_suffix(".part").rename(mine)
    while len(list(folder.glob("rank*.json"))) < 2:  # leave together: no peer is cut off
        time.sleep(0.05)
    sys.stdout.flush()
    os._exit(0)  # shutting gloo down sometimes aborts or hangs, after the test itself has finished


if __name__ == "__main__":
    main(Path(sys.argv[1]))

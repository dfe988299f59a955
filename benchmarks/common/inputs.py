"""Inputs of benchmarks: a folder of data sets, and a copy of the published script."""

from __future__ import annotations

import gzip
import importlib
import json
import random
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.common import plain_script
from benchmarks.common.internals import as_corpus, stdlib_records

SETS = (
    "alpaca_en_52k", "gpteacher_14k", "sgd_multiturn_17k_sharegpt", "smilechat_zh_6k_sharegpt",
    "oasst1_en_threads_messages", "oasst1_fi_8k_text", "gsm8k_train", "gsm8k_test", "mgsm_11lang",
)  # fmt: skip
"""The data sets, each a file NAME.jsonl.gz of the folder."""
SUBSETS = ("Codegen", "Roleplay", "Toolformer")
LANGUAGES = ("bn", "de", "en", "es", "fr", "ja", "ru", "sw", "te", "th", "zh")
OTHER_SCRIPT = {ord("a") + place: 0x0430 + place for place in range(26)}


@dataclass(frozen=True)
class Inputs:
    """Locations of the data and of the published script; None if not given."""

    folder: Path | None = None
    script_path: Path | None = None
    quick: bool = False

    def path(self, name: str) -> Path:
        """Return a file of the folder."""
        if self.folder is None:
            raise SystemExit("this benchmark reads data sets: add --data DIR, or --quick")
        path = self.folder / name
        if not path.exists():
            raise SystemExit(f"--data: expected a folder with {name}; it has no such file")
        return path

    def records(self, name: str) -> list[dict[str, Any]]:
        """Return all records of a data set."""
        with gzip.open(self.path(f"{name}.jsonl.gz"), "rt", encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    def texts(self, name: str) -> list[bytes]:
        """Return the text of each record of a data set that has any."""
        return [text for text in as_corpus(self.records(name)) if text]

    def all_texts(self, names: Iterable[str]) -> list[bytes]:
        """Return the texts of several data sets, shuffled with a fixed seed."""
        texts = [text for name in names for text in self.texts(name)]
        random.Random(0).shuffle(texts)
        return texts

    def drawn(self, name: str, count: int | None) -> list[dict[str, Any]]:
        """Return `count` distinct records, drawn with a fixed seed, or all if `count` is None.

        Each gets the `source` key that the published script requires, unless it has one.
        """
        distinct = list({repr(record): record for record in self.records(name)}.values())
        if count is not None:
            distinct = random.Random(0).sample(distinct, min(count, len(distinct)))
        return [{"source": name} | record for record in distinct]

    def script(self) -> ModuleType:
        """Import the copy of the published script in a way that its workers can repeat.

        Without a copy, a quick run uses a short script with the same algorithm.
        """
        if self.script_path is None and self.quick:
            return plain_script
        if self.script_path is None:
            raise SystemExit("this benchmark runs the published script: add --script ZIP.py")
        sys.path.append(str(self.script_path.resolve().parent))
        return importlib.import_module(self.script_path.stem)


def write_made_data(folder: Path) -> None:
    """Write small data sets in the real formats, made from the documentation of Python.

    Two of them are written in Cyrillic letters, so that the pool has a second script.
    """
    records = stdlib_records()
    random.Random(0).shuffle(records)
    for place, name in enumerate(SETS):
        with gzip.open(
            folder / f"{name}.jsonl.gz", "wt", encoding="utf-8", compresslevel=1
        ) as file:
            for number, record in enumerate(records[place :: len(SETS)]):
                file.write(json.dumps(_shaped(name, number, record), ensure_ascii=False) + "\n")


def _shaped(name: str, number: int, record: dict[str, str]) -> dict[str, Any]:
    """Return a question and its answer in the format of a data set."""
    question, answer = record["question"], record["answer"]
    if name in ("smilechat_zh_6k_sharegpt", "oasst1_fi_8k_text"):
        question, answer = (text.translate(OTHER_SCRIPT) for text in (question, answer))
    if name.endswith("sharegpt"):
        parts = [question, *answer.split("\n\n", 3)]
        turns = [
            {"from": ("human", "gpt")[place % 2], "value": part} for place, part in enumerate(parts)
        ]
        return {"id": str(number), "conversations": turns, "source": name}
    if name.startswith("alpaca"):
        return {"instruction": question, "input": "", "output": answer}
    if name.startswith("gpteacher"):
        subset = SUBSETS[number % len(SUBSETS)]
        return {"instruction": question, "input": "", "response": answer, "subset": subset}
    if name == "oasst1_en_threads_messages":
        turns = (("user", question), ("assistant", answer))
        return {"messages": [{"role": role, "content": content} for role, content in turns]}
    if name == "oasst1_fi_8k_text":
        return {"id": str(number), "text": f"{question}\n{answer}"}
    language = {"lang": LANGUAGES[number % len(LANGUAGES)]} if name.startswith("mgsm") else {}
    return language | {"question": question, "answer": answer}

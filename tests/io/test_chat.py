"""Chats as real tokenizers of transformers write them; only the template counts, no model."""

from __future__ import annotations

import json

import datasets
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from entropylaw import ZipSelector
from entropylaw.errors import ConfigError, InputError, RecordError
from entropylaw.io.chat import chat_template, chat_turns
from entropylaw.io.load import as_corpus
from entropylaw.selection import SelectionResult

pytest.importorskip("jinja2")
transformers = pytest.importorskip("transformers")
tokenizers = pytest.importorskip("tokenizers")

CHATML = """\
{%- if tools %}<|tools|>{{ tools | tojson }}
{% endif %}
{%- for turn in messages %}<|{{ turn.role }}|>{{ turn.content }}
{%- if turn.tool_calls is defined %}{{ turn.tool_calls | tojson }}{% endif %}<|end|>
{% endfor %}"""
ALTERNATING = """\
{%- for turn in messages %}
{%- if (turn.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles must alternate') }}{% endif %}
{{- turn.content }}
{% endfor %}"""


def tokenizer(template: str | None = CHATML):
    words = tokenizers.Tokenizer(tokenizers.models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    made = transformers.PreTrainedTokenizerFast(tokenizer_object=words)
    made.chat_template = template
    return made


MESSAGES = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Hi {i}"},
    {"role": "assistant", "content": "Hello"},
]
TEXT = "<|system|>Be brief.<|end|>\n<|user|>Hi {i}<|end|>\n<|assistant|>Hello<|end|>\n"


class TestText:
    @pytest.mark.parametrize(
        "record",
        [
            {"messages": MESSAGES},
            {"system": "Be brief.", "messages": MESSAGES[1:]},
            {"system_prompt": "Be brief.", "conversations": MESSAGES[1:]},
            {"system": "left out: there is one", "messages": MESSAGES},
            {
                "conversations": [
                    {"from": "system", "value": "Be brief."},
                    {"from": "human", "value": "Hi {i}"},
                    {"from": "gpt", "value": "Hello"},
                ]
            },
            {
                "messages": None,
                "conversations": [{**turn, "tool_calls": None} for turn in MESSAGES],
            },
        ],
    )
    def test_however_the_turns_are_held(self, record: dict) -> None:
        assert chat_template(tokenizer())(record) == TEXT

    @pytest.mark.parametrize("tools", [[{"name": "weather"}], '[{"name": "weather"}]'])
    def test_tools_are_handed_on(self, tools: object) -> None:
        text = chat_template(tokenizer())({"messages": MESSAGES[1:2], "tools": tools})
        assert text == '<|tools|>[{"name": "weather"}]\n<|user|>Hi {i}<|end|>\n'

    @pytest.mark.parametrize("tools", [None, "", [], "[]"])
    def test_no_tools(self, tools: object) -> None:
        text = chat_template(tokenizer())({"messages": MESSAGES, "tools": tools})
        assert text == TEXT

    def test_calls_and_what_they_return(self) -> None:
        record = {
            "conversations": [
                {"from": "function_call", "value": "weather()"},
                {"from": "observation", "value": "rain"},
            ]
        }
        assert [turn["role"] for turn in chat_turns(record)] == ["assistant", "tool"]

    def test_it_is_what_the_tokenizer_says(self) -> None:
        made = tokenizer()
        expected = made.apply_chat_template(MESSAGES, tokenize=False)
        assert chat_template(made)({"messages": MESSAGES}) == expected


RECORDS = [
    {"messages": [{"role": "user", "content": f"{i}?", "tool_calls": None},
                  {"role": "assistant", "content": f"{i**7}", "tool_calls": [{"name": "f", "at": i}]}]}
    for i in range(30)
]  # fmt: skip


class TestContainers:
    @pytest.mark.parametrize(
        "build",
        [
            pd.DataFrame,
            lambda records: pa.Table.from_pylist(records).to_pandas(),
            pl.DataFrame,
            pa.Table.from_pylist,
            datasets.Dataset.from_list,
            lambda records: datasets.Dataset.from_list(records).to_iterable_dataset(),
        ],
        ids=["pandas", "pandas from Arrow", "polars", "Arrow", "dataset", "stream"],
    )
    def test_the_same_from_every_container(self, build) -> None:
        render = chat_template(tokenizer())
        corpus = as_corpus(build(RECORDS), render=render)
        assert corpus.fingerprint == as_corpus(RECORDS, render=render).fingerprint
        assert json.loads(corpus[3].decode().split("2187")[1].removesuffix("<|end|>\n")) == [
            {"name": "f", "at": 3}
        ]


class TestManifest:
    def test_the_name_tells_templates_apart(self) -> None:
        first, same, other = tokenizer(), tokenizer(), tokenizer(ALTERNATING)
        assert chat_template(first).name == chat_template(same).name != chat_template(other).name

    def test_a_result_from_a_file_needs_it_again(self, tmp_path) -> None:
        render = chat_template(tokenizer())
        result = ZipSelector(5, k1=30, k2=9, k3=5, render=render, n_jobs=1).select(RECORDS)
        assert result.manifest.options["render"]["name"] == render.name
        result.save(tmp_path / "r.zip")
        with pytest.raises(InputError, match=r"load\(path, render=...\)"):
            SelectionResult.load(tmp_path / "r.zip").take(RECORDS)
        again = SelectionResult.load(tmp_path / "r.zip", render=render)
        assert again.take(RECORDS) == result.take(RECORDS)


class TestBadInput:
    @pytest.mark.parametrize(
        ("record", "words"),
        [
            ("text", "expected a dict with a column 'messages'; saw str"),
            ({"text": "a"}, "no conversation under 'messages'.*Columns seen: text"),
            ({"messages": "Hi"}, "column 'messages' holds str; expected a list of turns"),
            ({"messages": ["Hi"]}, "turn 1 is str"),
            ({"conversations": [{"from": "narrator", "value": "a"}]}, "turn 1 is from 'narrator'"),
        ],
    )
    def test_records_are_named(self, record: object, words: str) -> None:
        with pytest.raises(RecordError, match=words):
            chat_template(tokenizer())(record)
        with pytest.raises(RecordError, match=f"record 1: .*{words}"):
            as_corpus([{"messages": MESSAGES}, record], render=chat_template(tokenizer()))

    def test_what_the_template_refuses(self) -> None:
        render = chat_template(tokenizer(ALTERNATING))
        records = [{"messages": MESSAGES[1:]}, {"messages": MESSAGES[2:]}]
        with pytest.raises(RecordError, match="record 1: .*roles must alternate"):
            as_corpus(records, render=render)

    @pytest.mark.parametrize("made", [tokenizer(None), object(), "gpt2"])
    def test_no_template(self, made: object) -> None:
        with pytest.raises(ConfigError, match="expected one with a chat template"):
            chat_template(made)

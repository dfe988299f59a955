"""Rules and renderer: the text of each shape, and the error for each wrong record."""

from __future__ import annotations

import doctest
import json
import pickle
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entropylaw.errors import ConfigError, RecordError, TextColumnError, UnknownShapeError
from entropylaw.io.render import ZIP_REFERENCE, Renderer, zip_reference
from entropylaw.io.shapes import RULES, recognise

DOCS = Path(__file__).parents[2] / "docs" / "reference" / "shapes.md"


def turns(*texts: str) -> list[dict[str, str]]:
    return [
        {"role": "user" if n % 2 == 0 else "assistant", "content": text}
        for n, text in enumerate(texts)
    ]


def rendered(record: object, render: str | None = None) -> str:
    return Renderer(render)(record, row=0).decode("utf-8")


class TestRecognition:
    @pytest.mark.parametrize(
        ("columns", "rule"),
        [
            ("prompt chosen rejected", "preference"),
            ("chosen rejected", "preference"),
            ("prompt prompt_id chosen rejected messages score_chosen", "preference"),
            ("system question chosen rejected", "preference"),
            ("id conversations source", "sharegpt"),
            ("conversation model", "sharegpt"),
            ("messages", "messages"),
            ("prompt prompt_id messages", "messages"),
            ("instruction input output", "alpaca"),
            ("instruction output", "alpaca"),
            ("instruction input response subset", "alpaca"),
            ("instruction input output text", "alpaca"),
            ("instruction context response category", "alpaca"),
            ("prompt completion", "prompt-completion"),
            ("prompt response", "prompt-completion"),
            ("prompt completion label", "prompt-completion"),
            ("id lang question answer", "question-answer"),
            ("id system_prompt question response", "question-answer"),
            ("text", "text"),
            ("id url title text", "text"),
            ("content", "text"),
            ("id content", "text"),
        ],
    )
    def test_columns_give_the_rule(self, columns: str, rule: str) -> None:
        found = recognise(dict.fromkeys(columns.split()))
        assert found is not None
        assert found.name == rule

    @pytest.mark.parametrize(
        "columns",
        ["", "title content", "role content", "prompt", "instruction", "prompt chosen", "id"],
    )
    def test_other_columns_are_not_guessed(self, columns: str) -> None:
        assert recognise(dict.fromkeys(columns.split())) is None

    def test_the_order_of_columns_does_not_matter(self) -> None:
        assert rendered({"output": "b", "instruction": "a"}) == "a\nb"

    def test_every_rule_is_named_as_its_key_and_can_be_asked_for(self) -> None:
        assert [rule.name for rule in RULES.values()] == list(RULES)
        assert [Renderer(name).name for name in RULES] == list(RULES)


class TestSimpleShapes:
    @pytest.mark.parametrize(
        ("record", "text"),
        [
            ({"instruction": "a", "input": "b", "output": "c"}, "a\nb\nc"),
            ({"instruction": "a", "input": "", "output": "c"}, "a\nc"),
            ({"instruction": "a", "input": None, "output": "c"}, "a\nc"),
            ({"instruction": "a", "output": ""}, "a"),
            ({"instruction": "", "output": ""}, ""),
            ({"instruction": "a", "context": "b", "response": "c", "category": "x"}, "a\nb\nc"),
            (
                {"instruction": "a", "output": "b", "system": "s", "history": [["x", "y"]]},
                "s\na\nb",
            ),
            ({"question": "a", "answer": "b", "id": 1}, "a\nb"),
            ({"context": "c", "question": "a", "answer": "b"}, "c\na\nb"),
            ({"prompt": "a", "completion": " b"}, "a\n b"),
            ({"prompt": turns("a"), "completion": turns("b", "c")}, "a\nb\nc"),
            ({"text": "a\n\nb"}, "a\n\nb"),
            ({"content": "a"}, "a"),
            ({"text": "ä€😀"}, "ä€😀"),
        ],
    )
    def test_text_is_the_parts_joined_by_newlines(self, record: object, text: str) -> None:
        assert rendered(record) == text

    @given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
    def test_any_question_and_answer(self, question: str, answer: str) -> None:
        expected = "\n".join(part for part in (question, answer) if part)
        assert rendered({"question": question, "answer": answer}) == expected


class TestChats:
    def test_sharegpt(self) -> None:
        conversation = [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]
        assert rendered({"id": 1, "conversations": conversation}) == "a\nb"
        assert rendered({"conversations": conversation, "system": "s"}) == "s\na\nb"

    def test_sharegpt_with_role_and_content_inside(self) -> None:
        assert rendered({"conversations": turns("a", "b")}) == "a\nb"

    def test_a_mix_of_both_as_a_table_holds_it(self) -> None:
        mixed = [
            {"from": "human", "value": "a", "role": None, "content": None},
            {"from": None, "value": None, "role": "assistant", "content": "b"},
        ]
        assert rendered({"conversations": mixed}) == "a\nb"

    def test_who_speaks_is_not_text(self) -> None:
        assert rendered({"messages": [{"role": "system", "content": "s"}, *turns("a")]}) == "s\na"

    def test_content_of_text_parts(self) -> None:
        content = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}, "c"]
        assert rendered({"messages": [{"role": "user", "content": content}]}) == "a\nb\nc"

    def test_tool_calls_are_json_after_the_content(self) -> None:
        call = {"type": "function", "function": {"name": "f", "arguments": '{"x": "é"}'}}
        record = {"messages": [{"role": "assistant", "content": None, "tool_calls": [call]}]}
        assert json.loads(rendered(record)) == [call]
        assert "é" in rendered(record)
        record["messages"][0]["content"] = "I look it up."
        first, second = rendered(record).split("\n")
        assert first == "I look it up."
        assert json.loads(second) == [call]

    def test_function_call_of_the_older_form(self) -> None:
        turn = {"role": "assistant", "content": None, "function_call": {"name": "f"}}
        assert rendered({"messages": [turn]}) == '{"name": "f"}'

    def test_arrays_as_data_frames_hold_them(self) -> None:
        assert rendered({"messages": np.array(turns("a", "b"), dtype=object)}) == "a\nb"

    def test_turns_that_are_strings(self) -> None:
        assert rendered({"conversations": ["a", "b"]}) == "a\nb"

    def test_no_turns_is_an_empty_record(self) -> None:
        assert rendered({"messages": []}) == ""

    @pytest.mark.parametrize(
        ("turn", "words"),
        [
            ({"role": "user", "content": None}, "no text under 'content' or 'value'"),
            ({"role": "user"}, "Keys seen: role"),
            ({"role": "user", "content": 7}, "its content is int"),
            ({"role": "user", "content": [7]}, "a part of its content is int"),
            (7, "it is int"),
            (None, "it is None"),
            (
                {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "u"}}]},
                "a part of type 'image_url'",
            ),
            ({"role": "user", "content": [{"type": "image", "text": "alt"}]}, "type 'image'"),
            ({"role": "user", "content": [{"type": "text", "text": None}]}, "without text"),
            ({"role": "user", "content": None, "tool_calls": [{1, 2}]}, "as JSON"),
        ],
    )
    def test_what_is_no_text_names_row_column_and_turn(self, turn: object, words: str) -> None:
        record = {"messages": [*turns("a"), turn]}
        with pytest.raises(RecordError) as caught:
            Renderer()(record, row=41)
        message = str(caught.value)
        assert message.startswith("record 41: column 'messages', turn 2: ")
        assert words in message
        assert "pass render=" in message
        assert caught.value.row == 41


class TestPreference:
    def test_strings(self) -> None:
        record = {"prompt": "p", "chosen": "c", "rejected": "r"}
        assert rendered(record) == "p\nc\nr"
        assert rendered(record, "preference-chosen") == "p\nc"

    def test_prompt_as_turns_and_answers_as_turns(self) -> None:
        record = {
            "prompt": turns("p"),
            "chosen": [{"role": "assistant", "content": "c"}],
            "rejected": [{"role": "assistant", "content": "r"}],
        }
        assert rendered(record) == "p\nc\nr"

    def test_prompt_inside_both_answers_is_written_once(self) -> None:
        record = {
            "prompt": "p",
            "prompt_id": "x",
            "chosen": turns("p", "c"),
            "rejected": turns("p", "r"),
            "messages": turns("p", "c"),
        }
        assert rendered(record) == "p\nc\nr"
        assert rendered(record, "preference-chosen") == "p\nc"

    def test_prompt_behind_a_system_turn(self) -> None:
        chosen, rejected = turns("p", "c"), turns("p", "r")
        system = {"role": "system", "content": "s"}
        record = {"prompt": "p", "chosen": [system, *chosen], "rejected": [system, *rejected]}
        assert rendered(record) == "s\np\nc\nr"

    def test_prompt_only_inside_the_answers(self) -> None:
        record = {"chosen": turns("p", "a", "q", "c"), "rejected": turns("p", "a", "q", "r")}
        assert rendered(record) == "p\na\nq\nc\nr"
        assert rendered(record, "preference-chosen") == "p\na\nq\nc"

    def test_strings_that_begin_with_the_prompt(self) -> None:
        record = {"prompt": "p: ", "chosen": "p: c", "rejected": "p: r"}
        assert rendered(record) == "p: c\nr"
        assert rendered(record, "preference-chosen") == "p: c"

    def test_strings_without_a_prompt_share_whole_lines(self) -> None:
        record = {"chosen": "Human: hi\n\nAI: hello", "rejected": "Human: hi\n\nAI: hell"}
        assert rendered(record) == "Human: hi\n\nAI: hello\nAI: hell"
        assert rendered(record, "preference-chosen") == record["chosen"]

    def test_answers_that_only_look_alike_stay_whole_where_the_prompt_is_known(self) -> None:
        record = {"prompt": "p", "chosen": "Sure!\nc", "rejected": "Sure!\nr"}
        assert rendered(record) == "p\nSure!\nc\nSure!\nr"

    def test_single_turns_and_system_and_input(self) -> None:
        record = {
            "system": "s",
            "instruction": "p",
            "input": "i",
            "chosen": {"from": "gpt", "value": "c"},
            "rejected": {"from": "gpt", "value": "r"},
        }
        assert rendered(record) == "s\np\ni\nc\nr"

    def test_without_rejected_only_when_asked(self) -> None:
        record = {"prompt": "p", "chosen": "c"}
        assert rendered(record, "preference-chosen") == "p\nc"
        with pytest.raises(UnknownShapeError):
            rendered(record)

    @given(
        st.lists(st.sampled_from("abc"), min_size=1, max_size=3),
        st.sampled_from("xyz"),
        st.sampled_from("uvw"),
        st.booleans(),
    )
    def test_where_the_prompt_stands_makes_no_difference(
        self, prompt: list[str], chosen: str, rejected: str, in_column: bool
    ) -> None:
        inside = {
            "chosen": turns(*prompt, chosen),
            "rejected": turns(*prompt, rejected),
            **({"prompt": turns(*prompt)} if in_column else {}),
        }
        apart = {"prompt": turns(*prompt), "chosen": turns(chosen), "rejected": turns(rejected)}
        assert rendered(inside) == rendered(apart) == "\n".join([*prompt, chosen, rejected])


class TestRenderer:
    def test_strings_and_bytes_are_their_own_text(self) -> None:
        renderer = Renderer()
        assert renderer("é", 0) == "é".encode()
        assert renderer(b"\xff\x00", 1) == b"\xff\x00"
        assert renderer(bytearray(b"a"), 2) == b"a"
        assert renderer("", 3) == b""

    def test_shapes_are_counted_and_failures_are_not(self) -> None:
        renderer = Renderer()
        for record in ("a", {"text": "b"}, {"text": "c"}, {"question": "d", "answer": "e"}):
            renderer(record, 0)
        with pytest.raises(RecordError):
            renderer({"text": None}, 4)
        assert renderer.shapes == {"question-answer": 1, "string": 1, "text": 2}
        assert renderer.name == "auto"

    def test_text_column(self) -> None:
        renderer = Renderer(text="body")
        assert renderer({"body": "a", "text": "b"}, 0) == b"a"
        assert renderer({"body": b"\xff"}, 1) == b"\xff"
        assert renderer.name == "text=body"
        assert renderer.shapes == {"text=body": 2}

    def test_missing_text_column_says_what_there_is(self) -> None:
        with pytest.raises(
            TextColumnError, match=r"no column 'txt' in record 3.*id, text"
        ) as caught:
            Renderer(text="txt")({"id": 1, "text": "a"}, 3)
        assert 'text="text"' in str(caught.value)

    @pytest.mark.parametrize("value", [None, 7, 1.5, ["a"], {"a": 1}])
    def test_wrong_value_names_row_column_and_type(self, value: object) -> None:
        kind = "None" if value is None else type(value).__name__
        for renderer, record, column in (
            (Renderer(text="body"), {"body": value}, "body"),
            (Renderer(), {"instruction": "a", "output": value}, "output"),
            (Renderer(), {"instruction": "a", "input": value or 7, "output": "b"}, "input"),
        ):
            with pytest.raises(RecordError) as caught:
                renderer(record, 12)
            seen = "int" if column == "input" and value is None else kind
            assert f"record 12: column '{column}' holds {seen}" in str(caught.value)

    @pytest.mark.parametrize("value", [None, 7, {1, 2}])
    def test_wrong_chat_names_row_column_and_type(self, value: object) -> None:
        with pytest.raises(RecordError, match=r"record 2: column 'messages' holds .*list of turns"):
            Renderer()({"messages": value}, 2)

    def test_unknown_shape_lists_columns_and_rules(self) -> None:
        with pytest.raises(UnknownShapeError) as caught:
            Renderer()({"title": "a", "body": "b"}, 5)
        message = str(caught.value)
        assert message.startswith("record 5:")
        for word in ("title, body", 'text="COLUMN"', *RULES):
            assert word in message

    def test_named_rule_without_its_column(self) -> None:
        with pytest.raises(
            RecordError, match=r"record 1: .*'output' or 'response'.*seen: instruction"
        ):
            Renderer("alpaca")({"instruction": "a"}, 1)

    def test_named_rule_overrules_recognition(self) -> None:
        record = {"instruction": "a", "output": "b", "text": "whole"}
        assert rendered(record, "text") == "whole"
        assert rendered({"title": "t", "content": "c"}, "text") == "c"

    @pytest.mark.parametrize("record", [None, 7, ["a"], 1.5])
    def test_what_is_no_record(self, record: object) -> None:
        with pytest.raises(
            RecordError, match=r"record 8: it is .*expected a string, bytes or a dict"
        ):
            Renderer()(record, 8)

    def test_any_mapping_is_a_record(self) -> None:
        record = MappingProxyType({"text": "a"})
        assert rendered(record) == "a"
        assert zip_reference(record) == "{'text': 'a'}"

    @pytest.mark.parametrize(
        ("record", "render"),
        [("a\ud800b", None), ({"text": "a\ud800b"}, None), ("x", lambda _: "a\ud800b")],
    )
    def test_lone_surrogates(self, record: object, render: object) -> None:
        with pytest.raises(RecordError, match=r"record 6: .*U\+D800 at character 1") as caught:
            Renderer(render)(record, 6)
        assert '.encode("utf-16", "surrogatepass")' in str(caught.value)
        repaired = "a\ud800b".encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        assert Renderer()(repaired, 6) == "a\ufffdb".encode()

    def test_pickles(self) -> None:
        renderer = pickle.loads(pickle.dumps(Renderer("alpaca")))
        assert renderer({"instruction": "a", "output": "b"}, 0) == b"a\nb"


class TestZipReference:
    def test_is_python_repr(self) -> None:
        records = [{"instruction": "it's", "output": 'a\n"b"', "n": 1}, {"x": None}]
        texts = [rendered(record, ZIP_REFERENCE) for record in records]
        assert "[" + ", ".join(texts) + "]" == str(records)

    def test_surrogates_are_escaped_by_repr(self) -> None:
        assert rendered({"a": "\ud800"}, ZIP_REFERENCE) == "{'a': '\\ud800'}"


class TestRenderFunction:
    def test_string_or_bytes(self) -> None:
        assert Renderer(lambda record: record["a"] * 2)({"a": "xy"}, 0) == b"xyxy"
        assert Renderer(lambda record: b"\xff" + record)(b"a", 0) == b"\xffa"

    def test_sees_every_kind_of_record(self) -> None:
        renderer = Renderer(str)
        assert [renderer(record, 0) for record in (1, "a", None)] == [b"1", b"a", b"None"]
        assert renderer.shapes == {"function": 3}
        assert renderer.name == "function str"

    def test_its_exception_is_kept_as_cause(self) -> None:
        with pytest.raises(
            RecordError, match=r"record 9: the render function .*KeyError: 'b'"
        ) as caught:
            Renderer(lambda record: record["b"])({"a": 1}, 9)
        assert isinstance(caught.value.__cause__, KeyError)

    def test_its_result_must_be_text(self) -> None:
        with pytest.raises(RecordError, match=r"record 0: .*returned int"):
            Renderer(len)("abc", 0)


class TestOptions:
    def test_unknown_rule_lists_the_rules(self) -> None:
        with pytest.raises(ConfigError) as caught:
            Renderer("sharegtp")
        for word in (*RULES, ZIP_REFERENCE, "Try render='sharegpt'"):
            assert word in str(caught.value)

    def test_column_given_as_rule(self) -> None:
        with pytest.raises(ConfigError, match="text='body'"):
            Renderer("body")

    def test_wrong_type(self) -> None:
        with pytest.raises(ConfigError, match="saw int"):
            Renderer(7)

    def test_rule_and_column_together(self) -> None:
        with pytest.raises(ConfigError, match="expected only one of render and text"):
            Renderer("alpaca", text="body")
        assert Renderer("text", text="body")({"body": "a"}, 0) == b"a"


class TestReferencePage:
    def test_examples_run(self) -> None:
        failed, tried = doctest.testfile(str(DOCS), module_relative=False)
        assert tried >= len(RULES)
        assert failed == 0

    def test_table_has_every_rule_and_column_in_order(self) -> None:
        rows = [
            line.split("|")
            for line in DOCS.read_text("utf-8").splitlines()
            if line.startswith("| `")
        ]
        assert [row[1].strip(" `") for row in rows] == [*RULES, ZIP_REFERENCE]
        for row, rule in zip(rows, RULES.values(), strict=False):
            for part in rule.parts:
                for column in part.columns:
                    assert f"`{column}`" in row[2], (rule.name, column)

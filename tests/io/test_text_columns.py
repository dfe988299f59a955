"""``text=``: one column, several, a template or a function; and what a manifest keeps of it."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entropylaw.errors import ConfigError, RecordError, TextColumnError
from entropylaw.io.load import as_corpus
from entropylaw.io.render import Renderer
from entropylaw.io.text_columns import named_columns

RECORD = {"title": "On", "body": "Words.", "meta.source": "web", "n": 3, "none": None}


def text(spec: object, record: dict = RECORD) -> str:
    return Renderer(text=spec)(record, 0).decode()


class TestText:
    @pytest.mark.parametrize(
        ("spec", "expected"),
        [
            ("body", "Words."),
            (["title", "body"], "On\nWords."),
            (("body", "title"), "Words.\nOn"),
            (["body"], "Words."),
            ("{title}", "On"),
            ("{title}: {body} ({title})", "On: Words. (On)"),
            ("{{{title}}}", "{On}"),
            ("{meta.source}", "web"),
            ("Q\n{body}\n", "Q\nWords.\n"),
            (lambda record: record["title"] * 2, "OnOn"),
        ],
    )
    def test_what_it_means(self, spec: object, expected: str) -> None:
        assert text(spec) == expected

    def test_empty_columns_are_left_out_of_several_but_not_of_a_template(self) -> None:
        record = {"title": "", "body": "b"}
        assert text(["title", "body"], record) == "b"
        assert text("{title}|{body}", record) == "|b"

    def test_strings_are_their_own_text(self) -> None:
        assert list(as_corpus(["a", {"b": "c"}], text="{b}!")) == [b"a", b"c!"]

    @given(
        st.dictionaries(
            st.text(st.characters(codec="utf-8", exclude_characters="{}![]:."), min_size=1),
            st.text(st.characters(codec="utf-8")),
            min_size=1,
        )
    )
    @settings(max_examples=50, deadline=None)
    def test_a_template_is_what_format_makes_of_it(self, record: dict[str, str]) -> None:
        template = " - ".join(f"{{{name}}}" for name in record) + " {{end}}"
        if any(name.isdigit() for name in record):
            return  # str.format takes these for places
        assert text(template, record) == template.format(**record)


class TestWrongRecords:
    @pytest.mark.parametrize("spec", ["{n}", ["title", "n"], "n", ["none", "body"], "{none}"])
    def test_what_is_no_string(self, spec: object) -> None:
        with pytest.raises(RecordError, match=r"record 0: column '(n|none)' holds (int|None)"):
            text(spec)

    @pytest.mark.parametrize(
        ("spec", "words"),
        [
            ("txt", r"no column 'txt' in record 7.*title, body"),
            (
                "{title} {txt}",
                r"'\{title\} \{txt\}' names column 'txt', which does not exist in record 7",
            ),
            (["title", "txt"], r"names column 'txt'.*Columns seen: title, body"),
        ],
    )
    def test_a_missing_column(self, spec: object, words: str) -> None:
        with pytest.raises(TextColumnError, match=words):
            Renderer(text=spec)(RECORD, 7)


class TestWrongOptions:
    @pytest.mark.parametrize(
        ("spec", "words"),
        [
            ("{title", "cannot be read"),
            ("{}", "column names between braces"),
            ("{title!r}", "column names between braces"),
            ("{title:>9}", "column names between braces"),
            ("{{title}}", "that names a column|at least one; saw"),
            ([], "that names a column|at least one; saw"),
            (["a", "a"], "distinct columns.*saw .'a', 'a'"),
            ([1], "saw list"),
            (7, "saw int"),
            ({"a"}, "saw set"),
        ],
    )
    def test_are_refused_at_once(self, spec: object, words: str) -> None:
        with pytest.raises(ConfigError, match=words):
            Renderer(text=spec)

    @pytest.mark.parametrize("spec", ["body", ["a", "b"], "{a}", str])
    def test_text_and_render_together_are_refused(self, spec: object) -> None:
        with pytest.raises(ConfigError, match="expected only one of render and text"):
            Renderer("alpaca", spec)


class TestName:
    @pytest.mark.parametrize(
        "spec", ["body", ["a", "b"], "{a}\n{b}", ["with {braces}"], ["é", 'a "b"']]
    )
    def test_the_name_suffices_to_repeat_it(self, spec: object) -> None:
        renderer = Renderer(text=spec)
        written = renderer.name.removeprefix("text=")
        again = json.loads(written) if written.startswith("[") else written
        assert Renderer(text=again).name == renderer.name
        assert Renderer(text=again).text == renderer.text

    def test_what_a_manifest_keeps_can_be_asked_for_again(self) -> None:
        for spec in ("body", ("a", "b"), "{a}", ("with {braces}",)):
            kept = json.loads(json.dumps(Renderer(text=spec).text))
            assert named_columns(kept) == named_columns(spec)

    def test_a_function_is_named_but_not_kept(self) -> None:
        renderer = Renderer(text=json.dumps)
        assert renderer.name == "function dumps"
        assert renderer.text is None

    def test_a_function_that_has_a_name_of_its_own(self) -> None:
        class Render:
            name = "mine:3"

            def __call__(self, record: object) -> str:
                return "x"

        assert Renderer(Render()).name == "function mine:3"

    def test_shapes_count_by_the_name(self) -> None:
        corpus = as_corpus([RECORD, RECORD], text="{title}")
        assert corpus.shapes == {"text={title}": 2}
        assert re.fullmatch(r"text=\{title\}", next(iter(corpus.shapes)))

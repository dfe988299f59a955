"""The named rules that determine which columns of a record are its text."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from entropylaw.errors import RecordError
from entropylaw.io.chat import FIX, chat_texts, kind

Record: TypeAlias = Mapping[Any, Any]
PartKind: TypeAlias = Literal["string", "chat"]
"""Values a column may have: a string; or a string, a turn, or a list of turns."""


@dataclass(frozen=True)
class Part:
    """One piece of a record's text: the first of `columns` that the record has.

    Parameters
    ----------
    columns
        Possible names of the column, best first.
    kind
        Values the column may have: only a string, or a string or chat turns.
    optional
        Whether the part may be missing, or None.
    """

    columns: tuple[str, ...]
    kind: PartKind = "string"
    optional: bool = False

    def column(self, keys: Set[Any] | Record) -> str | None:
        """Return the column that holds this part, or None."""
        for name in self.columns:
            if name in keys:
                return name
        return None


@dataclass(frozen=True)
class Rule:
    """How records of one shape become text.

    Parameters
    ----------
    name
        The name for ``render=``.
    gloss
        Description of the shape, in one line.
    parts
        The pieces of the text, in the order in which they are written.
    answers
        Number of parts at the end that may begin by repeating the parts before them.
    guessed
        Whether a record is recognised as this shape when no rule is named.

    Examples
    --------
    >>> RULES["question-answer"].texts({"id": 7, "question": "2+2?", "answer": "4"}, row=0)
    ['2+2?', '4']
    """

    name: str
    gloss: str
    parts: tuple[Part, ...]
    answers: int = 0
    guessed: bool = True

    def fits(self, keys: Set[Any] | Record) -> bool:
        """Return whether every required part is among these columns."""
        return all(part.optional or part.column(keys) is not None for part in self.parts)

    def columns(self, seen: Record) -> tuple[Any, ...]:
        """Return those of the columns seen that the text is made of.

        Raises
        ------
        RecordError
            If a required column is missing.
        """
        found = (_column(part, seen, None, rule=self.name) for part in self.parts)
        return tuple(column for column in found if column is not None)

    def texts(self, record: Record, row: int) -> list[str]:
        """Return the pieces of text of one record, empty ones left out.

        Raises
        ------
        RecordError
            If a required column is missing, or a column has something that is not text in it.
        """
        pieces = [_part_texts(part, record, row, rule=self.name) for part in self.parts]
        if self.answers:
            prompt = [text for texts in pieces[: -self.answers] for text in texts if text]
            pieces = [_written_once(prompt, pieces[-self.answers :])]
        return [text for text in chain.from_iterable(pieces) if text]


_SYSTEM = Part(("system", "system_prompt"), optional=True)
_INPUT = Part(("input", "context"), optional=True)
_PROMPT = Part(("prompt", "question", "instruction", "conversations"), kind="chat", optional=True)
_CHOSEN = Part(("chosen",), kind="chat")
_REJECTED = Part(("rejected",), kind="chat")

_ALL = (
    Rule(
        "preference",
        "a prompt with a better and a worse answer, all compressed: preference training reads all",
        (_SYSTEM, _PROMPT, _INPUT, _CHOSEN, _REJECTED),
        answers=2,
    ),
    Rule(
        "preference-chosen",
        "the prompt and the better answer of a preference pair",
        (_SYSTEM, _PROMPT, _INPUT, _CHOSEN),
        answers=1,
        guessed=False,
    ),
    Rule(
        "sharegpt",
        "a conversation of turns with from and value",
        (_SYSTEM, Part(("conversations", "conversation"), kind="chat")),
    ),
    Rule(
        "messages",
        "a conversation of turns with role and content",
        (Part(("messages",), kind="chat"),),
    ),
    Rule(
        "alpaca",
        "an instruction, perhaps an input to it, and the output",
        (_SYSTEM, Part(("instruction",)), _INPUT, Part(("output", "response"))),
    ),
    Rule(
        "prompt-completion",
        "a prompt and what follows it",
        (_SYSTEM, Part(("prompt",), kind="chat"), Part(("completion", "response"), kind="chat")),
    ),
    Rule(
        "question-answer",
        "a question, perhaps with a context, and its answer",
        (
            _SYSTEM,
            Part(("context",), optional=True),
            Part(("question",)),
            Part(("answer", "response")),
        ),
    ),
    Rule("text", "plain text in one column", (Part(("text", "content")),)),
)

RULES: Mapping[str, Rule] = MappingProxyType({rule.name: rule for rule in _ALL})
"""The rules by name, in the order in which they are tried."""


def recognise(keys: Set[Any] | Record) -> Rule | None:
    """Return the first rule that fits a record with these columns, or None.

    The order is that of `RULES`, the most specific shape first: a preference pair that also has
    ``messages`` is a preference pair. A ``content`` column is taken for plain text only if the
    one other column is an ``id``: in wider records it is as often one field of many.

    Examples
    --------
    >>> recognise({"prompt": "", "chosen": "", "rejected": "", "messages": []}).name
    'preference'
    >>> recognise({"title": "", "content": ""}) is None
    True
    """
    for rule in RULES.values():
        if rule.guessed and rule.fits(keys):
            lone = "text" in keys or set(keys) <= {"id", "content"}
            return rule if rule.name != "text" or lone else None
    return None


def _part_texts(part: Part, record: Record, row: int, *, rule: str) -> list[str]:
    """Return the texts of one part of one record."""
    column = _column(part, record, row, rule=rule)
    if column is None:
        return []
    value = record[column]
    if isinstance(value, str):
        return [value]
    if value is None and part.optional:
        return []
    if part.kind == "chat":
        return chat_texts(value, column, row)
    raise RecordError(f"column {column!r} holds {kind(value)}; expected a string. {FIX}", row=row)


def _column(part: Part, record: Record, row: int | None, *, rule: str) -> str | None:
    """Return the column that holds a part, or None if an optional part is missing."""
    column = part.column(record)
    if column is None and not part.optional:
        wanted = " or ".join(map(repr, part.columns))
        seen = ", ".join(map(str, record)) or "none"
        raise RecordError(
            f"render={rule!r} needs a column {wanted}. Columns seen: {seen}. "
            "Try leaving render out, so that each record is recognised by its columns",
            row=row,
        )
    return column


def _written_once(prompt: list[str], answers: list[list[str]]) -> list[str]:
    """Return prompt and answers, with their common beginning written once.

    The prompt may be in its own column, inside the answers, or in both. Answers share complete
    turns; two plain strings without a prompt share complete lines.
    """
    whole = "\n".join(prompt)
    chosen, *others = answers
    rest: list[str] = []
    for other in others:
        if prompt and len(other) == 1:
            rest.append(other[0].removeprefix(whole))
        elif len(chosen) == len(other) == 1:
            lines = other[0].split("\n")
            rest.append("\n".join(lines[_shared(chosen[0].split("\n"), lines) :]))
        else:
            rest.extend(other[_shared(chosen, other) :])
    if len(chosen) == 1 and chosen[0].startswith(whole):
        prompt = []
    return [text for text in prompt if text not in chosen] + chosen + rest


def _shared(first: list[str], second: list[str]) -> int:
    """Return the number of items that two lists share at their start."""
    shared = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        shared += 1
    return shared

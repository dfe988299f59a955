"""The named rules that say which columns of a record are its text."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from entropylaw.errors import RecordError
from entropylaw.io.turns import MEND, chat_texts, kind

Record: TypeAlias = Mapping[Any, Any]
PartKind: TypeAlias = Literal["string", "chat"]
"""What a column may hold: a string; or a string, a turn, or a list of turns."""


@dataclass(frozen=True)
class Part:
    """One piece of a record's text: the first of `columns` that the record has.

    Parameters
    ----------
    columns
        Names under which the part is known, best first.
    kind
        What the column may hold: only a string, or a string or chat turns.
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
        What to type after ``render=``.
    gloss
        One line on what the shape is.
    parts
        The pieces of the text, in the order in which they are written.
    answers
        How many of the last parts may begin by repeating what stands before them.
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
        """Tell whether every part that is needed is among these columns."""
        return all(part.optional or part.column(keys) is not None for part in self.parts)

    def columns(self, seen: Record) -> tuple[Any, ...]:
        """Return the columns among those seen that the text is made of.

        Raises
        ------
        RecordError
            If a needed column is missing.
        """
        found = (_column(part, seen, None, rule=self.name) for part in self.parts)
        return tuple(column for column in found if column is not None)

    def texts(self, record: Record, row: int) -> list[str]:
        """Return the pieces of text of one record, empty ones left out.

        Raises
        ------
        RecordError
            If a needed column is missing, or a column holds something that is not text.
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
"""The rules by name, in the order in which they are tried on a record."""


def recognise(keys: Set[Any] | Record) -> Rule | None:
    """Return the first rule that knows a record with these columns, or None.

    The order is that of `RULES`, the most particular shape first: a preference pair that also
    carries ``messages`` is a preference pair. A ``content`` column is taken for plain text only
    when nothing but an ``id`` stands beside it: in wider records it is as often one field of many.

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
    raise RecordError(f"column {column!r} holds {kind(value)}; expected a string. {MEND}", row=row)


def _column(part: Part, record: Record, row: int | None, *, rule: str) -> str | None:
    """Return the column that holds a part, or None where the part may be missing."""
    column = part.column(record)
    if column is None and not part.optional:
        wanted = " or ".join(map(repr, part.columns))
        seen = ", ".join(map(str, record)) or "none"
        raise RecordError(
            f"render={rule!r} needs a column {wanted}. Columns seen: {seen}. "
            "Leave render out to have each record recognised by its columns",
            row=row,
        )
    return column


def _written_once(prompt: list[str], answers: list[list[str]]) -> list[str]:
    """Return prompt and answers with what they share at the start written once.

    The prompt may stand in its own column, inside the answers, or in both places. Answers share
    whole turns; two plain strings without a prompt share whole lines.
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
    """Return how many items two lists share at their start."""
    shared = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        shared += 1
    return shared

"""The text of one value: a string, a chat turn, or a list of turns."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from entropylaw.errors import RecordError

MEND = "Mend the record, leave it out, or pass render=a function from a record to a string"
"""How the message about an unusable value ends."""

_TEXT_PARTS = {"text", "input_text", "output_text"}


def chat_texts(value: object, column: str, row: int) -> list[str]:
    """Return the texts of a string, of one turn, or of a list of turns.

    A turn is a string, or a dict with its text under ``content`` or ``value``. A content may be
    a list of text parts. Tool calls follow the text of their turn as JSON. Who speaks is not
    part of the text.

    Parameters
    ----------
    value
        What the record holds.
    column, row
        Where it stands, for messages.

    Raises
    ------
    RecordError
        If something in the value is not text, such as an image.

    Examples
    --------
    >>> chat_texts([{"role": "user", "content": "Hi"}, {"from": "gpt", "value": "Hello"}], "c", 0)
    ['Hi', 'Hello']
    """
    if isinstance(value, str):
        return [value]
    turns = [value] if isinstance(value, Mapping) else as_list(value)
    if not isinstance(turns, list | tuple):
        raise RecordError(
            f"column {column!r} holds {kind(value)}; expected a string or a list of turns such as "
            f'{{"role": "user", "content": "..."}}. {MEND}',
            row=row,
        )
    texts: list[str] = []
    for number, turn in enumerate(turns, start=1):
        try:
            texts.extend(_turn_texts(turn))
        except _NotTextError as problem:
            raise RecordError(f"column {column!r}, turn {number}: {problem}", row=row) from None
    return texts


def kind(value: object) -> str:
    """Return the name of a value's type, as messages give it."""
    return "None" if value is None else type(value).__name__


def as_list(value: Any) -> Any:
    """Return a list for the array or series that data frames hold in a list column."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    return value.to_list() if hasattr(value, "to_list") else value


def without_arrays(value: Any) -> Any:
    """Return a value with a list for every array in it, however deep."""
    value = as_list(value)
    if isinstance(value, list):
        return [without_arrays(item) for item in value]
    if isinstance(value, dict):
        return {key: without_arrays(item) for key, item in value.items()}
    return value


class _NotTextError(Exception):
    """Something in a turn is no text; the caller knows the row and the column."""


def _turn_texts(turn: object) -> Iterator[str]:
    """Yield the content of one turn, then its tool calls."""
    if isinstance(turn, str):
        yield turn
        return
    if not isinstance(turn, Mapping):
        raise _NotTextError(f"it is {kind(turn)}; expected a dict with role and content. {MEND}")
    content, calls = turn.get("content"), turn.get("tool_calls")
    if content is None:
        content = turn.get("value")
    if calls is None:
        calls = turn.get("function_call")
    calls = as_list(calls)
    if isinstance(content, str):
        yield content
    elif content is not None:
        yield from _content_texts(content)
    elif not calls:
        seen = ", ".join(map(str, turn)) or "none"
        raise _NotTextError(
            f"no text under 'content' or 'value', and no tool call. Keys seen: {seen}. {MEND}"
        )
    if calls:
        yield calls if isinstance(calls, str) else _as_json(calls)


def _content_texts(content: object) -> Iterator[str]:
    """Yield the texts of a content that is a list of parts."""
    parts = as_list(content)
    if not isinstance(parts, list | tuple):
        raise _NotTextError(f"its content is {kind(content)}; expected a string. {MEND}")
    for part in parts:
        if isinstance(part, str):
            yield part
            continue
        if not isinstance(part, Mapping):
            raise _NotTextError(f"a part of its content is {kind(part)}; expected a dict. {MEND}")
        what = part.get("type", "text")
        text = part.get("text")
        if what not in _TEXT_PARTS or not isinstance(text, str):
            raise _NotTextError(
                f"its content has a part of type {what!r} without text; only text is compressed. "
                "Leave the record out, or pass render=a function from a record to the string or "
                "bytes to compress"
            )
        yield text


def _as_json(calls: object) -> str:
    """Return tool calls as the JSON that a model is trained on."""
    try:
        return json.dumps(calls, ensure_ascii=False, default=as_list)
    except (TypeError, ValueError, RecursionError) as problem:
        raise _NotTextError(
            f"its tool calls cannot be written as JSON: {problem}. {MEND}"
        ) from None

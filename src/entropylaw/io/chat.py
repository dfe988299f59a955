"""Chats as text: the turns of a conversation, or a tokenizer's chat template."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import numpy as np

from entropylaw.errors import ConfigError, RecordError

FIX = "Try fixing the record, leave it out, or pass render=a function from a record to a string"
"""How the message about an unusable value ends."""

_TEXT_PARTS = {"text", "input_text", "output_text"}
_CHATS = ("messages", "conversations", "conversation")
_SYSTEMS = ("system", "system_prompt")
_ROLES = {
    "human": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bot": "assistant",
    "model": "assistant",
    "function_call": "assistant",
    "observation": "tool",
    "function_response": "tool",
} | {role: role for role in ("user", "assistant", "system", "tool", "developer")}


class ChatTokenizer(Protocol):
    """The method of a `transformers` tokenizer that `chat_template` needs."""

    def apply_chat_template(self, conversation: Any, **options: Any) -> Any:
        """Return a conversation as text."""


class ChatTemplate:
    """A render function: the conversation of a record, as the tokenizer formats it.

    Attributes
    ----------
    name : str
        The tokenizer and a digest of its template, as a manifest records them.
    """

    def __init__(self, tokenizer: ChatTokenizer) -> None:
        template = getattr(tokenizer, "chat_template", None)
        if not callable(getattr(tokenizer, "apply_chat_template", None)) or not template:
            raise ConfigError(
                f"tokenizer: expected one with a chat template; saw {kind(tokenizer)} without. "
                "Try the tokenizer of a chat model, or set tokenizer.chat_template."
            )
        digest = hashlib.blake2b(json.dumps(template).encode(), digest_size=8).hexdigest()
        which = getattr(tokenizer, "name_or_path", "") or kind(tokenizer)
        self.name = f"chat_template({which}, blake2b-64:{digest})"
        self._tokenizer = tokenizer

    def __call__(self, record: object) -> str:
        """Return the text of one record.

        Raises
        ------
        RecordError
            If the record has no conversation.
        """
        if not isinstance(record, Mapping):
            raise RecordError(f"expected a dict with a column 'messages'; saw {kind(record)}")
        text = self._tokenizer.apply_chat_template(
            chat_turns(record), tools=_tools(record), tokenize=False
        )
        return str(text)


def chat_template(tokenizer: ChatTokenizer) -> ChatTemplate:
    r"""Return a render function that formats chats with a tokenizer's chat template.

    The text that is compressed is then the text a model is trained on, including the markers of
    roles and turns.

    Parameters
    ----------
    tokenizer : transformers.PreTrainedTokenizerBase
        A tokenizer with a chat template. Nothing is downloaded here.

    Returns
    -------
    ChatTemplate
        For ``render=``. A record has its turns under ``messages`` or ``conversations``, as
        ``role`` and ``content`` or as ``from`` and ``value``; a ``system`` column becomes the
        first turn unless there is one; ``tools`` (a list, or JSON) are passed to the template.
        Keys whose value is None are left out, since tables put None where a record has no value.

    Raises
    ------
    ConfigError
        If the tokenizer has no chat template.

    Examples
    --------
    >>> class Tokenizer:
    ...     chat_template = "a template of a real tokenizer"
    ...     def apply_chat_template(self, conversation, tools, tokenize):
    ...         return "\n".join(f"<{turn['role']}> {turn['content']}" for turn in conversation)
    >>> render = chat_template(Tokenizer())
    >>> print(render({"conversations": [{"from": "human", "value": "Hi"}]}))
    <user> Hi
    """
    return ChatTemplate(tokenizer)


def chat_turns(record: Mapping[Any, Any]) -> list[dict[str, Any]]:
    """Return the conversation of a record as dicts with role and content.

    Examples
    --------
    >>> chat_turns({"system": "Be brief.", "conversations": [{"from": "gpt", "value": "Hi"}]})
    [{'role': 'system', 'content': 'Be brief.'}, {'role': 'assistant', 'content': 'Hi'}]
    """
    column = next((name for name in _CHATS if record.get(name) is not None), None)
    if column is None:
        raise RecordError(
            f"no conversation under {', '.join(map(repr, _CHATS))}. "
            f"Columns seen: {', '.join(map(str, record)) or 'none'}"
        )
    found = without_arrays(record[column])
    if not isinstance(found, list | tuple):
        raise RecordError(f"column {column!r} holds {kind(found)}; expected a list of turns")
    turns = [_turn(turn, number) for number, turn in enumerate(found, start=1)]
    system = next((record[name] for name in _SYSTEMS if record.get(name)), None)
    if system is not None and (not turns or turns[0]["role"] != "system"):
        turns.insert(0, {"role": "system", "content": system})
    return turns


def chat_texts(value: object, column: str, row: int) -> list[str]:
    """Return the texts of a string, of one turn, or of a list of turns.

    A turn is a string, or a dict with its text under ``content`` or ``value``. A content may be
    a list of text parts. Tool calls follow the text of their turn as JSON. The role of a turn is
    not part of the text.

    Parameters
    ----------
    value
        A cell of the record.
    column, row
        Where it is, for messages.

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
            f'{{"role": "user", "content": "..."}}. {FIX}',
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
    """Return the name of a value's type, as messages show it."""
    return "None" if value is None else type(value).__name__


def as_list(value: Any) -> Any:
    """Return a list for the array or series that data frames have in a list column."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    return value.to_list() if hasattr(value, "to_list") else value


def without_arrays(value: Any) -> Any:
    """Return a value with a list for every array in it, at any depth."""
    value = as_list(value)
    if isinstance(value, list):
        return [without_arrays(item) for item in value]
    if isinstance(value, dict):
        return {key: without_arrays(item) for key, item in value.items()}
    return value


class _NotTextError(Exception):
    """Something in a turn is not text; the caller adds the row and the column."""


def _turn(turn: object, number: int) -> dict[str, Any]:
    """Return a turn with role and content, whichever keys it has for them."""
    if not isinstance(turn, Mapping):
        raise RecordError(f"turn {number} is {kind(turn)}; expected a dict with role and content")
    given: dict[str, Any] = _without_none(turn)
    speaker = given.pop("from", None)
    if "role" not in given:
        if str(speaker).lower() not in _ROLES:
            raise RecordError(
                f"turn {number} is from {speaker!r}, whose role is unknown. Roles: "
                f"{', '.join(_ROLES)}. Try turns with role and content"
            )
        given = {"role": _ROLES[str(speaker).lower()], **given}
    if "value" in given:
        given["content"] = given.pop("value")
    return given


def _tools(record: Mapping[Any, Any]) -> Any:
    tools = record.get("tools")
    if isinstance(tools, str):
        tools = json.loads(tools) if tools.strip() else None
    return _without_none(without_arrays(tools)) or None


def _without_none(value: Any) -> Any:
    """Return a value without the keys whose value is None."""
    if isinstance(value, Mapping):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    return [_without_none(item) for item in value] if isinstance(value, list) else value


def _turn_texts(turn: object) -> Iterator[str]:
    """Yield the content of one turn, then its tool calls."""
    if isinstance(turn, str):
        yield turn
        return
    if not isinstance(turn, Mapping):
        raise _NotTextError(f"it is {kind(turn)}; expected a dict with role and content. {FIX}")
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
            f"no text under 'content' or 'value', and no tool call. Keys seen: {seen}. {FIX}"
        )
    if calls:
        yield calls if isinstance(calls, str) else _as_json(calls)


def _content_texts(content: object) -> Iterator[str]:
    """Yield the texts of a content that is a list of parts."""
    parts = as_list(content)
    if not isinstance(parts, list | tuple):
        raise _NotTextError(f"its content is {kind(content)}; expected a string. {FIX}")
    for part in parts:
        if isinstance(part, str):
            yield part
            continue
        if not isinstance(part, Mapping):
            raise _NotTextError(f"a part of its content is {kind(part)}; expected a dict. {FIX}")
        part_type = part.get("type", "text")
        text = part.get("text")
        if part_type not in _TEXT_PARTS or not isinstance(text, str):
            raise _NotTextError(
                f"its content has a part of type {part_type!r} without text; only text is "
                "compressed. Try leaving the record out, or pass render=a function from a record "
                "to the string or bytes to compress"
            )
        yield text


def _as_json(calls: object) -> str:
    """Return tool calls as the JSON that a model is trained on."""
    try:
        return json.dumps(calls, ensure_ascii=False, default=as_list)
    except (TypeError, ValueError, RecursionError) as problem:
        raise _NotTextError(f"its tool calls cannot be written as JSON: {problem}. {FIX}") from None

"""Chats as a model reads them: the template of the user's own tokenizer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Protocol

from entropylaw.errors import ConfigError, RecordError
from entropylaw.io.turns import kind, without_arrays

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
    """What a tokenizer of `transformers` offers for chats."""

    def apply_chat_template(self, conversation: Any, **options: Any) -> Any:
        """Return a conversation as text."""


class ChatTemplate:
    """A render function: a record's conversation, as the tokenizer writes it.

    Attributes
    ----------
    name : str
        The tokenizer and a digest of its template, as a manifest records them.
    """

    def __init__(self, tokenizer: ChatTokenizer) -> None:
        template = getattr(tokenizer, "chat_template", None)
        if not callable(getattr(tokenizer, "apply_chat_template", None)) or not template:
            raise ConfigError(
                f"the tokenizer ({kind(tokenizer)}) has no chat template. Pass one of a chat "
                "model, or set tokenizer.chat_template."
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
            If the record holds no conversation.
        """
        if not isinstance(record, Mapping):
            raise RecordError(f"it is {kind(record)}; expected a dict with a column 'messages'")
        text = self._tokenizer.apply_chat_template(
            chat_turns(record), tools=_tools(record), tokenize=False
        )
        return str(text)


def chat_template(tokenizer: ChatTokenizer) -> ChatTemplate:
    r"""Return a render function that writes chats as a tokenizer's chat template does.

    What is compressed is then what a model is trained on, with its marks of roles and turns.

    Parameters
    ----------
    tokenizer : transformers.PreTrainedTokenizerBase
        With a chat template. Nothing is downloaded here.

    Returns
    -------
    ChatTemplate
        For ``render=``. A record has its turns under ``messages`` or ``conversations``, as
        ``role`` and ``content`` or as ``from`` and ``value``; a ``system`` column becomes the
        first turn unless there is one; ``tools`` (a list, or JSON) are handed to the template.
        Keys that are None are left out, since tables put them where a record has none.

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


def _turn(turn: object, number: int) -> dict[str, Any]:
    """Return a turn with role and content, whichever names it has for them."""
    if not isinstance(turn, Mapping):
        raise RecordError(f"turn {number} is {kind(turn)}; expected a dict with role and content")
    given: dict[str, Any] = _without_none(turn)
    speaker = given.pop("from", None)
    if "role" not in given:
        if str(speaker).lower() not in _ROLES:
            raise RecordError(
                f"turn {number} is from {speaker!r}, whose role is not known. Roles: "
                f"{', '.join(_ROLES)}; give the turns a role and content"
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
    """Return a value without the keys that are None."""
    if isinstance(value, Mapping):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    return [_without_none(item) for item in value] if isinstance(value, list) else value

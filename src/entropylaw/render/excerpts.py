"""Text of records for display: every character visible, and shortened."""

from __future__ import annotations

import unicodedata

_SHOWN_AS_CODE = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C, 0xFEFF}
"""Characters that change how others are shown: writing direction, byte order mark."""

_LINES = {"\n", "\t"}


def visible(text: bytes | str, *, keep_lines: bool = False) -> str:
    r"""Return text without invisible or unencodable characters.

    Control characters become their symbols, invalid UTF-8 and lone surrogates the replacement
    character, and writing direction marks their code point.

    Parameters
    ----------
    text : bytes or str
        Any text.
    keep_lines : bool, default False
        Keep line ends and tabs.

    Examples
    --------
    >>> visible(b"a\0b\n\xff") == "a\u2400b\u240a\ufffd"
    True
    >>> visible("\u202egnp.exe")
    '<U+202E>gnp.exe'
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    return "".join(
        character
        if character.isprintable() or (keep_lines and character in _LINES)
        else _stand_in(character)
        for character in text
    )


def excerpt(text: bytes | str, most: int = 200, *, keep_lines: bool = False) -> str:
    r"""Return the visible text, its middle omitted if it is longer than `most` characters.

    Examples
    --------
    >>> excerpt("the beginning, the middle and the end", 20)
    'the beginni ... he end'
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    if len(text) > most:
        end = most // 3
        text = f"{text[: most - end - 3]} ... {text[-end:]}"
    return visible(text, keep_lines=keep_lines)


def _stand_in(character: str) -> str:
    """Return the replacement of an invisible character."""
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    kind = unicodedata.category(character)
    if kind == "Cs":
        return "\ufffd"
    if code in _SHOWN_AS_CODE or kind in ("Cc", "Zl", "Zp", "Cn", "Co"):
        return f"<U+{code:04X}>"
    return character

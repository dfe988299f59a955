"""The elements of a JSON array found in a stream, without reading the whole of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from entropylaw.errors import FileFormatError

_CHUNK = 1 << 20
_BLANK = b" \t\r\n"
# A whole string, or one structural character, or the quote of a string that is not yet whole.
# Possessive quantifiers keep a string of many megabytes from being remembered for backtracking.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["\[\]{},]', re.DOTALL)


def elements(
    stream: BinaryIO, path: str, head: bytes = b"", line: int = 1
) -> Iterator[tuple[int, bytes]]:
    r"""Yield the line and the exact bytes of each element of a JSON array.

    Only brackets, commas and strings are looked at, so that an element which is no valid JSON
    is still found whole and can be left out by the caller.

    Parameters
    ----------
    stream
        Bytes behind the opening bracket of the array.
    path
        The name of the file, for messages.
    head
        Bytes behind the opening bracket that were already taken from `stream`.
    line
        The line on which `head` starts.

    Raises
    ------
    FileFormatError
        If the array does not end, or something follows it.

    Examples
    --------
    >>> import io
    >>> list(elements(io.BytesIO(b'{"a": [1, 2]},\n "x, y"]'), "pool.json"))
    [(1, b'{"a": [1, 2]}'), (2, b'"x, y"')]
    """
    buffer, start, position, depth, first = head, 0, 0, 0, True
    while True:
        for match in _TOKEN.finditer(buffer, position):
            token = match[0]
            if token == b'"':
                break  # the string goes on beyond the buffer: look again from here
            position = match.end()
            if token in (b"[", b"{"):
                depth += 1
            elif depth and token in (b"]", b"}"):
                depth -= 1
            elif not depth and token in (b",", b"]", b"}"):
                raw = buffer[start : match.start()].lstrip(_BLANK)
                line += buffer.count(b"\n", start, match.start() - len(raw))
                if token == b"}":
                    raise FileFormatError("a '}' here closes nothing", path=path, line=line)
                if raw or token == b"," or not first:
                    yield line, raw.rstrip(_BLANK)
                line += raw.count(b"\n")
                start, first = position, False
                if token == b"]":
                    _check_end(stream, buffer[position:], path, line)
                    return
        more = stream.read(
            max(_CHUNK, len(buffer) - start)
        )  # doubling: each byte is seen O(1) times
        if not more:
            lead = len(buffer) - len(buffer[start:].lstrip(_BLANK))
            line += buffer.count(b"\n", start, lead)
            raise FileFormatError(
                "the array does not end: the element that starts here has an open bracket or "
                "quote, or the file was cut short. Mend it, or copy the file again",
                path=path,
                line=line,
            )
        buffer, position, start = buffer[start:] + more, position - start, 0


def _check_end(stream: BinaryIO, rest: bytes, path: str, line: int) -> None:
    """Refuse anything but white space behind the array."""
    while rest or (rest := stream.read(_CHUNK)):
        if rest.strip(_BLANK):
            raise FileFormatError(
                "something follows the end of the array. Write the file as one array, or as one "
                "record a line without brackets around them",
                path=path,
                line=line,
            )
        rest = b""

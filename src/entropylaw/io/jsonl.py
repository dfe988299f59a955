"""Records in text files: JSON Lines, JSON arrays and plain lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from entropylaw.errors import FileFormatError
from entropylaw.io.files import PathLike, compression_of, format_suffix, open_binary
from entropylaw.progress import with_bar
from entropylaw.types import OnError
from entropylaw.validation import choice

_BOM = b"\xef\xbb\xbf"
_HEAD = 1 << 16
_CHUNK = 1 << 20
_BLANK = b" \t\r\n"
# A whole string, one structural character, or the quote of a string that is not yet complete.
# Possessive quantifiers keep a string of many megabytes from being remembered for backtracking.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["\[\]{},]', re.DOTALL)
_REASONS_KEPT = 5
_SKIP = 'or leave such records out with on_error="skip" (--on-error skip on the command line)'
_FIX = f"Try fixing the record, {_SKIP}"
_JSON_KINDS = {
    list: "an array",
    int: "a number",
    float: "a number",
    bool: "a truth value",
    type(None): "null",
}


class FileRecord(NamedTuple):
    """One record of a file.

    Attributes
    ----------
    line
        The line on which it starts, from 1.
    raw
        Its bytes exactly as in the file, without the line end or the comma that follows.
    value
        The record itself: a dict or a string.
    """

    line: int
    raw: bytes
    value: dict[str, Any] | str


class RecordFile:
    r"""The records of a text file, read one by one in each iteration.

    A file whose name ends in ``.txt`` holds a string on each line. Any other file is JSON: an
    array if its first character is ``[``, otherwise one record on each line. Each may be
    compressed (``.gz``, ``.zst``). Blank lines are skipped and a byte order mark is ignored. A
    record is an object or a string; of equal keys in an object the last counts, as in `json`.

    Parameters
    ----------
    path
        The file. It is never changed.
    on_error
        ``"raise"``, or ``"skip"`` to leave out broken records and count them. A broken archive,
        an array that does not end, and a file without one usable record always raise.

    Attributes
    ----------
    skipped : int
        Number of records that the last iteration left out.
    reasons : list of str
        Why, for the first few of them; each names the file and the line.

    Raises
    ------
    FileFormatError
        While iterating; names the file and, where there is one, the line.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "pool.jsonl"
    >>> _ = path.write_bytes(b'{"text": "one"}\n{"text": \n{"text":"two"}\n')
    >>> pool = RecordFile(path, on_error="skip")
    >>> for record in pool:
    ...     print(record.line, record.raw, record.value)
    1 b'{"text": "one"}' {'text': 'one'}
    3 b'{"text":"two"}' {'text': 'two'}
    >>> pool.skipped
    1
    """

    def __init__(self, path: PathLike, *, on_error: OnError = "raise") -> None:
        self.path = str(path)
        self.on_error: OnError = choice("on_error", on_error, OnError)
        self.skipped = 0
        self.reasons: list[str] = []

    def __iter__(self) -> Iterator[FileRecord]:
        self.skipped, self.reasons = 0, []
        found = False
        plain = format_suffix(self.path) == ".txt"
        with open_binary(self.path) as stream:
            slices = _text_lines(stream) if plain else _json_slices(stream, self.path)
            for line, raw in slices:
                try:
                    text = _decoded(raw, self.path, line)
                    value = text if plain else _parsed(text, self.path, line)
                except FileFormatError as problem:
                    if self.on_error == "raise":
                        raise
                    self._skip(str(problem))
                else:
                    found = True
                    yield FileRecord(line, raw, value)
        if not found:
            raise FileFormatError(self._nothing(), path=self.path)

    def with_progress(self, label: str, progress: bool | None) -> Iterator[FileRecord]:
        """Yield the records under a progress bar that counts the bytes read."""
        plain = compression_of(self.path) == "none"  # else the number of bytes is not known
        return with_bar(
            self,
            label=label,
            total=Path(self.path).stat().st_size if plain else None,
            unit="B",
            size=lambda record: len(record.raw) + 1,
            progress=progress,
        )

    def _skip(self, reason: str) -> None:
        self.skipped += 1
        if len(self.reasons) < _REASONS_KEPT:
            self.reasons.append(reason)

    def _nothing(self) -> str:
        if self.skipped:
            return f"none of its {self.skipped} records can be read. The first: {self.reasons[0]}"
        return "expected at least one record; saw an empty file"


def array_elements(
    stream: BinaryIO, path: str, head: bytes = b"", line: int = 1
) -> Iterator[tuple[int, bytes]]:
    r"""Yield the line and the exact bytes of each element of a JSON array.

    Only brackets, commas and strings are looked at, so that an element that is not valid JSON
    is still found complete and can be left out by the caller. The array is read piece by piece.

    Parameters
    ----------
    stream
        Bytes after the opening bracket of the array.
    path
        The name of the file, for messages.
    head
        Bytes after the opening bracket that were already taken from `stream`.
    line
        The line on which `head` starts.

    Raises
    ------
    FileFormatError
        If the array does not end, or something follows it.

    Examples
    --------
    >>> import io
    >>> list(array_elements(io.BytesIO(b'{"a": [1, 2]},\n "x, y"]'), "pool.json"))
    [(1, b'{"a": [1, 2]}'), (2, b'"x, y"')]
    """
    buffer, start, position, depth, first = head, 0, 0, 0, True
    while True:
        for match in _TOKEN.finditer(buffer, position):
            token = match[0]
            if token == b'"':
                break  # the string continues beyond the buffer: look again from here
            position = match.end()
            if token in (b"[", b"{"):
                depth += 1
            elif depth and token in (b"]", b"}"):
                depth -= 1
            elif not depth and token in (b",", b"]", b"}"):
                raw = buffer[start : match.start()].lstrip(_BLANK)
                line += buffer.count(b"\n", start, match.start() - len(raw))
                if token == b"}":
                    raise FileFormatError(
                        "expected ',' or ']'; saw a '}' that closes nothing", path=path, line=line
                    )
                if raw or token == b"," or not first:
                    yield line, raw.rstrip(_BLANK)
                line += raw.count(b"\n")
                start, first = position, False
                if token == b"]":
                    _check_end(stream, buffer[position:], path, line)
                    return
        more = stream.read(max(_CHUNK, len(buffer) - start))  # doubling: linear in the bytes
        if not more:
            lead = len(buffer) - len(buffer[start:].lstrip(_BLANK))
            line += buffer.count(b"\n", start, lead)
            raise FileFormatError(
                "the array does not end: the element that starts here has an open bracket or "
                "quote, or the file was cut short. Try fixing it, or copy the file again",
                path=path,
                line=line,
            )
        buffer, position, start = buffer[start:] + more, position - start, 0


def _check_end(stream: BinaryIO, rest: bytes, path: str, line: int) -> None:
    """Raise FileFormatError if anything but white space follows the array."""
    while rest or (rest := stream.read(_CHUNK)):
        if rest.strip(_BLANK):
            raise FileFormatError(
                "something follows the end of the array. Try one array in the file, or one "
                "record a line without brackets around them",
                path=path,
                line=line,
            )
        rest = b""


def _text_lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield the number and bytes of each line of a text file that is not blank."""
    yield from _lines(stream, stream.readline().removeprefix(_BOM), 1)


def _json_slices(stream: BinaryIO, path: str) -> Iterator[tuple[int, bytes]]:
    """Yield the line and bytes of each record of a JSON file: of an array, or one per line."""
    line = 1
    head = stream.readline(_HEAD).removeprefix(_BOM)
    while head.isspace():
        line += head.count(b"\n")
        head = stream.readline(_HEAD)
    if head.lstrip().startswith(b"["):
        yield from array_elements(stream, path, head.lstrip()[1:], line)
    else:
        yield from _lines(stream, head, line)


def _lines(stream: BinaryIO, head: bytes, line: int) -> Iterator[tuple[int, bytes]]:
    """Yield the content of each line from `head` on, without line ends and blank lines."""
    if not head.endswith(b"\n"):
        head += stream.readline()
    for number, raw in enumerate(chain([head], stream), start=line):
        if raw.strip():
            yield number, raw.removesuffix(b"\n").removesuffix(b"\r")


def _decoded(raw: bytes, path: str, line: int) -> str:
    """Return the text of a record."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise FileFormatError(
            f"expected UTF-8; saw byte 0x{raw[problem.start]:02x} at position "
            f"{problem.start + 1}. Try saving the file as UTF-8, {_SKIP}",
            path=path,
            line=line,
        ) from None


def _parsed(text: str, path: str, line: int) -> dict[str, Any] | str:
    """Return the record that a piece of JSON encodes."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as problem:
        seen = f"{problem.msg} at character {problem.pos + 1}" if text else "nothing between commas"
        raise FileFormatError(
            f"not valid JSON: {seen}. Expected one record on each line, or one array of records. "
            f"{_FIX}",
            path=path,
            line=line,
        ) from None
    except (ValueError, RecursionError) as problem:  # a number too long, brackets too deep
        raise FileFormatError(f"cannot be read: {problem}. {_FIX}", path=path, line=line) from None
    if isinstance(value, dict | str):
        return value
    raise FileFormatError(
        f"expected a record (an object or a string); saw {_JSON_KINDS[type(value)]}. {_FIX}",
        path=path,
        line=line,
    )

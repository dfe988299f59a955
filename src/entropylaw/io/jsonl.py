"""Records in text files: JSON Lines, JSON arrays and plain lines, read and written unchanged."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, BinaryIO, NamedTuple, get_args

from entropylaw.errors import ConfigError, FileFormatError
from entropylaw.io.array_scan import elements
from entropylaw.io.files import PathLike, atomic_write, check_output, format_suffix, open_binary
from entropylaw.types import OnError

_BOM = b"\xef\xbb\xbf"
_HEAD = 1 << 16
_REASONS_KEPT = 5
_SKIP = 'leave such records out with on_error="skip" (--on-error skip on the command line)'
_JSON_KINDS = {
    list: "an array",
    int: "a number",
    float: "a number",
    bool: "a truth value",
    type(None): "null",
}
_FOLD = re.compile(rb"[ \t]*[\r\n][ \t\r\n]*")
_OUTPUTS = ("", ".json", ".jsonl", ".ndjson", ".txt")


class FileRecord(NamedTuple):
    """One record of a file.

    Attributes
    ----------
    line
        The line on which it starts, from 1.
    raw
        Its bytes exactly as in the file, without the line end or the comma that follows.
    value
        What it means: a dict or a string.
    """

    line: int
    raw: bytes
    value: dict[str, Any] | str


class RecordFile:
    r"""The records of one file, read one by one each time this is iterated.

    A file whose name ends in ``.txt`` holds a string on each line. Any other file is JSON: an
    array if its first character is ``[``, otherwise one record on each line. Each may be packed
    (``.gz``, ``.zst``). Blank lines are passed over and a byte order mark is ignored. A record is
    an object or a string; of an object's equal keys the last counts, as in `json`.

    Parameters
    ----------
    path
        The file. It is never changed.
    on_error
        ``"raise"``, or ``"skip"`` to leave out records that are broken and count them. A broken
        archive, an array that does not end, and a file without one usable record always raise.

    Attributes
    ----------
    skipped : int
        How many records the last iteration left out.
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
        check_on_error(on_error)
        self.path = str(path)
        self.on_error = on_error
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

    def _skip(self, reason: str) -> None:
        self.skipped += 1
        if len(self.reasons) < _REASONS_KEPT:
            self.reasons.append(reason)

    def _nothing(self) -> str:
        if self.skipped:
            return f"none of its {self.skipped} records can be read. The first: {self.reasons[0]}"
        return "it is empty; expected at least one record"


def check_on_error(on_error: object) -> None:
    """Refuse what is no `OnError`."""
    if on_error not in get_args(OnError):
        raise ConfigError(f'on_error={on_error!r}; expected "raise" or "skip"')


def write_records(path: PathLike, raws: Iterable[bytes], *, source: PathLike | None = None) -> int:
    r"""Write records to a file, each with the bytes it was read with.

    The extension of `path` (before any ``.gz`` or ``.zst``) says the form: ``.jsonl``,
    ``.ndjson`` or none: a record on each line; ``.json``: an array; ``.txt``: lines of text. Only
    a record that would not fit the form is touched: one that spreads over several lines is put on
    one line by leaving out the white space around its line ends, which changes no value; a line
    of text becomes ``{"text": ...}`` in a JSON file.

    Parameters
    ----------
    path
        The file to write, whole or not at all (see `atomic_write`).
    raws
        The `FileRecord.raw` of each record, or JSON made elsewhere.
    source
        The file that the records come from, if any. It is never written over.

    Returns
    -------
    int
        How many records were written.

    Raises
    ------
    ConfigError
        If the extension is none of these, or JSON records are to become lines of text, or
        `path` cannot be written (see `check_output`).

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "chosen.jsonl"
    >>> write_records(path, [b'{"a": 1e2}', b'{"a":\n  [1,\n   2]}'])
    2
    >>> print(path.read_text(), end="")
    {"a": 1e2}
    {"a":[1,2]}
    """
    form = check_destination(path, source)
    if form != ".txt" and source is not None and format_suffix(source) == ".txt":
        raws = map(_as_object, raws)
    opening, between, closing = b"", b"\n", b"\n"
    if form == ".json":
        opening, between, closing = b"[\n", b",\n", b"\n]\n"
    elif form != ".txt":
        raws = map(_on_one_line, raws)
    count = 0
    with atomic_write(path, inputs=() if source is None else (source,)) as sink:
        for count, raw in enumerate(raws, start=1):
            sink.write((between if count > 1 else opening) + raw)
        sink.write(closing if count else opening + closing.lstrip())
    return count


def check_destination(path: PathLike, source: PathLike | None = None) -> str:
    """Return the extension that gives an output its form, or refuse it before any work is done.

    `write_records` does this by itself; call it where much time passes before.

    Parameters
    ----------
    path
        The output.
    source
        The file that the records come from, if any.

    Raises
    ------
    ConfigError
        See `write_records`.

    Examples
    --------
    >>> check_destination("chosen.json.gz", "pool.jsonl")
    '.json'
    """
    form = format_suffix(path)
    if form not in _OUTPUTS:
        raise ConfigError(
            f"cannot write {form} files ({path}); expected .jsonl, .ndjson, .json or .txt, "
            "each perhaps followed by .gz or .zst"
        )
    if form == ".txt" and (source is None or format_suffix(source) != ".txt"):
        raise ConfigError(
            f"only lines of a .txt file can be written as {path}; give the output a name that "
            "ends in .jsonl or .json"
        )
    check_output(path, () if source is None else (source,))
    return form


def _text_lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield the number and bytes of each line of a text file that is not blank."""
    yield from _lines(stream, stream.readline().removeprefix(_BOM), 1)


def _json_slices(stream: BinaryIO, path: str) -> Iterator[tuple[int, bytes]]:
    """Yield the line and bytes of each record of a JSON file, whichever form it has."""
    line = 1
    head = stream.readline(_HEAD).removeprefix(_BOM)
    while head.isspace():
        line += head.count(b"\n")
        head = stream.readline(_HEAD)
    if head.lstrip().startswith(b"["):
        yield from elements(stream, path, head.lstrip()[1:], line)
    else:
        yield from _lines(stream, head, line)


def _lines(stream: BinaryIO, head: bytes, line: int) -> Iterator[tuple[int, bytes]]:
    """Yield what is on each line from `head` on, without line ends and blank lines."""
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
            f"byte 0x{raw[problem.start]:02x} at position {problem.start + 1} is not UTF-8. "
            f"Save the file as UTF-8, or {_SKIP}",
            path=path,
            line=line,
        ) from None


def _parsed(text: str, path: str, line: int) -> dict[str, Any] | str:
    """Return the record that a piece of JSON means."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as problem:
        what = f"{problem.msg} at character {problem.pos + 1}" if text else "nothing between commas"
        raise FileFormatError(
            f"not valid JSON: {what}. Expected one record on each line, or one array of records. "
            f"Mend it, or {_SKIP}",
            path=path,
            line=line,
        ) from None
    except (ValueError, RecursionError) as problem:  # a number too long, brackets too deep
        raise FileFormatError(
            f"cannot be read: {problem}. Mend it, or {_SKIP}", path=path, line=line
        ) from None
    if isinstance(value, dict | str):
        return value
    raise FileFormatError(
        f"expected a record (an object or a string), saw {_JSON_KINDS[type(value)]}. "
        f"Mend it, or {_SKIP}",
        path=path,
        line=line,
    )


def _as_object(line: bytes) -> bytes:
    """Return a line of text as a JSON record."""
    return json.dumps({"text": line.decode("utf-8")}, ensure_ascii=False).encode("utf-8")


def _on_one_line(raw: bytes) -> bytes:
    """Return JSON without line ends: in JSON these stand only between tokens, never in strings."""
    return _FOLD.sub(b"", raw) if b"\n" in raw or b"\r" in raw else raw

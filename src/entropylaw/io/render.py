"""Render records: from any record to the bytes that are compressed."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from entropylaw.corpus import LINES, PYTHON_LIST, Framing
from entropylaw.errors import ConfigError, RecordError, UnknownShapeError
from entropylaw.io.chat import FIX, kind
from entropylaw.io.shapes import RULES, Record, Rule, recognise
from entropylaw.io.text_columns import TextColumns, TextName, named_columns

RenderFunction: TypeAlias = Callable[[Any], str | bytes]
"""A function from a record to its text."""

Render: TypeAlias = str | RenderFunction | None
"""The name of a rule, a function from a record to its text, or None to recognise the shape."""

Text: TypeAlias = str | Sequence[str] | RenderFunction | None
"""A column, a template, several columns, a function from a record to its text, or None."""

ZIP_REFERENCE = "zip-reference"


def zip_reference(record: object) -> str:
    """Return the text that the published script compresses for one record: Python's repr.

    The script compresses ``str(list_of_records)``, which is these texts joined by ``", "``
    between ``"["`` and ``"]"``.

    Examples
    --------
    >>> print(zip_reference({"instruction": "Add.", "output": "It's 4"}))
    {'instruction': 'Add.', 'output': "It's 4"}
    """
    if isinstance(record, Mapping) and not isinstance(record, dict):
        record = dict(record)
    return repr(record)


class TextSource(NamedTuple):
    """How the text of a table is made.

    Attributes
    ----------
    shape : str
        The shape that its records are counted as.
    columns : tuple or None
        The columns that are read; None for all.
    verbatim : bool
        Whether the text is the content of one column, if that is strings.
    """

    shape: str
    columns: tuple[Any, ...] | None
    verbatim: bool = False


class Renderer:
    r"""Turn records into the bytes that are compressed, one by one.

    A string record is its own text and a bytes record is taken as it is; a dict record becomes
    the pieces that its rule names, joined by a newline, in UTF-8.

    Parameters
    ----------
    render
        The name of a rule (see `entropylaw.io.shapes.RULES`), ``"zip-reference"``, a function
        from a record to a string or bytes, or None to recognise each record by its columns.
    text
        Instead of `render`: the column that holds the text; several columns, joined by a
        newline, empty ones left out; a template such as ``"{question} {answer}"``; or a function.

    Attributes
    ----------
    name : str
        The rule or columns asked for, as a manifest records them.
    text : str, tuple of str or None
        The columns or the template asked for, as a manifest records them.
    framing : Framing
        How rendered records are joined into a set.

    Raises
    ------
    ConfigError
        If no such rule exists, or both options are given.

    Examples
    --------
    >>> renderer = Renderer()
    >>> renderer({"instruction": "Add 2 and 2.", "input": "", "output": "4"}, row=0)
    b'Add 2 and 2.\n4'
    >>> renderer("Already text.", row=1)
    b'Already text.'
    >>> renderer.shapes
    {'alpaca': 1, 'string': 1}
    >>> Renderer(text="body")({"body": "Words."}, row=0)
    b'Words.'
    """

    def __init__(self, render: Render = None, text: Text = None) -> None:
        if text is not None and render not in (None, "text"):
            raise ConfigError(
                f"render: expected only one of render and text; saw render={render!r} and "
                f"text={text!r}. Try leaving render out",
                parameters=("render", "text"),
            )
        if callable(text):
            render, text = text, None
        self._named: TextColumns | None = None if text is None else named_columns(text)
        self._render = render
        self.name = _name(render) if self._named is None else self._named.name
        self.text: TextName | None = None if self._named is None else self._named.given
        self.framing: Framing = PYTHON_LIST if render == ZIP_REFERENCE else LINES
        self._known: dict[tuple[Any, ...], Rule] = {}  # by columns, for speed
        self._seen: Counter[str] = Counter()

    @property
    def shapes(self) -> dict[str, int]:
        """Number of records rendered so far by shape."""
        return dict(sorted(self._seen.items()))

    def __call__(self, record: object, row: int) -> bytes:
        """Return the bytes of one record.

        Parameters
        ----------
        record
            A string, bytes, or a mapping from column to value; a render function may accept more.
        row
            The row of the record in its data, for messages.

        Raises
        ------
        UnknownShapeError
            If no rule fits the columns of the record.
        TextColumnError
            If the record lacks a column that `text` names.
        RecordError
            If the record has something that is not text where its text should be.
        """
        shape, rendered = self._rendered(record, row)
        if isinstance(rendered, str):
            rendered = _encoded(rendered, row)
        self._seen[shape] += 1
        return rendered

    def many(self, records: Sequence[object], row: int) -> list[bytes]:
        """Return the bytes of consecutive records, of which the first is at `row`."""
        if not callable(self._render) and self._render != ZIP_REFERENCE:
            encoded = encoded_strings(records)
            if encoded is not None:
                self._seen["string"] += len(encoded)
                return encoded
        return [self(record, place) for place, record in enumerate(records, start=row)]

    def note(self, shape: str, count: int) -> None:
        """Count records of a shape that were read without being rendered one by one."""
        if count:
            self._seen[shape] += count

    def source(self, columns: Sequence[Any]) -> TextSource:
        """Return how the text of a table with these columns is made.

        Raises
        ------
        TextColumnError, RecordError, UnknownShapeError
            If no text can be read from these columns.
        """
        if callable(self._render):
            return TextSource("function", None)
        if self._render == ZIP_REFERENCE:
            return TextSource(ZIP_REFERENCE, None)
        if self._named is not None:
            self._named.check(columns)
            return TextSource(self.name, self._named.columns, self._named.verbatim)
        seen = dict.fromkeys(columns)
        rule = self._rule(seen, None)
        read = rule.columns(seen)
        return TextSource(rule.name, read, verbatim=len(read) == 1)

    def _rendered(self, record: object, row: int) -> tuple[str, str | bytes]:
        """Return the shape of a record, and its text."""
        if callable(self._render):
            return "function", _called(self._render, record, row)
        if self._render == ZIP_REFERENCE:
            return ZIP_REFERENCE, zip_reference(record)
        if isinstance(record, str):
            return "string", record
        if isinstance(record, bytes | bytearray | memoryview):
            return "bytes", bytes(record)
        if not isinstance(record, Mapping):
            raise RecordError(
                f"it is {kind(record)}; expected a string, bytes or a dict. {FIX}", row=row
            )
        if self._named is not None:
            return self.name, self._named.text(record, row)
        rule = self._rule(record, row)
        return rule.name, "\n".join(rule.texts(record, row))

    def _rule(self, record: Record, row: int | None) -> Rule:
        """Return the rule that was named, or else the one that fits the record's columns."""
        if isinstance(self._render, str):
            return RULES[self._render]
        columns = tuple(record)
        rule = self._known.get(columns)
        if rule is None:
            rule = recognise(record)
            if rule is None:
                raise UnknownShapeError.from_seen(columns, row=row, rules=RULES)
            self._known[columns] = rule
        return rule


def encoded_strings(cells: Sequence[object]) -> list[bytes] | None:
    """Return each cell in UTF-8 if all are strings that UTF-8 can encode, else None."""
    if set(map(type, cells)) != {str}:
        return None
    try:
        return [cell.encode() for cell in cells]  # type: ignore[attr-defined]
    except UnicodeEncodeError:
        return None


def _name(render: Render) -> str:
    """Return the name of a rule or function; raise ConfigError if `render` is neither."""
    if render is None:
        return "auto"
    if isinstance(render, str):
        names = [*RULES, ZIP_REFERENCE]
        if render not in names:
            close = difflib.get_close_matches(render.lower(), names, n=1)
            hint = f"Try render={close[0]!r}, or" if close else "Try"
            raise ConfigError(
                f"render: expected one of {', '.join(names)}, or a function; saw {render!r}. "
                f"{hint} text={render!r} if that is the column that holds the text"
            )
        return render
    if not callable(render):
        raise ConfigError(
            f"render: expected the name of a rule, a function from a record to a string, or None; "
            f"saw {kind(render)}. Try one of the rules: {', '.join(RULES)}, {ZIP_REFERENCE}"
        )
    return f"function {_function_name(render)}"


def _function_name(function: object) -> str:
    """Return the name of a function for a manifest: its `name`, or that of its definition."""
    name = getattr(function, "name", None) or getattr(function, "__qualname__", None)
    return name if isinstance(name, str) else type(function).__qualname__


def _called(function: RenderFunction, record: object, row: int) -> str | bytes:
    """Return the text that the user's function returns for a record."""
    try:
        rendered = function(record)
    except Exception as problem:
        raise RecordError(
            f"the render function {_function_name(function)} raised "
            f"{type(problem).__name__}: {problem}. Try calling it on this record alone",
            row=row,
        ) from problem
    if not isinstance(rendered, str | bytes):
        raise RecordError(
            f"the render function {_function_name(function)} returned {kind(rendered)}; "
            "expected a string or bytes",
            row=row,
        )
    return rendered


def _encoded(text: str, row: int) -> bytes:
    """Return the text in UTF-8."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as problem:
        code = ord(text[problem.start])
        raise RecordError(
            f"its text has the lone surrogate U+{code:04X} at character {problem.start}, which "
            "UTF-8 cannot encode. Try "
            'text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")',
            row=row,
        ) from None

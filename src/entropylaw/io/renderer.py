"""The renderer: from any record to the bytes that are compressed."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from entropylaw.errors import ConfigError, RecordError, TextColumnError, UnknownShapeError
from entropylaw.io.shapes import RULES, Record, Rule, recognise
from entropylaw.io.turns import MEND, kind

RenderFunction: TypeAlias = Callable[[Any], str | bytes]
"""A user's own rule: from a record to its text."""

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
        The one column that holds the text. Not together with `render`.

    Attributes
    ----------
    name : str
        What was asked for, as a manifest records it.

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

    def __init__(self, render: str | RenderFunction | None = None, text: str | None = None) -> None:
        if text is not None and render not in (None, "text"):
            raise ConfigError(
                f"render={render!r} and text={text!r} both say what the text is; give only one"
            )
        self.name = _name(render, text)
        self._render = render
        self._text = text
        self._known: dict[tuple[Any, ...], Rule] = {}  # by columns, for speed
        self._seen: Counter[str] = Counter()

    @property
    def shapes(self) -> dict[str, int]:
        """How many records were read as each shape so far, by name of the shape."""
        return dict(sorted(self._seen.items()))

    def __call__(self, record: object, row: int) -> bytes:
        """Return the bytes of one record.

        Parameters
        ----------
        record
            A string, bytes, or a mapping from column to value; a render function may take more.
        row
            The row of the record in its data, for messages.

        Raises
        ------
        UnknownShapeError
            If no rule knows the columns of the record.
        TextColumnError
            If the record has no column of the name given as `text`.
        RecordError
            If the record holds something that is not text.
        """
        shape, rendered = self._rendered(record, row)
        if isinstance(rendered, str):
            rendered = _encoded(rendered, row)
        self._seen[shape] += 1
        return rendered

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
                f"it is {kind(record)}; expected a string, bytes or a dict. {MEND}", row=row
            )
        if self._text is not None:
            return self.name, _column_text(record, self._text, row)
        rule = self._rule(record, row)
        return rule.name, "\n".join(rule.texts(record, row))

    def _rule(self, record: Record, row: int) -> Rule:
        """Return the rule that was named, or that knows the record's columns."""
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


def _name(render: str | RenderFunction | None, text: str | None) -> str:
    """Return what was asked for as one string, or refuse it."""
    if text is not None:
        return f"text={text}"
    if render is None:
        return "auto"
    if isinstance(render, str):
        names = [*RULES, ZIP_REFERENCE]
        if render not in names:
            close = difflib.get_close_matches(render.lower(), names, n=1)
            hint = f"Try render={close[0]!r}, or" if close else "Or"
            raise ConfigError(
                f"no rule {render!r}. Rules: {', '.join(names)}. {hint} text={render!r} "
                "if that is the column that holds the text"
            )
        return render
    if not callable(render):
        raise ConfigError(
            f"render is {kind(render)}; expected the name of a rule, a function from a record "
            f"to a string, or None. Rules: {', '.join(RULES)}, {ZIP_REFERENCE}"
        )
    return f"function {_function_name(render)}"


def _function_name(function: object) -> str:
    return str(getattr(function, "__qualname__", type(function).__qualname__))


def _called(function: RenderFunction, record: object, row: int) -> str | bytes:
    """Return what the user's function makes of a record."""
    try:
        rendered = function(record)
    except Exception as problem:
        raise RecordError(
            f"the render function {_function_name(function)} raised "
            f"{type(problem).__name__}: {problem}. Call it on this record alone to see why",
            row=row,
        ) from problem
    if not isinstance(rendered, str | bytes):
        raise RecordError(
            f"the render function {_function_name(function)} returned {kind(rendered)}; "
            "have it return a string or bytes",
            row=row,
        )
    return rendered


def _column_text(record: Record, column: str, row: int) -> str | bytes:
    """Return the text that one column holds."""
    if column not in record:
        raise TextColumnError.from_seen(column, record, row=row)
    value = record[column]
    if not isinstance(value, str | bytes):
        raise RecordError(
            f"column {column!r} holds {kind(value)}; expected a string. {MEND}", row=row
        )
    return value


def _encoded(text: str, row: int) -> bytes:
    """Return the text in UTF-8."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as problem:
        code = ord(text[problem.start])
        raise RecordError(
            f"its text has the lone surrogate U+{code:04X} at character {problem.start}, which "
            "UTF-8 cannot hold. Mend the text with "
            'text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")',
            row=row,
        ) from None

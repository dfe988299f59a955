"""The text of a record from columns that the user names: one, several, or a template."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Any, TypeAlias

from entropylaw.errors import ConfigError, RecordError, TextColumnError
from entropylaw.io.chat import FIX, kind

TextName: TypeAlias = str | tuple[str, ...]
"""Columns as a manifest records them: a column, a template, or several columns."""


@dataclass(frozen=True, slots=True)
class TextColumns:
    r"""The columns that hold the text, and how it is put together.

    Attributes
    ----------
    given : str or tuple of str
        The value of ``text=``.
    columns : tuple of str
        The columns that are read.
    template : tuple of (str, str or None), optional
        For a template: a literal, and the column that follows it.

    Examples
    --------
    >>> named_columns("body").text({"body": "Words."}, row=0)
    'Words.'
    >>> named_columns(["title", "body"]).text({"title": "On", "body": "Words."}, row=0)
    'On\nWords.'
    >>> named_columns("{title}: {body}").text({"title": "On", "body": "Words."}, row=0)
    'On: Words.'
    """

    given: TextName
    columns: tuple[str, ...]
    template: tuple[tuple[str, str | None], ...] | None = None

    @property
    def name(self) -> str:
        """The value of ``text=`` as one string."""
        given = self.given
        shown = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
        return f"text={shown}"

    @property
    def verbatim(self) -> bool:
        """Whether the text is the content of one column."""
        return len(self.columns) == 1 and self.template is None

    def check(self, seen: Sequence[Any], row: int | None = None) -> None:
        """Raise TextColumnError unless every column is among those seen."""
        missing = next((name for name in self.columns if name not in seen), None)
        if missing is None:
            return
        if missing == self.given:
            raise TextColumnError.from_seen(missing, seen, row=row)
        where = "" if row is None else f" in record {row}"
        raise TextColumnError(
            f"text={self.given!r} names column {missing!r}, which does not exist{where}. "
            f"Columns seen: {', '.join(map(str, seen)) or 'none'}.",
            column=missing,
        )

    def text(self, record: Mapping[Any, Any], row: int) -> str | bytes:
        """Return the text of one record.

        Raises
        ------
        TextColumnError
            If a column is missing.
        RecordError
            If a column has something that is not text in it.
        """
        if any(name not in record for name in self.columns):
            self.check(tuple(record), row)
        if self.template is not None:
            return "".join(
                literal if column is None else literal + _string(record, column, row)
                for literal, column in self.template
            )
        if len(self.columns) > 1:
            parts = (_string(record, column, row) for column in self.columns)
            return "\n".join(part for part in parts if part)
        value = record[self.columns[0]]
        return value if isinstance(value, bytes) else _string(record, self.columns[0], row)


def named_columns(text: object) -> TextColumns:
    """Return the columns that ``text=`` names.

    A string with a ``{`` is a template; any other string is a column; a sequence of strings is
    several columns, whose texts are joined by a newline, empty ones left out.

    Raises
    ------
    ConfigError
        If it is something else, or a template with more than column names between braces.
    """
    if isinstance(text, str):
        if "{" in text:
            return _template(text)
        return TextColumns(text, (text,))
    if not isinstance(text, Sequence) or not all(isinstance(name, str) for name in text):
        raise ConfigError(
            "text: expected a column, a list of columns, a template such as "
            "'{question} {answer}', or a function from a record to a string; saw "
            f'{kind(text)}. Try text="COLUMN".',
            parameters=("text",),
        )
    columns = tuple(text)
    if not columns or len(set(columns)) < len(columns):
        raise ConfigError(
            f"text: expected distinct columns, at least one; saw {list(columns)!r}. "
            "Try naming each column once, or leave text out.",
            parameters=("text",),
        )
    lone = len(columns) == 1 and "{" not in columns[0]
    return TextColumns(columns[0] if lone else columns, columns)


def _template(text: str) -> TextColumns:
    try:
        pieces = list(Formatter().parse(text))
    except ValueError as problem:
        raise ConfigError(
            f"text: the template {text!r} cannot be read: {problem}. Try {{{{ and }}}} for braces "
            "that are text.",
            parameters=("text",),
        ) from None
    columns = []
    for _, name, spec, conversion in pieces:
        if name is None:
            continue
        if not name or spec or conversion:
            raise ConfigError(
                f"text: expected a template with column names between braces; saw {text!r}. "
                "Try text=a function from a record to a string for other forms.",
                parameters=("text",),
            )
        columns.append(name)
    if not columns:
        raise ConfigError(
            f"text: expected a template that names a column; saw {text!r}. Try a column between "
            f"braces, or text=[{text!r}] for a column that has a brace in its name.",
            parameters=("text",),
        )
    template = tuple((literal, name) for literal, name, _, _ in pieces)
    return TextColumns(text, tuple(dict.fromkeys(columns)), template)


def _string(record: Mapping[Any, Any], column: str, row: int) -> str:
    value = record[column]
    if not isinstance(value, str):
        raise RecordError(
            f"column {column!r} holds {kind(value)}; expected a string. {FIX}", row=row
        )
    return value

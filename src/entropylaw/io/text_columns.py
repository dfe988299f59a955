"""The text of a record from columns that the user names: one, several, or a template."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Any, TypeAlias

from entropylaw.errors import ConfigError, RecordError, TextColumnError
from entropylaw.io.turns import MEND, kind

TextName: TypeAlias = str | tuple[str, ...]
"""Columns as a manifest holds them: a column, a template, or several columns."""


@dataclass(frozen=True, slots=True)
class TextColumns:
    r"""Which columns hold the text, and how it is put together.

    Attributes
    ----------
    given : str or tuple of str
        What was asked for.
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
        """What was asked for as one string, which `given` can be read from."""
        given = self.given
        shown = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
        return f"text={shown}"

    @property
    def verbatim(self) -> bool:
        """Whether the text is just what one column holds."""
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
            f"text={self.given!r} names a column {missing!r}, which is not{where}. "
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
            If a column holds something that is not text.
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
    """Return the meaning of ``text=``.

    A string with a ``{`` is a template; any other string is a column; a sequence of strings is
    several columns, whose texts are joined by a newline, empty ones left out.

    Raises
    ------
    ConfigError
        If it is something else, or a template with more than names of columns between braces.
    """
    if isinstance(text, str):
        if "{" in text:
            return _template(text)
        return TextColumns(text, (text,))
    if not isinstance(text, Sequence) or not all(isinstance(name, str) for name in text):
        raise ConfigError(
            f"text is {kind(text)}; expected a column, a list of columns, a template such as "
            '"{question} {answer}", or a function from a record to a string.'
        )
    columns = tuple(text)
    if not columns or len(set(columns)) < len(columns):
        raise ConfigError(
            f"text={list(columns)!r} names {'a column twice' if columns else 'no column'}. "
            "Name each column once, or leave text out."
        )
    lone = len(columns) == 1 and "{" not in columns[0]
    return TextColumns(columns[0] if lone else columns, columns)


def _template(text: str) -> TextColumns:
    try:
        pieces = list(Formatter().parse(text))
    except ValueError as problem:
        raise ConfigError(
            f"the template {text!r} cannot be read: {problem}. Write {{{{ and }}}} for braces that "
            "are text."
        ) from None
    columns = []
    for _, name, spec, conversion in pieces:
        if name is None:
            continue
        if not name or spec or conversion:
            raise ConfigError(
                f"the template {text!r} has more, or less, than the name of a column between "
                "braces. Pass text=a function from a record to a string for other forms."
            )
        columns.append(name)
    if not columns:
        raise ConfigError(
            f"the template {text!r} names no column. Put one between braces; name a column that "
            f"has a brace in its name as text=[{text!r}]."
        )
    template = tuple((literal, name) for literal, name, _, _ in pieces)
    return TextColumns(text, tuple(dict.fromkeys(columns)), template)


def _string(record: Mapping[Any, Any], column: str, row: int) -> str:
    value = record[column]
    if not isinstance(value, str):
        raise RecordError(
            f"column {column!r} holds {kind(value)}; expected a string. {MEND}", row=row
        )
    return value

"""What every result shows of itself: one line, a table, HTML, a dict and a data frame."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from entropylaw.errors import MissingExtraError
from entropylaw.render.tables import Table
from entropylaw.types import FrameLibrary
from entropylaw.validation import choice


class Result(ABC):
    """The protocol of results: ``repr`` is one line, ``str`` a table, ``_repr_html_`` the same.

    A subclass says in `_headline` what stands in the one line, in `_table` what the table shows,
    in `to_dict` what it holds as plain values, and in `_columns` the data frame.
    """

    __slots__ = ()

    @abstractmethod
    def _headline(self) -> str:
        """Return what stands between the parentheses of the ``repr``: one line."""

    @abstractmethod
    def _table(self) -> Table:
        """Return what the printed form shows."""

    @abstractmethod
    def _columns(self) -> Mapping[str, Any]:
        """Return the columns of the data frame: name to values, typed, all of one length."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain values that JSON can hold."""

    def to_frame(self, *, library: FrameLibrary = "pandas") -> Any:
        """Return the result as a data frame.

        Parameters
        ----------
        library : {"pandas", "polars", "pyarrow"}, default "pandas"
            Whose frame, or table.

        Raises
        ------
        MissingExtraError
            If the library is not installed.
        """
        return frame_of(self._columns(), library)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._headline()})"

    def __str__(self) -> str:
        return str(self._table())

    def _repr_html_(self) -> str:
        return self._table().to_html()


class TableResult(Result):
    """A result that is a table, which papers and pull requests take over."""

    __slots__ = ()

    def to_markdown(self) -> str:
        """Return the printed table in Markdown."""
        return self._table().to_markdown()

    def to_latex(self) -> str:
        """Return the printed table in LaTeX, with the rules of the booktabs package."""
        return self._table().to_latex()


def frame_of(columns: Mapping[str, Any], library: FrameLibrary) -> Any:
    """Return columns as a frame of a library.

    Raises
    ------
    ConfigError
        If the library is none of those known.
    MissingExtraError
        If it is not installed.
    """
    library = choice("library", library, FrameLibrary)
    try:
        module = import_module(library)
    except ImportError as error:
        raise MissingExtraError(library, extra=None, purpose="to_frame()") from error
    return module.table(dict(columns)) if library == "pyarrow" else module.DataFrame(dict(columns))

"""Exceptions and warnings, one tree each.

Every message says what was expected, what was seen and what to type next::

    EntropyLawError
    ├── ConfigError (ValueError)             an option is wrong
    │   ├── BudgetError                      budget not usable for this pool
    │   ├── QuotaError                       quotas that cannot be met; names the groups
    │   ├── CompressorSpecError              "zstd:99", unknown name, bad option
    │   └── FormError                        unknown form of the entropy law
    ├── InputError (ValueError)              the data is wrong
    │   ├── EmptyPoolError                   nothing to choose from
    │   ├── ColumnError                      a named column is missing
    │   │   └── TextColumnError              the named text column is missing
    │   ├── UnknownShapeError                no rule knows these columns
    │   ├── RecordError                      one record is not usable; names its row
    │   ├── FileFormatError                  a file is not what it says; names file and line
    │   ├── DuplicateIdError                 ids must be distinct
    │   ├── WeightError                      weights must be finite and positive
    │   ├── ScoreError                       quality scores or token counts that cannot work
    │   ├── FingerprintError                 the data is not the data of the manifest
    │   └── RunsError                        training runs not usable; names row and column
    ├── CompressorError (RuntimeError)       a compressor raised or returned nonsense
    ├── WorkerError (RuntimeError)           a worker process ended before its work did
    ├── StorageError (OSError)               not enough disk space; no partial file is left
    ├── NotFittedError (RuntimeError)        call .fit(...) first
    └── MissingExtraError (ImportError)      install entropylaw[extra]

    EntropyLawWarning (UserWarning)
    ├── EmptyRecordWarning                   empty records are never selected
    ├── ShortMemoryWarning                   most of the chosen set was out of the window
    ├── SlowCompressorWarning                no priming: cost grows with the chosen set
    ├── SlowAlignmentWarning                 pair by pair: cost grows with pool times target
    ├── SkippedRecordsWarning                records left out because skipping was asked for
    ├── CompressorVersionWarning             saved with another version; sizes may differ
    ├── GuardWarning                         records that look like noise, copies or templates
    └── LawWarning                           the fit deserves less trust
        ├── FewRunsWarning
        ├── CollinearityWarning
        ├── ExtrapolationWarning
        ├── WeakLawWarning                   beats no simple baseline
        ├── LowRatioWarning                  a compression ratio below 1
        └── MissingUncertaintyWarning        an interval cannot be given; says why
"""

from __future__ import annotations

import contextlib
import difflib
import functools
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Self

_PACKAGE = str(Path(__file__).parent)
_NOT_THE_USERS = (_PACKAGE, contextlib.__file__, functools.__file__, "<frozen importlib")
"""Where the frames between a warning and the user's own call have their code."""


class EntropyLawError(Exception):
    """Base of every error that entropylaw raises on purpose.

    Attributes
    ----------
    parameters : tuple of str
        The options that the error is about, where it says so; a part of one is named behind a
        dot: ``"quotas.minimum"``.
    """

    parameters: tuple[str, ...] = ()


class ConfigError(EntropyLawError, ValueError):
    """An option has a value that cannot work, or several cannot work together."""

    def __init__(self, message: str, *, parameters: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.parameters = tuple(parameters)


class BudgetError(ConfigError):
    """The budget cannot be met by this pool."""


class QuotaError(ConfigError):
    """Quotas that this pool or budget cannot meet."""


class CompressorSpecError(ConfigError):
    """A compressor specification names nothing that exists, or a wrong option."""


class FormError(ConfigError):
    """A form of the entropy law that does not exist or cannot be fitted."""


class InputError(EntropyLawError, ValueError):
    """The data given is not usable."""


class EmptyPoolError(InputError):
    """There is no record to choose from."""


class ColumnError(InputError):
    """A named column is not in the data.

    Attributes
    ----------
    column : str or None
        The column, where the error is about one.
    """

    def __init__(self, message: str, *, column: str | None = None) -> None:
        super().__init__(message)
        self.column = column

    @classmethod
    def from_seen(cls, wanted: str, seen: Iterable[object], *, row: int | None = None) -> Self:
        """Build the message from the column asked for and the columns seen."""
        columns = [str(name) for name in seen]
        close = difflib.get_close_matches(wanted, columns, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        where = "" if row is None else f" in record {row}"
        message = f"no column {wanted!r}{where}. Columns seen: {', '.join(columns)}.{hint}"
        return cls(message, column=wanted)


class TextColumnError(ColumnError):
    """The named text column is not in the data."""

    parameters = ("text",)

    @classmethod
    def from_seen(cls, wanted: str, seen: Iterable[object], *, row: int | None = None) -> Self:
        """Build the message from the column asked for and the columns seen."""
        columns = [str(name) for name in seen]
        likely = [c for c in columns if c in {"text", "content", "body", "document"}] or columns
        hint = f' Try text="{likely[0]}".' if likely else ""
        where = "" if row is None else f" in record {row}"
        message = f"no column {wanted!r}{where}. Columns seen: {', '.join(columns)}.{hint}"
        return cls(message, column=wanted)


class UnknownShapeError(InputError):
    """No rule knows how to read text from a record with these columns."""

    @classmethod
    def from_seen(cls, seen: Iterable[object], *, row: int | None, rules: Iterable[str]) -> Self:
        """Build the message from the columns seen and the rules that exist."""
        columns = ", ".join(str(name) for name in seen) or "none"
        where = "" if row is None else f"record {row}: "
        return cls(
            f"{where}cannot tell which columns hold the text. Columns seen: {columns}. "
            f'Say text="COLUMN", or render= one of: {", ".join(rules)}; '
            "or pass render=a function from a record to a string."
        )


class RecordError(InputError):
    """One record is not usable."""

    def __init__(self, message: str, *, row: int | None = None) -> None:
        super().__init__(message if row is None else f"record {row}: {message}")
        self.row = row


class FileFormatError(InputError):
    """A file does not hold what its name or its option says."""

    def __init__(self, message: str, *, path: str, line: int | None = None) -> None:
        where = path if line is None else f"{path}, line {line}"
        super().__init__(f"{where}: {message}")
        self.path = path
        self.line = line


class DuplicateIdError(InputError):
    """Two records carry the same id."""


class WeightError(InputError):
    """Weights must be finite and positive, one for each record."""


class ScoreError(InputError):
    """Quality scores, costs or token counts that cannot be used; names the record."""


class FingerprintError(InputError):
    """The data is not the data that a manifest or result was made from."""


class RunsError(InputError):
    """A table of training runs is not usable."""


class CompressorError(EntropyLawError, RuntimeError):
    """A compressor raised, or returned something that is no size."""


class WorkerError(EntropyLawError, RuntimeError):
    """A worker process was killed, or ended before its work did."""


class StorageError(EntropyLawError, OSError):
    """Not enough disk space; no partial file is left behind."""


class NotFittedError(EntropyLawError, RuntimeError):
    """A result was asked for before `fit`."""


class MissingExtraError(EntropyLawError, ImportError):
    """A feature needs a package that is not installed."""

    def __init__(self, package: str, *, extra: str | None, purpose: str) -> None:
        wanted = package if extra is None else f"'entropylaw[{extra}]'"
        super().__init__(
            f"{purpose} needs {package}, which is not installed. Type: pip install {wanted}"
        )
        self.package = package
        self.extra = extra


@contextmanager
def concerning(kind: type[EntropyLawError], *parameters: str) -> Iterator[None]:
    """Say which options errors of a kind are about, where what raises them cannot know.

    Examples
    --------
    >>> try:
    ...     with concerning(ColumnError, "groups"):
    ...         raise ColumnError.from_seen("sorce", ["text", "source"])
    ... except ColumnError as error:
    ...     print(error.parameters)
    ('groups',)
    """
    try:
        yield
    except kind as error:
        error.parameters = error.parameters or parameters
        raise


class EntropyLawWarning(UserWarning):
    """Base of every warning that entropylaw gives."""


class EmptyRecordWarning(EntropyLawWarning):
    """Some records hold no text; they are never selected."""


class ShortMemoryWarning(EntropyLawWarning):
    """The compressor could not see most of the chosen set."""


class SlowCompressorWarning(EntropyLawWarning):
    """The compressor recompresses the whole chosen set for each candidate."""


class SlowAlignmentWarning(EntropyLawWarning):
    """Every record of the pool is compressed with every record of the target, and they are many."""


class SkippedRecordsWarning(EntropyLawWarning):
    """Some records were left out because skipping was asked for."""


class CompressorVersionWarning(EntropyLawWarning):
    """A saved state was made with another version of the compressor; sizes may differ."""


class GuardWarning(EntropyLawWarning):
    """Guards caught records that hardly belong in training data."""


class LawWarning(EntropyLawWarning):
    """A fitted law deserves less trust than its numbers suggest."""


class FewRunsWarning(LawWarning):
    """Few runs for the number of coefficients."""


class CollinearityWarning(LawWarning):
    """Compression ratio and loss move together, so their effects are hard to part."""


class ExtrapolationWarning(LawWarning):
    """A prediction lies outside the runs that the law was fitted on."""


class WeakLawWarning(LawWarning):
    """The law predicts left-out runs no better than a simpler baseline."""


class LowRatioWarning(LawWarning):
    """A compression ratio below 1: the compressed form was larger than the data."""


class MissingUncertaintyWarning(LawWarning):
    """An uncertainty cannot be computed from these runs."""


def warn(message: str, category: type[Warning]) -> None:
    """Give a warning that points at the line of the user's code that led here.

    That is the innermost line outside this package, whatever the path from it: a method, a
    generator that is looped over, a context manager, an import.

    Parameters
    ----------
    message : str
        What is wrong, and what to try.
    category : type
        A subclass of `EntropyLawWarning`, or DeprecationWarning.
    """
    caller = sys._getframe(1)
    if _is_import_probe(caller):
        return  # the import asks for the name again, and then it warns
    frame = _user_frame(caller)
    warnings.warn_explicit(
        message,
        category,
        filename=frame.f_code.co_filename,
        lineno=frame.f_lineno,
        module=frame.f_globals.get("__name__", "<unknown>"),
        registry=frame.f_globals.setdefault("__warningregistry__", {}),
    )


def _is_import_probe(frame: FrameType) -> bool:
    """Return whether ``from … import`` only checks that a package has a name."""
    caller = frame.f_back
    return (
        frame.f_code.co_name == "__getattr__"
        and caller is not None
        and caller.f_code.co_name == "_handle_fromlist"
    )


def _user_frame(frame: FrameType) -> FrameType:
    """Return the innermost frame outside the package; the outermost if there is none."""
    while frame.f_back is not None and (
        frame.f_code.co_filename.startswith(_NOT_THE_USERS) or _is_generated_here(frame)
    ):
        frame = frame.f_back
    return frame


def _is_generated_here(frame: FrameType) -> bool:
    """Return whether a frame runs code generated for this package, such as an ``__init__``."""
    return str(frame.f_globals.get("__name__", "")).partition(".")[0] == "entropylaw"

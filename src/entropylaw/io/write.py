"""Write records to files: the selected ones of a file, in its own form or as JSON."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

from entropylaw.errors import ConfigError
from entropylaw.io.arrow_files import (
    SUFFIXES,
    ArrowFile,
    check_uncompressed,
    is_arrow_file,
    require_pyarrow,
    write_batches,
)
from entropylaw.io.file_pool import FilePool
from entropylaw.io.files import PathLike, atomic_write, check_output, format_suffix
from entropylaw.types import IntArray

_FOLD = re.compile(rb"[ \t]*[\r\n][ \t\r\n]*")
_TEXT_OUTPUTS = ("", ".json", ".jsonl", ".ndjson", ".txt")


def check_destination(path: PathLike, source: PathLike | None = None) -> None:
    """Raise ConfigError if the records of `source` cannot be written to `path`.

    `write_chosen` and `write_records` check this themselves; call it before long work.

    Parameters
    ----------
    path
        The output: ``.jsonl``, ``.ndjson``, ``.json``, ``.txt`` or no extension, each perhaps
        with ``.gz`` or ``.zst``, or ``.parquet``, ``.arrow``, ``.feather`` or ``.ipc``.
    source
        The file that the records come from, if any.

    Raises
    ------
    ConfigError
        If the form cannot hold the records, or `path` cannot be written.
    MissingExtraError
        If pyarrow is needed and not installed.

    Examples
    --------
    >>> check_destination("chosen.json.gz", "pool.jsonl")
    """
    if not is_arrow_file(path):
        _text_suffix(path, source)
        if source is not None and is_arrow_file(source):
            _check_json(ArrowFile(source), path)
        return
    if source is None or not is_arrow_file(source):
        raise ConfigError(
            f"cannot write {path}: JSON records have no fixed types, which a {format_suffix(path)} "
            "file needs. Try an output whose name ends in .jsonl, and convert it with pandas, "
            "polars or datasets, which accept the types"
        )
    require_pyarrow()
    check_uncompressed(path)
    check_output(path, (source,))


def write_chosen(path: PathLike, source: PathLike, pool: FilePool, rows: IntArray) -> int:
    r"""Read a file once more and write these records of it, with all their columns, unchanged.

    Records of a text file keep their bytes (see `write_records`). Rows of a Parquet or Arrow file
    keep its schema, or become JSON, in which NaN is null.

    Parameters
    ----------
    path
        The file to write. If writing fails, no partial file is left behind.
    source
        The file that `pool` was read from.
    pool
        Its usable records.
    rows
        Rows of the pool, in the order in which they are to be written. From a Parquet or Arrow
        file, rows in ascending order are written as they are read; in another order, they are
        held in memory.

    Returns
    -------
    int
        Number of records written.

    Raises
    ------
    ConfigError
        See `check_destination`.
    FingerprintError
        If the source has changed since `pool` was read.

    Examples
    --------
    >>> import tempfile, pathlib, numpy
    >>> from entropylaw.io.file_pool import load_file
    >>> source = pathlib.Path(tempfile.mkdtemp()) / "pool.jsonl"
    >>> _ = source.write_text('{"text": "a"}\n{"text": "b"}\n')
    >>> out = source.with_name("chosen.jsonl")
    >>> write_chosen(out, source, load_file(source), numpy.array([1]))
    1
    >>> out.read_text()
    '{"text": "b"}\n'
    """
    check_destination(path, source)
    if not is_arrow_file(source):
        return write_records(path, pool.raw_records(source, rows), source=source)
    pool.check_unchanged(source)
    file = ArrowFile(source)
    batches = file.chosen(pool.places[rows])
    if is_arrow_file(path):
        return write_batches(path, batches, file, inputs=(source,))
    return write_records(path, json_records(batches), source=source)


def write_records(path: PathLike, raws: Iterable[bytes], *, source: PathLike | None = None) -> int:
    r"""Write records to a text file, each with the bytes it was read with.

    The extension of `path` (before any ``.gz`` or ``.zst``) determines the form: ``.jsonl``,
    ``.ndjson`` or none: a record on each line; ``.json``: an array; ``.txt``: lines of text. Only
    a record that does not fit the form is changed: one that spans several lines is put on one
    line by leaving out the white space around its line ends, which changes no value; a line of
    text becomes ``{"text": ...}`` in a JSON file.

    Parameters
    ----------
    path
        The file to write (see `atomic_write`).
    raws
        The `FileRecord.raw` of each record, or JSON made elsewhere.
    source
        The file that the records come from, if any. It is never overwritten.

    Returns
    -------
    int
        Number of records written.

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
    suffix = _text_suffix(path, source)
    if suffix != ".txt" and source is not None and format_suffix(source) == ".txt":
        raws = map(_as_object, raws)
    opening, between, closing = b"", b"\n", b"\n"
    if suffix == ".json":
        opening, between, closing = b"[\n", b",\n", b"\n]\n"
    elif suffix != ".txt":
        raws = map(_on_one_line, raws)
    count = 0
    with atomic_write(path, inputs=() if source is None else (source,)) as sink:
        for count, raw in enumerate(raws, start=1):
            sink.write((between if count > 1 else opening) + raw)
        sink.write(closing if count else opening + closing.lstrip())
    return count


def json_records(batches: Iterable[Any]) -> Iterator[bytes]:
    """Yield the rows of record batches as JSON objects; NaN and infinities are null."""
    for batch in batches:
        for row in batch.to_pylist():
            try:
                text = json.dumps(row, ensure_ascii=False, allow_nan=False)
            except ValueError:
                text = json.dumps(_finite(row), ensure_ascii=False)
            yield text.encode()


def _text_suffix(path: PathLike, source: PathLike | None) -> str:
    """Return the extension that determines the form of a text output, once it is checked."""
    suffix = format_suffix(path)
    if suffix not in _TEXT_OUTPUTS:
        raise ConfigError(
            f"cannot write {suffix} files ({path}); expected a name that ends in .jsonl, .ndjson, "
            ".json or .txt, each perhaps followed by .gz or .zst"
        )
    if suffix == ".txt" and (source is None or format_suffix(source) != ".txt"):
        raise ConfigError(
            f"cannot write {path}: only lines of a .txt file can become a .txt file. Try an output "
            "whose name ends in .jsonl or .json"
        )
    check_output(path, () if source is None else (source,))
    return suffix


def _as_object(line: bytes) -> bytes:
    """Return a line of text as a JSON record."""
    return json.dumps({"text": line.decode("utf-8")}, ensure_ascii=False).encode("utf-8")


def _on_one_line(raw: bytes) -> bytes:
    """Return JSON without line ends: in JSON these are only between tokens, never in strings."""
    return _FOLD.sub(b"", raw) if b"\n" in raw or b"\r" in raw else raw


def _check_json(file: ArrowFile, path: PathLike) -> None:
    """Raise ConfigError if a column has values that JSON cannot represent."""
    for field in file.schema:
        if not _has_json(field.type):
            raise ConfigError(
                f"cannot write {path}: column {field.name!r} is of type {field.type}, which JSON "
                f"does not have. Try an output whose name ends in {' or '.join(SUFFIXES)}"
            )


def _has_json(kind: Any) -> bool:
    """Return whether JSON can represent the values of an Arrow type."""
    from pyarrow import types

    if types.is_dictionary(kind):
        return _has_json(kind.value_type)
    if types.is_struct(kind):
        return all(_has_json(field.type) for field in kind)
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return _has_json(kind.value_type)
    return bool(
        types.is_null(kind)
        or types.is_boolean(kind)
        or types.is_integer(kind)
        or types.is_floating(kind)
        or types.is_string(kind)
        or types.is_large_string(kind)
        or str(kind) == "string_view"
    )


def _finite(value: Any) -> Any:
    """Return a value with None in place of numbers that JSON does not have."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list) else value

"""The chosen records of a file written to another, in its own form or as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any

from entropylaw.errors import ConfigError
from entropylaw.io import jsonl
from entropylaw.io.arrow_files import (
    SUFFIXES,
    ArrowFile,
    check_unpacked,
    is_arrow_file,
    require_pyarrow,
    write_batches,
)
from entropylaw.io.file_pool import FilePool
from entropylaw.io.files import PathLike, check_output, format_suffix
from entropylaw.types import IntArray


def check_destination(path: PathLike, source: PathLike | None = None) -> None:
    """Refuse an output that the records of `source` cannot be written to, before any work.

    Parameters
    ----------
    path
        The output: ``.jsonl``, ``.json`` or ``.txt``, perhaps with ``.gz`` or ``.zst``, or
        ``.parquet``, ``.arrow``, ``.feather`` or ``.ipc``.
    source
        The file that the records come from, if any.

    Raises
    ------
    ConfigError
        If the form cannot hold the records, or `path` cannot be written.
    MissingExtraError
        If pyarrow is needed and not installed.
    """
    if not is_arrow_file(path):
        jsonl.check_destination(path, source)
        if source is not None and is_arrow_file(source):
            _check_json(ArrowFile(source), path)
        return
    if source is None or not is_arrow_file(source):
        raise ConfigError(
            f"cannot write {path}: JSON records have no fixed types, which a {format_suffix(path)} "
            "file needs. Give the output a name that ends in .jsonl, and convert it with "
            "pandas, polars or datasets, which let you say the types"
        )
    require_pyarrow()
    check_unpacked(path)
    check_output(path, (source,))


def write_chosen(path: PathLike, source: PathLike, pool: FilePool, rows: IntArray) -> int:
    r"""Read a file once more and write these records of it, all their columns, unchanged.

    Records of a text file keep their bytes (see `entropylaw.io.jsonl.write_records`). Rows of a
    Parquet or Arrow file keep its schema, or become JSON, in which NaN is null.

    Parameters
    ----------
    path
        The file to write, whole or not at all.
    source
        What `pool` was read from.
    pool
        Its usable records.
    rows
        Rows of the pool, in the order in which they are to be written. From a Parquet or Arrow
        file, rows in ascending order are written as they are read; in another order, they are
        held in memory.

    Returns
    -------
    int
        How many records were written.

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
        return jsonl.write_records(path, pool.raw_records(source, rows), source=source)
    pool.check_unchanged(source)
    file = ArrowFile(source)
    batches = file.chosen(pool.places[rows])
    if is_arrow_file(path):
        return write_batches(path, batches, file, inputs=(source,))
    return jsonl.write_records(path, json_records(batches), source=source)


def json_records(batches: Iterable[Any]) -> Iterator[bytes]:
    """Yield the rows of record batches as JSON objects; NaN and infinities are null."""
    for batch in batches:
        for row in batch.to_pylist():
            try:
                text = json.dumps(row, ensure_ascii=False, allow_nan=False)
            except ValueError:
                text = json.dumps(_finite(row), ensure_ascii=False)
            yield text.encode()


def _check_json(file: ArrowFile, path: PathLike) -> None:
    """Refuse columns whose values JSON does not have."""
    for field in file.schema:
        if not _has_json(field.type):
            raise ConfigError(
                f"cannot write {path}: column {field.name!r} is of type {field.type}, which JSON "
                f"does not have. Give the output a name that ends in {' or '.join(SUFFIXES)}"
            )


def _has_json(kind: Any) -> bool:
    """Tell whether JSON has the values of an Arrow type."""
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

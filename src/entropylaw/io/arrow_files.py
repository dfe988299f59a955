"""Parquet and Arrow IPC files: read and written batch by batch."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeAlias

from entropylaw.errors import ColumnError, ConfigError, FileFormatError, MissingExtraError
from entropylaw.io.arrow import ArrowRows, distinct, rows_in_order, table_of_rows
from entropylaw.io.files import PathLike, atomic_write, compression_of, format_suffix
from entropylaw.progress import with_bar
from entropylaw.types import IntArray

ArrowForm: TypeAlias = Literal["parquet", "file", "stream"]
"""Parquet, or one of the two formats of Arrow IPC; `datasets` writes streams."""

SUFFIXES = (".parquet", ".arrow", ".feather", ".ipc")
_ROWS = 1_024
_CHUNK = 1 << 20
_GROUP_ROWS = 1 << 16
_GROUP_BYTES = 1 << 25
_FILE, _OLD_FEATHER, _PARQUET = b"ARROW1", b"FEA1", b"PAR1"


def is_arrow_file(path: PathLike) -> bool:
    """Return whether a file of this name is Parquet or Arrow IPC.

    Examples
    --------
    >>> is_arrow_file("pool.parquet"), is_arrow_file("pool.jsonl")
    (True, False)
    """
    return format_suffix(path) in SUFFIXES


class ArrowFile(ArrowRows):
    """The rows of a Parquet or Arrow IPC file, read batch by batch in each pass.

    Arrow IPC files are mapped: their uncompressed columns are never read into memory.

    Parameters
    ----------
    path
        The file. It is never changed.

    Raises
    ------
    FileFormatError
        If it is something else, or broken.
    MissingExtraError
        If pyarrow is not installed.
    """

    def __init__(self, path: PathLike) -> None:
        require_pyarrow()
        check_uncompressed(path)
        self.path = Path(path)
        with _file_named(path):
            self.form = _form(self.path)
            self.schema = _schema(self.path, self.form)
        self.columns: Sequence[str] = distinct(self.schema.names)

    def count(self) -> None:
        """Return None: as for every path, the number is known only after reading the file."""
        return

    @property
    def row_count(self) -> int | None:
        """Number of rows in the footer of a Parquet file; None for Arrow IPC, which has none."""
        if self.form != "parquet":
            return None
        import pyarrow.parquet as pq

        with _file_named(self.path):
            return int(pq.read_metadata(self.path).num_rows)

    def record_batches(self, columns: Sequence[Any] | None = None) -> Iterator[Any]:
        """Yield the rows as record batches of these columns."""
        names = list(self.columns if columns is None else columns)
        for name in names:
            if name not in self.columns:
                raise ColumnError.from_seen(str(name), self.columns)
        read = _parquet_batches if self.form == "parquet" else _ipc_batches
        with _file_named(self.path):
            yield from read(self, names)

    def with_progress(
        self, scan: Iterable[list[Any]], label: str, progress: bool | None
    ) -> Iterator[list[Any]]:
        """Yield the batches of a pass over this file, under a progress bar that counts rows."""
        return with_bar(
            scan, label=label, total=self.row_count, unit="record", size=len, progress=progress
        )

    def take(self, rows: IntArray) -> Any:
        """Return a pyarrow.Table of these rows."""
        return table_of_rows(self.record_batches(), self.schema, rows)

    def chosen(self, rows: IntArray) -> Iterator[Any]:
        """Yield these rows as record batches; held in memory only if they do not ascend."""
        if (rows[1:] >= rows[:-1]).all():
            yield from rows_in_order(self.record_batches(), rows)
        else:
            yield from self.take(rows).to_batches()


def write_batches(
    path: PathLike, batches: Iterable[Any], source: ArrowFile, *, inputs: Iterable[PathLike] = ()
) -> int:
    """Write record batches to a Parquet or Arrow IPC file (see `atomic_write`).

    Parameters
    ----------
    path
        The file to write. Its extension determines the format; Arrow IPC is written as a stream if
        the source is one, else as a file.
    batches
        The rows, with all columns of `source`.
    source
        The file that the batches come from.
    inputs
        Files that must never be overwritten.

    Returns
    -------
    int
        Number of rows written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if format_suffix(path) == ".parquet":
        new_writer = pq.ParquetWriter
    else:
        new_writer = pa.ipc.new_stream if source.form == "stream" else pa.ipc.new_file
    at_once = new_writer is pa.ipc.new_file and any(map(_has_dictionary, source.schema.types))
    tables = tables_of_batches(batches, source.schema, at_once=at_once)
    count = 0
    with atomic_write(path, inputs=inputs) as sink, new_writer(sink, source.schema) as writer:
        for table in tables:
            writer.write_table(table)
            count += table.num_rows
    return count


def tables_of_batches(
    batches: Iterable[Any], schema: Any, *, at_once: bool = False
) -> Iterator[Any]:
    """Yield tables of the size of a row group, however few rows the batches have.

    Parameters
    ----------
    batches
        Record batches.
    schema
        Their schema.
    at_once
        Yield one table of all rows, which an Arrow IPC file needs: it has one dictionary for
        each column.
    """
    import pyarrow as pa

    held: list[Any] = []
    count = weight = 0
    for batch in batches:
        held.append(batch)
        count, weight = count + batch.num_rows, weight + batch.nbytes
        if not at_once and (count >= _GROUP_ROWS or weight >= _GROUP_BYTES):
            yield pa.Table.from_batches(held, schema).combine_chunks()
            held, count, weight = [], 0, 0
    if held:
        yield pa.Table.from_batches(held, schema).combine_chunks()


def require_pyarrow() -> None:
    """Raise MissingExtraError unless pyarrow is installed."""
    if importlib.util.find_spec("pyarrow") is None:
        raise MissingExtraError("pyarrow", extra="arrow", purpose="reading and writing Parquet")


def check_uncompressed(path: PathLike) -> None:
    """Raise ConfigError for a name such as ``pool.parquet.gz``: these formats compress inside."""
    if compression_of(path) != "none":
        raise ConfigError(
            f"{path}: expected a Parquet or Arrow file that is not compressed as a whole. Try "
            "decompressing it, and take the last extension off its name."
        )


def _has_dictionary(kind: Any) -> bool:
    """Return whether an Arrow type has a dictionary in it, at any depth."""
    import pyarrow as pa

    return pa.types.is_dictionary(kind) or any(
        _has_dictionary(kind.field(number).type) for number in range(kind.num_fields)
    )


@contextmanager
def _file_named(path: PathLike) -> Iterator[None]:
    """Raise FileFormatError, which names the file, for errors of Arrow; not for a missing file."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise FileFormatError(
            f"expected Parquet or Arrow IPC, going by its name; saw neither, or a broken file "
            f"({error}). Try writing or copying it again",
            path=str(path),
        ) from None


def _form(path: Path) -> ArrowForm:
    """Return the format of a file, going by its first bytes."""
    with path.open("rb") as file:
        head = file.read(len(_FILE))
    if path.suffix.lower() == ".parquet" or head.startswith(_PARQUET):
        return "parquet"
    if head.startswith(_OLD_FEATHER):
        raise FileFormatError(
            "expected Arrow IPC; saw Feather version 1. Try writing it with a newer pyarrow",
            path=str(path),
        )
    return "file" if head == _FILE else "stream"


def _schema(path: Path, form: ArrowForm) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if form == "parquet":
        return pq.read_schema(path)
    opened = pa.ipc.open_file if form == "file" else pa.ipc.open_stream
    with pa.memory_map(str(path)) as source:
        return opened(source).schema


def _parquet_batches(file: ArrowFile, columns: list[str]) -> Iterator[Any]:
    """Yield batches, without reading a whole row group or the whole file ahead."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(file.path, buffer_size=_CHUNK, pre_buffer=False) as parquet:
        yield from parquet.iter_batches(batch_size=_ROWS, columns=columns)


def _ipc_batches(file: ArrowFile, columns: list[str]) -> Iterator[Any]:
    """Yield the batches as they were written."""
    import pyarrow as pa

    options = pa.ipc.IpcReadOptions(
        included_fields=[file.schema.get_field_index(name) for name in columns]
    )
    with pa.memory_map(str(file.path)) as source:
        if file.form == "stream":
            for batch in pa.ipc.open_stream(source, options=options):
                yield batch.select(columns)
        else:
            reader = pa.ipc.open_file(source, options=options)
            for number in range(reader.num_record_batches):
                yield reader.get_batch(number).select(columns)

"""A pool in one memory-mapped file, so that it may be larger than memory.

The file contains the bytes of all records, end to end, then their offsets (int64), then JSON with
the framing and the rules that rendered the records.
"""

from __future__ import annotations

import errno
import json
import mmap
import os
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np

from entropylaw.corpus import Corpus, Framing
from entropylaw.errors import (
    ConfigError,
    EmptyPoolError,
    FileFormatError,
    FingerprintError,
    InputError,
    StorageError,
)
from entropylaw.io.arrow_files import is_arrow_file
from entropylaw.io.containers import container_of
from entropylaw.io.files import PathLike, atomic_write, compression_of, identity_of
from entropylaw.io.jsonl import RecordFile
from entropylaw.io.reading import rendered, scan_of
from entropylaw.io.render import Render, Renderer, Text
from entropylaw.types import IntArray

__all__ = ["build_mapped", "open_mapped", "save_mapped"]

HEAD = b"entropylaw pool\n"
TAIL = b"end of pool\n"
FORMAT = 1
_END = 8 + len(TAIL)  # bytes after the JSON: its offset, and the tail
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class MappedFile(mmap.mmap):
    """A read-only map of a whole file, with the path of the file.

    Attributes
    ----------
    path : Path
        The file.
    identity : tuple of int
        Numbers that identify the file, for another process that opens the path.
    """

    path: Path
    identity: tuple[int, ...]


def build_mapped(
    source: object,
    out: PathLike,
    *,
    render: Render = None,
    text: Text = None,
) -> Corpus:
    r"""Write the records of a source to a file for `open_mapped`, and map it.

    Memory: a few hundred records at a time, and 8 bytes per record. If writing fails, no partial
    file is left behind.

    Parameters
    ----------
    source : path, iterable, data frame, Arrow table or dataset
        Data as for `as_corpus`. A path leads to JSONL, a JSON array or lines of text, also
        compressed, or to Parquet or Arrow IPC.
    out : path
        The file to write, without compression.
    render, text
        How a record becomes text; as for `ZipSelector`.

    Returns
    -------
    Corpus
        Row i is record i of the source; blank lines do not count.

    Raises
    ------
    EmptyPoolError
        If there is no record.
    FileFormatError, InputError
        If a record cannot be read; names the file and the line, or the record.
    StorageError
        If the disk is full.

    Examples
    --------
    >>> import tempfile
    >>> out = Path(tempfile.mkdtemp()) / "pool.entropylaw"
    >>> pool = build_mapped(({"text": f"record {i}"} for i in range(3)), out)
    >>> pool[2], open_mapped(out).fingerprint == pool.fingerprint
    (b'record 2', True)
    """
    if compression_of(out) != "none":
        raise ConfigError(
            f"out: expected a name without .gz or .zst, since a compressed file cannot be mapped; "
            f"saw {out}. Try one that ends in .entropylaw."
        )
    renderer = Renderer(render, text)
    inputs = [source] if isinstance(source, str | os.PathLike) else []
    rows = _rendered(source, renderer)
    with room_for(out), atomic_write(out, inputs=inputs) as sink:
        count = _write(sink, rows, renderer.framing, lambda: renderer.shapes)
        if not count:
            raise EmptyPoolError("the pool has no records; expected at least one.")
    return open_mapped(out)


def save_mapped(corpus: Corpus, out: PathLike) -> Corpus:
    """Write a corpus to a file for `open_mapped`, without ids and weights, and map it.

    Examples
    --------
    >>> import tempfile
    >>> out = Path(tempfile.mkdtemp()) / "pool.entropylaw"
    >>> save_mapped(Corpus.from_rows([b"one", b"two"]), out)[1]
    b'two'
    """
    with room_for(out), atomic_write(out) as sink:
        write_pool(sink, corpus)
    return open_mapped(out)


def write_pool(sink: BinaryIO, corpus: Corpus) -> None:
    """Write a corpus in the format of `open_mapped`."""
    _write(sink, corpus, corpus.framing, lambda: corpus.shapes)


def open_mapped(path: PathLike) -> Corpus:
    """Return the pool in a file that `build_mapped` or `save_mapped` wrote.

    Records are read from the file when they are used. Do not change the file meanwhile; building
    it again under the same name is safe.

    Raises
    ------
    FileFormatError
        If the file is something else, or truncated.
    """
    with Path(path).open("rb") as file:
        facts = os.fstat(file.fileno())
        if facts.st_size < len(HEAD) + _END:
            raise FileFormatError(_NO_POOL, path=str(path))
        whole = MappedFile(file.fileno(), 0, access=mmap.ACCESS_READ)
    whole.path = Path(path).absolute()
    whole.identity = identity_of(facts)
    if whole[: len(HEAD)] != HEAD or whole[-len(TAIL) :] != TAIL:
        raise FileFormatError(_NO_POOL, path=str(path))
    about_at = int.from_bytes(whole[-_END : -len(TAIL)], "little")
    try:
        about = json.loads(whole[about_at:-_END])
        version, count = about["format"], about["records"] + 1
        offsets: IntArray = np.frombuffer(whole, "<i8", count, about_at - 8 * count)
        framing = Framing(*map(bytes.fromhex, about["framing"]))
        shapes = dict(about["shapes"])
    except (ValueError, KeyError, TypeError) as error:
        raise FileFormatError(f"{_NO_POOL} ({error})", path=str(path)) from error
    if version != FORMAT:
        raise FileFormatError(
            f"expected a pool of format {FORMAT}; saw format {version}. {_AGAIN}", path=str(path)
        )
    if offsets[0] != len(HEAD) or offsets[-1] > about_at or (np.diff(offsets) < 0).any():
        raise FileFormatError(
            f"expected ascending offsets; saw records that overlap. {_AGAIN}", path=str(path)
        )
    return Corpus(whole, offsets, framing=framing, shapes=shapes)


def reopen(path: Path, identity: tuple[int, ...]) -> Corpus:
    """Return the pool that another process has mapped.

    Raises
    ------
    FingerprintError
        If the file has been replaced since.
    """
    corpus = open_mapped(path)
    assert isinstance(corpus.buffer, MappedFile)
    if corpus.buffer.identity != identity:
        raise FingerprintError(
            f"{path} has been replaced since it was opened. Try opening it again."
        )
    return corpus


@contextmanager
def room_for(out: PathLike) -> Iterator[None]:
    """Raise StorageError, which names the file, if the disk is full; pass other errors on."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise StorageError(
            f"not enough disk space for the pool {out}: {error.strerror}. No partial file is left "
            "behind. It needs the bytes of the text plus 8 per record. Try another disk."
        ) from error


_AGAIN = "Try building it again with build_mapped()."
_NO_POOL = (
    f"expected a pool written by build_mapped(); saw something else, or a truncated one. {_AGAIN}"
)


def _write(
    sink: BinaryIO,
    rows: Iterable[bytes],
    framing: Framing,
    shapes: Callable[[], Mapping[str, int]],
) -> int:
    """Write a pool and return the number of its records; `shapes` is called at the end."""
    sink.write(HEAD)
    offsets = array("q", [len(HEAD)])
    for row in rows:
        sink.write(row)
        offsets.append(offsets[-1] + len(row))
    padding = -offsets[-1] % 8
    sink.write(bytes(padding))
    sink.write(np.frombuffer(offsets, np.int64).astype("<i8", copy=False).data)
    about = {
        "format": FORMAT,
        "records": len(offsets) - 1,
        "framing": [part.hex() for part in (framing.opening, framing.joiner, framing.closing)],
        "shapes": dict(shapes()),
    }
    sink.write(json.dumps(about).encode())
    sink.write((offsets[-1] + padding + 8 * len(offsets)).to_bytes(8, "little") + TAIL)
    return len(offsets) - 1


def _rendered(source: object, renderer: Renderer) -> Iterator[bytes]:
    """Yield the bytes of each record; a text file is read one record at a time."""
    if not isinstance(source, str | os.PathLike) or is_arrow_file(source):
        container = container_of(Path(source) if isinstance(source, str) else source)
        yield from rendered(scan_of(container, renderer), renderer)
        return
    for place, record in enumerate(RecordFile(source)):
        try:
            yield renderer(record.value, place)
        except InputError as error:
            raise FileFormatError(str(error), path=str(source), line=record.line) from error

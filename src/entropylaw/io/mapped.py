"""A pool in one file that is mapped, not read, so that it may be larger than memory.

The file holds the bytes of all records, end to end, then where each begins (int64), then a
little JSON: how records are joined, and by which rules they were rendered.
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
from entropylaw.io.files import PathLike, atomic_write, framing_of, identity_of
from entropylaw.io.jsonl import RecordFile
from entropylaw.io.reading import rendered, scan_of
from entropylaw.io.renderer import Render, Renderer, Text
from entropylaw.types import IntArray

__all__ = ["build_mapped", "open_mapped", "save_mapped"]

HEAD = b"entropylaw pool\n"
TAIL = b"end of pool\n"
FORMAT = 1
_END = 8 + len(TAIL)  # where the JSON begins, and the tail
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class MappedFile(mmap.mmap):
    """The read-only map of a whole file, which knows where the file is.

    Attributes
    ----------
    path : Path
        The file.
    identity : tuple of int
        Tells whether another process that opens the path sees the same file.
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
    r"""Write the records of a source to a file that `open_mapped` maps, and map it.

    A few hundred records are held in memory at a time, and 8 bytes for each. The file appears
    whole or not at all.

    Parameters
    ----------
    source : path, iterable, data frame, Arrow table or dataset
        What `as_corpus` reads. A path is that of JSONL, a JSON array or lines of text, also
        packed, or of Parquet or Arrow IPC.
    out : path
        The file to write; not packed.
    render, text
        How a record becomes text; as for `ZipSelector`.

    Returns
    -------
    Corpus
        Row i is record i of the source, blank lines not counted.

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
    if framing_of(out) != "plain":
        raise ConfigError(f"a packed file cannot be mapped: give {out} a name without .gz or .zst.")
    renderer = Renderer(render, text)
    inputs = [source] if isinstance(source, str | os.PathLike) else []
    rows = _rendered(source, renderer)
    with room_for(out), atomic_write(out, inputs=inputs) as sink:
        count = _write(sink, rows, renderer.framing, lambda: renderer.shapes)
        if not count:
            raise EmptyPoolError("the pool has no records; expected at least one.")
    return open_mapped(out)


def save_mapped(corpus: Corpus, out: PathLike) -> Corpus:
    """Write a corpus to a file that `open_mapped` maps, and map it; without ids and weights.

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
    """Write a corpus as `open_mapped` expects it."""
    _write(sink, corpus, corpus.framing, lambda: corpus.shapes)


def open_mapped(path: PathLike) -> Corpus:
    """Return the pool in a file that `build_mapped` or `save_mapped` wrote.

    Records are read from the file where they are asked for. Do not change the file meanwhile;
    building it anew under the same name is safe.

    Raises
    ------
    FileFormatError
        If the file is something else, or not whole.
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
        raise FileFormatError(f"another version wrote this pool. {_AGAIN}", path=str(path))
    if offsets[0] != len(HEAD) or offsets[-1] > about_at or (np.diff(offsets) < 0).any():
        raise FileFormatError(f"the records of this pool overlap. {_AGAIN}", path=str(path))
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
        raise FingerprintError(f"{path} has been replaced since it was opened. Open it again.")
    return corpus


@contextmanager
def room_for(out: PathLike) -> Iterator[None]:
    """Say which file found no room; other failures pass as they are."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise StorageError(
            f"there is no room for the pool {out}: {error.strerror}. Nothing was left behind. It "
            "takes about the bytes of the text plus 8 for each record; make room, or write it to "
            "another disk."
        ) from error


_AGAIN = "Build it again with build_mapped()."
_NO_POOL = f"it is no pool that build_mapped() wrote, or it is cut short. {_AGAIN}"


def _write(
    sink: BinaryIO,
    rows: Iterable[bytes],
    framing: Framing,
    shapes: Callable[[], Mapping[str, int]],
) -> int:
    """Write a pool and return the number of its records; the shapes are asked for last."""
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
    """Yield the bytes of each record; of a text file, one is read at a time."""
    if not isinstance(source, str | os.PathLike) or is_arrow_file(source):
        container = container_of(Path(source) if isinstance(source, str) else source)
        yield from rendered(scan_of(container, renderer), renderer)
        return
    for place, record in enumerate(RecordFile(source)):
        try:
            yield renderer(record.value, place)
        except InputError as error:
            raise FileFormatError(str(error), path=str(source), line=record.line) from error

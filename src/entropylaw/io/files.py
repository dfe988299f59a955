"""Files as streams of bytes: plain, gzip or zstd by name; written whole or not at all."""

from __future__ import annotations

import gzip
import io
import os
import secrets
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol, TypeAlias, cast

import zstandard

from entropylaw.errors import ConfigError, FileFormatError

PathLike: TypeAlias = str | os.PathLike[str]
Framing: TypeAlias = Literal["plain", "gzip", "zstd"]
"""How the bytes of a file are packed."""

_CHUNK = 1 << 20
_PACKED_CHUNK = 1 << 17
_ARCHIVES: dict[Framing, tuple[str, bytes]] = {  # extension, first bytes
    "gzip": (".gz", b"\x1f\x8b"),
    "zstd": (".zst", b"\x28\xb5\x2f\xfd"),
}
_FRAMINGS: dict[str, Framing] = {suffix: framing for framing, (suffix, _) in _ARCHIVES.items()}


def framing_of(path: PathLike) -> Framing:
    """Return how a file of this name is packed.

    Examples
    --------
    >>> framing_of("pool.jsonl.gz"), framing_of("pool.json")
    ('gzip', 'plain')
    """
    return _FRAMINGS.get(Path(path).suffix.lower(), "plain")


def format_suffix(path: PathLike) -> str:
    """Return the extension that says what a file holds, past any ``.gz`` or ``.zst``.

    Examples
    --------
    >>> format_suffix("pool.JSONL.gz"), format_suffix("pool")
    ('.jsonl', '')
    """
    path = Path(path)
    return Path(path.stem if path.suffix.lower() in _FRAMINGS else path.name).suffix.lower()


def open_binary(path: PathLike) -> io.BufferedReader:
    """Open a file for reading its bytes as a stream, unpacked by its extension.

    Parameters
    ----------
    path
        Any file; ``.gz`` and ``.zst`` are unpacked while reading.

    Returns
    -------
    io.BufferedReader
        To be closed by the caller. Reading raises `FileFormatError` where an archive is broken
        or ends too soon, or where the bytes are packed and the name does not say so.

    Raises
    ------
    OSError
        If the file cannot be opened.
    """
    framing = framing_of(path)
    source: io.BufferedReader = io.BufferedReader(io.FileIO(path), _CHUNK)
    if framing != "plain":
        return io.BufferedReader(_Unpacked(source, str(path), framing), _CHUNK)
    head = source.peek(4)
    for packed, (suffix, magic) in _ARCHIVES.items():
        if head.startswith(magic):
            source.close()
            raise FileFormatError(
                f"it is a {packed} archive, but its name does not say so. "
                f"Rename it so that it ends in {suffix}",
                path=str(path),
            )
    return source


def open_text(path: PathLike) -> io.TextIOWrapper:
    """Open a file for reading its text, unpacked by its extension; UTF-8 with or without BOM.

    Line ends are left as they are. Bytes that are not UTF-8 raise `UnicodeDecodeError`; the
    readers of records (`entropylaw.io.jsonl`) say in which line.
    """
    return io.TextIOWrapper(open_binary(path), encoding="utf-8-sig", newline="")


def check_output(path: PathLike, inputs: Iterable[PathLike] = ()) -> Path:
    """Return where an output will really be written, or refuse it before any work is done.

    Parameters
    ----------
    path
        The output. Links are followed. An existing regular file will be replaced.
    inputs
        Files that must never be written over.

    Raises
    ------
    ConfigError
        If the output is one of the inputs, is no regular file, or its folder does not exist.
    """
    target = Path(path).resolve()
    if any(_same_file(target, Path(source)) for source in inputs):
        raise ConfigError(
            f"the output {path} is also an input, which is never changed. "
            "Give the output another name"
        )
    if target.exists() and not target.is_file():
        raise ConfigError(
            f"cannot write {path}: it exists and is no regular file. "
            "Give the output the name of a file"
        )
    if not target.parent.is_dir():
        raise ConfigError(
            f"cannot write {path}: there is no folder {Path(path).parent}. Make it first"
        )
    return target


@contextmanager
def atomic_write(path: PathLike, *, inputs: Iterable[PathLike] = ()) -> Iterator[BinaryIO]:
    """Write a file whole or not at all.

    The bytes go to a temporary file in the same folder, packed as the extension of `path` says.
    Only when the block ends well are they flushed to the disk and given their name; on any
    error, or a keyboard interrupt, the temporary file is removed and an older file of the name
    stays as it was. The same bytes give the same file: archives carry no time and no name.

    Parameters
    ----------
    path
        The file to write; ``.gz`` and ``.zst`` are packed.
    inputs
        Files that must never be written over.

    Yields
    ------
    BinaryIO
        Where to write.

    Raises
    ------
    ConfigError
        See `check_output`.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "chosen.txt.gz"
    >>> with atomic_write(path) as sink:
    ...     _ = sink.write(b"words")
    >>> open_binary(path).read()
    b'words'
    """
    target = check_output(path, inputs)
    part = target.with_name(f".entropylaw-{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as raw:
            with _packed(raw, framing_of(path)) as sink:
                yield sink
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def file_identity(path: PathLike) -> tuple[int, ...]:
    """Return what tells whether a path still leads to the same, unchanged file."""
    return identity_of(Path(path).stat())


def identity_of(facts: os.stat_result) -> tuple[int, ...]:
    """Return what tells one state of one file from another."""
    return (facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns)


class _Unpacked(io.RawIOBase):
    """The unpacked bytes of an archive; says which file is broken, and how."""

    def __init__(self, source: BinaryIO, path: str, framing: Framing) -> None:
        self._source = source
        self._path = path
        self._framing = framing
        self._unpacker: _Readable = (
            gzip.GzipFile(fileobj=source, mode="rb") if framing == "gzip" else _ZstdFrames(source)
        )

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        try:
            chunk = self._unpacker.read(len(buffer))
        except EOFError:
            raise FileFormatError(
                f"the {self._framing} archive ends too soon. Copy the file again",
                path=self._path,
            ) from None
        except (zlib.error, gzip.BadGzipFile, zstandard.ZstdError) as problem:
            raise FileFormatError(
                f"expected a {self._framing} archive, as its name says, but it is broken or none "
                f"at all ({problem}). Copy the file again, or rename it if it is not packed",
                path=self._path,
            ) from None
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        self._source.close()
        super().close()


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _ZstdFrames:
    """The unpacked bytes of zstd frames, one after another.

    The stream reader of zstandard takes a frame that was cut short for the end of the file;
    here it is an error.
    """

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._packed = b""
        self._ready = memoryview(b"")
        self._frame: zstandard.ZstdDecompressionObj | None = None

    def read(self, size: int, /) -> bytes:
        while not self._ready:
            packed = self._packed or self._source.read(_PACKED_CHUNK)
            if not packed:
                if self._frame is not None:
                    raise EOFError
                return b""
            if self._frame is None:
                decompressor = zstandard.ZstdDecompressor(max_window_size=1 << 31)
                self._frame = decompressor.decompressobj()
            self._ready = memoryview(self._frame.decompress(packed))
            self._packed = b""
            if self._frame.eof:
                self._packed = self._frame.unused_data
                self._frame = None
        chunk, self._ready = self._ready[:size], self._ready[size:]
        return bytes(chunk)


@contextmanager
def _packed(raw: BinaryIO, framing: Framing) -> Iterator[BinaryIO]:
    """Pack what is written; the raw file stays open."""
    if framing == "plain":
        yield raw
    elif framing == "gzip":
        with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as sink:
            yield cast("BinaryIO", sink)
    else:
        compressor = zstandard.ZstdCompressor(write_checksum=True)
        with compressor.stream_writer(raw, closefd=False) as writer:
            yield cast("BinaryIO", writer)


def _same_file(target: Path, source: Path) -> bool:
    """Tell whether two names, of which one may not exist yet, mean one file."""
    if target.exists() and source.exists():
        return target.samefile(source)
    return target == source.resolve()


def _sync_folder(folder: Path) -> None:
    """Flush a rename to the disk, where a folder can be opened for that."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

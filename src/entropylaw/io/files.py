"""Files as streams of bytes: plain, gzip or zstd by name; written without partial files."""

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
FileCompression: TypeAlias = Literal["none", "gzip", "zstd"]
"""How a file is compressed."""

_CHUNK = 1 << 20
_COMPRESSED_CHUNK = 1 << 17
_ARCHIVES: dict[FileCompression, tuple[str, bytes]] = {  # extension, first bytes
    "gzip": (".gz", b"\x1f\x8b"),
    "zstd": (".zst", b"\x28\xb5\x2f\xfd"),
}
_SUFFIXES: dict[str, FileCompression] = {suffix: name for name, (suffix, _) in _ARCHIVES.items()}


def compression_of(path: PathLike) -> FileCompression:
    """Return how a file of this name is compressed.

    Examples
    --------
    >>> compression_of("pool.jsonl.gz"), compression_of("pool.json")
    ('gzip', 'none')
    """
    return _SUFFIXES.get(Path(path).suffix.lower(), "none")


def format_suffix(path: PathLike) -> str:
    """Return the extension that determines the format of a file, before any ``.gz`` or ``.zst``.

    Examples
    --------
    >>> format_suffix("pool.JSONL.gz"), format_suffix("pool")
    ('.jsonl', '')
    """
    path = Path(path)
    return Path(path.stem if path.suffix.lower() in _SUFFIXES else path.name).suffix.lower()


def open_binary(path: PathLike) -> io.BufferedReader:
    """Open a file for reading its bytes as a stream, decompressed according to its extension.

    Parameters
    ----------
    path
        Any file; ``.gz`` and ``.zst`` are decompressed while reading.

    Returns
    -------
    io.BufferedReader
        To be closed by the caller. Reading raises `FileFormatError` if an archive is broken or
        truncated, or if the bytes are compressed and the name does not end in its extension.

    Raises
    ------
    OSError
        If the file cannot be opened.
    """
    compression = compression_of(path)
    source: io.BufferedReader = io.BufferedReader(io.FileIO(path), _CHUNK)
    if compression != "none":
        return io.BufferedReader(_Decompressed(source, str(path), compression), _CHUNK)
    head = source.peek(4)
    for archive, (suffix, magic) in _ARCHIVES.items():
        if head.startswith(magic):
            source.close()
            raise FileFormatError(
                f"expected an uncompressed file, going by its name; saw a {archive} archive. "
                f"Try renaming it so that it ends in {suffix}",
                path=str(path),
            )
    return source


def open_text(path: PathLike) -> io.TextIOWrapper:
    """Open a file for reading its text, decompressed as `open_binary` does; UTF-8, BOM or not.

    Line ends are left as they are. Bytes that are not UTF-8 raise `UnicodeDecodeError`; the
    readers of records (`entropylaw.io.jsonl`) name the line.
    """
    return io.TextIOWrapper(open_binary(path), encoding="utf-8-sig", newline="")


def check_output(path: PathLike, inputs: Iterable[PathLike] = ()) -> Path:
    """Return the path an output will really have, or raise ConfigError before any work is done.

    Parameters
    ----------
    path
        The output. Links are followed. An existing regular file will be replaced.
    inputs
        Files that must never be overwritten.

    Raises
    ------
    ConfigError
        If the output is one of the inputs, is not a regular file, or its folder does not exist.
    """
    target = Path(path).resolve()
    if any(_same_file(target, Path(source)) for source in inputs):
        raise ConfigError(
            f"the output {path} is also an input, which is never changed. "
            "Try another name for the output"
        )
    if target.exists() and not target.is_file():
        raise ConfigError(
            f"cannot write {path}: it exists and is not a regular file. Try the name of a file"
        )
    if not target.parent.is_dir():
        raise ConfigError(
            f"cannot write {path}: there is no folder {Path(path).parent}. Try creating it first"
        )
    return target


@contextmanager
def atomic_write(path: PathLike, *, inputs: Iterable[PathLike] = ()) -> Iterator[BinaryIO]:
    """Write a file atomically: it appears complete, or not at all.

    The bytes go to a temporary file in the same folder, compressed according to the extension of
    `path`. When the block ends without an error they are flushed to the disk and the file is
    renamed; on any error, or a keyboard interrupt, the temporary file is removed and an older
    file of that name is unchanged. Equal bytes give equal files: archives contain no time or name.

    Parameters
    ----------
    path
        The file to write; ``.gz`` and ``.zst`` are compressed.
    inputs
        Files that must never be overwritten.

    Yields
    ------
    BinaryIO
        The file to write to.

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
            with _compressed(raw, compression_of(path)) as sink:
                yield sink
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def file_identity(path: PathLike) -> tuple[int, ...]:
    """Return numbers that are equal as long as a path leads to the same, unchanged file."""
    return identity_of(Path(path).stat())


def identity_of(facts: os.stat_result) -> tuple[int, ...]:
    """Return numbers that differ between two files, and between two states of one file."""
    return (facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns)


class _Decompressed(io.RawIOBase):
    """The decompressed bytes of an archive; errors name the file."""

    def __init__(self, source: BinaryIO, path: str, compression: FileCompression) -> None:
        self._source = source
        self._path = path
        self._compression = compression
        self._reader: _Readable = (
            gzip.GzipFile(fileobj=source, mode="rb")
            if compression == "gzip"
            else _ZstdFrames(source)
        )

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        try:
            chunk = self._reader.read(len(buffer))
        except EOFError:
            raise FileFormatError(
                f"the {self._compression} archive is truncated. Try copying the file again",
                path=self._path,
            ) from None
        except (zlib.error, gzip.BadGzipFile, zstandard.ZstdError) as problem:
            raise FileFormatError(
                f"expected a {self._compression} archive, going by its name; saw none, or a broken "
                f"one ({problem}). Try copying the file again, or rename it if it is not "
                "compressed",
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
    """The decompressed bytes of zstd frames, one after another.

    A truncated frame is an error here; the stream reader of zstandard takes it for the end.
    """

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._compressed = b""
        self._ready = memoryview(b"")
        self._frame: zstandard.ZstdDecompressionObj | None = None

    def read(self, size: int, /) -> bytes:
        while not self._ready:
            compressed = self._compressed or self._source.read(_COMPRESSED_CHUNK)
            if not compressed:
                if self._frame is not None:
                    raise EOFError
                return b""
            if self._frame is None:
                decompressor = zstandard.ZstdDecompressor(max_window_size=1 << 31)
                self._frame = decompressor.decompressobj()
            self._ready = memoryview(self._frame.decompress(compressed))
            self._compressed = b""
            if self._frame.eof:
                self._compressed = self._frame.unused_data
                self._frame = None
        chunk, self._ready = self._ready[:size], self._ready[size:]
        return bytes(chunk)


@contextmanager
def _compressed(raw: BinaryIO, compression: FileCompression) -> Iterator[BinaryIO]:
    """Compress the bytes written; the raw file stays open."""
    if compression == "none":
        yield raw
    elif compression == "gzip":
        with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as sink:
            yield cast("BinaryIO", sink)
    else:
        compressor = zstandard.ZstdCompressor(write_checksum=True)
        with compressor.stream_writer(raw, closefd=False) as writer:
            yield cast("BinaryIO", writer)


def _same_file(target: Path, source: Path) -> bool:
    """Return whether two names, of which one may not exist yet, mean one file."""
    if target.exists() and source.exists():
        return target.samefile(source)
    return target == source.resolve()


def _sync_folder(folder: Path) -> None:
    """Flush a rename to the disk, on systems where a folder can be opened for that."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

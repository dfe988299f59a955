"""Zstandard. Priming is conditional: the visible prefix becomes a raw-content dictionary."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import zstandard

from entropylaw.compressors.base import Codec, Primed, option
from entropylaw.compressors.priming import BatchSizer, DictionaryPrimed
from entropylaw.types import BytesLike

_LONG_WINDOW_LOG = 27
"""Window of the long form: 128 MiB, the most that every zstd decoder accepts by default."""

_FAST_REACH = 1 << 24
"""Bytes of a dictionary that zstd reads at its fast strategies, whatever the size of the tables."""

_SMALLEST_DICTIONARY = 8
"""zstd ignores dictionaries shorter than this."""


class _Contexts(threading.local):
    """One-shot contexts of this thread by level; a context serves one thread at a time."""

    def __init__(self) -> None:
        self.by_level: dict[int, zstandard.ZstdCompressor] = {}


_contexts = _Contexts()


@dataclass(frozen=True, slots=True)
class Zstd(Codec):
    """Zstandard without checksum, content size or dictionary id in the frame.

    Parameters
    ----------
    level : int, default 3
        1 (fastest) to 22 (densest).
    long : bool, default False
        Make all of a primed prefix visible, up to 128 MiB (16 MiB at the fastest levels): the
        tables grow with the prefix. The default window is what the level's own tables reach:
        128 KiB at level 1, 1 MiB at 6, 8 MiB at 19.

    Examples
    --------
    >>> Zstd(level=6, long=True).name
    'zstd:6:long'
    """

    level: int = option(3, at_least=1, at_most=22)
    long: bool = option(False)

    family: ClassVar[str] = "zstd"

    @property
    def version(self) -> str:
        """The zstd library inside the zstandard package, and the package."""
        library = ".".join(map(str, zstandard.ZSTD_VERSION))
        return f"zstd {library}, zstandard {zstandard.__version__}"

    @property
    def window(self) -> int:
        """Bytes of prefix that it can refer to."""
        own = zstandard.ZstdCompressionParameters.from_level(self.level)
        if self.long:
            short = own.strategy <= zstandard.STRATEGY_DFAST
            return _FAST_REACH if short else 1 << _LONG_WINDOW_LOG
        if zstandard.STRATEGY_GREEDY <= own.strategy <= zstandard.STRATEGY_LAZY2:
            # Rows of 16 places that drop their oldest entry, so nothing older remains.
            tables = 2 << own.hash_log
        else:
            tables = 8 << max(own.hash_log, own.chain_log)
        return min(1 << own.window_log, tables)

    def compressed_size(self, data: BytesLike, /) -> int:
        """Return the compressed size of `data` on its own, in bytes."""
        return len(self._one_shot_context().compress(data))

    def prime(self, prefix: bytes, /) -> Primed:
        """Return `prefix` read once; conditional."""
        return DictionaryPrimed(
            prefix,
            one_shot=self.compressed_size,
            digest=self._digest,
            encoder=self._encoder,
            window=self.window,
        )

    def parameters(self, prefix_size: int) -> zstandard.ZstdCompressionParameters:
        """Return the parameters for a primed prefix of `prefix_size` bytes."""
        options = {"write_checksum": 0, "write_content_size": 0, "write_dict_id": 0}
        if self.long:
            tables = min(max(prefix_size.bit_length(), 17), 26)
            options |= {
                "window_log": _LONG_WINDOW_LOG,
                "hash_log": tables,
                "chain_log": tables,
            }
        return zstandard.ZstdCompressionParameters.from_level(self.level, **options)

    def state_size(self, prefix_size: int) -> int:
        """Return the bytes of memory that the digest of a prefix of `prefix_size` bytes takes."""
        return self.parameters(prefix_size).estimated_compression_context_size()

    def _digest(self, visible: bytes) -> _Digest:
        parameters = self.parameters(len(visible))
        if len(visible) < _SMALLEST_DICTIONARY:
            return _Digest(parameters, None)
        dictionary = zstandard.ZstdCompressionDict(
            visible, dict_type=zstandard.DICT_TYPE_RAWCONTENT
        )
        dictionary.precompute_compress(compression_params=parameters)
        return _Digest(parameters, dictionary)

    @staticmethod
    def _encoder(digest: _Digest) -> BatchSizer:
        context = zstandard.ZstdCompressor(
            dict_data=digest.dictionary, compression_params=digest.parameters
        )
        return partial(_batch_sizes, context)

    def _one_shot_context(self) -> zstandard.ZstdCompressor:
        contexts = _contexts.by_level
        if self.level not in contexts:
            contexts[self.level] = zstandard.ZstdCompressor(
                level=self.level,
                write_checksum=False,
                write_content_size=False,
                write_dict_id=False,
            )
        return contexts[self.level]


@dataclass(frozen=True, slots=True)
class _Digest:
    """A prefix with its match tables built; read by any number of threads at once."""

    parameters: zstandard.ZstdCompressionParameters
    dictionary: zstandard.ZstdCompressionDict | None


def _batch_sizes(context: zstandard.ZstdCompressor, items: Sequence[bytes]) -> list[int]:
    """Return the compressed size of each item.

    The batch call releases the interpreter lock once for all items, so that threads do not wait
    for one another at every record. It refuses batches without a byte, and not every build has
    it.
    """
    if any(items) and "multi_compress_to_buffer" in zstandard.backend_features:
        frames = context.multi_compress_to_buffer(list(items), threads=1)
        return [len(frames[place]) for place in range(len(items))]
    return [len(context.compress(item)) for item in items]

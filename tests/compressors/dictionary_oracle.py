"""Sizes after a dictionary, computed with a fresh dictionary and context for each item."""

from __future__ import annotations

import random

import lz4.block
import zstandard

from entropylaw.compressors import Lz4

FRAMELESS = {"write_checksum": 0, "write_content_size": 0, "write_dict_id": 0}


def alone(codec, item):
    """Size of an item compressed on its own, with a context of its own."""
    if isinstance(codec, Lz4):
        return len(lz4.block.compress(item, store_size=False, **lz4_mode(codec)))
    frameless = dict.fromkeys(FRAMELESS, False)
    return len(zstandard.ZstdCompressor(level=codec.level, **frameless).compress(item))


def after(codec, prefix, item):
    """Size of an item with the visible prefix as dictionary, fresh dictionary and context."""
    # A copy: lz4 ignores a dictionary that lies in the same memory as the item.
    visible = bytes(bytearray(prefix[-codec.window :]))
    if isinstance(codec, Lz4):
        mode = lz4_mode(codec)
        return len(lz4.block.compress(item, store_size=False, dict=visible, **mode))
    extra = dict(FRAMELESS)
    if codec.long:
        tables = min(max(len(visible).bit_length(), 17), 26)
        extra |= {"window_log": 27, "hash_log": tables, "chain_log": tables}
    parameters = zstandard.ZstdCompressionParameters.from_level(codec.level, **extra)
    if len(visible) < 8:  # zstd ignores so short a dictionary
        return len(zstandard.ZstdCompressor(compression_params=parameters).compress(item))
    raw = zstandard.ZstdCompressionDict(visible, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    raw.precompute_compress(compression_params=parameters)
    context = zstandard.ZstdCompressor(dict_data=raw, compression_params=parameters)
    return len(context.compress(item))


def lz4_mode(codec):
    return {} if codec.level == 0 else {"mode": "high_compression", "compression": codec.level}


def chunks_of_text(count, size, seed=0):
    rng = random.Random(seed)
    words = [rng.randbytes(rng.randint(1, 5)).hex().encode() for _ in range(1_200)]
    return [b" ".join(rng.choices(words, k=size // 6))[:size] for _ in range(count)]

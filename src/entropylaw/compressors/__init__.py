"""Compressors: the protocol, the built-in ones, and the registry."""

from entropylaw.compressors.base import (
    Compressor,
    CompressorInfo,
    Primed,
    PrimingCompressor,
    describe,
    prime,
)
from entropylaw.compressors.brotli import Brotli
from entropylaw.compressors.isal import Isal
from entropylaw.compressors.lz4 import Lz4
from entropylaw.compressors.registry import (
    available_compressors,
    get_compressor,
    register_compressor,
)
from entropylaw.compressors.stdlib import Bz2, Lzma
from entropylaw.compressors.zlib import Zlib
from entropylaw.compressors.zlib_ng import ZlibNg
from entropylaw.compressors.zstd import Zstd

__all__ = [
    "Brotli",
    "Bz2",
    "Compressor",
    "CompressorInfo",
    "Isal",
    "Lz4",
    "Lzma",
    "Primed",
    "PrimingCompressor",
    "Zlib",
    "ZlibNg",
    "Zstd",
    "available_compressors",
    "describe",
    "get_compressor",
    "prime",
    "register_compressor",
]

"""Compressors: the protocol, the built-in ones, their priming, and the registry."""

from entropylaw.compressors.base import Compressor, Primed, PrimingCompressor
from entropylaw.compressors.brotli import Brotli
from entropylaw.compressors.isal import Isal
from entropylaw.compressors.lz4 import Lz4
from entropylaw.compressors.priming import DictionaryPrimed, RecompressPrimed, TailPrimed, prime
from entropylaw.compressors.registry import (
    CompressorInfo,
    available_compressors,
    describe,
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
    "DictionaryPrimed",
    "Isal",
    "Lz4",
    "Lzma",
    "Primed",
    "PrimingCompressor",
    "RecompressPrimed",
    "TailPrimed",
    "Zlib",
    "ZlibNg",
    "Zstd",
    "available_compressors",
    "describe",
    "get_compressor",
    "prime",
    "register_compressor",
]

"""ZIP as a simple, slow program: every size is computed by compressing everything again.

Written from the algorithm alone; it shares no code with the library. Ratios are compared as
exact fractions.
"""

import bz2
import lzma
import zlib
from fractions import Fraction

import brotli
import lz4.block
import zstandard


def zstd_params(level, long, visible):
    extra = {"write_checksum": 0, "write_content_size": 0, "write_dict_id": 0}
    if long:
        tables = min(max(visible.bit_length(), 17), 26)
        extra |= {"window_log": 27, "hash_log": tables, "chain_log": tables}
    return zstandard.ZstdCompressionParameters.from_level(level, **extra)


def zstd_alone(data, level):
    context = zstandard.ZstdCompressor(
        level=level, write_checksum=False, write_content_size=False, write_dict_id=False
    )
    return len(context.compress(data))


def zstd_given(data, known, level, long):
    if len(known) < 8:
        return len(
            zstandard.ZstdCompressor(
                compression_params=zstd_params(level, long, len(known))
            ).compress(data)
        )
    params = zstd_params(level, long, len(known))
    dictionary = zstandard.ZstdCompressionDict(known, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    context = zstandard.ZstdCompressor(dict_data=dictionary, compression_params=params)
    return len(context.compress(data))


def lz4_options(level):
    return {} if level == 0 else {"mode": "high_compression", "compression": level}


def lz4_alone(data, level):
    return len(lz4.block.compress(data, store_size=False, **lz4_options(level)))


def lz4_given(data, known, level):
    return len(
        lz4.block.compress(data, store_size=False, dict=known[-65536:], **lz4_options(level))
    )


def zlib_given(data, known, level):
    """What `data` adds after a flush of what is known, on top of the smallest stream."""

    def tail(item):
        stream = zlib.compressobj(level)
        stream.compress(known)
        stream.flush(zlib.Z_PARTIAL_FLUSH)
        return len(stream.compress(item)) + len(stream.flush())

    return tail(data) - tail(b"") + len(zlib.compress(b"", level))


ALONE = {
    "zlib": lambda d, level: len(zlib.compress(d, level)),
    "brotli": lambda d, level: len(brotli.compress(d, quality=level, lgwin=22)),
    "bz2": lambda d, level: len(bz2.compress(d, level)),
    "lzma": lambda d, level: len(lzma.compress(d, preset=level)),
    "zstd": zstd_alone,
    "lz4": lz4_alone,
}


class Measure:
    """The size of a set as a list of chunks: the owned set, then one chunk a round or pick."""

    def __init__(self, spec):
        self.codec, level, *rest = spec.split(":")
        self.level, self.long = int(level), rest == ["long"]
        self.conditional = self.codec in {"zstd", "lz4"} or rest == ["conditional"]

    def alone(self, data):
        return ALONE[self.codec](data, self.level)

    def given(self, data, known):
        if self.codec == "zlib":
            return zlib_given(data, known, self.level)
        if self.codec == "zstd":
            return zstd_given(data, known, self.level, self.long)
        return lz4_given(data, known, self.level)

    def of(self, chunks):
        """Size of chunks that were added one after the other."""
        if not self.conditional:
            return self.alone(b"".join(chunks))
        size, known = self.alone(chunks[0]), chunks[0]
        for chunk in chunks[1:]:
            size += self.given(chunk, known) - self.alone(b"")
            known += chunk
        return size


class GrowingChunks:
    """The bytes of a set under a framing, as the chunks in which it grew."""

    def __init__(self, framing):
        self.opening, self.joiner, self.closing = framing
        self.chunks = []

    def with_more(self, records):
        more = self.joiner.join(records)
        return [*self.chunks, (self.joiner if self.chunks else self.opening) + more]

    def add(self, records):
        self.chunks = self.with_more(records)


def union(measure, grown, record):
    """Raw and compressed bytes of a set with one record added."""
    chunks = grown.with_more([record])
    chunks[-1] += grown.closing
    return sum(map(len, chunks)), measure.of(chunks)


def oracle(
    rows,
    budget,
    k1,
    k2,
    k3,
    spec,
    variant,
    framing=(b"", b"\n", b""),
    owned=(),
    banned=(),
    seen=None,
):
    """Return the picks as (row, round, union raw, union size, pack raw, pack size).

    What each round looked at is appended to `seen`: the state and the screened rows of it, the
    unions, the shortlist, and the packs tried at each step.
    """
    measure = Measure(spec)
    chosen = GrowingChunks(framing)
    if owned:
        chosen.add(owned)
    empty = GrowingChunks(framing)
    live = [i for i, row in enumerate(rows) if row and i not in banned]
    state = {i: Fraction(*union(measure, empty, rows[i])) for i in live}
    retired, picks, number = [], [], 0
    while len(picks) < budget:
        if not live:
            live, retired = sorted(retired), []
        screened = sorted(live, key=lambda i: (state[i], i))[:k1]
        before = {i: state[i] for i in live}
        unions = {i: union(measure, chosen, rows[i]) for i in screened}
        for i in screened:
            state[i] = Fraction(*unions[i])
        short = sorted(screened, key=lambda i: (state[i], i))[:k2]
        packed, inside, steps = [], GrowingChunks(framing), []
        for _ in range(min(k3, budget - len(picks), len(short))):
            tried = {i: union(measure, inside, rows[i]) for i in short if i not in packed}
            best = min(tried, key=lambda i: (Fraction(*tried[i]), i))
            inside.add([rows[best]])
            steps.append((best, tried))
            packed.append(best)
            picks.append((best, number, *unions[best], *tried[best]))
        chosen.add([rows[i] for i in packed])
        if seen is not None:
            seen.append((before, screened, unions, short, steps))
        gone = set(short if variant == "reference" else packed)
        retired += sorted(gone - set(packed)) if variant == "reference" else []
        live = [i for i in live if i not in gone]
        number += 1
    return picks

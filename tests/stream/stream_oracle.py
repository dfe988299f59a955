"""The rows that a stream keeps, computed plainly with zlib of the standard library, no state."""

import math
import zlib


def size(data):
    return len(zlib.compress(data, 9))


def kept_rows(texts, *, keep, horizon, limit):
    """Return the rows that are kept of these bytes, records being the unit."""
    capacity = [limit - limit // 8 - limit // 64, limit // 8, limit // 64]
    memory = [b"", b"", b""]  # the oldest first
    ratios = {}
    rows = []
    for row, text in enumerate(texts):
        item = b"\n" + text
        known = [part for part in memory if part] or [b""]
        added = max(1, min(size(part + item) - size(part) for part in known))
        ratio = len(item) / added

        rate = keep + (keep * row - len(rows)) / horizon
        past = ratios.setdefault(math.floor(math.log2(len(text))), [])
        ranked = sorted(past[-horizon:])
        place = math.floor(rate * (len(ranked) + 1))
        if rate >= 1:
            is_new = True
        elif place <= 0:
            is_new = False
        else:
            bar = ranked[place - 1]
            is_new = ratio < bar or (ratio == bar and rate >= keep)
        past.append(ratio)
        if not is_new:
            continue
        rows.append(row)
        memory[2] += item
        for smaller, larger in ((2, 1), (1, 0)):
            if len(memory[smaller]) > capacity[smaller]:
                memory[larger] += memory[smaller]
                memory[smaller] = b""
        memory[0] = memory[0][-capacity[0] :]
    return rows

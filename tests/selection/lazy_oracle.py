"""Lazy packing and lazy screening as a simple, slow program.

A record is a candidate of the set it is tried with. What is known of it is the bytes that it
added when it was last measured; ratios are exact fractions.
"""

from fractions import Fraction

from oracle import GrowingChunks, Measure, union


class Known:
    """The bytes that each record added when it was last measured; at first its own size."""

    def __init__(self, own, slack, lazy):
        self.added, self.slack, self.lazy = dict(own), slack, lazy


def set_size(measure, grown):
    if not grown.chunks:
        return 0
    return measure.of([*grown.chunks, grown.closing] if grown.closing else grown.chunks)


def ratio(raw, size, base, weight):
    return Fraction(raw) / max(base + weight * (size - base), 1)


def tried(measure, grown, rows, asked, known, weights, k):
    """Return (raw, size, ratio) of each record asked about, and which of them were measured."""
    base = set_size(measure, grown)
    raw = {i: sum(map(len, grown.with_more([rows[i]]))) + len(grown.closing) for i in asked}

    def guess(i, slack):
        added = known.added[i]
        return base + added + added * slack // 100

    lower_bound = {i: ratio(raw[i], guess(i, known.slack), base, weights[i]) for i in asked}
    waiting = sorted(asked, key=lambda i: (lower_bound[i], i))
    everything = not known.lazy or not grown.chunks
    found = {}
    while waiting:
        best = sorted(seen[2] for seen in found.values())
        if not everything and len(best) >= k and best[k - 1] < lower_bound[waiting[0]]:
            break
        batch, waiting = waiting[: max(16, k)], waiting[max(16, k) :]
        for i in batch:
            _, size = union(measure, grown, rows[i])
            found[i] = (raw[i], size, ratio(raw[i], size, base, weights[i]))
            known.added[i] = size - base
    guessed = {i: guess(i, 0) for i in waiting}
    return found | {
        i: (raw[i], guessed[i], ratio(raw[i], guessed[i], base, weights[i])) for i in waiting
    }, set(found)


def lazy_oracle(
    rows, budget, k1, k2, k3, spec, variant, *, lazy, adaptive, framing, owned, weights
):
    """Return the picks as (row, round, union raw, union size, pack raw, pack size), and a count."""
    measure, empty, chosen = Measure(spec), GrowingChunks(framing), GrowingChunks(framing)
    if owned:
        chosen.add([rows[i] for i in owned])
    live = [i for i, row in enumerate(rows) if row and i not in owned]
    alone = {i: union(measure, empty, rows[i]) for i in live}
    own = {i: size for i, (_, size) in alone.items()}
    state = {i: ratio(*alone[i], 0, weights[i]) for i in live}
    in_screen = Known(own, 5, adaptive)
    retired, picks, number, evaluations = [], [], 0, 0
    while len(picks) < budget:
        if not live:
            live, retired = sorted(retired), []
        screened = sorted(live, key=lambda i: (state[i], i))[:k1]
        unions, measured = tried(
            measure, chosen, rows, screened, in_screen, weights, min(k2, len(screened))
        )
        evaluations += len(measured)
        state |= {i: unions[i][2] for i in screened}
        short = sorted(measured, key=lambda i: (state[i], i))[:k2]
        in_pack, inside, packed = Known(own, 0, lazy), GrowingChunks(framing), []
        for _ in range(min(k3, budget - len(picks), len(short))):
            left = [i for i in short if i not in packed]
            steps, measured = tried(measure, inside, rows, left, in_pack, weights, 1)
            evaluations += len(measured)
            best = min(measured, key=lambda i: (steps[i][2], i))
            inside.add([rows[best]])
            packed.append(best)
            picks.append((best, number, *unions[best][:2], *steps[best][:2]))
        chosen.add([rows[i] for i in packed])
        gone = set(short if variant == "reference" else packed)
        retired += sorted(gone - set(packed)) if variant == "reference" else []
        live = [i for i in live if i not in gone]
        number += 1
    return picks, evaluations

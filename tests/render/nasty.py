"""Records and groups that would break a page without escaping."""

from __future__ import annotations

import random

NASTY = [
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "</pre></section></body><h1>out of the box</h1>",
    "שלום עולם \u202e reversed & \u2066 isolated",
    "a\0b \x1b[31m red \x07 \x7f",
    "$x_{$ and $\\frac$ <!-- comment -->",
    "😀" * 20 + "\u0301" * 5,
]
GROUPS = ["<b>bold</b>", "$\\frac{$", "plain", "עברית", "nul \0"]


def pool(count=300, seed=0):
    rng = random.Random(seed)
    words = [f"{a}{b}" for a in ("al", "be", "ga", "de") for b in ("pha", "ta", "mma", "lta")]
    records = [
        {"text": " ".join(rng.choices(words, k=rng.randint(2, 40))), "source": rng.choice(GROUPS)}
        for _ in range(count)
    ]
    return records + [{"text": text, "source": GROUPS[0]} for text in NASTY]


POOL = pool()

"""Numbers of bytes for display."""

from __future__ import annotations


def human_bytes(count: int) -> str:
    """Return a number of bytes with its unit.

    Examples
    --------
    >>> human_bytes(900), human_bytes(32_768), human_bytes(20_918_996)
    ('900 B', '32.0 KiB', '19.9 MiB')
    """
    if count < 1024:
        return f"{count} B"
    size, unit = count / 1024, "KiB"
    for larger in ("MiB", "GiB", "TiB"):
        if size < 1024:
            break
        size, unit = size / 1024, larger
    return f"{size:.1f} {unit}"

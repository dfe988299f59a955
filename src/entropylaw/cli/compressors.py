"""The job of `entropylaw compressors`: what there is, what it remembers, how it is spelled."""

from __future__ import annotations

import typer

from entropylaw.cli.tables import Table, human_bytes, show
from entropylaw.compressors import CompressorInfo, describe, get_compressor
from entropylaw.compressors.registry import known_compressors, usage_of
from entropylaw.errors import EntropyLawError

FORMS = {
    "brotli": ("brotli:5:tail",),
    "zlib": ("zlib:9:conditional",),
    "zlib-ng": ("zlib-ng:8:conditional",),
    "zstd": ("zstd:6:long",),
}
"""Forms that remember or are primed in another way than the default of their name."""


def run() -> None:
    """Print a row for each form, then how they are spelled, and why some cannot be used here."""
    table = Table("compressors", ["compressor", "priming", "remembers", "library"])
    usages, unusable = [], []
    for name in known_compressors():
        try:
            forms = [describe(get_compressor(spec)) for spec in (name, *FORMS.get(name, ()))]
        except EntropyLawError as error:
            unusable.append(f"{name}: {error}")
            continue
        usages.append(usage_of(name))
        for info in forms:
            table.add(*_cells(info))
    show(table)
    typer.echo(f"Options: {', '.join(usages)}")
    if unusable:
        typer.echo("\n".join(["Not usable here:", *unusable]))


def _cells(info: CompressorInfo) -> tuple[str, ...]:
    window = "no limit" if info.window is None else human_bytes(info.window)
    return info.name, info.priming, window, info.version

"""`entropylaw compressors`: list compressors, their windows and options."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import typer

from entropylaw.cli import options
from entropylaw.cli.output import show_json, show_table
from entropylaw.compressors import CompressorInfo, describe, get_compressor
from entropylaw.compressors.registry import known_compressors, usage_of
from entropylaw.errors import EntropyLawError
from entropylaw.render.tables import Table, human_bytes

EXAMPLES = options.examples("entropylaw compressors", "entropylaw compressors --json")

FORMS = {
    "brotli": ("brotli:5:tail",),
    "zlib": ("zlib:9:conditional",),
    "zlib-ng": ("zlib-ng:8:conditional",),
    "zstd": ("zstd:6:long",),
}
"""Variants whose window or priming differs from the default of their name."""


def compressors(as_json: options.Json = False) -> None:
    """List the compressors: how they are primed, the size of their window, their options."""
    usable: dict[str, list[CompressorInfo]] = {}
    unusable: dict[str, str] = {}
    for name in known_compressors():
        try:
            usable[name] = [describe(get_compressor(s)) for s in (name, *FORMS.get(name, ()))]
        except EntropyLawError as error:
            unusable[name] = str(error)
    if as_json:
        show_json(_plain(usable, unusable))
        return
    rows = [_cells(info) for forms in usable.values() for info in forms]
    headers = ["compressor", "priming", "window", "library"]
    show_table(Table.of(headers, rows, title="compressors"))
    typer.echo(f"Options: {', '.join(map(usage_of, usable))}")
    if unusable:
        reasons = [f"{name}: {why}" for name, why in unusable.items()]
        typer.echo("\n".join(["Not usable here:", *reasons]))


def _plain(usable: dict[str, list[CompressorInfo]], unusable: dict[str, str]) -> dict[str, Any]:
    """Return the list as plain values for JSON."""
    return {
        "compressors": [
            {**asdict(info), "usage": usage_of(name)}
            for name, forms in usable.items()
            for info in forms
        ],
        "not_usable": [{"name": name, "why": why} for name, why in unusable.items()],
    }


def _cells(info: CompressorInfo) -> tuple[str, ...]:
    window = "no limit" if info.window is None else human_bytes(info.window)
    return info.name, info.priming, window, info.version

"""`entropylaw ratio`: measure the compression ratios of a file."""

from __future__ import annotations

import numpy as np

from entropylaw.cli import options
from entropylaw.cli.output import show_json, show_table, warn_skipped
from entropylaw.compressors import describe, get_compressor
from entropylaw.io.load import load_file
from entropylaw.ratios import compression_ratio, sample_ratios
from entropylaw.render.tables import Table, human_bytes

EXAMPLES = options.examples(
    "entropylaw ratio pool.jsonl",
    "entropylaw ratio pool.jsonl --compressor zstd:6 --json",
)

QUANTILES = {"5 %": 0.05, "median": 0.5, "95 %": 0.95}
"""Quantiles of the own ratios that are reported."""


def ratio(
    source: options.Input,
    compressor: options.CompressorSpec = "zlib:9",
    as_json: options.Json = False,
    progress: options.Progress = None,
    render: options.Render = None,
    text: options.TextColumns = None,
    on_error: options.Errors = None,
) -> None:
    """Measure the compression ratio of the records of IN, together and one by one."""
    pool = load_file(
        source,
        render=render,
        text=options.parsed_text(text),
        on_error=on_error or "raise",
        progress=progress,
    )
    warn_skipped(pool.skipped, pool.reasons)
    corpus, codec = pool.corpus, get_compressor(compressor)
    whole = compression_ratio(corpus, codec)
    fraction = 1 / whole if whole else None
    sorted_ratios = np.sort(sample_ratios(corpus, codec, progress=progress))
    own = {
        label: float(sorted_ratios[int(quantile * (len(sorted_ratios) - 1))])
        for label, quantile in QUANTILES.items()
    }
    if as_json:
        show_json(
            {
                "compressor": describe(codec),
                "records": len(corpus),
                "skipped": pool.skipped,
                "bytes": corpus.total_bytes,
                "compression_ratio": whole,
                "compressed_fraction": fraction,
                "own_ratio": own,
            }
        )
        return
    skipped = {"skipped": f"{pool.skipped:,}"} if pool.skipped else {}
    facts = {
        "records": f"{len(corpus):,}",
        **skipped,
        "bytes": human_bytes(corpus.total_bytes),
        "compression ratio": f"{whole:.4f}",
        "compressed fraction": "none" if fraction is None else f"{fraction:.4f}",
        **{f"own ratio of a record, {label}": f"{value:.4f}" for label, value in own.items()},
    }
    show_table(Table.of(["", "value"], list(facts.items()), title=f"{source.name}, {codec.name}"))

"""`entropylaw ratio`: a file in, how redundant it is out."""

from __future__ import annotations

import numpy as np

from entropylaw.cli import options
from entropylaw.cli.controls import parsed_text
from entropylaw.cli.examples import examples
from entropylaw.cli.pools import read_pool
from entropylaw.cli.tables import Table, human_bytes, show, show_json
from entropylaw.compressors import Compressor, describe, get_compressor
from entropylaw.corpus import Corpus
from entropylaw.progress import with_bar
from entropylaw.ratios import compression_ratio, sample_ratios
from entropylaw.types import FloatArray

EXAMPLES = examples(
    "entropylaw ratio pool.jsonl",
    "entropylaw ratio pool.jsonl --compressor zstd:6 --json",
)

SHARES = {"5 %": 0.05, "median": 0.5, "95 %": 0.95}
"""Which of the records' own ratios are told."""

STEP = 500
"""Records between one move of the bar and the next."""


def ratio(
    source: options.Input,
    compressor: options.CompressorSpec = "zlib:9",
    as_json: options.Json = False,
    progress: options.Progress = None,
    render: options.Render = None,
    text: options.TextColumns = None,
    on_error: options.Errors = None,
) -> None:
    """Measure how redundant the records of IN are, as a set and one by one."""
    pool = read_pool(
        source,
        render=render,
        text=parsed_text(text),
        on_error=on_error or "raise",
        progress=progress,
    )
    corpus, codec = pool.corpus, get_compressor(compressor)
    whole = compression_ratio(corpus, codec)
    fraction = 1 / whole if whole else None
    sorted_ratios = np.sort(sample_ratios(corpus, codec, progress=progress))
    own = {
        label: float(sorted_ratios[int(share * (len(sorted_ratios) - 1))])
        for label, share in SHARES.items()
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
    table = Table(f"{source.name}, {codec.name}", ["", "value"])
    table.add("records", f"{len(corpus):,}")
    if pool.skipped:
        table.add("skipped", f"{pool.skipped:,}")
    table.add("bytes", human_bytes(corpus.total_bytes))
    table.add("compression ratio", f"{whole:.4f}")
    table.add("compressed fraction", "none" if fraction is None else f"{fraction:.4f}")
    for label, value in own.items():
        table.add(f"record's own ratio, {label}", f"{value:.4f}")
    show(table)


def _own_ratios(corpus: Corpus, codec: Compressor, progress: bool | None) -> FloatArray:
    """Return the compression ratio of each record on its own, and show how many are measured."""
    count = len(corpus)
    parts = np.split(np.arange(count), range(STEP, count, STEP))
    measured = (sample_ratios(corpus.take(rows), codec) for rows in parts)
    ratios: FloatArray = np.concatenate(
        list(
            with_bar(
                measured, label="measure", total=count, unit="record", size=len, progress=progress
            )
        )
    )
    return ratios
